//! Channels without room for an answer that nobody waits for any more.

use plumb_evidence::source::SourceFix;
use plumb_gosource::{ExprKind, Node, Span, StmtKind};

use super::{edits, fix};
use crate::channels::BlockedSender;
use crate::code::Code;

/// Gives a channel room for what one goroutine sends once. If a loop over a list that is there when the channel is made
/// starts one goroutine an element, for as many.
pub fn buffered(code: &Code<'_>, sender: &BlockedSender) -> Option<SourceFix> {
    let args = code.builtin_call(sender.make, "make")?;
    let [ty] = args else { return None };
    let room = match sender.several {
        false => "1".to_owned(),
        true => one_an_element(code, sender)?,
    };
    let mut edits = edits(code)?;
    let end = code.file[*ty].span.end;
    edits.replace(Span::new(end, end), format!(", {room}"));
    let safe = sender.certain && !sender.several;
    fix(&edits, safe, format!("give `{}` room for what is sent: `{room}`", sender.channel))
}

/// `len(list)`, if a loop over it starts the goroutines, one in each round.
fn one_an_element(code: &Code<'_>, sender: &BlockedSender) -> Option<String> {
    let stmt = code.file.walk(Node::File).find_map(|visit| match visit.node {
        Node::Stmt(stmt)
            if matches!(code.file[stmt].kind, StmtKind::GoStmt(_))
                && code.file[stmt].span.contains(Span::new(sender.started, sender.started + 1)) =>
        {
            Some(stmt)
        }
        _ => None,
    })?;
    let in_loop = code.loop_around(Node::Stmt(stmt))?;
    let StmtKind::RangeStmt(range) = code.file[in_loop].kind else { return None };
    let over = code.file.unparen(range.x);
    let make = code.file[sender.make].span.start;
    let is_outer = code.loop_around(Node::Stmt(in_loop)).is_none();
    let is_there = match code.file[over].kind {
        ExprKind::Ident(_) => {
            code.declared(over).is_some_and(|variable| code.file[variable].span.start < make)
        }
        ExprKind::SelectorExpr(_) => {
            code.root(over).is_some_and(|variable| code.file[variable].span.start < make)
        }
        _ => false,
    };
    let counts = code.types.of(over).is_some_and(|ty| {
        use plumb_gosource::TypeKind::{Array, Map, Slice};
        matches!(code.program.underlying(ty).kind(), Slice(_) | Array(_) | Map(..))
    });
    let sends_once =
        code.loop_around(Node::Stmt(sender.send)).is_none_or(|around| around == in_loop);
    (is_outer && is_there && counts && sends_once).then(|| format!("len({})", code.text(over)))
}
