//! TLS: whom to trust and who we are.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};

use super::HttpOptions;
use crate::CollectError;
use crate::target::PprofUrl;

/// The TLS set-up for a target. Roots are the bundled Mozilla list, those of the system where there are
/// any, and `--cacert`: so it works in an empty root as well.
pub(super) fn config(target: &PprofUrl, options: &HttpOptions) -> Result<TlsConfig, CollectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = match &options.ca_file {
        Some(path) => read_roots(path)?,
        None => Vec::new(),
    };
    // A redirect may lead from http to https, so the scheme alone does not tell that no roots are needed;
    // loading them takes a few milliseconds.
    let plain_and_local = target.is_loopback() && target.origin().scheme() == "http";
    if !(options.insecure || plain_and_local) {
        roots.extend(public_roots());
    }
    let client = match &options.client_certificate {
        Some((chain, key)) => Some(read_client(chain, key, &provider)?),
        None => None,
    };
    Ok(TlsConfig::builder()
        .disable_verification(options.insecure)
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .client_cert(client)
        .unversioned_rustls_crypto_provider(provider)
        .build())
}

fn public_roots() -> Vec<Certificate<'static>> {
    let bundled =
        webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|der| Certificate::from_der(der));
    // A root that cannot be read is one root less, not a reason to stop.
    let system = rustls_native_certs::load_native_certs().certs;
    let system = system.iter().map(|der| Certificate::from_der(der).to_owned());
    bundled.map(|certificate| certificate.to_owned()).chain(system).collect()
}

fn read_roots(path: &Path) -> Result<Vec<Certificate<'static>>, CollectError> {
    let certificates = read_certificates("--cacert", path)?;
    if certificates.is_empty() {
        return Err(bad("--cacert", format!("{} holds no PEM certificate", path.display())));
    }
    Ok(certificates)
}

fn read_client(
    chain: &Path,
    key: &Path,
    provider: &CryptoProvider,
) -> Result<ClientCert, CollectError> {
    let certificates = read_certificates("--cert", chain)?;
    if certificates.is_empty() {
        return Err(bad("--cert", format!("{} holds no PEM certificate", chain.display())));
    }
    let pem = read("--key", key)?;
    let der = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| no_key(chain, key))?;
    let chain_der = certificates.iter().map(|c| CertificateDer::from(c.der().to_vec())).collect();
    // ureq panics on a key that does not fit, so it is tried here first.
    CertifiedKey::from_der(chain_der, der, provider).map_err(|error| unusable(key, &error))?;
    let key = parse_pem(&pem).find_map(|item| match item {
        Ok(PemItem::PrivateKey(key)) => Some(key),
        _ => None,
    });
    let key = key.ok_or_else(|| bad("--key", "no private key in it".to_owned()))?;
    Ok(ClientCert::new_with_certs(&certificates, key))
}

fn no_key(chain: &Path, key: &Path) -> CollectError {
    if chain == key {
        let why =
            format!("{} holds no unencrypted PEM key: give it with --key FILE", key.display());
        return bad("--cert", why);
    }
    bad("--key", format!("{} holds no unencrypted PEM key", key.display()))
}

fn unusable(key: &Path, error: &rustls::Error) -> CollectError {
    match error {
        rustls::Error::InconsistentKeys(_) => {
            let why = format!("the key in {} does not belong to this certificate", key.display());
            bad("--cert", why)
        }
        other => bad("--cert", format!("cannot be used with the key: {other}")),
    }
}

fn read_certificates(
    option: &'static str,
    path: &Path,
) -> Result<Vec<Certificate<'static>>, CollectError> {
    let pem = read(option, path)?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(bad(option, format!("{}: {error}", path.display()))),
        }
    }
    Ok(certificates)
}

fn read(option: &'static str, path: &Path) -> Result<Vec<u8>, CollectError> {
    std::fs::read(path).map_err(|source| CollectError::OptionFile {
        option,
        path: path.to_owned(),
        source,
    })
}

fn bad(option: &'static str, why: String) -> CollectError {
    CollectError::BadOption { option, why }
}
