//! Connections of which keepalive is turned off.

use plumb_evidence::source::SourceFix;
use plumb_gosource::{ExprId, ExprKind, Span};

use super::release::imported;
use super::{edits, fix};
use crate::code::Code;

/// How often a peer that says nothing is asked whether it is still there, in seconds: what package net does by itself
/// since Go 1.13 (documentation of `net.Dialer.KeepAlive`).
const PROBE_SECONDS: u32 = 15;

/// Turns keepalive on in the literal of a dialer or of a configuration of listeners: its value in place of the negative
/// one.
pub fn with_probes(code: &Code<'_>, literal: ExprId, value: ExprId) -> Option<SourceFix> {
    let span = code.file[literal].span;
    let line = |at: u32| code.file.position(at).line;
    // Behind the fields, gofmt aligns comments by what stands before them.
    let is_aligned =
        |comment: Span| span.contains(comment) && line(comment.start) > line(span.start);
    if code.file.comment_groups().any(|group| is_aligned(code.file[group].span)) {
        return None;
    }
    let mut edits = edits(code)?;
    let time = imported(code, &mut edits, "time")?;
    let period = format!("{PROBE_SECONDS} * {time}Second");
    edits.replace(code.file[value].span, &*period);
    fix(&edits, false, format!("ask silent peers whether they are there: `KeepAlive: {period}`"))
}

/// `conn.SetKeepAlive(true)` in place of `conn.SetKeepAlive(false)`.
pub fn probed(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let [off] = code.file[parts.args] else { return None };
    if !code.is_predeclared(off, "false") {
        return None;
    }
    let mut edits = edits(code)?;
    edits.replace(code.file[off].span, "true");
    fix(&edits, false, "turn keepalive on".to_owned())
}
