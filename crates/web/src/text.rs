//! Pages that show a report as text, and the drawing of the graph.

use plumb_view::Config;
use serde::Serialize;

use crate::answer::Answer;
use crate::query::Query;
use crate::site::{Refusal, Site};

/// Most bytes of a text that is shown; browsers stall on more.
const MOST_BYTES: usize = 2 << 20;

#[derive(Debug, Serialize)]
struct Text {
    text: String,
    messages: Vec<String>,
}

/// The report of a page, of what parameter `f` matches.
pub(crate) fn data(
    site: &Site,
    page: &str,
    parameters: &Query,
    mut config: Config,
) -> Result<Answer, Refusal> {
    let pattern = parameters.get("f").filter(|pattern| !pattern.is_empty());
    let Some(pattern) = pattern else {
        // Else all functions there are would be shown.
        let messages = vec!["Name functions above: focus is a regular expression".to_owned()];
        return Ok(Answer::json(&Text { text: String::new(), messages }));
    };
    let command = match page {
        "source" => "list",
        "peek" => {
            "lines".clone_into(&mut config.granularity);
            "peek"
        }
        other => other,
    };
    let (text, messages) = written(site, command, Some(pattern), &config)?;
    Ok(Answer::json(&shortened(text, messages)))
}

/// The drawing of the graph as SVG.
pub(crate) fn graph(site: &Site, config: Config) -> Result<Answer, Refusal> {
    let (text, messages) = written(site, "svg", None, &config)?;
    Ok(Answer::json(&Text { text, messages }))
}

fn written(
    site: &Site,
    command: &str,
    argument: Option<&str>,
    config: &Config,
) -> Result<(String, Vec<String>), Refusal> {
    let (mut report, messages) = site.report(command, argument, config)?;
    let mut out = Vec::new();
    report.write(&mut out)?;
    Ok((String::from_utf8_lossy(&out).into_owned(), messages))
}

/// Whole lines, as many as may be shown.
fn shortened(mut text: String, mut messages: Vec<String>) -> Text {
    if text.len() > MOST_BYTES {
        let cut = (0..=MOST_BYTES).rfind(|&end| text.is_char_boundary(end)).unwrap_or(0);
        let end = text[..cut].rfind('\n').map_or(cut, |end| end + 1);
        text.truncate(end);
        messages.push(format!("Only the first {} MiB are shown", MOST_BYTES >> 20));
    }
    Text { text, messages }
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, shortened};

    #[test]
    fn long_texts_end_with_a_whole_line() {
        let text = shortened("0123456789\n".repeat(MOST_BYTES / 10), Vec::new());
        assert!(text.text.len() <= MOST_BYTES && text.text.ends_with("9\n"));
        assert_eq!(text.messages.len(), 1);
        assert!(shortened("short".to_owned(), Vec::new()).messages.is_empty());
    }
}
