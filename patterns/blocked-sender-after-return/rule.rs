//! The source rule: a goroutine that sends on a channel after its receiver may have left.

use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{SourceFinding, SourceStep};
use plumb_gosource::Span;
use plumb_scan::channels::{
    BlockedSender, Producer, UnguardedSend, blocked_senders, producers, unguarded_sends,
};
use plumb_scan::ways::ends;
use plumb_scan::{Code, Rule};

pub(crate) static RULE: Rule = Rule {
    pattern: "blocked-sender-after-return",
    // The rule of the semgrep rules of Trail of Bits.
    linters: &["hanging-goroutine"],
    check,
};

fn check(code: &Code<'_>) -> Vec<SourceFinding> {
    let mut found: Vec<SourceFinding> =
        blocked_senders(code).iter().map(|sender| finding(code, sender)).collect();
    found.extend(unguarded_sends(code).iter().map(|send| unguarded(code, send)));
    found.extend(producers(code).iter().map(|producer| produced(code, producer)));
    found
}

/// A send that does not heed the signal which others on the same channel heed.
fn unguarded(code: &Code<'_>, send: &UnguardedSend) -> SourceFinding {
    let span = code.file[send.send].span;
    let guarded = code.file[send.guarded].span;
    let (channel, signal) = (&send.channel, code.text(send.signal));
    let line = code.place(guarded).line;
    let message = format!(
        "this send on `{channel}` waits for ever if the receiver has left: the one on line {line} also waits for \
         `{signal}`"
    );
    let mut finding = code.finding(RULE.pattern, span, Confidence::Possible, message);
    finding.path = vec![
        code.step(guarded, format!("sends on `{channel}` unless `{signal}` tells to end")),
        code.step(span, "sends whatever happens"),
    ];
    finding
}

/// A producer that does not heed the context which its function gets.
fn produced(code: &Code<'_>, producer: &Producer) -> SourceFinding {
    let context = code.file.name(producer.context);
    let (channel, make) = (&producer.channel, code.file[producer.make].span);
    let send = code.file[producer.send].span;
    let line = code.place(send).line;
    let message = format!(
        "the goroutine that sends on `{channel}` (line {line}) stays blocked for ever if the caller stops receiving: it \
         does not heed `{context}`"
    );
    let mut finding = code.finding(RULE.pattern, make, Confidence::Possible, message);
    finding.path = vec![
        code.step(make, format!("`{channel}` is made, and returned to the caller")),
        code.step(producer.started, "the goroutine is started"),
        code.step(send, format!("it sends on `{channel}`, whatever becomes of `{context}`")),
    ];
    finding
}

fn finding(code: &Code<'_>, sender: &BlockedSender) -> SourceFinding {
    let confidence = if sender.certain { Confidence::Likely } else { Confidence::Possible };
    let line = code.place(code.file[sender.send].span).line;
    let channel = &sender.channel;
    let left = match &sender.helper {
        Some((helper, ways)) => format!(
            "{} may come back without receiving ({})",
            code.declared_name(*helper).unwrap_or("the function that receives"),
            ends(code, *helper, ways)
        ),
        None => ends(code, sender.function, &sender.ways),
    };
    let who = if sender.several {
        format!(
            "goroutines that send on `{channel}` (line {line}) stay blocked for ever if not everything is received"
        )
    } else {
        format!(
            "the goroutine that sends on `{channel}` (line {line}) stays blocked for ever if nobody receives"
        )
    };
    let span = code.file[sender.make].span;
    let mut finding = code.finding(RULE.pattern, span, confidence, format!("{who}: {left}"));
    finding.path = path(code, sender);
    finding.fix = plumb_scan::fixes::buffered(code, sender);
    finding
}

fn path(code: &Code<'_>, sender: &BlockedSender) -> Vec<SourceStep> {
    let channel = &sender.channel;
    let make = code.file[sender.make].span;
    let started = Span::new(sender.started, sender.started + "go".len() as u32);
    let mut path = vec![
        code.step(make, format!("`{channel}` is made")),
        code.step(started, "the goroutine is started"),
        code.step(code.file[sender.send].span, format!("it sends on `{channel}`")),
    ];
    if let Some(way) = sender.ways.first() {
        path.extend(way.branches(code, make.end));
        path.push(code.step(way.end_span(code, sender.function), "leaves without receiving"));
    }
    path
}

#[cfg(test)]
mod tests {
    use plumb_scan::Knowledge;
    use plumb_scan::memory::scan_text;

    use crate::{CATALOGUE, shapes};

    #[test]
    fn shapes() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/shapes.go"));
    }

    #[test]
    fn streams() {
        shapes::check(&super::RULE, "1.24", include_str!("testdata/streams.go"));
    }

    /// What a test leaves behind when it has failed ends with its program.
    #[test]
    fn tests_that_fail() {
        let with = |import: &str, select: &str| {
            let text = format!(
                "package p
import (
\t\"errors\"
\t\"testing\"
\t\"time\"
{import}
)
func check(t *testing.T, work func() error, limit time.Duration) error {{
\tdone := make(chan error)
\tgo func() {{ done <- work() }}()
\tselect {{
{select}
\t}}
\treturn errors.New(\"late\")
}}"
            );
            let knowledge = Knowledge::new(CATALOGUE.objects);
            scan_text(&[&super::RULE], &knowledge, "1.24", &text).findings.len()
        };
        let received = "\tcase err := <-done:\n\t\treturn err";
        let late = "\tcase <-time.After(limit):";
        let assert = "\t\"github.com/stretchr/testify/assert\"";
        assert_eq!(with("", &format!("{received}\n{late}\n\t\tt.Error(\"late\")")), 0);
        assert_eq!(with(assert, &format!("{late}\n\t\tassert.Fail(t, \"late\")\n{received}")), 0);
        assert_eq!(with("", &format!("{received}\n{late}")), 1);
        assert_eq!(with("", &format!("\tcase <-done:\n\t\tt.Error(\"early\")\n{late}")), 1);
    }
}
