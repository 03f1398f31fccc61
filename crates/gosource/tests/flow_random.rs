//! Random functions: the search over the graph finds the leaks that running all ways through the program finds.
//!
//! The second side never sees a graph: it runs the program as it was made up, with sets of states. It does so twice:
//! with errors that are nil or not, which no search may find less than, and with errors of which only that of the
//! acquisition is known, which none may find more than.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use plumb_gosource::flow::{
    Acquisition, Bound, BoundTo, Callee, Exits, Guard, Ownership, Paths, Scope, Use, callee,
};
use plumb_gosource::{ExprKind, Names, Node, parse};
use proptest::prelude::*;

/// A statement of a made-up program. Conditions are calls, so each may be true or false each time.
#[derive(Clone, Debug)]
enum Made {
    Acquire,
    Close,
    DeferClose,
    Keep,
    Other,
    SetError,
    SetToNil,
    Return,
    Panic,
    Break,
    Continue,
    If(Test, Vec<Made>, Option<Vec<Made>>),
    Forever(Vec<Made>),
    While(Vec<Made>),
    Range(Vec<Made>),
    Switch(Vec<(Vec<Made>, bool)>, Option<Vec<Made>>),
    Select(Vec<Vec<Made>>),
}

#[derive(Clone, Copy, Debug)]
enum Test {
    Any,
    AnyAndAny,
    ErrorThere,
    ErrorNotThere,
    ValueThere,
    ErrorOrAny,
}

/// Sets of states, a bit each.
type States = u8;

/// What is known of the value and the error.
trait Knowledge {
    /// The state before the first statement.
    const START: States;
    /// Those in which the value is held.
    const HELD: States;
    /// Those after an acquisition, which may fail.
    const ACQUIRED: States;

    /// After the value was released, handed on or forgotten.
    fn released(states: States) -> States;

    /// After another call has set the error.
    fn error_set(states: States) -> States;

    /// What goes into the branch, and what past it.
    fn test(test: Test, states: States) -> (States, States);
}

/// Knows of the error only whether it is that of the acquisition.
struct Coarse;

impl Coarse {
    const NOT_YET: States = 1;
    /// Held, and the error tells so.
    const GUARDED: States = 2;
    const UNGUARDED: States = 4;
    const DONE: States = 8;
}

impl Knowledge for Coarse {
    const START: States = Self::NOT_YET;
    const HELD: States = Self::GUARDED | Self::UNGUARDED;
    const ACQUIRED: States = Self::GUARDED | Self::DONE;

    fn released(states: States) -> States {
        let done = if states & Self::HELD != 0 { Self::DONE } else { 0 };
        states & !Self::HELD | done
    }

    fn error_set(states: States) -> States {
        let held = if states & Self::GUARDED != 0 { Self::UNGUARDED } else { 0 };
        states & !Self::GUARDED | held
    }

    fn test(test: Test, states: States) -> (States, States) {
        match test {
            Test::Any | Test::AnyAndAny | Test::ErrorOrAny => (states, states),
            Test::ErrorThere => (states & !Self::GUARDED, states),
            Test::ErrorNotThere => (states, states & !Self::GUARDED),
            Test::ValueThere => (states, states & !Self::HELD),
        }
    }
}

/// Knows whether the error is nil.
struct Exact;

impl Exact {
    /// Not held, and the error is nil.
    const FREE: States = 1;
    const HELD_ERROR: States = 4;
    /// States in which the error is nil; those in which it is not are a bit higher each.
    const NIL: States = 0b101;

    /// All states with any error.
    fn with_any_error(states: States) -> States {
        let nil = (states | states >> 1) & Self::NIL;
        nil | nil << 1
    }
}

impl Knowledge for Exact {
    const START: States = Self::FREE;
    const HELD: States = Self::HELD_ERROR | Self::HELD_ERROR << 1;
    const ACQUIRED: States = Self::HELD_ERROR | Self::FREE << 1;

    fn released(states: States) -> States {
        states & !Self::HELD | (states & Self::HELD) >> 2
    }

    fn error_set(states: States) -> States {
        Self::with_any_error(states)
    }

    fn test(test: Test, states: States) -> (States, States) {
        let (nil, error) = (states & Self::NIL, states & !Self::NIL);
        match test {
            Test::Any | Test::AnyAndAny => (states, states),
            Test::ErrorThere => (error, nil),
            Test::ErrorNotThere => (nil, error),
            Test::ErrorOrAny => (states, nil),
            Test::ValueThere => (states, states & !Self::HELD),
        }
    }
}

/// The program as text, with the line on which each statement stands.
struct Placed {
    line: u32,
    made: Made,
    /// The lists of statements in it, in the order of the text.
    lists: Vec<Vec<Placed>>,
}

#[derive(Default)]
struct Text {
    text: String,
    line: u32,
}

impl Text {
    fn add(&mut self, line: &str) -> u32 {
        self.line += 1;
        self.text += line;
        self.text.push('\n');
        self.line
    }

    fn list(&mut self, list: &[Made], loops: u32, breaks: u32) -> Vec<Placed> {
        list.iter().map(|made| self.place(made, loops, breaks)).collect()
    }

    fn place(&mut self, made: &Made, loops: u32, breaks: u32) -> Placed {
        let made = match made {
            Made::Break if breaks == 0 => &Made::Other,
            Made::Continue if loops == 0 => &Made::Other,
            made => made,
        };
        let first = self.add(&head(made));
        let mut lists = Vec::new();
        match made {
            Made::If(_, then, els) => {
                lists.push(self.list(then, loops, breaks));
                if let Some(els) = els {
                    self.add("} else {");
                    lists.push(self.list(els, loops, breaks));
                }
                self.add("}");
            }
            Made::Forever(body) | Made::While(body) | Made::Range(body) => {
                lists.push(self.list(body, loops + 1, breaks + 1));
                self.add("}");
            }
            Made::Switch(cases, default) => {
                for (i, (body, falls)) in cases.iter().enumerate() {
                    self.add("case a():");
                    lists.push(self.list(body, loops, breaks + 1));
                    if *falls && i + 1 < cases.len() {
                        self.add("fallthrough");
                    }
                }
                if let Some(body) = default {
                    self.add("default:");
                    lists.push(self.list(body, loops, breaks + 1));
                }
                self.add("}");
            }
            Made::Select(cases) => {
                for body in cases {
                    self.add("case <-a():");
                    lists.push(self.list(body, loops, breaks + 1));
                }
                self.add("}");
            }
            _ => {}
        }
        Placed { line: first, made: made.clone(), lists }
    }
}

fn head(made: &Made) -> String {
    match made {
        Made::Acquire => "r, err = open()",
        Made::Close => "r.Close()",
        Made::DeferClose => "defer r.Close()",
        Made::Keep => "keep(r)",
        Made::Other => "a()",
        Made::SetError => "err = a()",
        Made::SetToNil => "r = nil",
        Made::Return => "return",
        Made::Panic => "panic(1)",
        Made::Break => "break",
        Made::Continue => "continue",
        Made::If(test, ..) => {
            let test = match test {
                Test::Any => "a()",
                Test::AnyAndAny => "a() && !a()",
                Test::ErrorThere => "err != nil",
                Test::ErrorNotThere => "!(err != nil)",
                Test::ValueThere => "r != nil",
                Test::ErrorOrAny => "err != nil || a()",
            };
            return format!("if {test} {{");
        }
        Made::Forever(_) => "for {",
        Made::While(_) => "for a() {",
        Made::Range(_) => "for range a() {",
        Made::Switch(..) => "switch {",
        Made::Select(_) => "select {",
    }
    .to_owned()
}

/// Where control is after statements.
#[derive(Clone, Copy, Default)]
struct After {
    next: States,
    breaks: States,
    continues: States,
}

/// Runs the program; the lines on which values are lost.
struct Machine<K> {
    lost: BTreeSet<u32>,
    knowledge: PhantomData<K>,
}

impl<K: Knowledge> Machine<K> {
    /// The lines on which a program loses values.
    fn lost(program: &[Placed], end: u32) -> BTreeSet<u32> {
        let mut machine = Self { lost: BTreeSet::new(), knowledge: PhantomData };
        let after = machine.list(program, K::START);
        machine.lose(after.next, end);
        machine.lost
    }

    fn lose(&mut self, states: States, line: u32) {
        if states & K::HELD != 0 {
            self.lost.insert(line);
        }
    }

    fn list(&mut self, list: &[Placed], states: States) -> After {
        let mut after = After { next: states, ..After::default() };
        for placed in list {
            if after.next == 0 {
                break;
            }
            let one = self.run(placed, after.next);
            after.next = one.next;
            after.breaks |= one.breaks;
            after.continues |= one.continues;
        }
        after
    }

    fn run(&mut self, placed: &Placed, states: States) -> After {
        let next = |next| After { next, ..After::default() };
        match &placed.made {
            Made::Acquire => {
                self.lose(states, placed.line);
                next(K::ACQUIRED)
            }
            Made::Close | Made::DeferClose | Made::Keep => next(K::released(states)),
            Made::SetToNil => {
                self.lose(states, placed.line);
                next(K::released(states))
            }
            Made::SetError => next(K::error_set(states)),
            Made::Other => next(states),
            Made::Return => {
                self.lose(states, placed.line);
                next(0)
            }
            Made::Panic => next(0),
            Made::Break => After { breaks: states, ..After::default() },
            Made::Continue => After { continues: states, ..After::default() },
            Made::If(test, ..) => self.if_(placed, *test, states),
            Made::Forever(_) => self.loop_(placed, states, false),
            Made::While(_) | Made::Range(_) => self.loop_(placed, states, true),
            Made::Switch(cases, default) => self.switch(placed, cases, default.is_some(), states),
            Made::Select(_) => {
                let mut after = After::default();
                for list in &placed.lists {
                    after = join(after, self.list(list, states));
                }
                After { next: after.next | after.breaks, breaks: 0, ..after }
            }
        }
    }

    fn if_(&mut self, placed: &Placed, test: Test, states: States) -> After {
        let (then, els) = K::test(test, states);
        let after = self.list(&placed.lists[0], then);
        match placed.lists.get(1) {
            Some(list) => join(after, self.list(list, els)),
            None => After { next: after.next | els, ..after },
        }
    }

    fn loop_(&mut self, placed: &Placed, states: States, ends: bool) -> After {
        let mut before = states;
        let mut done = 0;
        loop {
            let after = self.list(&placed.lists[0], before);
            done |= after.breaks;
            let again = before | after.next | after.continues;
            if again == before {
                let next = if ends { before | done } else { done };
                return After { next, ..After::default() };
            }
            before = again;
        }
    }

    fn switch(
        &mut self,
        placed: &Placed,
        cases: &[(Vec<Made>, bool)],
        default: bool,
        states: States,
    ) -> After {
        let mut after = After::default();
        let mut falling = 0;
        for (i, list) in placed.lists.iter().enumerate() {
            let one = self.list(list, states | falling);
            let falls = cases.get(i).is_some_and(|(_, falls)| *falls) && i + 1 < cases.len();
            falling = if falls { one.next } else { 0 };
            after = join(after, After { next: if falls { 0 } else { one.next }, ..one });
        }
        let unmatched = if default { 0 } else { states };
        After { next: after.next | after.breaks | unmatched, breaks: 0, ..after }
    }
}

fn join(a: After, b: After) -> After {
    After {
        next: a.next | b.next,
        breaks: a.breaks | b.breaks,
        continues: a.continues | b.continues,
    }
}

struct Known<'q, 'f, 'a>(&'q Scope<'f, 'a>);

impl Ownership for Known<'_, '_, '_> {
    fn releases(&self, use_: &Use<'_>) -> bool {
        use_.selected.last().is_some_and(|name| self.0.file().name(*name) == "Close")
    }
}

/// The lines on which the search loses values, of a whole file.
fn searched(source: &str) -> BTreeSet<u32> {
    let file = parse(source.as_bytes());
    assert_eq!(file.problems(), [], "{source}");
    let names = Names::new(&file, |_| None);
    let scope = Scope::new(&file, &names);
    let function = scope.functions().next().unwrap();
    let graph = scope.standard_graph(function);
    let paths = Paths::new(&scope, function, &graph);
    let mut lines = BTreeSet::new();
    for visit in file.walk(Node::File) {
        let Node::Expr(call) = visit.node else { continue };
        if !matches!(file[call].kind, ExprKind::CallExpr(_))
            || callee(&file, &names, call) != Some(Callee::Undeclared("open"))
        {
            continue;
        }
        let Bound::To(results) = scope.bound(call) else { panic!("{source}") };
        let [BoundTo::Variable(value), BoundTo::Variable(error)] = results[..] else {
            panic!("{results:?}")
        };
        let acquisition =
            Acquisition { call, variables: vec![value], guard: Some(Guard::Error(error)) };
        let answer = paths.leaks(&acquisition, &Known(&scope), Exits::default());
        lines.extend(answer.leaks.iter().map(|leak| leak.witness.places.last().unwrap().line));
    }
    lines
}

fn check(made: &[Made]) {
    let mut text = Text::default();
    text.add("package p");
    text.add("func f() {");
    text.add("var r *R; var err error");
    let placed = text.list(made, 0, 0);
    let end = text.add("}");
    let searched = searched(&text.text);
    let missed: Vec<u32> =
        Machine::<Exact>::lost(&placed, end).difference(&searched).copied().collect();
    assert_eq!(missed, [], "{}", text.text);
    let coarse = Machine::<Coarse>::lost(&placed, end);
    let invented: Vec<&u32> = searched.difference(&coarse).collect();
    assert!(invented.is_empty(), "{invented:?}\n{}", text.text);
}

fn programs() -> impl Strategy<Value = Vec<Made>> {
    let leaf = prop_oneof![
        3 => Just(Made::Acquire),
        2 => Just(Made::Close),
        1 => Just(Made::DeferClose),
        1 => Just(Made::Keep),
        2 => Just(Made::Other),
        1 => Just(Made::SetError),
        1 => Just(Made::SetToNil),
        2 => Just(Made::Return),
        1 => Just(Made::Panic),
        2 => Just(Made::Break),
        2 => Just(Made::Continue),
    ];
    let test = prop_oneof![
        Just(Test::Any),
        Just(Test::AnyAndAny),
        Just(Test::ErrorThere),
        Just(Test::ErrorNotThere),
        Just(Test::ValueThere),
        Just(Test::ErrorOrAny),
    ];
    let made = leaf.prop_recursive(4, 40, 4, move |inner| {
        let list = || prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            4 => (test.clone(), list(), prop::option::of(list())).prop_map(|(t, a, b)| Made::If(t, a, b)),
            1 => list().prop_map(Made::Forever),
            1 => list().prop_map(Made::While),
            1 => list().prop_map(Made::Range),
            2 => (prop::collection::vec((list(), any::<bool>()), 0..3), prop::option::of(list()))
                .prop_map(|(cases, default)| Made::Switch(cases, default)),
            1 => prop::collection::vec(list(), 0..3).prop_map(Made::Select),
        ]
    });
    prop::collection::vec(made, 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, ..ProptestConfig::default() })]

    #[test]
    fn the_search_finds_what_running_all_ways_finds(made in programs()) {
        check(&made);
    }
}
