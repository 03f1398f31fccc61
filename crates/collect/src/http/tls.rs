//! TLS: whom to trust and who we are.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};

use super::HttpOptions;
use super::trust::{Anyone, NamedOrSigned};
use crate::CollectError;
use crate::target::PprofUrl;

/// The TLS set-up for a target. Roots are the bundled Mozilla list, those of the system where there are
/// any, and `--cacert`: so it works in an empty root as well.
pub(super) fn config(
    target: &PprofUrl,
    options: &HttpOptions,
) -> Result<Arc<ClientConfig>, CollectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| CollectError::Tls {
            url: target.origin().to_string(),
            why: error.to_string(),
        })?;
    let named = match &options.ca_file {
        Some(path) => read_roots(path)?,
        None => Vec::new(),
    };
    let builder = match verifier(target, options, &named, &provider)? {
        Some(verifier) => builder.dangerous().with_custom_certificate_verifier(verifier),
        None => builder.with_root_certificates(roots(target, &named)),
    };
    let config = match &options.client_certificate {
        Some((chain, key)) => {
            let (certificates, der) = read_client(chain, key)?;
            builder
                .with_client_auth_cert(certificates, der)
                .map_err(|error| unusable(key, &error))?
        }
        None => builder.with_no_client_auth(),
    };
    Ok(Arc::new(config))
}

/// What checks certificates otherwise than against the usual roots.
fn verifier(
    target: &PprofUrl,
    options: &HttpOptions,
    named: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<Option<Arc<dyn ServerCertVerifier>>, CollectError> {
    if options.insecure {
        return Ok(Some(Arc::new(Anyone::new(provider))));
    }
    if named.is_empty() {
        return Ok(None);
    }
    let verifier = NamedOrSigned::new(named.to_vec(), roots(target, named), provider.clone());
    let verifier = verifier.map_err(|error| bad("--cacert", format!("cannot be used: {error}")))?;
    Ok(Some(Arc::new(verifier)))
}

/// Those named by the user, and the public ones.
fn roots(target: &PprofUrl, named: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // A root that cannot be read is one root less, not a reason to stop.
    roots.add_parsable_certificates(named.iter().cloned());
    // A redirect may lead from http to https, so the scheme alone does not tell that no roots are needed;
    // loading them takes a few milliseconds.
    let plain_and_local = target.is_loopback() && target.origin().scheme() == "http";
    if !plain_and_local {
        roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    roots
}

fn read_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, CollectError> {
    let certificates = read_certificates("--cacert", path)?;
    if certificates.is_empty() {
        return Err(bad("--cacert", format!("{} holds no PEM certificate", path.display())));
    }
    Ok(certificates)
}

fn read_client(
    chain: &Path,
    key: &Path,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CollectError> {
    let certificates = read_certificates("--cert", chain)?;
    if certificates.is_empty() {
        return Err(bad("--cert", format!("{} holds no PEM certificate", chain.display())));
    }
    let pem = read("--key", key)?;
    let der = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| no_key(chain, key))?;
    Ok((certificates, der))
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
) -> Result<Vec<CertificateDer<'static>>, CollectError> {
    let pem = read(option, path)?;
    let certificates: Result<_, _> = CertificateDer::pem_slice_iter(&pem).collect();
    certificates.map_err(|error| bad(option, format!("{}: {error}", path.display())))
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
