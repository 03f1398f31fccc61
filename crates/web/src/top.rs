//! The data of the table of functions.

use plumb_view::Config;
use serde::Serialize;

use crate::answer::Answer;
use crate::site::{Refusal, Site};

/// Most rows, as in pprof.
const MOST_ROWS: i64 = 500;

#[derive(Debug, Serialize)]
struct Top {
    total: i64,
    total_text: String,
    legend: Vec<String>,
    rows: Vec<Row>,
    messages: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    inline: &'static str,
    flat: i64,
    flat_text: String,
    cum: i64,
    cum_text: String,
}

pub(crate) fn data(site: &Site, mut config: Config) -> Result<Answer, Refusal> {
    config.nodecount = MOST_ROWS;
    let (mut report, messages) = site.report("top", None, &config)?;
    let (legend, items) = report.text_items();
    let rows = items.into_iter().map(|item| Row {
        flat_text: report.format(item.flat),
        cum_text: report.format(item.cum),
        name: item.name,
        inline: item.inline.trim(),
        flat: item.flat,
        cum: item.cum,
    });
    let rows = rows.collect();
    let total = report.total();
    let total_text = report.format(total);
    Ok(Answer::json(&Top { total, total_text, legend, rows, messages }))
}
