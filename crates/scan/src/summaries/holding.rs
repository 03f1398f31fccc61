//! What a variable of a function may hold when it is given back, and whether anybody else holds that too.

use plumb_evidence::catalogue::Release;
use plumb_gosource::flow::{
    BlockId, FunctionId, Graph, Marked, Ownership, StepId, Use, UseKind, VariableUse, Within,
};
use plumb_gosource::{DeclaredAs, ExprId, ExprKind, IdentId, Node, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::{Key, Pass, ResultFacts, Source};
use super::releases::is_release;
use super::results::Giving;
use super::values::{self, Receiving, Value};
use super::{Parameter, standard};

/// How many variables may get each other's value.
const MOST_VARIABLES: usize = 6;

/// The uses of a variable, put together.
struct Holding<'g, 'r, 'c, 'p> {
    giving: &'g Giving<'r, 'c, 'p>,
    variable: IdentId,
    /// The literal of which it may be an element.
    literal: Option<ExprId>,
    /// The part that may be given back.
    part: &'g str,
    facts: ResultFacts,
    /// Where it is released, gets another value, and is given back.
    releases: Vec<StepId>,
    binds: FxHashSet<StepId>,
    gives: FxHashSet<StepId>,
    /// Parts that get another value.
    written: Vec<String>,
    /// Fields of a struct that get a value after its literal.
    set: Vec<(String, ResultFacts)>,
}

/// All that a variable may hold; `None` if that is not known, or if something else may hold or release it.
pub(super) fn variable(
    giving: &Giving<'_, '_, '_>,
    variable: IdentId,
    literal: Option<ExprId>,
    part: &str,
) -> Option<ResultFacts> {
    let code = giving.reading.code;
    let is_named = giving.named.contains(&Some(variable));
    if !is_named && !values::is_local(code, giving.function, variable) {
        return None;
    }
    if giving.busy.borrow().contains(&variable) {
        return Some(ResultFacts::default());
    }
    if giving.busy.borrow().len() == MOST_VARIABLES {
        return None;
    }
    giving.busy.borrow_mut().push(variable);
    let holding = Holding {
        giving,
        variable,
        literal,
        part,
        facts: ResultFacts::default(),
        releases: Vec::new(),
        binds: FxHashSet::default(),
        gives: FxHashSet::default(),
        written: Vec::new(),
        set: Vec::new(),
    };
    let facts = holding.run(is_named);
    giving.busy.borrow_mut().pop();
    facts
}

impl Holding<'_, '_, '_, '_> {
    fn run(mut self, is_named: bool) -> Option<ResultFacts> {
        let code = self.giving.reading.code;
        let uses = code.scope.uses_of(self.variable, self.giving.function);
        // Cheap and common: most variables get a value that nobody has to release.
        for use_ in uses.iter().filter(|use_| matches!(use_.kind, UseKind::Overwritten(_))) {
            self.bound(use_)?;
        }
        for use_ in &uses {
            self.use_(use_)?;
        }
        if is_named {
            self.facts.sources.push(Source::Nothing);
            let graph = code.graph(self.giving.function);
            let returns = self.giving.returns.iter().filter(|stmt| {
                matches!(code.file[**stmt].kind, StmtKind::ReturnStmt(list) if list.is_empty())
            });
            self.gives.extend(returns.filter_map(|s| graph.step_at(code.file[*s].span.start)));
        }
        self.filled();
        let graph = code.graph(self.giving.function);
        let released = self.releases.iter().any(|at| self.is_given_after(graph, *at));
        let replaced = self.facts.sources.iter().any(|source| self.is_replaced(source));
        (!released && !replaced).then_some(self.facts)
    }

    fn step(&self, use_: &VariableUse) -> Option<StepId> {
        let code = self.giving.reading.code;
        code.graph(self.giving.function).step_at(code.file[use_.ident].span.start)
    }

    /// The variable gets a value.
    fn bound(&mut self, use_: &VariableUse) -> Option<()> {
        if use_.captured {
            return None;
        }
        let facts = match values::value_given(self.giving.reading.code, use_) {
            Value::Zero => ResultFacts::one(Source::Nothing),
            Value::Expr(value) => self.giving.expr(value)?,
            Value::Result(call, result) => self.giving.call(call, result)?,
            Value::Other => return None,
        };
        self.facts.join(facts);
        self.binds.extend(self.step(use_));
        Some(())
    }

    /// `None` if somebody else may hold or release the value after this.
    fn use_(&mut self, use_: &VariableUse) -> Option<()> {
        let outlives = use_.within == Within::Stored || use_.within == Within::Goroutine;
        match use_.kind {
            UseKind::Overwritten(_) => Some(()),
            UseKind::Call(call) if !(outlives && use_.captured) => self.called(call, use_),
            _ if outlives => None,
            UseKind::Read | UseKind::Call(_) => Some(()),
            UseKind::Written => {
                let code = self.giving.reading.code;
                self.written.push(values::path(code, "", &use_.selected));
                self.fill(use_);
                Some(())
            }
            _ if !values::carries(self.giving.reading.code, use_) => Some(()),
            UseKind::Return(_) if use_.captured => None,
            UseKind::Return(_) => self.returned(use_),
            _ if use_.address => None,
            UseKind::Argument { call, index } => self.passed(call, index, use_),
            UseKind::Assigned(to) => self.assigned(to, use_),
            UseKind::Element(literal) if self.literal == Some(literal) => {
                self.gives.extend(self.step(use_));
                Some(())
            }
            UseKind::Element(_) | UseKind::Sent(_) | UseKind::Other => None,
        }
    }

    /// A field gets a value: `s.db, err = sql.Open(…)`. What is set in a literal may be set at another time.
    fn fill(&mut self, use_: &VariableUse) {
        let code = self.giving.reading.code;
        let [field] = use_.selected[..] else { return };
        let facts = match values::value_written(code, use_) {
            _ if use_.captured => None,
            Value::Expr(value) => self.giving.set(value),
            Value::Result(call, result) => self.giving.call(call, result),
            Value::Zero | Value::Other => None,
        };
        self.set.extend(facts.map(|facts| (code.file.name(field).to_owned(), facts)));
    }

    /// Puts what fields get into the structs that it may be.
    fn filled(&mut self) {
        for (field, ResultFacts { sources, passes }) in std::mem::take(&mut self.set) {
            self.facts.passes.extend(passes);
            let wrappers = self.facts.sources.iter_mut().filter_map(|source| match source {
                Source::Wraps(wrapper) => Some(wrapper),
                _ => None,
            });
            for wrapper in wrappers {
                let held = sources.iter().filter(|source| !matches!(source, Source::Nothing));
                wrapper.fields.extend(held.map(|source| (field.clone(), source.clone())));
            }
        }
    }

    fn returned(&mut self, use_: &VariableUse) -> Option<()> {
        let code = self.giving.reading.code;
        if values::path(code, "", &use_.selected) != self.part {
            return None;
        }
        self.gives.extend(self.step(use_));
        Some(())
    }

    fn called(&mut self, call: ExprId, use_: &VariableUse) -> Option<()> {
        let code = self.giving.reading.code;
        let releases = use_.selected.last().is_none_or(|name| is_release(code.file.name(*name)));
        if releases {
            return self.released(use_);
        }
        if let Some(key) = code.callee(call)
            && key.receiver.is_some()
            && self.giving.reading.is_ours(key.path)
        {
            let before = &use_.selected[..use_.selected.len() - 1];
            let part = values::path(code, "", before);
            let (key, parameter) = (Key::of(&key), Parameter::Receiver);
            self.facts.passes.push(Pass { key, parameter, part });
            return Some(());
        }
        // Nobody can tell what a goroutine does with it.
        (use_.within != Within::Goroutine).then_some(())
    }

    fn released(&mut self, use_: &VariableUse) -> Option<()> {
        match (use_.within, use_.captured) {
            (Within::Function, false) => {
                self.releases.extend(self.step(use_));
                Some(())
            }
            // Where a function fails: `defer func() { if err != nil { c.Close() } }()`.
            (Within::Deferred, true) => {
                let literal = use_.function?;
                let offset = self.giving.reading.code.file[use_.ident].span.start;
                (!self.is_certain(literal, offset)?).then_some(())
            }
            _ => None,
        }
    }

    /// Whether a place in a literal is passed whenever that runs; `None` if that is not known.
    fn is_certain(&self, literal: FunctionId, offset: u32) -> Option<bool> {
        let code = self.giving.reading.code;
        if code.scope[literal].parent != Some(self.giving.function) {
            return None;
        }
        let graph = code.graph(literal);
        let marks: FxHashMap<StepId, u64> =
            graph.step_at(offset).map(|step| (step, 1)).into_iter().collect();
        let marked = Marked {
            variables: &[self.variable],
            asserted: &[],
            marks: &marks,
            ends: &FxHashSet::default(),
            ownership: &Nothing,
        };
        let sets = code.paths(literal).marks(&marked)?;
        Some(sets.iter().all(|set| *set != 0))
    }

    fn passed(&mut self, call: ExprId, index: usize, use_: &VariableUse) -> Option<()> {
        let reading = self.giving.reading;
        match values::receiving(reading.code, call, index) {
            Receiving::Builtin("append" | "panic" | "copy") | Receiving::Unknown => None,
            Receiving::Builtin(_) => Some(()),
            Receiving::Function(key, _) if standard::reading(&key).is_some() => Some(()),
            Receiving::Function(key, parameter) if reading.is_ours(key.path) => {
                let part = values::path(reading.code, "", &use_.selected);
                self.facts.passes.push(Pass { key: Key::of(&key), parameter, part });
                Some(())
            }
            Receiving::Function(..) => None,
        }
    }

    /// Another variable of the function may hold it too, if nobody else gets it from there.
    fn assigned(&mut self, to: Node, use_: &VariableUse) -> Option<()> {
        let code = self.giving.reading.code;
        if use_.captured {
            return None;
        }
        let ident = match to {
            Node::Ident(ident) => ident,
            Node::Expr(expr) => match code.file[code.file.unparen(expr)].kind {
                ExprKind::Ident(ident) => ident,
                _ => return None,
            },
            _ => return None,
        };
        if code.file.name(ident) == "_" {
            return Some(());
        }
        let other = match to {
            Node::Expr(expr) => values::variable(code, expr)?,
            _ => ident,
        };
        if code.names.declaration(other)?.kind == DeclaredAs::TypeSwitchVar {
            return None;
        }
        let facts = variable(self.giving, other, self.literal, "")?;
        self.facts.passes.extend(facts.passes);
        Some(())
    }

    /// Whether a way leads from a release to where the same value is given back.
    fn is_given_after(&self, graph: &Graph, release: StepId) -> bool {
        let mut met = FxHashSet::default();
        let mut todo: Vec<(BlockId, Option<StepId>)> =
            vec![(graph.block_of(release), Some(release))];
        while let Some((block, after)) = todo.pop() {
            let mut steps = graph.steps(block).filter(|step| after.is_none_or(|at| *step > at));
            match steps.find(|step| self.gives.contains(step) || self.binds.contains(step)) {
                Some(step) if self.gives.contains(&step) => return true,
                Some(_) => {}
                None => {
                    let edges = graph.edges(block).iter().map(|edge| edge.to);
                    todo.extend(edges.filter(|to| met.insert(*to)).map(|to| (to, None)));
                }
            }
        }
        false
    }

    /// Whether the part by which a source is released gets another value: then that must be released, or nothing.
    fn is_replaced(&self, source: &Source) -> bool {
        let Source::Fresh(Some(object)) = source else { return false };
        let is_written =
            |path: &str| self.written.iter().any(|part| path.starts_with(part.as_str()));
        object.source.releases.iter().any(|release| match release {
            Release::Method(path) => is_written(path),
            _ => false,
        })
    }
}

/// Releases nothing and carries nothing.
struct Nothing;

impl Ownership for Nothing {
    fn releases(&self, _use: &Use<'_>) -> bool {
        false
    }
}
