//! One file as rules see it.

use std::cell::OnceCell;

use plumb_evidence::catalogue::{Acquired, LibraryObject};
use plumb_evidence::finding::Confidence;
use plumb_evidence::source::{SourceFinding, SourcePlace, SourceStep};
use plumb_gosource::flow::{
    CallEffect, Callee, Condition, Conditions, FunctionId, Graph, Paths, Scope, callee,
    standard_effect,
};
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, FieldListId, File, FileTypes, Names, Node, Package, Program, Span,
};

use crate::advisories::Advised;
use crate::channels::{BlockedReceiver, Channel};
use crate::functions::FunctionKey;
use crate::knowledge::{Knowledge, OfPaths};
use crate::resources::{self, Loss, Slip};
use crate::summaries::{Parameter, Summaries};
use crate::untakeable::Untakeable;

/// One file, with what is known of it and beyond it.
pub struct Code<'c> {
    /// The packages of the program.
    pub program: &'c Program<'c>,
    /// The package of the file.
    pub package: &'c Package,
    /// Its syntax.
    pub file: &'c File<'c>,
    /// What its names refer to.
    pub names: &'c Names<'c>,
    /// Types of its expressions.
    pub types: &'c FileTypes,
    /// Its functions and variables.
    pub scope: &'c Scope<'c, 'c>,
    /// What acquires and releases.
    pub knowledge: &'c Knowledge,
    /// What the functions of the modules do.
    pub summaries: &'c Summaries,
    /// Its path from the root of the scan, with `/`.
    pub path: &'c str,
    /// The folders from the outermost module around the root of the scan to that, with `/`; empty if there is none.
    pub above: &'c str,
    /// Whether it is a test.
    pub in_test: bool,
    /// The language version of its module, the `go` line: `(1, 23)`; that of Go 1.16 if there is none, as for the go tool.
    pub go: (u32, u32),
    /// The known leaks of the versions that its module uses.
    pub(crate) advised: &'c Advised,
    /// What of the knowledge the thread has looked up before.
    pub(crate) known_of_paths: &'c OfPaths,
    /// By function, its graph; made when it is asked for.
    pub(crate) graphs: Vec<OnceCell<Graph>>,
    /// By function, its conditions that recur; found when they are asked for.
    pub(crate) conditions: Vec<OnceCell<Conditions>>,
    /// By function, the branches that no run takes; found when they are asked for.
    pub(crate) untakeable: Vec<OnceCell<Untakeable>>,
    /// Its calls of known functions; found when they are asked for.
    pub(crate) calls: OnceCell<Vec<(ExprId, FunctionKey<'c>)>>,
    /// Its channels of which every use is seen; found when they are asked for.
    pub(crate) channels: OnceCell<Vec<Channel>>,
    pub(crate) blocked_receivers: OnceCell<Vec<BlockedReceiver>>,
    pub(crate) mentions_channels: OnceCell<bool>,
    pub(crate) losses: OnceCell<Vec<Loss>>,
    pub(crate) slips: OnceCell<Vec<Slip>>,
}

impl<'c> Code<'c> {
    /// What the file acquires and loses; found once.
    pub fn losses(&self) -> &[Loss] {
        self.losses.get_or_init(|| resources::losses(self))
    }

    /// Releases that miss what they are meant for; found once.
    pub(crate) fn slips(&self) -> &[Slip] {
        self.slips.get_or_init(|| resources::slips(self))
    }

    /// The control-flow graph of a function, made once.
    pub fn graph(&self, function: FunctionId) -> &Graph {
        self.graphs[function.index()]
            .get_or_init(|| self.scope.graph(function, &|call| self.effect(call)))
    }

    /// The paths of a function; what its conditions say of each other is found once.
    pub(crate) fn paths(&self, function: FunctionId) -> Paths<'_, 'c, 'c> {
        let graph = self.graph(function);
        let conditions = self.conditions[function.index()]
            .get_or_init(|| Conditions::new(self.scope, function, graph));
        Paths::with(self.scope, function, graph, conditions)
    }

    /// Whether no run takes a branch of a function.
    pub(crate) fn forbids(&self, function: FunctionId, branch: Condition) -> bool {
        self.untakeable[function.index()]
            .get_or_init(|| Untakeable::new(self, function))
            .holds(branch)
    }

    /// Whether control comes back from a call.
    pub fn effect(&self, call: ExprId) -> CallEffect {
        match standard_effect(self.file, self.names, call) {
            CallEffect::Returns => self.summaries.effect_of_call(self, call),
            effect => effect,
        }
    }

    /// The function or method that a call calls, as far as it is known: by types, else by the import or by the type of
    /// what a method is called on.
    pub fn callee(&self, call: ExprId) -> Option<FunctionKey<'c>> {
        let ExprKind::CallExpr(parts) = self.file[call].kind else { return None };
        let mut fun = self.file.unparen(parts.fun);
        // Of an instance the generic function is called.
        fun = match self.file[fun].kind {
            ExprKind::IndexExpr(index) => self.file.unparen(index.x),
            ExprKind::IndexListExpr(index) => self.file.unparen(index.x),
            _ => fun,
        };
        if let Some(known) = self.types.callee(fun) {
            return Some(FunctionKey {
                path: &known.path,
                receiver: known.receiver.as_deref(),
                name: &known.name,
            });
        }
        match callee(self.file, self.names, call)? {
            Callee::Imported(path, name) => Some(FunctionKey { path, receiver: None, name }),
            Callee::Method(on, name) => {
                let named = self.types.of(on)?.named()?;
                Some(FunctionKey { path: &named.path, receiver: Some(&named.name), name })
            }
            Callee::Declared(_) | Callee::Undeclared(_) => None,
        }
    }

    /// The objects that a call of a function acquires, and what of the call each is. Objects of
    /// [`ResourceKind::None`](plumb_evidence::catalogue::ResourceKind) tell that it acquires nothing; what no record
    /// names has none.
    pub fn acquired_by(
        &self,
        function: &FunctionKey<'_>,
    ) -> &'c [(&'static LibraryObject, Acquired)] {
        self.knowledge.acquired_by(self.known_of_paths, function)
    }

    /// The function or method that gets an argument of a call, and as what: of a method expression (`T.Close(x)`) the
    /// first argument is the receiver.
    pub fn parameter(&self, call: ExprId, argument: usize) -> Option<(FunctionKey<'_>, Parameter)> {
        let ExprKind::CallExpr(parts) = self.file[call].kind else { return None };
        let is_method_expression = match self.file[self.file.unparen(parts.fun)].kind {
            ExprKind::SelectorExpr(selector) => {
                self.types.type_expr(self.file.unparen(selector.x)).is_some()
            }
            _ => false,
        };
        let parameter = match (is_method_expression, argument) {
            (false, index) => Parameter::Index(index),
            (true, 0) => Parameter::Receiver,
            (true, index) => Parameter::Index(index - 1),
        };
        Some((self.callee(call)?, parameter))
    }

    /// A range of the file as reports show it.
    pub fn place(&self, span: Span) -> SourcePlace {
        let (start, end) = (self.file.position(span.start), self.file.position(span.end));
        SourcePlace {
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    /// A step of a finding.
    pub fn step(&self, span: Span, text: impl Into<String>) -> SourceStep {
        SourceStep { place: self.place(span), text: text.into() }
    }

    /// The declared function around a byte: for a closure the function in which it stands.
    pub fn declared_at(&self, offset: u32) -> Option<FunctionId> {
        let inner = self.scope.function_at(offset);
        std::iter::successors(inner, |f| self.scope[*f].parent).last()
    }

    /// The name of a declared function as the Go runtime spells it, without numbers of closures; the package and
    /// `init` for code outside of functions.
    pub fn function_name(&self, function: Option<FunctionId>) -> String {
        let package = match &*self.package.name {
            "main" => "main",
            _ => &*self.package.path,
        };
        let declaration = function.and_then(|f| match self.scope[f].node {
            Node::Decl(decl) => match self.file[decl].kind {
                DeclKind::FuncDecl(f) => Some(f),
                _ => None,
            },
            _ => None,
        });
        let Some(declaration) = declaration else { return format!("{package}.init") };
        let name = self.file.name(declaration.name);
        match declaration.recv.and_then(|recv| self.receiver(recv)) {
            Some((ty, true)) => format!("{package}.(*{ty}).{name}"),
            Some((ty, false)) => format!("{package}.{ty}.{name}"),
            None => format!("{package}.{name}"),
        }
    }

    /// The type of a receiver, and whether it is a pointer.
    pub(crate) fn receiver(&self, recv: FieldListId) -> Option<(&'c str, bool)> {
        let field = *self.file[self.file[recv].list].first()?;
        let mut ty = self.file.unparen(self.file[field].ty);
        let mut pointer = false;
        loop {
            ty = self.file.unparen(match self.file[ty].kind {
                ExprKind::StarExpr(star) => {
                    pointer = true;
                    star
                }
                ExprKind::IndexExpr(index) => index.x,
                ExprKind::IndexListExpr(index) => index.x,
                ExprKind::Ident(name) => return Some((self.file.name(name), pointer)),
                _ => return None,
            });
        }
    }

    /// A finding at a place of the file; path, object and fix are the caller's to add.
    pub fn finding(
        &self,
        pattern: &'static str,
        at: Span,
        confidence: Confidence,
        message: String,
    ) -> SourceFinding {
        let function = self.declared_at(at.start);
        let lines = function.map_or((1, u32::MAX), |f| {
            let place = self.place(self.file.span(self.scope[f].node));
            (place.line, place.end_line)
        });
        SourceFinding {
            pattern,
            message,
            file: self.path.to_owned(),
            place: self.place(at),
            function: self.function_name(function),
            function_lines: lines,
            confidence,
            path: Vec::new(),
            object: "",
            snippet: self.snippet(at),
            in_test: self.in_test,
            fix: None,
        }
    }

    /// The lines of a range without indentation and blanks at the ends, at most three.
    fn snippet(&self, at: Span) -> String {
        let source = self.file.source();
        let start =
            source[..at.start as usize].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let rest = &source[start..];
        let text = String::from_utf8_lossy(&rest[..rest.len().min(1000)]);
        let lines = self.place(at).end_line - self.place(at).line + 1;
        let lines = text.split('\n').take(lines.min(3) as usize).map(str::trim);
        lines.collect::<Vec<_>>().join("\n")
    }
}
