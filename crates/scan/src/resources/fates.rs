//! What becomes of everything that a file acquires, also of what is not lost.

use plumb_evidence::catalogue;
use plumb_evidence::source_evidence::Fate;
use plumb_gosource::flow::{Acquisition, Bound, BoundTo, Exits, FunctionId};
use plumb_gosource::{ExprId, IdentId, Node};

use super::acquired::{self, Acquired};
use super::gathered::is_gathered;
use super::made::{MAKING, Made};
use super::ownership::Owner;
use crate::code::Code;

/// Something that a call acquires, and what becomes of it in the function of the call.
pub(crate) struct Held {
    /// The call.
    pub(crate) call: ExprId,
    /// What it acquires.
    pub(crate) acquired: Acquired,
    /// What becomes of it.
    pub(crate) fate: Fate,
}

/// Everything that a file acquires, in the order of the calls.
pub(crate) fn fates(code: &Code<'_>) -> Vec<Held> {
    let mut made = Made::default();
    let mut all = Vec::new();
    for node in code.file.find(Node::File, MAKING) {
        match node {
            Node::Stmt(stmt) => made.statement(code, stmt),
            Node::Spec(spec) => made.spec(code, &code.file[spec]),
            Node::Expr(call) => {
                let Some(function) = code.scope.function_at(code.file[call].span.start) else {
                    continue;
                };
                let acquired = acquired::by_call(code, &made, call).into_iter();
                all.extend(acquired.map(|acquired| {
                    let fate = fate(code, function, call, &acquired);
                    Held { call, acquired, fate }
                }));
            }
            _ => {}
        }
    }
    all
}

fn fate(code: &Code<'_>, function: FunctionId, call: ExprId, acquired: &Acquired) -> Fate {
    let is_lost = code.losses().iter().any(|loss| loss.call == call && loss.kind == acquired.kind);
    if is_lost {
        return Fate::Lost;
    }
    let catalogue::Acquired::Result(index) = acquired.what else { return Fate::Unknown };
    let fate = match code.scope.bound(call) {
        Bound::Used(_) => Fate::HandedOn,
        Bound::Dropped => Fate::Unknown,
        Bound::To(places) => match places.get(usize::from(index)) {
            Some(BoundTo::Variable(variable)) => {
                of_variable(code, function, call, *variable, acquired)
            }
            Some(BoundTo::Elsewhere(_)) => Fate::HandedOn,
            Some(BoundTo::Blank) | None => Fate::Unknown,
        },
    };
    match fate {
        Fate::HandedOn if is_gathered(code, call, acquired) => Fate::Gathered,
        fate => fate,
    }
}

fn of_variable(
    code: &Code<'_>,
    function: FunctionId,
    call: ExprId,
    variable: IdentId,
    acquired: &Acquired,
) -> Fate {
    let paths = code.paths(function);
    let owner = Owner::new(code, &paths, acquired);
    let acquisition = Acquisition { call, variables: vec![variable], guard: None };
    let answer = paths.leaks(&acquisition, &owner, Exits::default());
    let releases = answer.releases.iter().any(|ident| !owner.hands_on(*ident));
    let hands_on = answer.releases.iter().any(|ident| owner.hands_on(*ident));
    match (releases, hands_on || !answer.handed_on.is_empty()) {
        (true, false) => Fate::Released,
        (_, true) => Fate::HandedOn,
        (false, false) => Fate::Unknown,
    }
}
