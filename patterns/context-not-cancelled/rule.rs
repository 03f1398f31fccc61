//! Contexts of which the cancel function is not called on some way.

use plumb_evidence::catalogue::ResourceKind;
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::SourceFinding;
use plumb_scan::contexts::{ForeignCancel, foreign_cancels};
use plumb_scan::resources::findings;
use plumb_scan::{Code, Rule};

const ID: &str = "context-not-cancelled";

pub(crate) static RULE: Rule =
    Rule { pattern: ID, linters: &["lostcancel", "govet", "G118", "gosec"], check };

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let mut found = findings(code, ID, &[ResourceKind::Cancel]);
    found.extend(foreign_cancels(code).iter().map(|foreign| finding(code, foreign)));
    found
}

fn finding(code: &Code<'_>, foreign: &ForeignCancel) -> SourceFinding {
    let span = code.file[foreign.call].span;
    let (cancel, channel) = (code.file.name(foreign.cancel), code.file.name(foreign.channel));
    let line = code.place(code.file[foreign.wait].span).line;
    let message = format!(
        "`{cancel}` is called only once `{channel}` gives something (line {line}): when the function is done before, \
         the context and the goroutine that waits stay"
    );
    let mut finding = code.finding(ID, span, Confidence::Possible, message);
    finding.path = vec![
        code.step(span, "the context is made"),
        code.step(code.file[foreign.started].span, "a goroutine is to cancel it"),
        code.step(code.file[foreign.wait].span, "but first it waits, for ever if nothing comes"),
    ];
    finding
}

#[cfg(test)]
mod tests {
    use crate::shapes;

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }
}
