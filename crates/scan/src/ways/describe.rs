//! Words for ways.

use plumb_evidence::source::SourceStep;
use plumb_gosource::flow::{Condition, Exit, FunctionId, Place, PlaceKind};
use plumb_gosource::{Node, Span};

use super::{Way, WayEnd};
use crate::code::Code;

/// How many ways a message names.
const MAX_WAYS: usize = 3;

impl Way {
    /// The branches behind a byte, in order.
    pub fn branches(&self, code: &Code<'_>, from: u32) -> Vec<SourceStep> {
        let steps = self.branches.iter().filter_map(|branch| {
            let node = node(*branch)?;
            let span = code.file.span(node);
            let line = code.file.position(span.start).line;
            let kind = PlaceKind::Branch(*branch);
            let place = Place { node, offset: span.start, line, kind };
            (span.start >= from).then(|| code.step(span, place.describe(code.file)))
        });
        steps.collect()
    }

    /// Where it ends; for the end of a function its closing brace.
    pub fn end_span(&self, code: &Code<'_>, function: FunctionId) -> Span {
        match self.end {
            WayEnd::Step(step) => code.graph(function).step(step).span(code.file),
            WayEnd::Exit(Exit::Return(stmt) | Exit::Endless(stmt) | Exit::Nowhere(stmt)) => {
                code.file[stmt].span
            }
            WayEnd::Exit(Exit::Panic(call) | Exit::NoReturn(call)) => code.file[call].span,
            WayEnd::Exit(Exit::End) => {
                let end = code.file[code.scope[function].body].span.end;
                Span::new(end.saturating_sub(1), end)
            }
        }
    }

    /// How it ends, as a clause: `it returns on line 12`.
    pub fn end_text(&self, code: &Code<'_>, function: FunctionId) -> String {
        let line = code.place(self.end_span(code, function)).line;
        match self.end {
            WayEnd::Step(_) => format!("the next round comes to line {line}"),
            WayEnd::Exit(Exit::Return(_)) => format!("it returns on line {line}"),
            WayEnd::Exit(_) => format!("it ends on line {line}"),
        }
    }
}

/// The ends of ways by line, as clauses: `it returns on line 12, it ends on line 20`.
pub fn ends(code: &Code<'_>, function: FunctionId, ways: &[Way]) -> String {
    let mut by_line: Vec<&Way> = ways.iter().collect();
    by_line.sort_by_key(|way| way.end_span(code, function).start);
    let shown = by_line.into_iter().take(MAX_WAYS).map(|way| way.end_text(code, function));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match ways.len().saturating_sub(MAX_WAYS) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn node(condition: Condition) -> Option<Node> {
    Some(match condition {
        Condition::Always => return None,
        Condition::Expr { expr, .. } => Node::Expr(expr),
        Condition::Case { value, .. } => Node::Expr(value),
        Condition::TypeCase { ty, .. } => Node::Expr(ty),
        Condition::Comm(stmt) | Condition::RangeNext(stmt) | Condition::RangeEnds(stmt) => {
            Node::Stmt(stmt)
        }
    })
}
