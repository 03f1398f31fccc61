//! Metrics pages: Prometheus text 0.0.4 and OpenMetrics 1.0, which differ in what a leak hunt does not need
//! (exemplars, `# EOF`, where the `_total` of a counter stands).
//!
//! The parsers on the registry are unsuited: one has had no release for years and reads 0.0.4 only, the other
//! refuses a page for one bad line.

use std::collections::HashMap;

use plumb_evidence::Timestamp;
use plumb_evidence::metrics::{Metric, MetricKind, Metrics};
use plumb_profile::Problems;

use crate::convert::Symbols;
use crate::host::Reading;

/// Most samples kept of one page. Pages beyond about 100,000 samples are a cardinality leak by themselves.
const MAX_SAMPLES: usize = 1 << 20;

/// Most labels of one sample; Prometheus' own default limits are lower where they are set.
const MAX_LABELS: usize = 128;

/// Reads a page. Samples that are NaN or infinite are left out; lines that cannot be read are counted.
pub fn read(text: &str, taken: Option<Timestamp>) -> Reading<Metrics> {
    let mut page = Page::default();
    for line in text.lines() {
        page.line(line.trim());
    }
    let value = Metrics { taken, samples: page.samples };
    let problems = page.problems.into_vec().iter().map(ToString::to_string).collect();
    Reading { value, problems }
}

/// Whether a text is a metrics page: it declares a type, or every line that is no comment is a sample and one of
/// them has labels or a name as metrics have it, with underscores (a log may say `processed 5`).
pub fn looks_like(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(20).peekable();
    if lines.peek().is_none() {
        return false;
    }
    let declares = |line: &str| line.starts_with("# TYPE ") || line.starts_with("# HELP ");
    let (mut all, mut typical) = (true, false);
    for line in lines {
        if declares(line) {
            return true;
        }
        let sample = parse_sample(line);
        all &= line.starts_with('#') || sample.is_some();
        typical |= sample.is_some_and(|s| !s.labels.is_empty() || s.name.contains('_'));
    }
    all && typical
}

#[derive(Default)]
struct Page {
    kinds: HashMap<String, MetricKind>,
    samples: Vec<Metric>,
    symbols: Symbols,
    problems: Problems,
}

impl Page {
    fn line(&mut self, line: &str) {
        if let Some(declaration) = line.strip_prefix("# TYPE ") {
            self.declare(declaration);
        } else if !line.is_empty() && !line.starts_with('#') {
            match parse_sample(line) {
                Some(sample) => self.sample(sample),
                None => self.problems.add("a line that is no sample"),
            }
        }
    }

    fn declare(&mut self, declaration: &str) {
        let Some((name, kind)) = declaration.trim().rsplit_once(char::is_whitespace) else {
            return;
        };
        let kind = match kind {
            "counter" => MetricKind::Counter,
            "gauge" => MetricKind::Gauge,
            _ => MetricKind::Other,
        };
        if self.kinds.len() < MAX_SAMPLES {
            self.kinds.insert(name.trim().trim_matches('"').to_owned(), kind);
        }
    }

    fn sample(&mut self, sample: Sample) {
        if !sample.value.is_finite() {
            return;
        }
        if self.samples.len() >= MAX_SAMPLES {
            self.problems.add(format!("more than {MAX_SAMPLES} samples: the rest is left out"));
            return;
        }
        let kind = self.kind(&sample.name);
        let name = self.symbols.name(&sample.name);
        let mut intern = |text: &str| self.symbols.name(text);
        let labels =
            sample.labels.iter().map(|(key, value)| (intern(key), intern(value))).collect();
        self.samples.push(Metric { name, kind, labels, value: sample.value });
    }

    /// The type of a sample's family. A histogram's counts only rise, whatever the family is called.
    fn kind(&self, name: &str) -> MetricKind {
        if let Some(&kind) = self.kinds.get(name) {
            return kind;
        }
        let family =
            |suffix: &str| name.strip_suffix(suffix).and_then(|f| self.kinds.get(f)).copied();
        if let Some(kind) = family("_total") {
            return kind;
        }
        match family("_count").or_else(|| family("_bucket")) {
            Some(MetricKind::Other) => MetricKind::Counter,
            _ => MetricKind::Other,
        }
    }
}

struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

/// `name{key="value",…} value [timestamp] [# exemplar]`; names outside of ASCII stand quoted in the braces.
fn parse_sample(line: &str) -> Option<Sample> {
    let name_end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let mut name = line[..name_end].to_owned();
    let mut rest = line[name_end..].trim_start();
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = parse_labels(inside, &mut name, &mut labels)?;
    }
    let mut words = rest.split_whitespace();
    let value = words.next()?;
    // A timestamp or an exemplar may follow, nothing else: a log line is no sample.
    let ends = words.next().is_none_or(|word| word.starts_with('#') || number(word).is_some());
    ends.then_some(())?;
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | ':'));
    is_name.then_some(())?;
    Some(Sample { name, labels, value: number(value)? })
}

/// Rust reads `inf` and `nan` in any case, as the formats demand.
fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// Reads up to the closing brace; returns what follows it.
fn parse_labels<'a>(
    mut rest: &'a str,
    name: &mut String,
    labels: &mut Vec<(String, String)>,
) -> Option<&'a str> {
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if let Some(after) = rest.strip_prefix('}') {
            return Some(after);
        }
        let key;
        if let Some(quoted) = rest.strip_prefix('"') {
            (key, rest) = unquote(quoted)?;
            if !rest.trim_start().starts_with('=') {
                *name = key;
                continue;
            }
        } else {
            let end = rest.find(['=', '}', '"'])?;
            key = rest[..end].trim().to_owned();
            rest = &rest[end..];
        }
        let quoted = rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?;
        let (value, after) = unquote(quoted)?;
        rest = after;
        if labels.len() < MAX_LABELS {
            labels.push((key, value));
        }
    }
}

/// Text up to the closing quote, with `\\`, `\"` and `\n` undone; returns what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Metrics {
        let reading = read(text, None);
        assert_eq!(reading.problems, Vec::<String>::new());
        reading.value
    }

    #[test]
    fn both_formats_tell_the_same() {
        let classic = "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n\
                       http_requests_total{code=\"200\",path=\"/a\\\"b\\\\c\"} 1027 1395066363000\n\
                       # TYPE up gauge\nup 1\n";
        let open = "# TYPE http_requests counter\n# HELP http_requests Requests.\n\
                    http_requests_total{code=\"200\",path=\"/a\\\"b\\\\c\"} 1027.0 # {trace_id=\"x\"} 1\n\
                    # TYPE up gauge\nup 1.0\n# EOF\n";
        assert_eq!(page(classic), page(open));
        assert!(looks_like(classic) && looks_like(open));
        let requests = &page(open).samples[0];
        assert_eq!(requests.kind, MetricKind::Counter);
        assert_eq!(&*requests.labels[1].1, "/a\"b\\c");
    }

    #[test]
    fn histograms_quoted_names_and_odd_values() {
        let text = "# TYPE took histogram\ntook_bucket{le=\"+Inf\"} 7\ntook_sum NaN\ntook_count 7\n\
                    {\"my.metric\",host=\"a\"} 3\nfree -1e3\nlimit +Inf\n";
        let page = page(text);
        let names: Vec<(&str, f64)> = page.samples.iter().map(|m| (&*m.name, m.value)).collect();
        let expect =
            [("took_bucket", 7.0), ("took_count", 7.0), ("my.metric", 3.0), ("free", -1000.0)];
        assert_eq!(names, expect);
        assert_eq!(page.samples[0].kind, MetricKind::Counter);
    }

    #[test]
    fn bad_lines_are_counted_and_prose_is_no_page() {
        let reading = read("up 1\nup{x=\"1 2\nnot a sample\n", None);
        assert_eq!(reading.value.samples.len(), 1);
        assert_eq!(reading.problems, ["a line that is no sample (2 times)"]);
        assert!(!looks_like("hello world\nprocessed 5\n") && !looks_like("processed 5\n"));
        assert!(looks_like("jobs_done 5\n") && looks_like("up{job=\"a\"} 1\n"));
        assert!(!looks_like(""));
    }
}
