use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{FailedFile, SourceFix, SourcePlace};
use plumb_gosource::EntryKind;

use super::*;

/// Files of `/m`.
struct Files(Vec<(&'static str, &'static str)>);

impl Folders for Files {
    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(name, _)| Path::new("/m").join(name) == file);
        found.map(|(_, text)| text.as_bytes().to_vec()).ok_or(io::ErrorKind::NotFound.into())
    }

    fn list(&self, _: &Path) -> io::Result<Vec<Entry>> {
        let entry =
            |(name, _): &(&str, &str)| Entry { name: (*name).into(), kind: EntryKind::File };
        Ok(self.0.iter().map(entry).collect())
    }
}

/// Finds each `open` of a line that has no `close` behind it; its fix adds one. A line with `!` stays wrong whatever
/// is added, one with `?` breaks the file, one with `&` makes a second mistake, and one with `>` has a second one, which
/// moves to another function.
fn look(folders: &dyn Folders) -> Scan {
    let mut scan = Scan::default();
    for entry in folders.list(Path::new("/m")).unwrap() {
        let text =
            String::from_utf8(folders.read(&Path::new("/m").join(&entry.name)).unwrap()).unwrap();
        let mut at = 0;
        for (line, text) in (1..).zip(text.split_inclusive('\n')) {
            let end = (at + text.trim_end().len()) as u32;
            at += text.len();
            let is_closed = text.contains("close") && !text.contains('!');
            if text.contains("open") && !is_closed {
                scan.findings.push(finding(&entry.name, "leak", line, text.trim(), end));
            }
            if text.contains("close") && text.contains('&') {
                scan.findings.push(finding(&entry.name, "other", line, text.trim(), end));
            }
            if text.contains('>') {
                let snippet = if is_closed { "moved" } else { text.trim() };
                scan.findings.push(finding(&entry.name, "other", line, snippet, end));
            }
            if text.contains("close") && text.contains('?') {
                let why = "broken".into();
                scan.failed.push(FailedFile { file: entry.name.clone(), why });
            }
        }
    }
    scan
}

fn finding(file: &str, pattern: &'static str, line: u32, snippet: &str, end: u32) -> SourceFinding {
    let edit = SourceEdit { start: end, end, text: " close".into() };
    SourceFinding {
        pattern,
        message: String::new(),
        file: file.into(),
        place: SourcePlace { line, column: 1, end_line: line, end_column: 5 },
        function: format!("p.{}", snippet.split(' ').next().unwrap_or_default()),
        function_lines: (line, line),
        confidence: Confidence::Likely,
        path: Vec::new(),
        object: "",
        snippet: snippet.into(),
        in_test: false,
        fix: Some(SourceFix { text: "close it".into(), safe: true, edits: vec![edit] }),
    }
}

fn applied(files: &[(&'static str, &'static str)]) -> Applied {
    let files = Files(files.to_vec());
    let wanted = |finding: &SourceFinding| finding.pattern == "leak";
    apply(look(&files), &files, Path::new("/m"), &wanted, &look)
}

#[test]
fn fixes_of_several_files_are_applied_together() {
    let applied = applied(&[("a", "f open\ng open\n"), ("b", "h open\n"), ("c", "i open close\n")]);
    let files: Vec<_> =
        applied.files.iter().map(|file| (&*file.file, &*file.new, file.fixes)).collect();
    assert_eq!(files, [("a", "f open close\ng open close\n", 2), ("b", "h open close\n", 1)]);
    assert_eq!(applied.files[0].old, "f open\ng open\n");
    assert_eq!(applied.left.findings, []);
    assert!(applied.refused.is_empty());
}

#[test]
fn what_does_not_mend_is_not_kept_and_does_not_hold_up_the_rest() {
    let applied = applied(&[("a", "f open\ng open !\nh open\n"), ("b", "i open\n")]);
    let files: Vec<_> =
        applied.files.iter().map(|file| (&*file.file, &*file.new, file.fixes)).collect();
    let expect = [("a", "f open close\ng open !\nh open close\n", 2), ("b", "i open close\n", 1)];
    assert_eq!(files, expect);
    let refused: Vec<_> = applied.refused.iter().map(|(f, why)| (&*f.function, &**why)).collect();
    assert_eq!(refused, [("p.g", "what it mends is still found")]);
    assert_eq!(applied.left.findings.len(), 1);
}

#[test]
fn a_fix_that_breaks_the_file_or_makes_another_mistake_is_refused() {
    let applied = applied(&[("a", "f open ?\n"), ("b", "g open &\n")]);
    assert_eq!(applied.files, []);
    let refused: Vec<_> = applied.refused.iter().map(|(_, why)| &**why).collect();
    let expect = ["the changed file cannot be read as Go", "it would make other in p.g"];
    assert_eq!(refused, expect);
    assert_eq!(applied.left.findings.len(), 2, "as it was");
}

#[test]
fn what_moves_to_another_function_is_not_new() {
    let moved = applied(&[("a", "f open >\n")]);
    let files: Vec<_> = moved.files.iter().map(|file| (&*file.file, &*file.new)).collect();
    assert_eq!(files, [("a", "f open > close\n")]);
    let left: Vec<_> = moved.left.findings.iter().map(|f| (f.pattern, &*f.function)).collect();
    assert_eq!(left, [("other", "p.moved")]);
    let one_more = applied(&[("a", "f open &>\n")]);
    assert_eq!(one_more.files, []);
    assert_eq!(one_more.refused[0].1, "it would make other in p.moved");
}

#[test]
fn edits_are_applied_in_any_order_and_equal_ones_once() {
    let edit = |start, end, text: &str| SourceEdit { start, end, text: text.into() };
    let all = [edit(4, 5, "X"), edit(0, 0, "<"), edit(0, 0, "<"), edit(6, 6, ">")];
    assert_eq!(edited("abcdef", &all).as_deref(), Some("<abcdXf>"));
    assert_eq!(edited("abc", &[edit(1, 3, ""), edit(2, 3, "x")]), None, "they overlap");
    assert_eq!(edited("abc", &[edit(2, 9, "x")]), None, "out of range");
    assert_eq!(edited("aä", &[edit(2, 2, "x")]), None, "inside a letter");
}

#[test]
fn fixes_at_the_same_place_are_applied_one_after_the_other() {
    let text = "f open\n";
    let files = Files(vec![("a", text)]);
    let mut scan = look(&files);
    // A second finding whose fix touches the same place.
    let mut second = scan.findings[0].clone();
    second.function = "p.z".into();
    second.fix.as_mut().unwrap().edits[0].text = " shut".into();
    scan.findings.push(second);
    let round = |folders: &dyn Folders| {
        let mut found = look(folders);
        let text = String::from_utf8(folders.read(Path::new("/m/a")).unwrap()).unwrap();
        if !text.contains("shut") {
            let mut second = finding("a", "leak", 1, text.trim(), text.trim_end().len() as u32);
            second.function = "p.z".into();
            second.fix.as_mut().unwrap().edits[0].text = " shut".into();
            found.findings.push(second);
        }
        found
    };
    let applied = apply(scan, &files, Path::new("/m"), &|_| true, &round);
    assert_eq!(applied.files[0].new, "f open close shut\n");
    assert_eq!(applied.files[0].fixes, 2);
}
