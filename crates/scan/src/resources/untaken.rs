//! Ways that no run takes, or takes with nothing to release, by what their branches say together.

use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Condition, FunctionId, Guard, Leak, PlaceKind, UseKind,
};
use plumb_gosource::{ExprId, ExprKind, FuncTypeId, IdentId, Kind, Node, StmtId, StmtKind, Token};

use super::made::variable;
use crate::code::Code;

/// How many cases a switch must have before it counts as one over all values: with one it asks for that alone.
const MIN_CASES: usize = 2;

/// The branches of a way, in order.
pub(super) fn branches(leak: &Leak) -> impl DoubleEndedIterator<Item = Condition> {
    leak.witness.places.iter().filter_map(|place| match place.kind {
        PlaceKind::Branch(condition) => Some(condition),
        _ => None,
    })
}

/// Whether a way with these branches leaves a function with an error by a `return`: with one that it makes there, or one
/// that is not nil.
pub(super) fn fails(
    code: &Code<'_>,
    function: FunctionId,
    stmt: StmtId,
    mut branches: impl Iterator<Item = Condition>,
) -> bool {
    let StmtKind::ReturnStmt(results) = code.file[stmt].kind else { return false };
    let Some(last) = code.file[results].last().filter(|_| gives_error(code, function)) else {
        return false;
    };
    match variable(code, *last) {
        Some(error) => branches.any(|branch| is_set(code, branch, error)),
        None => makes_error(code, *last),
    }
}

/// Whether the last result of a function is an error.
pub(super) fn gives_error(code: &Code<'_>, function: FunctionId) -> bool {
    ends_in_error(code, code.scope[function].ty)
}

/// Whether the last result of a type of functions is an error.
pub(super) fn ends_in_error(code: &Code<'_>, ty: FuncTypeId) -> bool {
    let results = code.file[ty].results;
    let last = results.and_then(|results| code.file[code.file[results].list].last());
    last.is_some_and(|field| code.is_predeclared(code.file[*field].ty, "error"))
}

/// Whether a branch is taken if a variable is not nil.
fn is_set(code: &Code<'_>, branch: Condition, error: IdentId) -> bool {
    let Condition::Expr { expr, is } = branch else { return false };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
    let set = match both.op {
        Token::Neq => is,
        Token::Eql => !is,
        _ => false,
    };
    set && variable(code, both.x) == Some(error) && code.is_predeclared(both.y, "nil")
}

/// Whether an expression makes an error: `fmt.Errorf("…", err)`, `errors.New("…")`, `errors.Wrap(err, "…")`, `ErrClosed`,
/// `&PathError{}`.
fn makes_error(code: &Code<'_>, expr: ExprId) -> bool {
    let expr = code.file.unparen(expr);
    match code.file[expr].kind {
        ExprKind::CallExpr(parts) => match code.file[code.file.unparen(parts.fun)].kind {
            ExprKind::SelectorExpr(selector) => match code.imported(selector.x) {
                Some("fmt") => code.file.name(selector.sel) == "Errorf",
                Some(path) => path.rsplit('/').next().is_some_and(|name| name.contains("errors")),
                None => false,
            },
            _ => false,
        },
        ExprKind::UnaryExpr(unary) => {
            unary.op == Token::And && matches!(code.file[unary.x].kind, ExprKind::CompositeLit(_))
        }
        ExprKind::SelectorExpr(selector) => {
            code.imported(selector.x).is_some() && code.file.name(selector.sel).starts_with("Err")
        }
        ExprKind::Ident(name) => code.file.name(name).starts_with("Err"),
        _ => false,
    }
}

/// Whether a branch is taken if a descriptor is none: `fd < 0`, `fd == -1`; a handle of Windows is none if it is 0 too.
pub(super) fn is_no_descriptor(
    code: &Code<'_>,
    branch: Condition,
    descriptors: &[IdentId],
) -> bool {
    let Condition::Expr { expr, is } = branch else { return false };
    let ExprKind::BinaryExpr(both) = code.file[expr].kind else { return false };
    let Some(descriptor) = variable(code, both.x).filter(|v| descriptors.contains(v)) else {
        return false;
    };
    let none = match (both.op, code.text(both.y)) {
        (Token::Lss, "0") | (Token::Leq | Token::Eql, "-1") => true,
        (Token::Geq | Token::Gtr, "0") | (Token::Neq | Token::Gtr, "-1") => false,
        (Token::Eql, "0") if is_handle(code, descriptor) => true,
        (Token::Neq, "0") if is_handle(code, descriptor) => false,
        _ => return false,
    };
    is == none
}

/// Whether a variable is a handle of Windows, by its type or its name.
fn is_handle(code: &Code<'_>, variable: IdentId) -> bool {
    let ends = |name: &str| name.to_ascii_lowercase().ends_with("handle");
    match code.types.of_var(variable).and_then(|ty| ty.named()) {
        Some(named) => ends(&named.name),
        None => ends(code.file.name(variable)),
    }
}

/// Whether a branch is taken if the error of a call is of a type: `ok` of `e, ok := err.(*Error)`. Then there is one.
pub(super) fn is_typed_error(
    code: &Code<'_>,
    branch: Condition,
    acquisition: &Acquisition,
) -> bool {
    let Condition::Expr { expr, is: true } = branch else { return false };
    let (Some(ok), Some(Guard::Error(error))) = (variable(code, expr), acquisition.guard) else {
        return false;
    };
    let Some(function) = code.scope.function_at(code.file[expr].span.start) else { return false };
    let start = code.file[acquisition.call].span.start;
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Stmt(stmt) = visit.node else { return false };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return false };
        let ([_, told], [asserted]) = (&code.file[assign.lhs], &code.file[assign.rhs]) else {
            return false;
        };
        let ExprKind::TypeAssertExpr(assertion) = code.file[code.file.unparen(*asserted)].kind
        else {
            return false;
        };
        let at = code.file[stmt].span.start;
        at > start
            && variable(code, *told) == Some(ok)
            && variable(code, assertion.x) == Some(error)
            && last_value(code, error, at) == Some(acquisition.call)
    })
}

/// The call or other value that a variable was given last, in the order of the text, before a byte of its function.
pub(super) fn last_value(code: &Code<'_>, of: IdentId, before: u32) -> Option<ExprId> {
    let function = code.scope.function_at(before)?;
    let given = code.file.walk(Node::Stmt(code.scope[function].body)).filter_map(|visit| {
        let Node::Stmt(stmt) = visit.node else { return None };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
        let is_it = |to: &ExprId| variable(code, *to) == Some(of);
        let [value] = code.file[assign.rhs] else { return None };
        let start = code.file[stmt].span.start;
        (start < before && code.file[assign.lhs].iter().any(is_it)).then_some((start, value))
    });
    let (_, last) = given.max_by_key(|(start, _)| *start)?;
    Some(code.file.unparen(last))
}

/// What is made of the error of a call before anybody asks for that error itself: `retry` of
/// `retry, err := shouldRetry(err)`. What also gets the value may speak of that.
pub(super) fn made_of_error(code: &Code<'_>, acquisition: &Acquisition) -> Vec<IdentId> {
    let Some(Guard::Error(error)) = acquisition.guard else { return Vec::new() };
    let start = code.file[acquisition.call].span.start;
    let Some(function) = code.scope.function_at(start) else { return Vec::new() };
    let calls =
        code.scope.uses_of(error, function).into_iter().filter_map(|use_| match use_.kind {
            UseKind::Argument { call, .. } if code.file[call].span.start > start => Some(call),
            _ => None,
        });
    let of_error_alone = calls.filter(|call| !gets(code, *call, &acquisition.variables));
    let made = of_error_alone.flat_map(|call| match code.scope.bound(call) {
        Bound::To(places) => places,
        Bound::Dropped | Bound::Used(_) => Vec::new(),
    });
    let variables = made.filter_map(|place| match place {
        BoundTo::Variable(variable) => Some(variable),
        BoundTo::Blank | BoundTo::Elsewhere(_) => None,
    });
    variables.filter(|made| *made != error).collect()
}

/// Whether any argument of a call mentions one of these variables.
fn gets(code: &Code<'_>, call: ExprId, variables: &[IdentId]) -> bool {
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
    code.file[parts.args].iter().any(|arg| {
        code.file.walk(Node::Expr(*arg)).any(|visit| match visit.node {
            Node::Expr(expr) => variable(code, expr).is_some_and(|v| variables.contains(&v)),
            _ => false,
        })
    })
}

/// Whether a way is the one past all cases of a switch over names, or strings that the file lists, each of which takes
/// care of the value: they are all there are.
///
/// `cares` are the mentions that release it or hand it on. A switch over literals may meet one that it does not know.
pub(super) fn is_past_all_cases(code: &Code<'_>, leak: &Leak, cares: &[IdentId]) -> bool {
    branches(leak).any(|branch| match branch {
        Condition::Case { tag, is: false, .. } => cases(code, tag)
            .is_some_and(|cases| are_refused(leak, tag, &cases) && all_care(code, &cases, cares)),
        _ => false,
    })
}

/// Whether a way is the one on which a loop has no round at all, though each round takes care of the value: a list of those
/// that get it which is empty.
pub(super) fn is_without_rounds(code: &Code<'_>, leak: &Leak, cares: &[IdentId]) -> bool {
    branches(leak).any(|branch| match branch {
        Condition::RangeEnds(stmt) => {
            let goes_round = |other| other == Condition::RangeNext(stmt);
            !branches(leak).any(goes_round) && each_round_cares(code, stmt, cares)
        }
        _ => false,
    })
}

/// Whether each round of a loop takes care, before anything in it may leave or skip. A goroutine or a
/// literal may only use the value.
fn each_round_cares(code: &Code<'_>, stmt: StmtId, cares: &[IdentId]) -> bool {
    let StmtKind::RangeStmt(range) = code.file[stmt].kind else { return false };
    let StmtKind::BlockStmt(body) = code.file[range.body].kind else { return false };
    let is_plain = |stmt: &&StmtId| {
        matches!(
            code.file[**stmt].kind,
            StmtKind::AssignStmt(_)
                | StmtKind::DeclStmt(_)
                | StmtKind::DeferStmt(_)
                | StmtKind::ExprStmt(_)
        )
    };
    let function = code.scope.function_at(code.file[stmt].span.start);
    let cares_in = |stmt: &StmtId| {
        let span = code.file[*stmt].span;
        cares
            .iter()
            .map(|ident| code.file[*ident].span)
            .any(|ident| span.contains(ident) && code.scope.function_at(ident.start) == function)
    };
    code.file[body].iter().take_while(is_plain).any(cares_in)
}

/// A case of a switch: its names, and the clause.
type Case<'c> = (&'c [ExprId], StmtId);

/// The cases of the switch over a tag, if all of them are names and there is no `default`.
fn cases<'c>(code: &Code<'c>, tag: ExprId) -> Option<Vec<Case<'c>>> {
    let Some(Node::Stmt(stmt)) = code.scope.parents().of(Node::Expr(tag)) else { return None };
    let StmtKind::SwitchStmt(switch) = code.file[stmt].kind else { return None };
    let StmtKind::BlockStmt(block) = code.file[switch.body].kind else { return None };
    let is_name = |value: &&ExprId| {
        matches!(code.file[**value].kind, ExprKind::Ident(_) | ExprKind::SelectorExpr(_))
    };
    let of_clause = |clause: &StmtId| {
        let StmtKind::CaseClause(parts) = code.file[*clause].kind else { return None };
        let names = &code.file[parts.list];
        (!names.is_empty()).then_some((names, *clause))
    };
    let cases: Vec<Case<'c>> = code.file[block].iter().map(of_clause).collect::<Option<_>>()?;
    let values = || cases.iter().flat_map(|(names, _)| *names);
    let is_whole = cases.len() >= MIN_CASES
        && (values().all(|value| is_name(&value)) || are_listed(code, values()));
    is_whole.then_some(cases)
}

/// Whether these are strings that the file lists together, and no others: what it allows, as a rule, and refuses all else
/// before.
fn are_listed<'c>(code: &Code<'c>, values: impl Iterator<Item = &'c ExprId>) -> bool {
    let string = |value: &ExprId| match code.file[*value].kind {
        ExprKind::BasicLit(_) => Some(code.text(*value)).filter(|text| text.starts_with('"')),
        _ => None,
    };
    let Some(values) = values.map(string).collect::<Option<Vec<_>>>() else { return false };
    code.expressions_of([Kind::CompositeLit]).any(|expr| {
        let ExprKind::CompositeLit(list) = code.file[expr].kind else { return false };
        let list = &code.file[list.elts];
        list.len() == values.len()
            && list.iter().all(|value| string(value).is_some_and(|text| values.contains(&text)))
    })
}

/// Whether a way goes past all of these cases.
fn are_refused(leak: &Leak, tag: ExprId, cases: &[Case<'_>]) -> bool {
    cases.iter().flat_map(|(names, _)| *names).all(|name| {
        branches(leak).any(|branch| match branch {
            Condition::Case { tag: of, value, is: false } => of == tag && value == *name,
            _ => false,
        })
    })
}

fn all_care(code: &Code<'_>, cases: &[Case<'_>], cares: &[IdentId]) -> bool {
    cases.iter().all(|(_, clause)| {
        let span = code.file[*clause].span;
        cares.iter().any(|ident| span.contains(code.file[*ident].span))
    })
}
