//! TLS with an authority of its own, client certificates, and the wrong scheme.

use std::path::PathBuf;

use crate::support::{Server, once, refusal, take};
use plumb_collect::{CaptureOptions, CollectError};

struct Tls {
    server: Server,
    directory: tempfile::TempDir,
}

impl Tls {
    fn start(mode: &str) -> Self {
        Self::with(mode, "good")
    }

    /// A server whose certificate has something wrong with it.
    fn with(mode: &str, certificate: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_str().unwrap();
        let server = Server::start(mode, &["-dir", path, "-certificate", certificate]);
        Self { server, directory }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn url(&self) -> String {
        format!("https://localhost:{}", self.server.port())
    }

    fn trusting(&self) -> CaptureOptions {
        let mut options = once();
        options.http.ca_file = Some(self.file("ca.pem"));
        options
    }

    /// With the server's own certificate as `--cacert`.
    fn trusting_itself(&self) -> CaptureOptions {
        let mut options = once();
        options.http.ca_file = Some(self.file("server.pem"));
        options
    }
}

#[test]
fn a_private_authority_is_refused_unless_named() {
    let tls = Tls::start("tls");
    let (error, hint) = refusal(&tls.url(), &once());
    assert!(error.to_string().contains("signed by an authority that is not known here"), "{error}");
    assert!(hint.contains("--cacert FILE") && hint.contains("--insecure"), "{hint}");
    let brought = take(&[&tls.url()], &tls.trusting()).unwrap();
    assert!(brought.instance().snapshots[0].goroutines.is_some());
    assert_eq!(brought.summary.instances[0].pid, Some(tls.server.pid()));
    let mut careless = once();
    careless.http.insecure = true;
    assert!(take(&[&tls.url()], &careless).is_ok());
}

#[test]
fn a_name_that_the_certificate_does_not_have() {
    let tls = Tls::start("tls");
    let url = format!("https://a.localhost:{}", tls.server.port());
    let (error, hint) = refusal(&url, &tls.trusting());
    assert!(
        error.to_string().ends_with("it is not for a.localhost, but for localhost, 127.0.0.1"),
        "{error}"
    );
    assert!(hint.starts_with("ask for the service by a name of its certificate"), "{hint}");
}

#[test]
fn what_is_wrong_with_a_certificate_is_told_in_words() {
    for (kind, why, what_to_do) in [
        ("self-signed", "signed by an authority that is not known here", "--cacert FILE"),
        (
            "expired",
            "it expired on 2021-02-03 04:05 UTC",
            "renew the server's certificate, or mend this machine's clock",
        ),
        (
            "early",
            "it is not valid before 2035-02-03 04:05 UTC",
            "check the clocks of both machines",
        ),
        (
            "other-name",
            "it is not for localhost, but for shop.test, *.shop.test",
            "by a name of its certificate",
        ),
        ("no-name", "it is not for localhost: it names no host", "subjectAltName"),
        (
            "client-only",
            "it is not for servers (extended key usage)",
            "extendedKeyUsage=serverAuth",
        ),
    ] {
        let tls = Tls::with("tls", kind);
        let (error, hint) = refusal(&tls.url(), &tls.trusting());
        let told = format!("certificate not accepted: {why}");
        assert!(error.to_string().ends_with(&told), "{kind}: {error}");
        assert!(hint.contains(what_to_do) && hint.contains("--insecure"), "{kind}: {hint}");
        let mut careless = once();
        careless.http.insecure = true;
        assert!(take(&[&tls.url()], &careless).is_ok(), "{kind}");
    }
}

#[test]
fn a_server_that_signs_for_itself() {
    // `self-signed-ca` is as `openssl req -x509` makes them.
    for kind in ["self-signed", "self-signed-ca"] {
        let tls = Tls::with("tls", kind);
        assert!(take(&[&tls.url()], &tls.trusting_itself()).is_ok(), "{kind}");
        let wrong_name = format!("https://a.localhost:{}", tls.server.port());
        let (error, _) = refusal(&wrong_name, &tls.trusting_itself());
        assert!(error.to_string().contains("it is not for a.localhost"), "{kind}: {error}");
    }
}

#[test]
fn a_ca_is_taken_for_a_server_only_if_it_is_named_itself() {
    let refused = |tls: &Tls, options: &CaptureOptions| {
        let (error, hint) = refusal(&tls.url(), options);
        let text = error.to_string();
        assert!(text.starts_with(&tls.url()), "{text}");
        assert!(
            text.ends_with("it is the certificate of a CA, used as that of a server"),
            "{text}"
        );
        assert!(hint.contains("name this very certificate with --cacert FILE"), "{hint}");
        assert!(hint.contains("basicConstraints=CA:FALSE"), "{hint}");
    };
    let tls = Tls::with("tls", "self-signed-ca");
    refused(&tls, &once());
    refused(&tls, &tls.trusting());
    // The same names and dates, another key.
    let other = Tls::with("tls", "self-signed-ca");
    refused(&other, &tls.trusting_itself());
}

#[test]
fn a_ca_that_is_named_itself_must_be_valid_and_for_the_host() {
    for (kind, why) in [
        ("self-signed-ca-expired", "it expired on 2021-02-03 04:05 UTC"),
        ("self-signed-ca-early", "it is not valid before 2035-02-03 04:05 UTC"),
        ("self-signed-ca-other-name", "it is not for localhost, but for shop.test, *.shop.test"),
        ("self-signed-ca-no-name", "it is not for localhost: it names no host"),
    ] {
        let tls = Tls::with("tls", kind);
        let (error, _) = refusal(&tls.url(), &tls.trusting_itself());
        assert!(error.to_string().ends_with(&format!("not accepted: {why}")), "{kind}: {error}");
    }
}

#[test]
fn a_client_certificate_is_asked_for_and_accepted() {
    let tls = Tls::start("mtls");
    let (error, hint) = refusal(&tls.url(), &tls.trusting());
    assert!(matches!(error, CollectError::ClientCertificate { .. }), "{error}");
    assert!(hint.contains("--cert FILE --key FILE"), "{hint}");
    let mut options = tls.trusting();
    options.http.client_certificate = Some((tls.file("client.pem"), tls.file("client-key.pem")));
    assert!(take(&[&tls.url()], &options).is_ok());
}

#[test]
fn certificate_files_that_cannot_be_used() {
    let tls = Tls::start("tls");
    let pair = |chain: &str, key: &str| {
        let mut options = tls.trusting();
        options.http.client_certificate = Some((tls.file(chain), tls.file(key)));
        refusal(&tls.url(), &options).0.to_string()
    };
    let text = pair("client.pem", "other-key.pem");
    assert!(text.ends_with("other-key.pem does not belong to this certificate"), "{text}");
    let text = pair("client-key.pem", "client-key.pem");
    assert!(text.contains("holds no PEM certificate"), "{text}");
    let text = pair("client.pem", "client.pem");
    assert!(text.ends_with("holds no unencrypted PEM key: give it with --key FILE"), "{text}");
    let text = pair("absent.pem", "client-key.pem");
    assert!(text.starts_with("--cert: cannot read"), "{text}");
}

#[test]
fn the_wrong_scheme_names_the_right_one() {
    let tls = Tls::start("tls");
    let (error, hint) = refusal(&format!("localhost:{}", tls.server.port()), &once());
    assert!(matches!(error, CollectError::NeedsTls { .. }), "{error}");
    assert!(hint.starts_with("try https://localhost:"), "{hint}");
    let plain = Server::start("full", &[]);
    let url = plain.url("").replace("http://", "https://");
    let (error, hint) = refusal(&url, &once());
    assert!(matches!(error, CollectError::NotTls { .. }), "{error}");
    assert!(hint.starts_with("try http://127.0.0.1:"), "{hint}");
    let nginx = Server::start("nginx-tls", &[]);
    let (error, hint) = refusal(&nginx.url(""), &once());
    assert!(matches!(error, CollectError::NeedsTls { .. }), "{error}");
    assert!(hint.starts_with("try https://127.0.0.1:"), "{hint}");
    // Others say nothing.
    let silent = Server::start("hangs-up", &[]);
    let (error, hint) = refusal(&silent.url(""), &once());
    assert!(error.to_string().ends_with("closed the connection without an answer"), "{error}");
    assert!(hint.contains("If the port speaks TLS, try https://127.0.0.1:"), "{hint}");
}
