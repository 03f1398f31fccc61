//! What one function does with a parameter.

use plumb_gosource::flow::{
    FunctionId, Marked, Ownership, Paths, Step, StepId, Use, UseKind, VariableUse, Within,
};
use plumb_gosource::{ExprId, ExprKind, IdentId, Node, StmtId, StmtKind, TypeKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::collect::Reading;
use super::facts::{Event, Key, MOST_EVENTS, ParameterFacts, Pass};
use super::releases::{is_release, sounds_like_end};
use super::values::{self, Receiving, Value};
use super::{Parameter, standard};

/// How many variables may stand for one parameter.
const MOST_ALIASES: usize = 8;

/// A variable that stands for the parameter or for a part of it.
struct Alias {
    variable: IdentId,
    part: String,
}

/// An event at a place.
struct Occurrence {
    event: usize,
    offset: u32,
    /// The literal in which it stands.
    literal: Option<FunctionId>,
}

struct Following<'r, 'c, 'p> {
    reading: &'r Reading<'c, 'p>,
    function: FunctionId,
    facts: ParameterFacts,
    aliases: Vec<Alias>,
    asserted: Vec<IdentId>,
    occurrences: Vec<Occurrence>,
    /// Offsets of assignments that give the parameter itself another value.
    overwritten: Vec<u32>,
    variadic: bool,
}

/// Follows a parameter or receiver through a function.
pub(super) fn follow(
    reading: &Reading<'_, '_>,
    function: FunctionId,
    variable: IdentId,
    variadic: bool,
) -> ParameterFacts {
    let first = Alias { variable, part: String::new() };
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
            if next > 0 && self.has_several_values(&uses) {
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

    fn happens(&mut self, event: Event, use_: &VariableUse) {
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
            Receiving::Function(key, _) if standard::only_reads(&key) => {}
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
        self.aliases.push(Alias { variable, part });
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

    /// Of a variadic parameter, `for _, c := range cs { c.Close() }` releases all; anything else may keep some.
    fn elements(&mut self, use_: &VariableUse) {
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
                both.op == plumb_gosource::Token::Neq
                    && values::variable(code, both.x) == Some(variable)
                    && values::is_nil(code, both.y)
            }
            _ => false,
        }
    }
}

/// Whether what is selected from the parameter is the beginning of something that is released.
struct Parts<'f, 'c, 'p> {
    reading: &'f Reading<'c, 'p>,
    events: &'f [Event],
}

impl Ownership for Parts<'_, '_, '_> {
    fn releases(&self, _use: &Use<'_>) -> bool {
        false
    }

    fn carries(&self, selected: &[IdentId]) -> bool {
        let path = values::path(self.reading.code, "", selected);
        let begins = |what: &str| what.starts_with(&path);
        self.events.iter().any(|event| match event {
            Event::Calls(called) => begins(called),
            Event::Passes(pass) => begins(&pass.part),
            Event::Stops(_) => false,
        })
    }
}

impl Following<'_, '_, '_> {
    /// The sets of events on the ways out.
    fn ways(&mut self) -> Vec<u64> {
        if self.facts.events.len() >= MOST_EVENTS {
            return Vec::new();
        }
        let mut marks: FxHashMap<StepId, u64> = FxHashMap::default();
        let mut literals: FxHashMap<FunctionId, Vec<(u32, u64)>> = FxHashMap::default();
        let graph = self.reading.code.graph(self.function);
        for Occurrence { event, offset, literal } in &self.occurrences {
            let mark = 1 << *event;
            match literal {
                Some(literal) => literals.entry(*literal).or_default().push((*offset, mark)),
                None => {
                    if let Some(step) = graph.step_at(*offset) {
                        *marks.entry(step).or_default() |= mark;
                    }
                }
            }
        }
        for (literal, places) in literals {
            let certain = self.certain(literal, &places);
            let start = self.reading.code.file.span(self.reading.code.scope[literal].node).start;
            if let Some(step) = graph.step_at(start) {
                *marks.entry(step).or_default() |= certain;
            }
        }
        for (step, mark) in self.stops() {
            *marks.entry(step).or_default() |= mark;
        }
        let steps = self.overwritten.iter().filter_map(|offset| graph.step_at(*offset));
        let ends: FxHashSet<StepId> = steps.collect();
        self.search(self.function, &marks, &ends).unwrap_or_default()
    }

    fn search(
        &self,
        function: FunctionId,
        marks: &FxHashMap<StepId, u64>,
        ends: &FxHashSet<StepId>,
    ) -> Option<Vec<u64>> {
        let code = self.reading.code;
        let variables: Vec<IdentId> = self.aliases.iter().map(|alias| alias.variable).collect();
        let marked = Marked {
            variables: &variables,
            asserted: &self.asserted,
            marks,
            ends,
            ownership: &Parts { reading: self.reading, events: &self.facts.events },
        };
        Paths::new(code.scope, function, code.graph(function)).marks(&marked)
    }

    /// The events that happen whenever a literal runs that is directly in the function.
    fn certain(&self, literal: FunctionId, places: &[(u32, u64)]) -> u64 {
        let code = self.reading.code;
        if code.scope[literal].parent != Some(self.function) {
            return 0;
        }
        let graph = code.graph(literal);
        let mut marks: FxHashMap<StepId, u64> = FxHashMap::default();
        for (offset, mark) in places {
            if let Some(step) = graph.step_at(*offset) {
                *marks.entry(step).or_default() |= mark;
            }
        }
        let sets = self.search(literal, &marks, &FxHashSet::default()).unwrap_or_default();
        sets.into_iter().reduce(|all, set| all & set).unwrap_or(0)
    }

    /// Calls of functions of the modules that may not come back, as events.
    fn stops(&mut self) -> Vec<(StepId, u64)> {
        let mut stops = Vec::new();
        for (step, key) in self.reading.may_stop(self.function) {
            let event = Event::Stops(key);
            let known = self.facts.events.iter().position(|other| *other == event);
            let place = known.unwrap_or(self.facts.events.len());
            if place == MOST_EVENTS {
                break;
            }
            if known.is_none() {
                self.facts.events.push(event);
            }
            stops.push((step, 1 << place));
        }
        stops
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
