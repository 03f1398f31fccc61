//! Samples of a `/metrics` page.

use std::sync::Arc;

use crate::Timestamp;

/// Type of a metric family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Only rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// Anything else, or not told.
    Other,
}

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Name with its suffix, e.g. `http_requests_total`.
    pub name: Arc<str>,
    /// Type of its family.
    pub kind: MetricKind,
    /// Labels in page order.
    pub labels: Vec<(Arc<str>, Arc<str>)>,
    /// Value; never NaN.
    pub value: f64,
}

/// A page of metrics.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// When it was fetched.
    pub taken: Option<Timestamp>,
    /// All samples.
    pub samples: Vec<Metric>,
}

impl Metrics {
    /// Sum over all label sets of `name`; `None` if there is no such metric.
    pub fn sum(&self, name: &str) -> Option<f64> {
        let mut values =
            self.samples.iter().filter(|m| &*m.name == name).map(|m| m.value).peekable();
        values.peek()?;
        Some(values.sum())
    }
}
