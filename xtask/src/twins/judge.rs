//! Compares what plumb said with what the twin is marked to leak.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::expect::{Expectation, Mark};
use super::traced::Shows;

/// How the answer calls the execution trace among those who found a site.
const TRACE: &str = "trace";

/// The part of `plumb diagnose --format json` that is judged: the published contract, nothing else.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// `leak`, `clean` or `undecided`.
    pub verdict: String,
    /// Worst first.
    pub findings: Vec<Finding>,
}

/// One finding of an answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    pattern: String,
    confidence: Confidence,
    object: Option<String>,
    site: Site,
    #[serde(default)]
    related: Vec<Site>,
    #[serde(default)]
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
enum Confidence {
    Possible,
    Likely,
    Proven,
}

#[derive(Clone, Debug, Deserialize)]
struct Site {
    kind: String,
    #[serde(default)]
    file: Option<String>,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    function: Option<String>,
    #[serde(default)]
    found_by: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Candidate {
    site: Site,
}

impl Answer {
    /// Reads the JSON that plumb printed.
    ///
    /// # Errors
    /// If it does not follow the schema.
    pub fn parse(json: &str) -> Result<Self> {
        serde_json::from_str(json).context("the answer does not follow plumb.diagnose/1")
    }
}

/// How a finding's site relates to the marked line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineVerdict {
    /// Another line of user code.
    Wrong,
    /// No line: the library's entry point or the process.
    Open,
    /// No line, and the marked one is among the candidates.
    Candidate,
    /// The marked line.
    Exact,
}

/// What is asked of a run beyond the right patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standard {
    /// A finding of growth alone is enough (memory under load).
    pub possible_suffices: bool,
    /// The line must be named, not left open.
    pub exact: bool,
    /// What the execution trace must have shown.
    pub shown: Option<Shows>,
}

/// The result of comparing.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Pattern of each expected leak that was found, with how near its line came.
    pub lines: Vec<(String, LineVerdict)>,
    /// What does not meet the standard, in sentences. Empty = passed.
    pub failures: Vec<String>,
}

impl Judgement {
    /// Whether the standard is met.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// Whether a line was named that is not the right one.
    pub fn wrong_line(&self) -> bool {
        self.lines.iter().any(|(_, verdict)| *verdict == LineVerdict::Wrong)
    }
}

/// Judges an answer and its exit code. `standard` tells what is asked of a pattern.
pub fn judge(
    expected: &Expectation,
    answer: &Answer,
    exit_code: Option<i32>,
    standard: impl Fn(&str) -> Standard,
) -> Judgement {
    let mut judgement = Judgement::default();
    let (verdict, code) = if expected.leaks.is_empty() { ("clean", 0) } else { ("leak", 1) };
    if answer.verdict != verdict {
        judgement.failures.push(format!("verdict {}, not {verdict}", answer.verdict));
    }
    if exit_code != Some(code) {
        judgement.failures.push(format!("exit code {exit_code:?}, not {code}"));
    }
    for pattern in expected.patterns() {
        let found: Vec<&Finding> =
            answer.findings.iter().filter(|finding| finding.pattern == pattern).collect();
        let marks: Vec<&Mark> =
            expected.leaks.iter().filter(|mark| mark.pattern == pattern).collect();
        let standard = standard(pattern);
        judgement.take(pattern, &found, &marks, standard);
        if let Some(shown) = standard.shown {
            judgement.take_shown(pattern, &found, &expected.related, shown);
        }
    }
    let patterns = expected.patterns();
    for finding in &answer.findings {
        if !patterns.contains(&finding.pattern.as_str()) {
            judgement.failures.push(format!(
                "unexpected {} at {}",
                finding.pattern,
                finding.site.shown()
            ));
        }
    }
    judgement
}

impl Judgement {
    fn take(&mut self, pattern: &str, found: &[&Finding], marks: &[&Mark], standard: Standard) {
        if found.is_empty() {
            self.failures.push(format!("{pattern} not found"));
        }
        if found.len() > marks.len() {
            self.failures.push(format!("{pattern} found {} times", found.len()));
        }
        for finding in found {
            let line = finding.line(marks);
            self.lines.push((pattern.to_owned(), line));
            if line == LineVerdict::Wrong {
                self.failures.push(format!("{pattern} at a wrong line: {}", finding.site.shown()));
            } else if standard.exact && line != LineVerdict::Exact {
                self.failures.push(format!("{pattern}: line left open"));
            }
            if finding.confidence < Confidence::Likely && !standard.possible_suffices {
                self.failures.push(format!("{pattern} only possible"));
            }
            let objects: Vec<&str> =
                marks.iter().filter_map(|mark| mark.object.as_deref()).collect();
            let object = finding.object.as_deref().unwrap_or("none");
            if !objects.is_empty() && !objects.contains(&object) {
                self.failures.push(format!("{pattern}: object {object}, not {}", objects[0]));
            }
        }
    }
}

impl Judgement {
    /// Whether the execution trace has shown what it must, and nothing else.
    fn take_shown(&mut self, pattern: &str, found: &[&Finding], related: &[Mark], shown: Shows) {
        for finding in found {
            if !finding.site.is_found_by_trace() {
                let failure = format!("{pattern}: the trace does not show the line");
                self.failures.push(failure);
            }
            let failure = match shown {
                Shows::Line => continue,
                Shows::LineAndUse => {
                    let mut uses = finding.related.iter().filter(|site| site.is_found_by_trace());
                    let is_marked = |site: &Site| related.iter().any(|mark| site.is_at(mark));
                    match (uses.clone().any(is_marked), uses.find(|site| !is_marked(site))) {
                        (true, None) => continue,
                        (_, Some(other)) => {
                            format!("{pattern}: the trace shows use at {}", other.shown())
                        }
                        (false, None) => format!("{pattern}: the trace shows no use"),
                    }
                }
            };
            self.failures.push(failure);
        }
    }
}

impl Finding {
    fn line(&self, marks: &[&Mark]) -> LineVerdict {
        if self.site.kind == "line" {
            let right = marks.iter().any(|mark| self.site.is_at(mark));
            return if right { LineVerdict::Exact } else { LineVerdict::Wrong };
        }
        let named = |candidate: &Candidate| marks.iter().any(|mark| candidate.site.is_at(mark));
        match self.candidates.iter().any(named) {
            true => LineVerdict::Candidate,
            false => LineVerdict::Open,
        }
    }
}

impl Site {
    /// A binary records absolute files, or `module@version/…` with `-trimpath`: the last two parts are compared.
    fn is_at(&self, mark: &Mark) -> bool {
        let file = self.file.as_deref().unwrap_or_default();
        Path::new(file).ends_with(&mark.file) && self.line == Some(mark.line)
    }

    fn is_found_by_trace(&self) -> bool {
        self.found_by.iter().any(|witness| witness == TRACE)
    }

    fn shown(&self) -> String {
        let file = self.file.as_deref().unwrap_or_default();
        match (self.kind.as_str(), self.line) {
            ("line", Some(line)) => format!("{file}:{line}"),
            (kind, _) => format!("{kind} {}", self.function.as_deref().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expectation() -> Expectation {
        let mark = Mark {
            pattern: "client-not-closed".to_owned(),
            object: Some("grpc.ClientConn".to_owned()),
            file: "before/webhooks.go".to_owned(),
            line: 7,
        };
        let related = vec![Mark { line: 9, ..mark.clone() }];
        Expectation { leaks: vec![mark], related, ..Expectation::default() }
    }

    fn answer(pattern: &str, kind: &str, line: u32, confidence: &str) -> Answer {
        let json = serde_json::json!({
            "verdict": "leak",
            "findings": [{
                "pattern": pattern, "confidence": confidence, "object": "grpc.ClientConn",
                "site": {"kind": kind, "file": "/src/billing/before/webhooks.go", "line": line},
                "candidates": [{"site": {"kind": "line", "file": "before/webhooks.go", "line": 7}}],
            }],
        });
        Answer::parse(&json.to_string()).expect("an answer")
    }

    #[track_caller]
    fn check(answer: &Answer, standard: Standard, line: LineVerdict, failures: &[&str]) {
        let judgement = judge(&expectation(), answer, Some(1), |_| standard);
        assert_eq!(judgement.lines, [("client-not-closed".to_owned(), line)]);
        assert_eq!(judgement.failures, failures);
    }

    #[test]
    fn the_marked_line_passes_and_an_open_one_unless_it_must_be_exact() {
        let any = Standard::default();
        let exact = Standard { exact: true, ..any };
        let right = answer("client-not-closed", "line", 7, "likely");
        check(&right, exact, LineVerdict::Exact, &[]);
        let open = answer("client-not-closed", "entry-point", 120, "proven");
        check(&open, any, LineVerdict::Candidate, &[]);
        check(&open, exact, LineVerdict::Candidate, &["client-not-closed: line left open"]);
    }

    #[test]
    fn a_wrong_line_and_a_weak_finding_fail() {
        let any = Standard::default();
        let wrong = answer("client-not-closed", "line", 8, "likely");
        let said = "client-not-closed at a wrong line: /src/billing/before/webhooks.go:8";
        check(&wrong, any, LineVerdict::Wrong, &[said]);
        let weak = answer("client-not-closed", "line", 7, "possible");
        check(&weak, any, LineVerdict::Exact, &["client-not-closed only possible"]);
        let growth = Standard { possible_suffices: true, ..any };
        check(&weak, growth, LineVerdict::Exact, &[]);
    }

    #[test]
    fn a_trace_must_have_shown_the_line_or_the_marked_use_of_it_and_no_other() {
        let shown = |shown| Standard { shown: Some(shown), ..Standard::default() };
        let right = answer("client-not-closed", "line", 7, "likely");
        let silent = ["client-not-closed: the trace does not show the line"];
        check(&right, shown(Shows::Line), LineVerdict::Exact, &silent);
        let mut traced = right.clone();
        traced.findings[0].site.found_by = vec!["heap".to_owned(), "trace".to_owned()];
        check(&traced, shown(Shows::Line), LineVerdict::Exact, &[]);

        let no_use = ["client-not-closed: the trace shows no use"];
        check(&traced, shown(Shows::LineAndUse), LineVerdict::Exact, &no_use);
        let used_at = |line| Site {
            line: Some(line),
            found_by: vec!["trace".to_owned()],
            ..traced.findings[0].site.clone()
        };
        let mut used = traced.clone();
        used.findings[0].related = vec![used_at(9)];
        check(&used, shown(Shows::LineAndUse), LineVerdict::Exact, &[]);
        let mut unnamed = used.clone();
        unnamed.findings[0].site.found_by.clear();
        check(&unnamed, shown(Shows::LineAndUse), LineVerdict::Exact, &silent);
        used.findings[0].related.push(used_at(12));
        let healthy =
            ["client-not-closed: the trace shows use at /src/billing/before/webhooks.go:12"];
        check(&used, shown(Shows::LineAndUse), LineVerdict::Exact, &healthy);
    }

    #[test]
    fn another_pattern_is_both_missing_and_unexpected() {
        let other = answer("unnamed", "line", 7, "likely");
        let judgement = judge(&expectation(), &other, Some(1), |_| Standard::default());
        let said = "unexpected unnamed at /src/billing/before/webhooks.go:7";
        assert_eq!(judgement.failures, ["client-not-closed not found", said]);
    }

    #[test]
    fn a_healthy_program_must_be_clean_with_code_0() {
        let clean = Answer { verdict: "clean".to_owned(), findings: Vec::new() };
        let healthy = Expectation::default();
        assert!(judge(&healthy, &clean, Some(0), |_| Standard::default()).passed());
        let undecided = Answer { verdict: "undecided".to_owned(), findings: Vec::new() };
        let judgement = judge(&healthy, &undecided, Some(3), |_| Standard::default());
        assert_eq!(judgement.failures.len(), 2);
    }
}
