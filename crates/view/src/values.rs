//! Values of a report as text.

use crate::config::Config;
use crate::measure::{scale, scaled_label};
use crate::sample_value::SampleValue;

/// Which value a report shows, of what total, and how it is written.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) of: SampleValue,
    /// Sum of the sizes of all values, before filters unless the configuration says otherwise.
    pub(crate) total: i64,
    /// Unit in which values are written; chosen when the graph is known.
    pub(crate) unit: String,
    /// What values are multiplied with.
    pub(crate) ratio: Option<f64>,
}

impl Values {
    pub(crate) fn new(of: SampleValue, total: i64, config: &Config) -> Self {
        let ratio = Some(1.0 / config.divide_by).filter(|&ratio| ratio > 0.0 && ratio != 1.0);
        Self { of, total, unit: config.unit.clone(), ratio }
    }

    /// A value with its unit.
    pub(crate) fn format(&self, value: i64) -> String {
        self.format_scaled(self.divided(value))
    }

    /// A value that has been divided, with its unit.
    pub(crate) fn format_scaled(&self, value: i64) -> String {
        scaled_label(value, &self.of.unit, &self.unit)
    }

    /// A value in the unit of the report, as a whole number.
    pub(crate) fn scaled(&self, value: i64) -> i64 {
        scale(value, &self.of.unit, &self.unit).0 as i64
    }

    /// A value divided as the configuration wants it.
    pub(crate) fn divided(&self, value: i64) -> i64 {
        self.ratio.map_or(value, |ratio| (value as f64 * ratio) as i64)
    }
}
