//! Credentials, and how they stay out of sight.

use std::fmt;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{HeaderName, HeaderValue, header};

use super::HttpOptions;
use crate::CollectError;
use crate::target::PprofUrl;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text` from being printed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where a bearer token is.
#[derive(Clone, Debug)]
pub enum Bearer {
    /// On the command line.
    Token(Secret),
    /// In a file, e.g. a Kubernetes service account's.
    File(PathBuf),
}

/// Headers that go to the target's own origin only.
#[derive(Clone)]
pub(super) struct Credentials(Vec<(HeaderName, HeaderValue)>);

impl Credentials {
    pub(super) fn new(target: &PprofUrl, options: &HttpOptions) -> Result<Self, CollectError> {
        let mut headers = Vec::new();
        if let Some(bearer) = &options.bearer {
            let (option, token) = read_bearer(bearer)?;
            headers.push((header::AUTHORIZATION, value(option, &format!("Bearer {token}"))?));
        }
        let from_url = target.basic().map(|(user, password)| (user, password.to_owned()));
        let given =
            options.basic.as_ref().map(|(user, password)| (user.as_str(), password.0.clone()));
        if let Some((user, password)) = given.or(from_url) {
            let encoded = STANDARD.encode(format!("{user}:{password}"));
            headers.push((header::AUTHORIZATION, value("--basic", &format!("Basic {encoded}"))?));
        }
        if headers.len() > 1 {
            let option = if matches!(options.bearer, Some(Bearer::File(_))) {
                "--bearer-file"
            } else {
                "--bearer"
            };
            let other = match options.basic {
                Some(_) => "--basic".to_owned(),
                None => format!("the user and password in the URL of {}", target.id()),
            };
            let why = format!("cannot be combined with {other}: both are the Authorization header");
            return Err(CollectError::BadOption { option, why });
        }
        for (name, text) in &options.headers {
            headers.push((header_name(name)?, value("--header", text.reveal())?));
        }
        Ok(Self(headers))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

fn read_bearer(bearer: &Bearer) -> Result<(&'static str, String), CollectError> {
    match bearer {
        Bearer::Token(token) => Ok(("--bearer", token.reveal().trim().to_owned())),
        Bearer::File(path) => {
            let option = "--bearer-file";
            let text = std::fs::read_to_string(path).map_err(|source| {
                CollectError::OptionFile { option, path: path.clone(), source }
            })?;
            let token = text.trim().to_owned();
            if token.is_empty() {
                let why = format!("{} is empty", path.display());
                return Err(CollectError::BadOption { option, why });
            }
            Ok((option, token))
        }
    }
}

fn header_name(name: &str) -> Result<HeaderName, CollectError> {
    HeaderName::try_from(name.trim()).map_err(|_| CollectError::BadOption {
        option: "--header",
        why: "not a header name before the colon (write 'NAME: VALUE')".into(),
    })
}

fn value(option: &'static str, text: &str) -> Result<HeaderValue, CollectError> {
    let bad = |_| CollectError::BadOption {
        option,
        why: "holds a character that no header may hold".into(),
    };
    let mut value = HeaderValue::from_str(text.trim()).map_err(bad)?;
    value.set_sensitive(true);
    Ok(value)
}
