//! Telling a metrics page from whatever else is at `/metrics`.

/// What plumb can read, text before OpenMetrics: both say the same.
pub(super) const ACCEPT: &str =
    "text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1";

/// Lines looked at.
const LINES: usize = 20;

/// Whether the text is a metrics page, Prometheus text or OpenMetrics: comments and at least one sample.
pub(super) fn is_metrics(body: &[u8]) -> bool {
    let head = &body[..body.len().min(64 << 10)];
    let text = String::from_utf8_lossy(head);
    let mut lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).peekable();
    let any = lines.peek().is_some();
    // The last line of the head may be cut.
    any && lines.all(|line| line.starts_with('#') || is_sample(line) || line.len() > 1000)
}

/// `name{labels} value [timestamp] [# exemplar]`.
fn is_sample(line: &str) -> bool {
    let name_end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':')));
    let Some(name_end) = name_end.filter(|&end| end > 0) else { return false };
    let rest = match line[name_end..].strip_prefix('{') {
        Some(labels) => labels.rfind('}').map(|at| &labels[at + 1..]),
        None => Some(&line[name_end..]),
    };
    let value = rest.and_then(|rest| rest.split_ascii_whitespace().next());
    value.is_some_and(|value| value.parse::<f64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_metrics;

    #[test]
    fn both_formats_are_accepted_and_other_pages_are_not() {
        assert!(is_metrics(
            b"# HELP go_goroutines x\n# TYPE go_goroutines gauge\ngo_goroutines 8\n"
        ));
        assert!(is_metrics(
            b"a_total{path=\"/x y\",le=\"+Inf\"} 1e3 1700000000.1 # {id=\"1\"} 2\n# EOF\n"
        ));
        assert!(is_metrics(b"up NaN\nx +Inf\n"));
        assert!(!is_metrics(b"{\"cmdline\": [\"x\"]}"));
        assert!(!is_metrics(b"<html>"));
        assert!(!is_metrics(b"404 page not found"));
        assert!(!is_metrics(b""));
    }
}
