//! What the end of the process, which comes soon after a function, makes of what that leaves open.

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::flow::{Condition, FunctionId};
use plumb_gosource::{DeclKind, Node, StmtId};

use super::acquired::Acquired;
use super::commands;
use super::customs::Left;
use super::untaken::fails;
use crate::code::Code;

/// Whether the end of a function is that of the process, or whether what it makes is meant to last as long.
pub(super) fn ends_with_process(
    code: &Code<'_>,
    function: FunctionId,
    acquired: &Acquired,
) -> bool {
    let is_command = commands::is_body(code, function)
        || code.summaries.across.customs.is_command(code, function);
    if is_command {
        return true;
    }
    let is_left_to_main = || may_stay(acquired) && is_part_of_main(code, function);
    let Node::Decl(decl) = code.scope[function].node else { return is_left_to_main() };
    let DeclKind::FuncDecl(declared) = code.file[decl].kind else { return false };
    match code.file.name(declared.name) {
        _ if declared.recv.is_some() => is_left_to_main(),
        "main" => code.is_of_program(),
        "TestMain" => code.in_test,
        "init" => acquired.kind != ResourceKind::Body,
        _ => is_left_to_main(),
    }
}

/// Whether the process ends after a function that is left by a `return`, on a way with these branches: because it fails,
/// as a rule. `may_stay` is whether what is left may stay for as long as the process, if that is not repeated.
pub(crate) fn ends_after(
    code: &Code<'_>,
    function: FunctionId,
    stmt: StmtId,
    branches: impl Iterator<Item = Condition>,
    may_stay: bool,
) -> bool {
    let fails = fails(code, function, stmt, branches);
    let left = Left { fails, may_stay: fails && may_stay };
    code.summaries.across.customs.end_after(code, function, left)
}

/// Whether something may be left open once in the life of a process.
pub(super) fn may_stay(acquired: &Acquired) -> bool {
    use ResourceKind::{Client, Connection, File, Listener, Stream, Subscription, Worker};
    matches!(acquired.kind, Client | Connection | File | Listener | Subscription | Worker)
        || (acquired.kind == Stream && acquired.object.is_none())
}

/// Whether a function is a piece of what a program does once, and the process ends after it.
pub(crate) fn is_part_of_main(code: &Code<'_>, function: FunctionId) -> bool {
    let left = Left { fails: false, may_stay: true };
    commands::is_body(code, function)
        || code.summaries.across.customs.end_after(code, function, left)
}
