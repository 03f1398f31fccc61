//! Comments that silence findings: this project's own, and those of the linters that teams already use.
//!
//! | comment | silences |
//! |---|---|
//! | `//plumb:ignore http-body-not-closed — the caller closes it` | the named patterns; the reason must be there |
//! | `//nolint`, `//nolint:all`, `//nolint:bodyclose,sqlclosecheck // why` | everything, or rules known by these names |
//! | `//lint:ignore SA1015 why`, `//lint:file-ignore SA1015 why` | rules known by these checks of staticcheck |
//! | `// #nosec G118`, `// #nosec` | rules known by this check of gosec, or by any |
//! | `//bodyclose:handled` | rules known as bodyclose |
//!
//! Behind code a comment counts for its line; alone on a line it counts for what begins below it, to its end: a
//! statement, a declaration, the whole file above `package`. What counts is the line of the acquisition, or the one
//! where it is lost: linters differ in which of the two they name.

mod comments;

use std::collections::HashSet;
use std::path::Path;

use plumb_evidence::source::{Scan, SilencingFile, SourceFinding, SourceNote};
use plumb_gosource::{File, Folders, Node, parse};

use crate::code::Code;
use crate::rule::Rule;
use comments::{Marker, Names};

/// What comments changed.
#[derive(Clone, Debug, Default)]
pub struct Silenced {
    /// How many findings they silenced.
    pub findings: usize,
    /// Comments that silence nothing, or cannot.
    pub notes: Vec<SourceNote>,
}

/// Takes the findings out of a scan that comments in its files silence.
///
/// `rules` are those that ran: a comment about another one is not called unused. `known` says whether there is a
/// pattern with an id. Files with a comment of the kinds above are read again from `root` if something was found in them,
/// or a comment may have to be called unused.
pub fn apply(
    scan: &mut Scan,
    folders: &dyn Folders,
    root: &Path,
    rules: &[&Rule],
    known: &dyn Fn(&str) -> bool,
) -> Silenced {
    let mut silenced = Silenced::default();
    let with_findings: HashSet<String> = scan.findings.iter().map(|f| f.file.clone()).collect();
    for SilencingFile { file: name, may_complain } in &scan.silencing {
        if !may_complain && !with_findings.contains(name) {
            continue;
        }
        let Ok(source) = folders.read(&root.join(name)) else { continue };
        let file = parse(&source);
        let mut ignores = ignores(&file);
        scan.findings.retain(|finding| {
            let silent = finding.file == *name && is_silenced(&mut ignores, finding, rules);
            silenced.findings += usize::from(silent);
            !silent
        });
        let notes = ignores.iter().filter_map(|ignore| ignore.complaint(rules, known));
        silenced.notes.extend(notes.map(|(line, text)| SourceNote {
            file: name.clone(),
            line,
            text,
        }));
    }
    silenced
}

/// A file as one with comments that silence; most have none.
pub(crate) fn silencing(code: &Code<'_>, rules: &[&Rule]) -> Option<SilencingFile> {
    let texts = code.file.comments().map(|comment| code.file.text(code.file[comment].span));
    let mut markers = texts.filter_map(Marker::read).peekable();
    markers.peek()?;
    let may_complain = markers.any(|marker| marker.names.may_be_unused(rules));
    Some(SilencingFile { file: code.path.to_owned(), may_complain })
}

/// A comment with the lines for which it counts.
struct Ignore<'a> {
    marker: Marker<'a>,
    line: u32,
    /// First and last line for which it counts.
    lines: (u32, u32),
    used: bool,
}

impl Ignore<'_> {
    fn covers(&self, finding: &SourceFinding) -> bool {
        let (first, last) = self.lines;
        let within = |line: u32, end: u32| first <= end && line <= last;
        let mut lost = finding.lost_at().map(|step| step.place.line);
        within(finding.place.line, finding.place.end_line) || lost.any(|line| within(line, line))
    }

    /// What is wrong with the comment, with its line.
    fn complaint(&self, rules: &[&Rule], known: &dyn Fn(&str) -> bool) -> Option<(u32, String)> {
        let ran = |name: &str| rules.iter().any(|rule| rule.pattern == name);
        let text = match &self.marker.names {
            _ if self.used => return None,
            Names::Ours { ids, .. } if ids.is_empty() => {
                "this comment names no pattern: write //plumb:ignore PATTERN — reason".to_owned()
            }
            Names::Ours { ids, reason } => match ids.iter().find(|id| !known(id)) {
                Some(id) => format!("this comment silences nothing: no pattern is called {id}"),
                None if reason.is_empty() => {
                    let ids = ids.join(",");
                    format!(
                        "this comment silences nothing without a reason: \
                         write //plumb:ignore {ids} — reason"
                    )
                }
                None if ids.iter().all(|id| ran(id)) => {
                    format!("unused: nothing here to silence for {}", ids.join(", "))
                }
                None => return None,
            },
            // Of names that other linters know it may silence those.
            Names::Linters(names) if !names.is_empty() && names.iter().all(|name| ran(name)) => {
                format!("unused: nothing here to silence for {}", names.join(", "))
            }
            _ => return None,
        };
        Some((self.line, text))
    }
}

/// Whether a comment silences a finding; all that do are marked as used.
fn is_silenced(ignores: &mut [Ignore<'_>], finding: &SourceFinding, rules: &[&Rule]) -> bool {
    let rule = rules.iter().find(|rule| rule.pattern == finding.pattern);
    let linters = rule.map_or(&[][..], |rule| rule.linters);
    let mut silenced = false;
    for ignore in ignores.iter_mut().filter(|ignore| ignore.covers(finding)) {
        if ignore.marker.names.silence(finding.pattern, linters) {
            ignore.used = true;
            silenced = true;
        }
    }
    silenced
}

fn ignores<'a>(file: &'a File<'a>) -> Vec<Ignore<'a>> {
    let mut ignores = Vec::new();
    for group in file.comment_groups() {
        let after = file.position(file[group].span.end).line + 1;
        for comment in file[group].comments() {
            let span = file[comment].span;
            let Some(marker) = Marker::read(file.text(span)) else { continue };
            let line = file.position(span.start).line;
            let lines = match () {
                () if marker.whole_file => (1, u32::MAX),
                () if is_alone(file, span.start) => (line, end_of_what_begins(file, after)),
                () => (line, line),
            };
            ignores.push(Ignore { marker, line, lines, used: false });
        }
    }
    ignores
}

/// Whether only blanks stand before a byte on its line.
fn is_alone(file: &File<'_>, offset: u32) -> bool {
    let before = file.source()[..offset as usize].iter().rev().take_while(|b| **b != b'\n');
    before.into_iter().all(u8::is_ascii_whitespace)
}

/// The last line of the largest node that begins first on a line; the line itself if none does.
fn end_of_what_begins(file: &File<'_>, line: u32) -> u32 {
    let Some(start) = file.lines().start(line) else { return line };
    let blanks = file.source()[start as usize..].iter().take_while(|b| matches!(b, b' ' | b'\t'));
    let first = start + blanks.count() as u32;
    if file.package().is_some_and(|package| package.span.start == first) {
        return u32::MAX;
    }
    let mut walk = file.walk(Node::File);
    while let Some(visit) = walk.next() {
        let span = file.span(visit.node);
        let is_whole = matches!(visit.node, Node::File);
        if span.start == first && !is_whole {
            // Parents come first: no larger one begins here.
            return file.position(span.end.max(span.start)).line;
        }
        if !is_whole && (span.end <= first || span.start > first) {
            walk.skip_children();
        }
    }
    line
}

#[cfg(test)]
mod tests;
