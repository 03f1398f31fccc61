//! Object storage, as source code uses it.

use plumb_evidence::catalogue::{LibraryObject, Release, ResourceKind, Source};

use crate::record::{closed, first, in_source};

/// Most specific first.
pub(crate) static OBJECTS: &[&LibraryObject] = &[
    &GCS_READER,
    &GCS_WRITER,
    &S3_OBJECT,
    &S3_V1_OBJECT,
    &MINIO_OBJECT,
    &MINIO_CORE_OBJECT,
    &AZURE_BLOB,
    &OSS_OBJECT,
    &GOCLOUD_BUCKET,
    &GOCLOUD_READER,
    &OBJSTORE_READER,
];

static GCS_READER: LibraryObject = in_source(
    "cloud.google.com/go/storage",
    "storage.Reader",
    "v1.64.0",
    closed(
        ResourceKind::Stream,
        &["cloud.google.com/go/storage.Reader"],
        &[
            first("cloud.google.com/go/storage.(*ObjectHandle).NewReader"),
            first("cloud.google.com/go/storage.(*ObjectHandle).NewRangeReader"),
        ],
    ),
    "The body of an HTTP response, or a stream.",
);

static GCS_WRITER: LibraryObject = in_source(
    "cloud.google.com/go/storage",
    "storage.Writer",
    "v1.64.0",
    Source {
        kind: ResourceKind::Stream,
        types: &["cloud.google.com/go/storage.Writer"],
        acquires: &[first("cloud.google.com/go/storage.(*ObjectHandle).NewWriter")],
        releases: &[Release::Method("Close"), Release::Method("CloseWithError")],
    },
    "From the first Write a goroutine waits for the end of the object. Cancelling its context ends it too.",
);

static S3_OBJECT: LibraryObject = in_source(
    "github.com/aws/aws-sdk-go-v2/service/s3",
    "s3.GetObjectOutput",
    "v1.106.0",
    Source {
        kind: ResourceKind::Body,
        types: &["github.com/aws/aws-sdk-go-v2/service/s3.GetObjectOutput"],
        acquires: &[
            first("github.com/aws/aws-sdk-go-v2/service/s3.(*Client).GetObject"),
            first("github.com/aws/aws-sdk-go-v2/service/s3.(*Client).GetObjectTorrent"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "The body of the HTTP response under it.",
);

static S3_V1_OBJECT: LibraryObject = in_source(
    "github.com/aws/aws-sdk-go",
    "s3.GetObjectOutput",
    "v1.55.0",
    Source {
        kind: ResourceKind::Body,
        types: &["github.com/aws/aws-sdk-go/service/s3.GetObjectOutput"],
        acquires: &[
            first("github.com/aws/aws-sdk-go/service/s3.(*S3).GetObject"),
            first("github.com/aws/aws-sdk-go/service/s3.(*S3).GetObjectWithContext"),
            first("github.com/aws/aws-sdk-go/service/s3/s3iface.S3API.GetObject"),
            first("github.com/aws/aws-sdk-go/service/s3/s3iface.S3API.GetObjectWithContext"),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "The body of the HTTP response under it.",
);

static MINIO_OBJECT: LibraryObject = in_source(
    "github.com/minio/minio-go/v7",
    "minio.Object",
    "v7.0.91",
    closed(
        ResourceKind::Stream,
        &["github.com/minio/minio-go/v7.Object"],
        &[first("github.com/minio/minio-go/v7.(*Client).GetObject")],
    ),
    "One goroutine from the beginning, until it is closed or its context ends.",
);

static MINIO_CORE_OBJECT: LibraryObject = in_source(
    "github.com/minio/minio-go/v7",
    "minio.Core object",
    "v7.0.91",
    closed(ResourceKind::Stream, &[], &[first("github.com/minio/minio-go/v7.Core.GetObject")]),
    "The body of an HTTP response.",
);

static AZURE_BLOB: LibraryObject = in_source(
    "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob",
    "azblob.DownloadStreamResponse",
    "v1.8.0",
    Source {
        kind: ResourceKind::Body,
        types: &["github.com/Azure/azure-sdk-for-go/sdk/storage/azblob.DownloadStreamResponse"],
        acquires: &[
            first("github.com/Azure/azure-sdk-for-go/sdk/storage/azblob.(*Client).DownloadStream"),
            first(
                "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob.(*Client).DownloadStream",
            ),
            first(
                "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob.(*Client).DownloadStream",
            ),
            first(
                "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob.(*Client).DownloadStream",
            ),
            first(
                "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/pageblob.(*Client).DownloadStream",
            ),
        ],
        releases: &[Release::Method("Body.Close")],
    },
    "The body of the HTTP response under it.",
);

static OSS_OBJECT: LibraryObject = in_source(
    "github.com/aliyun/aliyun-oss-go-sdk",
    "oss object",
    "v3.0.2",
    closed(
        ResourceKind::Stream,
        &[],
        &[first("github.com/aliyun/aliyun-oss-go-sdk/oss.Bucket.GetObject")],
    ),
    "The body of an HTTP response.",
);

static GOCLOUD_BUCKET: LibraryObject = in_source(
    "gocloud.dev",
    "blob.Bucket",
    "v0.40.0",
    closed(
        ResourceKind::Client,
        &["gocloud.dev/blob.Bucket"],
        &[first("gocloud.dev/blob.OpenBucket")],
    ),
    "Has a client of the provider.",
);

static GOCLOUD_READER: LibraryObject = in_source(
    "gocloud.dev",
    "blob.Reader",
    "v0.40.0",
    closed(
        ResourceKind::Stream,
        &["gocloud.dev/blob.Reader", "gocloud.dev/blob.Writer"],
        &[
            first("gocloud.dev/blob.(*Bucket).NewReader"),
            first("gocloud.dev/blob.(*Bucket).NewRangeReader"),
            first("gocloud.dev/blob.(*Bucket).NewWriter"),
        ],
    ),
    "A reader has an HTTP response, a writer a goroutine from the first Write on.",
);

static OBJSTORE_READER: LibraryObject = in_source(
    "github.com/thanos-io/objstore",
    "objstore object",
    "v0.0.0-20241111205755",
    closed(
        ResourceKind::Stream,
        &[],
        &[
            first("github.com/thanos-io/objstore.Bucket.Get"),
            first("github.com/thanos-io/objstore.Bucket.GetRange"),
            first("github.com/thanos-io/objstore.BucketReader.Get"),
            first("github.com/thanos-io/objstore.BucketReader.GetRange"),
            first("github.com/thanos-io/objstore.InstrumentedBucket.Get"),
            first("github.com/thanos-io/objstore.InstrumentedBucket.GetRange"),
            first("github.com/thanos-io/objstore.InstrumentedBucketReader.Get"),
            first("github.com/thanos-io/objstore.InstrumentedBucketReader.GetRange"),
        ],
    ),
    "The body of an HTTP response.",
);
