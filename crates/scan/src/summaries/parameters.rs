//! What one function does with a parameter.

use plumb_gosource::flow::{FunctionId, Step, UseKind, VariableUse, Within};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtKind, TypeKind};

use super::collect::Reading;
use super::facts::{Event, Key, ParameterFacts, Pass};
use super::releases::{is_release, sounds_like_end};
use super::standard::{self, OnArgument};
use super::values::{self, Receiving, Value};
use super::{Parameter, reads, reads_to_end};

/// How many variables may stand for one parameter.
pub(super) const MOST_ALIASES: usize = 8;

/// A variable that stands for the parameter or for a part of it.
pub(super) struct Alias {
    pub(super) variable: IdentId,
    pub(super) part: String,
    /// Whether it only refers to the parameter: a reader around it.
    pub(super) wraps: bool,
}

/// An event at a place.
pub(super) struct Occurrence {
    pub(super) event: usize,
    pub(super) offset: u32,
    /// The literal in which it stands.
    pub(super) literal: Option<FunctionId>,
}

pub(super) struct Following<'r, 'c, 'p> {
    pub(super) reading: &'r Reading<'c, 'p>,
    pub(super) function: FunctionId,
    pub(super) facts: ParameterFacts,
    pub(super) aliases: Vec<Alias>,
    pub(super) asserted: Vec<IdentId>,
    pub(super) occurrences: Vec<Occurrence>,
    /// Offsets of assignments that give the parameter itself another value.
    pub(super) overwritten: Vec<u32>,
    pub(super) variadic: bool,
}

/// Follows a parameter or receiver through a function.
pub(super) fn follow(
    reading: &Reading<'_, '_>,
    function: FunctionId,
    variable: IdentId,
    variadic: bool,
) -> ParameterFacts {
    let first = Alias { variable, part: String::new(), wraps: false };
    let mut following = Following {
        reading,
        function,
        facts: ParameterFacts::default(),
        aliases: vec![first],
        asserted: Vec::new(),
        occurrences: Vec::new(),
        overwritten: Vec::new(),
        variadic,
    };
    following.run();
    following.facts
}

impl Following<'_, '_, '_> {
    fn run(&mut self) {
        let mut next = 0;
        while next < self.aliases.len() {
            let Alias { variable, .. } = self.aliases[next];
            let uses = self.reading.code.scope.uses_of(variable, self.function);
            if next > 0 && !self.aliases[next].wraps && self.has_several_values(&uses) {
                self.facts.kept = true;
            }
            uses.iter().for_each(|use_| self.use_(next, use_));
            next += 1;
        }
        let is_release = |event: &Event| !matches!(event, Event::Stops(_));
        if self.facts.events.iter().any(is_release) {
            self.facts.ways = self.ways();
        }
    }

    /// Whether a variable that stands for the parameter may also stand for something else.
    fn has_several_values(&self, uses: &[VariableUse]) -> bool {
        let code = self.reading.code;
        let gives = |use_: &&VariableUse| {
            matches!(use_.kind, UseKind::Overwritten(_))
                && match values::value_given(code, use_) {
                    Value::Zero => false,
                    Value::Expr(value) => !values::is_nil(code, value),
                    Value::Result(..) | Value::Other => true,
                }
        };
        uses.iter().filter(gives).count() > 1
    }

    fn use_(&mut self, alias: usize, use_: &VariableUse) {
        let outlives = matches!(use_.within, Within::Goroutine | Within::Stored);
        match use_.kind {
            UseKind::Overwritten(_) if alias > 0 => self.facts.kept |= use_.captured,
            UseKind::Overwritten(_) if use_.captured => self.facts.kept = true,
            UseKind::Overwritten(_) => {
                self.overwritten.push(self.reading.code.file[use_.ident].span.start);
            }
            _ if outlives => self.facts.kept = true,
            _ if self.aliases[alias].wraps => self.use_of_wrapper(use_),
            UseKind::Read if use_.expr.is_some() && self.is_container(alias) => self.elements(use_),
            UseKind::Read | UseKind::Written => {}
            UseKind::Call(call) => self.called(alias, call, use_),
            UseKind::Argument { call, index } => self.passed(alias, call, index, use_),
            UseKind::Assigned(to) => self.assigned(alias, to, use_),
            UseKind::Return(_) | UseKind::Element(_) | UseKind::Sent(_) | UseKind::Other => {
                self.facts.kept |= values::carries(self.reading.code, use_);
            }
        }
    }

    fn is_container(&self, alias: usize) -> bool {
        let ty = self.reading.code.types.of_var(self.aliases[alias].variable);
        let of_container = |kind: &TypeKind| {
            matches!(kind, TypeKind::Slice(_) | TypeKind::Array(_) | TypeKind::Map(..))
        };
        ty.is_some_and(|ty| of_container(ty.kind()))
    }

    fn path(&self, alias: usize, selected: &[IdentId]) -> String {
        values::path(self.reading.code, &self.aliases[alias].part, selected)
    }

    pub(super) fn happens(&mut self, event: Event, use_: &VariableUse) {
        let known = self.facts.events.iter().position(|other| *other == event);
        let event = known.unwrap_or_else(|| {
            self.facts.events.push(event);
            self.facts.events.len() - 1
        });
        let offset = self.reading.code.file[use_.ident].span.start;
        let literal = use_.function.filter(|_| use_.captured);
        self.occurrences.push(Occurrence { event, offset, literal });
    }

    /// The parameter itself or a method of it is called.
    fn called(&mut self, alias: usize, call: ExprId, use_: &VariableUse) {
        let code = self.reading.code;
        let path = self.path(alias, &use_.selected);
        let Some((last, before)) = use_.selected.split_last() else {
            return self.happens(Event::Calls(path), use_);
        };
        if is_release(code.file.name(*last)) || self.is_ending_field(call, *last) {
            self.happens(Event::Calls(path), use_);
        }
        if let Some(key) = code.callee(call)
            && key.receiver.is_some()
            && self.reading.is_ours(key.path)
        {
            let part = self.path(alias, before);
            let pass = Pass { key: Key::of(&key), parameter: Parameter::Receiver, part };
            self.happens(Event::Passes(pass), use_);
        }
    }

    /// Whether what is called is a field with a function that ends something: `s.cancel()`.
    fn is_ending_field(&self, call: ExprId, name: IdentId) -> bool {
        let code = self.reading.code;
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return false };
        let fun = code.file.unparen(parts.fun);
        if code.types.callee(fun).is_some() {
            return false;
        }
        match code.types.of(fun) {
            Some(ty) => {
                ty.is_named("context", "CancelFunc") || sounds_like_end(code.file.name(name))
            }
            // It may be a method of a type that is not known: those that end something need no arguments.
            None => parts.args.is_empty() && sounds_like_end(code.file.name(name)),
        }
    }

    fn passed(&mut self, alias: usize, call: ExprId, index: usize, use_: &VariableUse) {
        let code = self.reading.code;
        if !values::carries(code, use_) {
            return;
        }
        match values::receiving(code, call, index) {
            Receiving::Builtin("append" | "panic" | "copy") | Receiving::Unknown => {
                self.facts.kept = true;
            }
            Receiving::Builtin(_) => {}
            Receiving::Function(key, _) if standard::reading(&key).is_some() => {
                if standard::reading(&key) == Some(OnArgument::Wraps) {
                    self.wrapped(call);
                }
                if reads_to_end(code, &key, call) {
                    let path = reads::read(&self.path(alias, &use_.selected));
                    self.happens(Event::Calls(path), use_);
                }
            }
            Receiving::Function(key, parameter) if self.reading.is_ours(key.path) => {
                let part = self.path(alias, &use_.selected);
                self.happens(Event::Passes(Pass { key: Key::of(&key), parameter, part }), use_);
            }
            Receiving::Function(..) => self.facts.kept = true,
        }
    }

    fn assigned(&mut self, alias: usize, to: Node, use_: &VariableUse) {
        let code = self.reading.code;
        if !values::carries(code, use_) {
            return;
        }
        let variable = match to {
            Node::Ident(ident) if code.file.name(ident) == "_" => return,
            Node::Ident(ident) => Some(ident),
            Node::Expr(expr) => match code.file[code.file.unparen(expr)].kind {
                ExprKind::Ident(ident) if code.file.name(ident) == "_" => return,
                _ => values::variable(code, expr),
            },
            _ => None,
        };
        let local = variable.filter(|v| values::is_local(code, self.function, *v));
        match local {
            Some(variable) if !use_.captured && !use_.address => {
                self.alias(alias, variable, to, use_)
            }
            _ => self.facts.kept = true,
        }
    }

    fn alias(&mut self, alias: usize, variable: IdentId, to: Node, use_: &VariableUse) {
        if self.aliases.iter().any(|known| known.variable == variable) {
            return;
        }
        if self.aliases.len() == MOST_ALIASES {
            self.facts.kept = true;
            return;
        }
        let part = self.path(alias, &use_.selected);
        self.aliases.push(Alias { variable, part, wraps: false });
        self.asserted.extend(self.ok_beside(to));
    }

    /// The `ok` of `v, ok := x.(T)`.
    fn ok_beside(&self, variable: Node) -> Option<IdentId> {
        let code = self.reading.code;
        let Some(Node::Stmt(stmt)) = code.scope.parents().of(variable) else { return None };
        let StmtKind::AssignStmt(assign) = code.file[stmt].kind else { return None };
        match (&code.file[assign.lhs], assign.rhs.len()) {
            ([_, ok], 1) => values::variable(code, *ok),
            _ => None,
        }
    }
}

/// The call that a step is, as a statement.
pub(super) fn called_by(reading: &Reading<'_, '_>, step: Step) -> Option<ExprId> {
    let file = reading.code.file;
    let Step::Stmt(stmt) = step else { return None };
    let StmtKind::ExprStmt(expr) = file[stmt].kind else { return None };
    let expr = file.unparen(expr);
    matches!(file[expr].kind, ExprKind::CallExpr(_)).then_some(expr)
}
