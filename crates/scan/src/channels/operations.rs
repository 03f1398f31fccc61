//! What is done with a channel, through the variables and parameters that stand for it.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, Token};

use super::local::alias;
use crate::code::Code;
use crate::goroutines::{self, Run, Runs};
use crate::mentions::{Mention, Mentions};

/// How many variables may stand for one channel.
const MAX_ALIASES: usize = 24;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Send(StmtId),
    Receive(ExprId),
    Range(StmtId),
    Close,
}

/// One thing that is done with a channel.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) what: What,
    /// Where.
    pub(super) at: u32,
    /// The function in which it stands.
    pub(super) function: FunctionId,
    /// Whether it is a case of a select with others, and so need not happen.
    pub(super) select: Option<StmtId>,
    /// How it runs, seen from the function that makes the channel.
    pub(super) runs: Vec<Run>,
}

impl Operation {
    pub(super) fn is_send(&self) -> bool {
        matches!(self.what, What::Send(_))
    }

    pub(super) fn receives(&self) -> bool {
        matches!(self.what, What::Receive(_) | What::Range(_))
    }

    pub(super) fn all_run(&self, how: Runs) -> bool {
        self.runs.iter().all(|run| run.runs == how)
    }
}

/// A variable that stands for the channel.
struct Alias {
    variable: IdentId,
    /// For a parameter of a declared function: that function, and the place of the alias with which it is called.
    entry: Option<Entry>,
}

#[derive(Clone, Copy)]
struct Entry {
    function: FunctionId,
    how: Runs,
    call: u32,
    caller: usize,
}

struct Finder<'a, 'c> {
    code: &'a Code<'c>,
    mentions: &'a Mentions,
    make: ExprId,
    outer: FunctionId,
    aliases: Vec<Alias>,
    operations: Vec<Operation>,
}

/// Everything that is done with a channel; `None` if somebody else may use it too.
pub(super) fn of(
    code: &Code<'_>,
    mentions: &Mentions,
    variable: IdentId,
    make: ExprId,
    outer: FunctionId,
) -> Option<Vec<Operation>> {
    let aliases = vec![Alias { variable, entry: None }];
    let mut finder = Finder { code, mentions, make, outer, aliases, operations: Vec::new() };
    let mut next = 0;
    while next < finder.aliases.len() {
        for mention in mentions.of(finder.aliases[next].variable) {
            finder.mention(next, mention)?;
        }
        next += 1;
        if finder.aliases.len() > MAX_ALIASES {
            return None;
        }
    }
    Some(finder.operations)
}

impl Finder<'_, '_> {
    /// `None` if the channel escapes.
    fn mention(&mut self, alias: usize, mention: &Mention) -> Option<()> {
        let (code, file) = (self.code, self.code.file);
        let Some(mut at) = mention.expr else { return Some(()) };
        let above = loop {
            match code.scope.parents().of(Node::Expr(at))? {
                Node::Expr(above) if matches!(file[above].kind, ExprKind::ParenExpr(_)) => {
                    at = above
                }
                above => break above,
            }
        };
        match above {
            Node::Stmt(stmt) => match file[stmt].kind {
                StmtKind::SendStmt(send) if send.chan == at => {
                    self.add(alias, What::Send(stmt), at, Node::Stmt(stmt))
                }
                StmtKind::RangeStmt(range) if range.x == at => {
                    self.add(alias, What::Range(stmt), at, Node::Stmt(stmt))
                }
                StmtKind::AssignStmt(assign) if file[assign.lhs].contains(&at) => {
                    let made =
                        file[assign.rhs].iter().any(|value| file.unparen(*value) == self.make);
                    made.then_some(())
                }
                _ => self.add_alias(above, at),
            },
            Node::Spec(_) => self.add_alias(above, at),
            Node::Expr(expr) => self.operand(alias, at, expr),
            _ => None,
        }
    }

    fn operand(&mut self, alias: usize, at: ExprId, above: ExprId) -> Option<()> {
        let file = self.code.file;
        match file[above].kind {
            ExprKind::UnaryExpr(unary) if unary.op == Token::Arrow => {
                self.add(alias, What::Receive(above), at, Node::Expr(above))
            }
            ExprKind::BinaryExpr(_) => Some(()),
            ExprKind::CallExpr(call) => {
                if self.code.builtin_call(above, "close").is_some() {
                    return self.add(alias, What::Close, at, Node::Expr(above));
                }
                if ["len", "cap"].iter().any(|f| self.code.builtin_call(above, f).is_some()) {
                    return Some(());
                }
                let index = file[call.args].iter().position(|arg| *arg == at)?;
                self.argument(alias, above, index)
            }
            _ => None,
        }
    }

    /// The channel is an argument: the parameter stands for it, if the function is in this file.
    fn argument(&mut self, caller: usize, call: ExprId, index: usize) -> Option<()> {
        let code = self.code;
        let function = goroutines::called_here(code, call)?;
        let variable = goroutines::parameter(code, code.scope[function].ty, index)?;
        let entry = matches!(code.scope[function].node, Node::Decl(_)).then(|| Entry {
            function,
            how: goroutines::of_call(code, call),
            call: code.file[call].span.start,
            caller,
        });
        let known = self.aliases.iter().any(|a| a.variable == variable);
        if !known {
            self.aliases.push(Alias { variable, entry });
            return Some(());
        }
        // Of a function that is called twice, only one call would be seen.
        None
    }

    fn add_alias(&mut self, above: Node, at: ExprId) -> Option<()> {
        let variable = alias(self.code, above, at)?;
        self.aliases.push(Alias { variable, entry: None });
        Some(())
    }

    fn add(&mut self, alias: usize, what: What, at: ExprId, node: Node) -> Option<()> {
        let offset = self.code.file[at].span.start;
        let runs = self.runs(alias, offset);
        if runs.is_empty() {
            return None;
        }
        let function = self.code.scope.function_at(offset)?;
        let select = select_around(self.code, node);
        self.operations.push(Operation { what, at: offset, function, select, runs });
        Some(())
    }

    fn runs(&self, alias: usize, offset: u32) -> Vec<Run> {
        let (code, mentions) = (self.code, self.mentions);
        let Some(entry) = self.entry_of(alias) else {
            return goroutines::runs(code, mentions, offset, self.outer);
        };
        let within = goroutines::runs(code, mentions, offset, entry.function);
        let around = self.runs(entry.caller, entry.call);
        let mut all = Vec::new();
        for outer in &around {
            let outer = goroutines::nested(*outer, entry.how, entry.function);
            for inner in &within {
                let function = inner.body.unwrap_or(entry.function);
                all.push(goroutines::nested(outer, inner.runs, function));
            }
        }
        all
    }

    /// The entry of the declared function in which an alias stands, that of another alias if it is made from that.
    fn entry_of(&self, alias: usize) -> Option<Entry> {
        let declared =
            |f: FunctionId| std::iter::successors(Some(f), |f| self.code.scope[*f].parent).last();
        let start = self.code.file[self.aliases[alias].variable].span.start;
        if let Some(entry) = self.aliases[alias].entry {
            return Some(entry);
        }
        let around = self.code.scope.function_at(start).and_then(declared);
        if around == declared(self.outer) {
            return None;
        }
        self.aliases.iter().filter_map(|a| a.entry).find(|entry| Some(entry.function) == around)
    }
}

/// The select of which an operation is a case, if it has other cases.
pub(super) fn select_around(code: &Code<'_>, node: Node) -> Option<StmtId> {
    let file = code.file;
    let parents = code.scope.parents();
    let mut at = node;
    // An expression in an assignment: `case v := <-ch`.
    while let Node::Expr(_) = at {
        at = parents.of(at)?;
    }
    let clause = match (at, parents.of(at)?) {
        (Node::Stmt(comm), Node::Stmt(clause)) => match file[clause].kind {
            StmtKind::CommClause(parts) if parts.comm == Some(comm) => clause,
            _ => return None,
        },
        _ => return None,
    };
    let mut above = parents.above(Node::Stmt(clause));
    let select = above.find_map(|node| match node {
        Node::Stmt(stmt) if matches!(file[stmt].kind, StmtKind::SelectStmt(_)) => Some(stmt),
        _ => None,
    })?;
    let StmtKind::SelectStmt(parts) = file[select].kind else { return None };
    (file.block(parts.body).len() > 1).then_some(select)
}
