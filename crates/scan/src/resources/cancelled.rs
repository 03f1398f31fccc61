//! Requests that are over when the function that sends them returns: their context is cancelled then, and the transport
//! closes the connection of a response that has not been read to its end (`readLoop` of net/http, Go 1.27).

use plumb_evidence::catalogue::Acquired;
use plumb_gosource::flow::FunctionId;
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtKind};

use super::made::variable;
use super::nothing::is_called_by_defer;
use crate::code::Code;

/// How many variables may be between a request and the context that it was made with.
const MAX_STEPS: usize = 3;

/// Whether the context of what a call asks for is cancelled when the function around it returns: a `defer` there cancels
/// it, or it is that of a request that the function answers. In a loop the answers would pile up until then.
pub(super) fn is_cancelled_with_function(code: &Code<'_>, call: ExprId) -> bool {
    let Some(function) = code.scope.function_at(code.file[call].span.start) else { return false };
    code.loop_around(Node::Expr(call)).is_none()
        && Request { code, function, call }.arguments_end(call, MAX_STEPS)
}

/// What a call sends.
struct Request<'q, 'c> {
    code: &'q Code<'c>,
    function: FunctionId,
    call: ExprId,
}

impl Request<'_, '_> {
    fn arguments_end(&self, call: ExprId, steps: usize) -> bool {
        self.code.arguments(call).iter().any(|argument| self.ends(*argument, steps))
    }

    /// Whether a context, or a request that has one, ends with the function.
    fn ends(&self, expr: ExprId, steps: usize) -> bool {
        let code = self.code;
        let expr = code.file.unparen(expr);
        if let Some(variable) = variable(code, expr) {
            return self.is_cancelled(variable)
                || (steps > 0 && self.values(variable).any(|value| self.makes(value, steps - 1)));
        }
        self.makes(expr, steps)
    }

    /// Whether a call makes a context or a request that ends with the function: `http.NewRequestWithContext(ctx, …)`,
    /// `request.WithContext(ctx)`, `r.Context()`.
    fn makes(&self, expr: ExprId, steps: usize) -> bool {
        let code = self.code;
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            return false;
        };
        match (code.imported(selector.x), code.file.name(selector.sel)) {
            (Some("net/http"), "NewRequestWithContext")
            | (Some("context"), "WithValue")
            | (None, "WithContext") => {
                code.arguments(expr).first().is_some_and(|first| self.ends(*first, steps))
            }
            (None, "Context") => self.is_answered(selector.x),
            _ => false,
        }
    }

    /// What is assigned to a variable of the function before the call.
    fn values(&self, variable: IdentId) -> impl Iterator<Item = ExprId> {
        self.assigned(variable).map(|(_, value)| value)
    }

    /// The places and the first value of each assignment to a variable, as the first place, before the call.
    fn assigned(&self, variable: IdentId) -> impl Iterator<Item = (&[ExprId], ExprId)> {
        let code = self.code;
        let until = code.file[self.call].span.start;
        let statements = code.file.walk(Node::Stmt(code.scope[self.function].body));
        statements.filter_map(move |visit| {
            let Node::Stmt(stmt) = visit.node else { return None };
            let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
            let places = &code.file[assign.lhs];
            let is_it = code.declared(*places.first()?) == Some(variable);
            let value = *code.file[assign.rhs].first()?;
            (is_it && code.file[stmt].span.start < until).then_some((places, value))
        })
    }

    /// Whether a `defer` of the function cancels a context.
    fn is_cancelled(&self, context: IdentId) -> bool {
        let code = self.code;
        self.assigned(context).any(|(places, value)| {
            let [_, cancel] = places else { return false };
            let is_made = code.callee(value).is_some_and(|callee| {
                let made = code.acquired_by(&callee);
                made.iter().any(|(_, what)| *what == Acquired::Result(1))
            });
            is_made
                && code
                    .declared(*cancel)
                    .is_some_and(|c| is_called_by_defer(code, self.function, c))
        })
    }

    /// Whether a request is one that the function, or one around it, answers: beside it there is a parameter by which it
    /// does.
    fn is_answered(&self, request: ExprId) -> bool {
        let code = self.code;
        let is_parameter = variable(code, request)
            .and_then(|request| code.names.declaration(request))
            .is_some_and(|declared| declared.kind == DeclaredAs::Param);
        let mut around = std::iter::successors(Some(self.function), |f| code.scope[*f].parent);
        is_parameter && around.any(|function| self.answers(function))
    }

    fn answers(&self, function: FunctionId) -> bool {
        let file = self.code.file;
        let parameters = file[file[self.code.scope[function].ty].params].list;
        file[parameters].iter().any(|field| match file[file[*field].ty].kind {
            ExprKind::SelectorExpr(selector) => {
                self.code.imported(selector.x) == Some("net/http")
                    && file.name(selector.sel) == "ResponseWriter"
            }
            _ => false,
        })
    }
}
