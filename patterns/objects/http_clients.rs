//! Clients that give HTTP responses, as source code uses them.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, harmless, in_source, receiver};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &RETRYABLE,
    &RETRYABLE_HEAD,
    &ELASTICSEARCH,
    &OPENSEARCH,
    &GOOGLE_DOWNLOAD,
    &GITHUB_DOWNLOAD,
    &VAULT,
    &VAULT_WATCHER,
    &FASTHTTP_REQUEST,
    &FASTHTTP_RESPONSE,
];

static RETRYABLE: LibraryObject = in_source(
    "github.com/hashicorp/go-retryablehttp",
    "retryablehttp response",
    "v0.7.7",
    Source {
        kind: ResourceKind::Body,
        types: &[],
        acquires: &[
            first("github.com/hashicorp/go-retryablehttp.Get"),
            first("github.com/hashicorp/go-retryablehttp.Post"),
            first("github.com/hashicorp/go-retryablehttp.PostForm"),
            first("github.com/hashicorp/go-retryablehttp.(*Client).Do"),
            first("github.com/hashicorp/go-retryablehttp.(*Client).Get"),
            first("github.com/hashicorp/go-retryablehttp.(*Client).Post"),
            first("github.com/hashicorp/go-retryablehttp.(*Client).PostForm"),
            first("github.com/hashicorp/go-retryablehttp.(*RoundTripper).RoundTrip"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "As of net/http: the last response is the caller's.",
);

static RETRYABLE_HEAD: LibraryObject = in_source(
    "github.com/hashicorp/go-retryablehttp",
    "retryablehttp response to HEAD",
    "v0.7.7",
    harmless(
        &[],
        &[
            first("github.com/hashicorp/go-retryablehttp.Head"),
            first("github.com/hashicorp/go-retryablehttp.(*Client).Head"),
        ],
    ),
    "Has no body.",
);

static ELASTICSEARCH: LibraryObject = in_source(
    "github.com/elastic/go-elasticsearch/v8",
    "esapi.Response",
    "v8.17.0",
    Source {
        kind: ResourceKind::Body,
        types: &["github.com/elastic/go-elasticsearch/v8/esapi.Response"],
        acquires: &[
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Bulk"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).ClearScroll"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Count"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Create"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Delete"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).DeleteByQuery"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Exists"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Get"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Index"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Info"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Mget"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Msearch"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Ping"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Reindex"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Scroll"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Search"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).Update"),
            first("github.com/elastic/go-elasticsearch/v8.(*Client).UpdateByQuery"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.*Request.Do"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.Indices.*"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.Cat.*"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.Cluster.*"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.Snapshot.*"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.Tasks.*"),
            first("github.com/elastic/go-elasticsearch/v8/esapi.Ingest.*"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "The body of the HTTP response under it.",
);

static OPENSEARCH: LibraryObject = in_source(
    "github.com/opensearch-project/opensearch-go",
    "opensearchapi.Response",
    "v2.3.0",
    harmless(
        &["github.com/opensearch-project/opensearch-go/opensearchapi.Response"],
        &[first("github.com/opensearch-project/opensearch-go/opensearchapi.*Request.Do")],
    ),
    "Its transport reads the body of the HTTP response under it to the end and closes it.",
);

static GOOGLE_DOWNLOAD: LibraryObject = in_source(
    "google.golang.org/api",
    "Google API download",
    "v0.290.0",
    Source {
        kind: ResourceKind::Body,
        types: &[],
        acquires: &[first("google.golang.org/api/**.*Call.Download")],
        releases: &[Release::Method("Body.Close")],
    },
    "Do reads its response; Download leaves it to the caller.",
);

static GITHUB_DOWNLOAD: LibraryObject = in_source(
    "github.com/google/go-github",
    "go-github download",
    "v66.0.0",
    closed(
        ResourceKind::Stream,
        &[],
        &[
            first("github.com/google/go-github/github.(*RepositoriesService).DownloadContents"),
            first("github.com/google/go-github/github.(*RepositoriesService).DownloadReleaseAsset"),
        ],
    ),
    "All other calls read their responses.",
);

static VAULT: LibraryObject = in_source(
    "github.com/hashicorp/vault/api",
    "vault api.Response",
    "v1.15.0",
    Source {
        kind: ResourceKind::Body,
        types: &["github.com/hashicorp/vault/api.Response"],
        acquires: &[
            first("github.com/hashicorp/vault/api.(*Client).RawRequest"),
            first("github.com/hashicorp/vault/api.(*Client).RawRequestWithContext"),
            first("github.com/hashicorp/vault/api.(*Logical).ReadRaw"),
            first("github.com/hashicorp/vault/api.(*Logical).ReadRawWithContext"),
            first("github.com/hashicorp/vault/api.(*Logical).ReadRawWithData"),
            first("github.com/hashicorp/vault/api.(*Logical).ReadRawWithDataWithContext"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "The body of the HTTP response under it.",
);

static VAULT_WATCHER: LibraryObject = in_source(
    "github.com/hashicorp/vault/api",
    "vault LifetimeWatcher",
    "v1.15.0",
    Source {
        kind: ResourceKind::Worker,
        types: &[],
        acquires: &[receiver("github.com/hashicorp/vault/api.(*LifetimeWatcher).Start")],
        releases: &[Release::Method("Stop")],
    },
    "Start renews until Stop or until the secret cannot be renewed.",
);

static FASTHTTP_REQUEST: LibraryObject = in_source(
    "github.com/valyala/fasthttp",
    "fasthttp.Request",
    "v1.58.0",
    Source {
        kind: ResourceKind::PoolItem,
        types: &[],
        acquires: &[first("github.com/valyala/fasthttp.AcquireRequest")],
        releases: &[Release::Argument("github.com/valyala/fasthttp.ReleaseRequest", 0)],
    },
    "From a pool; what is not given back is collected.",
);

static FASTHTTP_RESPONSE: LibraryObject = in_source(
    "github.com/valyala/fasthttp",
    "fasthttp.Response",
    "v1.58.0",
    Source {
        kind: ResourceKind::PoolItem,
        types: &[],
        acquires: &[first("github.com/valyala/fasthttp.AcquireResponse")],
        releases: &[Release::Argument("github.com/valyala/fasthttp.ReleaseResponse", 0)],
    },
    "From a pool; what is not given back is collected.",
);
