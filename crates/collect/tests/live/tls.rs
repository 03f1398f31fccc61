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
        let directory = tempfile::tempdir().unwrap();
        let server = Server::start(mode, &["-dir", directory.path().to_str().unwrap()]);
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
    let (error, _) = refusal(&url, &tls.trusting());
    assert!(error.to_string().contains("it is not for a.localhost"), "{error}");
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
    assert!(text.starts_with("--cert: cannot be used with the key"), "{text}");
    let text = pair("client-key.pem", "client-key.pem");
    assert!(text.contains("holds no PEM certificate"), "{text}");
    let text = pair("client.pem", "client.pem");
    assert!(text.contains("holds no unencrypted PEM key"), "{text}");
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
}
