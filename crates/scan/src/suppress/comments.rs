//! What one comment silences.

use crate::rule::Rule;

/// How a comment of this project begins.
const OURS: &str = "plumb:ignore";

/// A comment that silences.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marker<'a> {
    pub(super) names: Names<'a>,
    /// Whether it counts for the whole file, wherever it stands.
    pub(super) whole_file: bool,
}

/// What it silences.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Names<'a> {
    /// Patterns, for a reason.
    Ours {
        /// The patterns.
        ids: Vec<&'a str>,
        /// Why; without it nothing is silenced.
        reason: &'a str,
    },
    /// What linters of these names find, in lowercase; everything if there are none.
    Linters(Vec<String>),
    /// What these checks of gosec find; all of gosec's if there are none.
    Gosec(Vec<String>),
}

impl<'a> Marker<'a> {
    /// Reads a comment with its slashes.
    pub(super) fn read(comment: &'a str) -> Option<Self> {
        let body = comment.strip_prefix("//").or_else(|| comment.strip_prefix("/*"))?;
        let text = body.strip_suffix("*/").unwrap_or(body).trim();
        let of_line = |names| Some(Self { names, whole_file: false });
        if let Some(rest) = word(text, OURS) {
            return of_line(ours(rest));
        }
        if let Some(rest) = text.strip_prefix("nolint") {
            return nolint(rest).and_then(of_line);
        }
        if word(text, "bodyclose:handled").is_some() {
            return of_line(Names::Linters(vec!["bodyclose".to_owned()]));
        }
        // Most comments have no such sign, which is faster to tell than that they have no such word.
        if text.contains('#')
            && let Some(at) = text.find("#nosec")
        {
            return of_line(Names::Gosec(gosec(&text[at + "#nosec".len()..])));
        }
        for (mark, whole_file) in [("lint:ignore", false), ("lint:file-ignore", true)] {
            // Without a reason staticcheck takes no notice of it.
            let Some((checks, reason)) = word(text, mark).and_then(|rest| rest.split_once(' '))
            else {
                continue;
            };
            let names = Names::Linters(list(checks));
            return (!reason.trim().is_empty()).then_some(Self { names, whole_file });
        }
        None
    }
}

impl Names<'_> {
    /// Whether a comment with them has to be told of if it silences nothing: what is for linters never is, unless these
    /// rules know it by the same names.
    pub(super) fn may_be_unused(&self, rules: &[&Rule]) -> bool {
        let ran = |name: &String| rules.iter().any(|rule| rule.pattern == name);
        match self {
            Self::Ours { .. } => true,
            Self::Linters(names) => !names.is_empty() && names.iter().all(ran),
            Self::Gosec(_) => false,
        }
    }

    /// Whether what a rule finds is silenced. `linters` are the names under which others know the rule.
    pub(super) fn silence(&self, pattern: &str, linters: &[&str]) -> bool {
        match self {
            Self::Ours { ids, reason } => !reason.is_empty() && ids.contains(&pattern),
            Self::Linters(names) => {
                let is_meant = |name: &String| {
                    name == pattern
                        || name == "plumb"
                        || linters.iter().any(|linter| is_named(linter, name))
                };
                names.is_empty() || names.iter().any(is_meant)
            }
            Self::Gosec(checks) => linters.iter().any(|linter| {
                is_check(linter, &["g"])
                    && (checks.is_empty() || checks.iter().any(|c| linter.eq_ignore_ascii_case(c)))
            }),
        }
    }
}

/// Whether a name in a comment means a linter: its own, or that of the collection in which it is.
fn is_named(linter: &str, name: &str) -> bool {
    linter.eq_ignore_ascii_case(name)
        || match name {
            "gosec" => is_check(linter, &["g"]),
            "staticcheck" => is_check(linter, &["sa", "s", "st", "qf"]),
            // The analyzers of `go vet` that find what plumb finds.
            "govet" | "vet" => {
                ["lostcancel", "httpresponse", "copylocks", "defers"].contains(&linter)
            }
            _ => false,
        }
}

/// Whether a name is one of the letters and a number: `SA1015`, `G118`.
fn is_check(name: &str, letters: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    let number = name.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let prefix = &name[..name.len() - number.len()];
    letters.contains(&prefix)
        && !number.is_empty()
        && number.bytes().all(|digit| digit.is_ascii_digit())
}

/// What follows a word, if the text begins with it.
fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| rest.trim())
}

/// `id,id — reason`.
fn ours(rest: &str) -> Names<'_> {
    let is_dash = |c: char| matches!(c, '—' | '–' | '-' | ':' | '/') || c.is_whitespace();
    let (mut ids, mut reason) = (Vec::new(), rest);
    // Blanks may follow the commas.
    loop {
        let end = reason.find([',', ' ', '\t']).unwrap_or(reason.len());
        let (id, after) = reason.split_at(end);
        if !id.trim_matches(is_dash).is_empty() {
            ids.push(id.trim_end_matches(':'));
            reason = after.trim_start();
        }
        match reason.strip_prefix(',') {
            Some(more) => reason = more.trim_start(),
            None => return Names::Ours { ids, reason: reason.trim_start_matches(is_dash) },
        }
    }
}

/// What follows `nolint`, as golangci-lint reads it.
fn nolint<'a>(rest: &str) -> Option<Names<'a>> {
    let rest = rest.split("//").next().unwrap_or(rest);
    if rest.is_empty() || rest.starts_with([' ', '\t']) {
        return Some(Names::Linters(Vec::new()));
    }
    let names = list(rest.strip_prefix(':')?);
    let all = names.iter().any(|name| name == "all");
    Some(Names::Linters(if all { Vec::new() } else { names }))
}

/// What follows `#nosec`: checks, up to `--` and a reason.
fn gosec(rest: &str) -> Vec<String> {
    let checks = rest.split("--").next().unwrap_or(rest);
    let words = checks.split([' ', '\t', ',', ':']).filter(|word| is_check(word, &["g"]));
    words.map(str::to_owned).collect()
}

/// Names with commas between them, in lowercase.
fn list(text: &str) -> Vec<String> {
    let names = text.split(',').map(|name| name.trim().to_ascii_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(comment: &str) -> Option<Names<'_>> {
        Marker::read(comment).map(|marker| marker.names)
    }

    #[test]
    fn our_comments_name_patterns_and_a_reason() {
        let ours = |ids: &[&'static str], reason| Some(Names::Ours { ids: ids.to_vec(), reason });
        for (comment, expect) in [
            ("//plumb:ignore a-b — the caller closes it", ours(&["a-b"], "the caller closes it")),
            ("// plumb:ignore a-b -- why", ours(&["a-b"], "why")),
            ("//plumb:ignore a-b why not", ours(&["a-b"], "why not")),
            ("//plumb:ignore a-b: why", ours(&["a-b"], "why")),
            ("//plumb:ignore a-b,c-d, e // why", ours(&["a-b", "c-d", "e"], "why")),
            ("/*plumb:ignore a-b — why*/", ours(&["a-b"], "why")),
            ("//plumb:ignore a-b", ours(&["a-b"], "")),
            ("//plumb:ignore a-b —", ours(&["a-b"], "")),
            ("//plumb:ignore", ours(&[], "")),
            ("//plumb:ignore — why", ours(&[], "why")),
        ] {
            assert_eq!(names(comment), expect, "{comment}");
        }
        assert_eq!(names("//plumb:ignored a"), None);
        assert_eq!(names("// see plumb:ignore a — b"), None);
    }

    #[test]
    fn comments_of_linters_are_read_as_they_read_them() {
        let linters = |names: &[&str]| {
            Some(Names::Linters(names.iter().map(|name| (*name).to_owned()).collect()))
        };
        for (comment, expect) in [
            ("//nolint", linters(&[])),
            ("// nolint // because", linters(&[])),
            ("//nolint:all", linters(&[])),
            ("//nolint:bodyclose,all", linters(&[])),
            (
                "//nolint:bodyclose, SQLCloseCheck // because",
                linters(&["bodyclose", "sqlclosecheck"]),
            ),
            ("//nolintlint", None),
            ("//lint:ignore SA1015,SA2000 because", linters(&["sa1015", "sa2000"])),
            ("//lint:ignore SA1015", None),
            ("//bodyclose:handled", linters(&["bodyclose"])),
            ("// no lint", None),
        ] {
            assert_eq!(names(comment), expect, "{comment}");
        }
        assert!(Marker::read("//lint:file-ignore SA1015 because").is_some_and(|m| m.whole_file));
        let gosec = |comment| match names(comment) {
            Some(Names::Gosec(checks)) => checks,
            other => panic!("{comment}: {other:?}"),
        };
        assert_eq!(gosec("// #nosec G118 G112 -- as G104"), ["G118", "G112"]);
        assert_eq!(gosec("// fine: #nosec"), Vec::<String>::new());
    }

    #[test]
    fn linters_are_meant_by_their_own_name_and_by_that_of_their_collection() {
        let silent = |comment: &str, linters: &[&str]| {
            names(comment).is_some_and(|names| names.silence("body", linters))
        };
        assert!(silent("//nolint:bodyclose", &["bodyclose"]));
        assert!(!silent("//nolint:errcheck", &["bodyclose"]));
        assert!(silent("//nolint:body", &[]));
        assert!(silent("//nolint:plumb", &[]));
        assert!(silent("//nolint:gosec", &["lostcancel", "G118"]));
        assert!(silent("//nolint:govet", &["lostcancel", "G118"]));
        assert!(silent("//nolint:staticcheck", &["SA1015"]));
        assert!(!silent("//nolint:staticcheck", &["sqlclosecheck"]));
        assert!(silent("// #nosec", &["G118"]));
        assert!(silent("// #nosec G118", &["G118"]));
        assert!(!silent("// #nosec G112", &["G118"]));
        assert!(!silent("// #nosec", &["bodyclose"]));
        assert!(silent("//plumb:ignore body — why", &[]));
        assert!(!silent("//plumb:ignore body", &[]));
        assert!(!silent("//plumb:ignore other — why", &[]));
    }
}
