//! What is sent back.

use std::sync::Arc;

use hyper::StatusCode;
use serde::Serialize;

/// The kinds of bodies there are.
pub(crate) const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// An answer, before it is HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: Arc<[u8]>,
    /// Where to go instead.
    pub(crate) location: Option<String>,
    /// The file that it is saved as.
    pub(crate) file_name: Option<&'static str>,
}

impl Answer {
    pub(crate) fn new(content_type: &'static str, body: impl Into<Arc<[u8]>>) -> Self {
        let body = body.into();
        Self { status: StatusCode::OK, content_type, body, location: None, file_name: None }
    }

    pub(crate) fn json(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(JSON, body),
            Err(error) => Self::text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    pub(crate) fn text(status: StatusCode, text: &str) -> Self {
        Self { status, ..Self::new(TEXT, text.as_bytes()) }
    }

    pub(crate) fn status(status: StatusCode) -> Self {
        Self::text(status, status.canonical_reason().unwrap_or_default())
    }

    pub(crate) fn redirect(status: StatusCode, location: String) -> Self {
        Self { location: Some(location), ..Self::status(status) }
    }
}
