//! No line of a terminal page is wider than the terminal, whatever the evidence holds, but paths and commands that must
//! stay in one piece to be copied.

#[allow(dead_code)] // shared by several tests
mod diagnoses;

use diagnoses::*;
use plumb_evidence::Problem;
use plumb_evidence::finding::{EvidenceItem, Undecided};
use plumb_report::{Format, Options, explain};
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

/// Text of words, paths and whatever else Unicode has; not indented, as code is and may be wide.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,12}( [a-z/.()*]{1,90}){0,12}",
        "\\PC{0,200}",
        path(),
        "[漏洞a b]{1,120}",
        any::<String>(),
    ]
    .prop_map(|text| text.trim_start().to_owned())
}

fn path() -> impl Strategy<Value = String> {
    "(/[a-zA-Z0-9_.-]{1,30}){1,12}\\.go"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_line_is_wider_than_the_terminal(
        texts in prop::collection::vec(text(), 12),
        paths in prop::collection::vec(path(), 3),
        width in 40usize..120,
        verbose: bool,
        line in 0u32..,
    ) {
        let mut finding = open_line();
        finding.title = texts[0].clone();
        finding.site.function = texts[1].as_str().into();
        finding.candidates[0].site = site(&texts[2], &paths[0], line);
        finding.related = vec![site(&texts[3], &paths[1], line)];
        finding.evidence.push(EvidenceItem::new("count", texts[5].clone()));
        finding.why = texts[6].clone();
        finding.fix = texts[7].clone();
        let mut decided = decided();
        decided.site = site(&texts[8], &paths[2], line);
        decided.object = Some(texts[10].clone());
        let mut shown = diagnosis(vec![decided, finding]);
        shown.target = texts[11].clone();
        shown.healthy.push(texts[1].clone());
        shown.problems.push(Problem { what: texts[2].clone(), input: texts[3].as_str().into() });
        shown.undecided.push(Undecided { what: texts[4].clone(), bring: texts[5].clone() });
        let options = Options { width, verbose, ..Options::default() };
        let page = (Format::named("terminal").unwrap().render)(&shown, &options);
        for line in page.lines() {
            let ends_with_path = line.rsplit(' ').next().is_some_and(|word| word.starts_with('/'));
            let may_be_wide = ends_with_path || is_to_be_copied(line);
            prop_assert!(line.width() <= width || may_be_wide, "{} > {width}: {line:?}", line.width());
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
        }
    }
}

#[test]
fn explanations_fit_too() {
    for width in [40, 60, 80] {
        let options = Options { width, ..Options::default() };
        for page in [explain::terminal(&BODY, &options), explain::list(&CATALOGUE, &options)] {
            assert!(page.lines().all(|line| line.width() <= width), "{page}");
        }
    }
}
