//! Channels without room for an answer that nobody waits for any more, and channels that are not closed on all ways.

use plumb_evidence::source::SourceFix;
use plumb_gosource::flow::Exit;
use plumb_gosource::{ExprKind, Node, Span, StmtId, StmtKind};

use super::exits::exits;
use super::losses::is_bare_return;
use super::statements::{Listed, around, insert_above, is_body, listed, removable};
use super::{edits, fix};
use crate::channels::{BlockedReceiver, BlockedSender};
use crate::code::Code;
use crate::ways::WayEnd;

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

/// Closes a channel on all ways of a function that closes it on some.
pub fn closed(code: &Code<'_>, receiver: &BlockedReceiver) -> Option<SourceFix> {
    let make = around(code, Node::Expr(receiver.make))?;
    let here = listed(code, make)?;
    let closes = closes(code, receiver)?;
    if code.scope.function_at(code.file[receiver.make].span.start) != Some(receiver.ways_of) {
        return None;
    }
    close_deferred(code, receiver, make, here, &closes)
        .or_else(|| closed_before_returns(code, receiver, here, &closes))
}

/// The statements of the function that close the channel; `None` if there are none, or others that may.
fn closes(code: &Code<'_>, receiver: &BlockedReceiver) -> Option<Vec<StmtId>> {
    let mut closes = Vec::new();
    let within = code.file[code.scope[receiver.ways_of].body].span;
    for expr in code.expressions().filter(|expr| within.contains(code.file[*expr].span)) {
        let Some([channel]) = code.builtin_call(expr, "close") else { continue };
        if code.text(*channel) != receiver.channel {
            continue;
        }
        let stmt = around(code, Node::Expr(expr))?;
        let function = code.scope.function_at(code.file[expr].span.start);
        let is_plain = matches!(code.file[stmt].kind, StmtKind::ExprStmt(_));
        if !is_plain || function != Some(receiver.ways_of) {
            return None;
        }
        closes.push(stmt);
    }
    (!closes.is_empty()).then_some(closes)
}

/// `defer close(c)`, if nothing happens behind the other closes.
fn close_deferred(
    code: &Code<'_>,
    receiver: &BlockedReceiver,
    make: StmtId,
    here: Listed<'_>,
    closes: &[StmtId],
) -> Option<SourceFix> {
    let is_last = |stmt: &StmtId| {
        listed(code, *stmt).is_some_and(|here| match here.rest() {
            [] => is_body(code, here.owner, receiver.ways_of),
            [next] => is_bare_return(code, *next),
            _ => false,
        })
    };
    if !is_body(code, here.owner, receiver.ways_of) || !closes.iter().all(is_last) {
        return None;
    }
    let mut edits = edits(code)?;
    let text = format!("defer close({})", receiver.channel);
    edits.insert_after(make, &text).ok()?;
    for close in closes {
        edits.replace(removable(code, *close)?, "");
    }
    fix(&edits, receiver.certain, format!("add `{text}` in place of what closes it on one way"))
}

fn closed_before_returns(
    code: &Code<'_>,
    receiver: &BlockedReceiver,
    here: Listed<'_>,
    closes: &[StmtId],
) -> Option<SourceFix> {
    let settled: Vec<Span> = closes.iter().map(|stmt| code.file[*stmt].span).collect();
    let found = exits(code, here.rest(), &settled)?;
    let mut edits = edits(code)?;
    let text = format!("close({})", receiver.channel);
    for way in &receiver.ways {
        match way.end {
            WayEnd::Exit(Exit::Return(stmt)) if found.jumps.contains(&stmt) => {
                insert_above(code, &mut edits, stmt, &text).ok()?;
            }
            WayEnd::Exit(Exit::End)
                if found.at_end && is_body(code, here.owner, receiver.ways_of) =>
            {
                edits.insert_after(*here.list.last()?, &text).ok()?;
            }
            _ => return None,
        }
    }
    fix(&edits, false, format!("call `{text}` before the other ways out"))
}
