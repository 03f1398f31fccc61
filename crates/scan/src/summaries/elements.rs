//! What a function does with the arguments that a variadic parameter holds.

use plumb_gosource::flow::{UseKind, VariableUse};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, Token};

use super::facts::Event;
use super::parameters::Following;
use super::releases::is_release;
use super::values;

impl Following<'_, '_, '_> {
    /// Of a variadic parameter, `for _, c := range cs { c.Close() }` releases all; anything else may keep some.
    pub(super) fn elements(&mut self, use_: &VariableUse) {
        let code = self.reading.code;
        let above = use_.expr.and_then(|expr| code.scope.parents().of(Node::Expr(expr)));
        let range = match above {
            Some(Node::Stmt(stmt)) => match code.file[stmt].kind {
                StmtKind::RangeStmt(range) if Some(range.x) == use_.expr => Some(range),
                _ => None,
            },
            // A comparison with nil reads nothing of it.
            Some(Node::Expr(expr)) => match code.file[expr].kind {
                ExprKind::BinaryExpr(_) => return,
                _ => None,
            },
            _ => None,
        };
        let element = range.and_then(|range| values::variable(code, range.value?));
        let released = match (range, element) {
            (Some(range), Some(element)) if self.variadic && use_.selected.is_empty() => {
                self.released_in_each_round(range.body, element)
            }
            _ => None,
        };
        match released {
            Some(name) => self.happens(Event::Calls(name), use_),
            None => self.facts.kept = true,
        }
    }

    /// What a loop calls on its variable in each of its rounds, if nothing leaves a round or the loop early.
    fn released_in_each_round(&self, body: StmtId, element: IdentId) -> Option<String> {
        let code = self.reading.code;
        let mut walk = code.file.walk(Node::Stmt(body));
        while let Some(visit) = walk.next() {
            match visit.node {
                Node::Expr(expr) if matches!(code.file[expr].kind, ExprKind::FuncLit(_)) => {
                    walk.skip_children();
                }
                Node::Stmt(stmt) => match code.file[stmt].kind {
                    StmtKind::ReturnStmt(_) | StmtKind::BranchStmt(_) => return None,
                    _ => {}
                },
                _ => {}
            }
        }
        let uses = code.scope.uses_of(element, self.function);
        let mut names = uses.iter().filter_map(|use_| {
            let UseKind::Call(call) = use_.kind else { return None };
            let [name] = use_.selected[..] else { return None };
            let name = code.file.name(name);
            (!use_.captured && is_release(name) && self.is_in_each_round(call, element, body))
                .then(|| name.to_owned())
        });
        names.next()
    }

    /// Whether a call stands directly in a body, or under a test of the variable for nil that stands there.
    fn is_in_each_round(&self, call: ExprId, element: IdentId, body: StmtId) -> bool {
        let code = self.reading.code;
        for above in code.scope.parents().above(Node::Expr(call)) {
            let Node::Stmt(stmt) = above else { continue };
            match code.file[stmt].kind {
                _ if stmt == body => return true,
                StmtKind::ExprStmt(_) | StmtKind::AssignStmt(_) | StmtKind::DeferStmt(_) => {}
                StmtKind::BlockStmt(_) => {}
                StmtKind::IfStmt(test) => {
                    let at = code.file[call].span;
                    let first = test.init.is_some_and(|init| code.file[init].span.contains(at));
                    let first = first || code.file[test.cond].span.contains(at);
                    if !first && !self.is_not_nil(test.cond, element) {
                        return false;
                    }
                }
                _ => return false,
            }
        }
        false
    }

    fn is_not_nil(&self, condition: ExprId, variable: IdentId) -> bool {
        let code = self.reading.code;
        match code.file[code.file.unparen(condition)].kind {
            ExprKind::BinaryExpr(both) => {
                both.op == Token::Neq
                    && values::variable(code, both.x) == Some(variable)
                    && values::is_nil(code, both.y)
            }
            _ => false,
        }
    }
}
