//! Which functions of a program are pieces of its `main`, or of a command: what they hold until they return is held until
//! the process ends. Of others at least what they lose by an error is, since it ends the process.

mod groups;
mod injected;
mod mentioned;
mod outcome;

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{DeclKind, ExprId, ExprKind, IdentId, Kind, Node, Referent, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Key, key};
use crate::code::Code;
use crate::functions::FunctionKey;
use crate::goroutines::{is_once, starts_goroutine};
use crate::resources::commands;
use mentioned::{Reach, Reaches, mentioned};
use outcome::Outcome;

/// How many functions may be between `main` and one that is a piece of it.
const MAX_DEPTH: usize = 4;

/// How many more may hand an error on to `main`.
const MORE_FOR_ERRORS: usize = 2;

/// How many calls of one function are looked at: what is called more often serves more than one command.
const MAX_CALLS: usize = 16;

/// Stands for `main`, for the body of a command, and for a function that ends the process.
const MAIN: Key = 0;

/// Between a package and the name of a method, of whatever type.
const METHOD: &str = ".";

/// Who mentions a function.
#[derive(Debug)]
enum Mentions {
    /// These calls, and nothing else.
    Called(Vec<Call>),
    /// It is mentioned in another way too.
    Otherwise,
}

/// A function that calls others.
#[derive(Clone, Copy, Debug)]
struct Caller {
    key: Key,
    /// What calls are looked up by that may be of it, if it is a method: those of its name in the package of whatever
    /// type, and those through interfaces of the modules that may have it.
    others: [Option<Key>; 2],
}

impl Caller {
    /// Of `main` and the bodies of commands.
    const MAIN: Self = Self { key: MAIN, others: [None; 2] };

    fn keys(self) -> impl Iterator<Item = Key> {
        [Some(self.key)].into_iter().chain(self.others).flatten()
    }
}

/// A call of a function.
#[derive(Clone, Copy, Debug)]
struct Call {
    /// The function around it.
    by: Caller,
    /// Whether nobody outside of the program can call the function too, or is likely to.
    is_private: bool,
    /// Whether it is in no loop.
    once: bool,
    outcome: Outcome,
}

/// How a function is left with something open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// With an error.
    pub(crate) fails: bool,
    /// With something that may stay open for as long as the process runs, if that is not repeated.
    pub(crate) may_stay: bool,
}

/// Where functions and methods are mentioned, tests aside.
#[derive(Debug, Default)]
pub(super) struct Programs {
    mentions: FxHashMap<Key, Mentions>,
    /// The bodies of commands, of whatever package.
    commands: FxHashSet<Key>,
}

impl Programs {
    pub(super) fn read(code: &Code<'_>) -> Self {
        let mut programs = Self::default();
        let package = &*code.package.path;
        let commands = commands::named(code).into_iter();
        let named = |name: IdentId| key(&[package, code.file.name(name)]);
        programs.commands = commands.map(named).collect();
        // What tests call besides tells nothing of the program.
        if code.in_test {
            return programs;
        }
        let reaches = Reaches::new(code);
        for expr in code.expressions_of([Kind::Ident, Kind::SelectorExpr]) {
            let Some(mention) = mentioned(&reaches, expr) else { continue };
            let keys = [Some(mention.of), mention.by_interface];
            let is_open = keys.iter().flatten().any(|key| programs.is_open(*key));
            if !is_open || commands::is_value(code, expr) {
                continue;
            }
            let by = match mention.reach {
                Reach::Anybody => None,
                // What an example does tells nothing of those that it is one for.
                Reach::Module if mentioned::is_in_example(code) => continue,
                Reach::Module => caller(code, expr).map(|by| Call { is_private: false, ..by }),
                Reach::Program => caller(code, expr),
            };
            for key in keys.into_iter().flatten() {
                let by = by.map_or(Mentions::Otherwise, |by| Mentions::Called(vec![by]));
                programs.add(key, by);
            }
        }
        programs
    }

    /// Whether nothing else than calls of a function is known.
    fn is_open(&self, mentioned: Key) -> bool {
        !matches!(self.mentions.get(&mentioned), Some(Mentions::Otherwise))
    }

    fn add(&mut self, mentioned: Key, by: Mentions) {
        let known = self.mentions.entry(mentioned).or_insert(Mentions::Called(Vec::new()));
        match (&mut *known, by) {
            (Mentions::Called(all), Mentions::Called(more)) => {
                all.extend(more);
                if all.len() > MAX_CALLS {
                    *known = Mentions::Otherwise;
                }
            }
            (_, Mentions::Otherwise) => *known = Mentions::Otherwise,
            (Mentions::Otherwise, Mentions::Called(_)) => {}
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for (mentioned, by) in other.mentions {
            self.add(mentioned, by);
        }
        self.commands.extend(other.commands);
    }

    /// Whether the process ends after a function that is left like this, or does so at last without having gone through
    /// it again.
    pub(super) fn end_after(&self, code: &Code<'_>, function: FunctionId, left: Left) -> bool {
        let Some(place) = place(code, function) else { return false };
        // A walk goes on after what does not fail, and leaves one more open.
        if !left.fails && is_walked(code, function) {
            return false;
        }
        let left = match place.is_unheard {
            // What a literal returns, nobody follows.
            true => Left { fails: false, may_stay: left.may_stay && place.once },
            false => left,
        };
        let more = if left.fails { MORE_FOR_ERRORS } else { 0 };
        self.ends(place.by, left, MAX_DEPTH + more)
    }

    /// Whether a function is named as the body of a command, and in no other way.
    pub(super) fn is_command(&self, code: &Code<'_>, function: FunctionId) -> bool {
        own_key(code, function).is_some_and(|Caller { key, .. }| {
            self.commands.contains(&key) && !self.mentions.contains_key(&key)
        })
    }

    fn ends(&self, function: Caller, left: Left, depth: usize) -> bool {
        let key = function.key;
        if key == MAIN {
            return left.fails || left.may_stay;
        }
        let is_command = self.commands.contains(&key) && (left.fails || left.may_stay);
        let mut mentions = function.keys().filter_map(|key| self.mentions.get(&key)).peekable();
        if mentions.peek().is_none() {
            return is_command;
        }
        let ends = |mentions: &Mentions| match mentions {
            Mentions::Called(by) => {
                (is_command || !by.is_empty())
                    && by.iter().all(|call| self.ends_after(*call, left, depth - 1))
            }
            Mentions::Otherwise => false,
        };
        depth > 0 && mentions.all(ends)
    }

    fn ends_after(&self, call: Call, left: Left, depth: usize) -> bool {
        // What others may call too is not known to happen once, but who fails here ends the program.
        let left = Left { may_stay: left.may_stay && call.is_private, ..left };
        let by_outcome = match call.outcome {
            Outcome::Ends => true,
            Outcome::EndsOnError => left.fails,
            Outcome::Returns => self.ends(call.by, left, depth),
            Outcome::ReturnsError => left.fails && self.ends(call.by, left, depth),
            Outcome::GoesOn => false,
        };
        let stays = Left { fails: false, may_stay: true };
        let less = if left.fails { MORE_FOR_ERRORS } else { 0 };
        let depth_of_others = depth.saturating_sub(less);
        by_outcome || (left.may_stay && call.once && self.ends(call.by, stays, depth_of_others))
    }
}

/// The call of a function where it is mentioned; `None` for any other mention.
fn caller(code: &Code<'_>, mention: ExprId) -> Option<Call> {
    let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(mention)) else { return None };
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    if parts.fun != mention {
        return runs_it(code, call, mention);
    }
    let function = code.scope.function_at(code.file[mention].span.start)?;
    let place = place(code, function);
    let is_whole =
        place.as_ref().is_some_and(|p| p.by.key == MAIN && !p.is_literal && !p.is_for_good);
    let outcome = outcome::of(code, call, function, is_whole);
    let Some(place) = place else {
        // Wherever that runs, it ends the process.
        let ends = matches!(outcome, Outcome::Ends | Outcome::EndsOnError);
        return ends.then_some(Call { by: Caller::MAIN, is_private: true, once: false, outcome });
    };
    let outcome = match outcome {
        Outcome::Returns | Outcome::ReturnsError if place.is_unheard || place.is_for_good => {
            Outcome::GoesOn
        }
        outcome => outcome,
    };
    let once = code.loop_around(Node::Expr(mention)).is_none() && place.once;
    Some(Call { by: place.by, is_private: true, once, outcome })
}

/// The call by a helper of a command that gets the function and what the command got: `handle(c, drop)`; or by what puts the
/// program together.
fn runs_it(code: &Code<'_>, call: ExprId, mention: ExprId) -> Option<Call> {
    let by_command =
        Call { by: Caller::MAIN, is_private: true, once: true, outcome: Outcome::GoesOn };
    if commands::is_value(code, call) {
        return Some(Call { outcome: Outcome::Returns, ..by_command });
    }
    if injected::gives(code, call) {
        return Some(Call { outcome: Outcome::EndsOnError, ..by_command });
    }
    let runs = helps_command(code, call) && code.loop_around(Node::Expr(mention)).is_none();
    runs.then_some(by_command)
}

/// Whether a call in the body of a command gets what that got: the helper does the work of the command.
fn helps_command(code: &Code<'_>, call: ExprId) -> bool {
    let command = code.scope.function_at(code.file[call].span.start);
    let gets = |arg: &ExprId| {
        let Some(context) = code.declared(*arg) else { return false };
        commands::is_context(code, context)
    };
    command.is_some_and(|command| commands::is_body(code, command))
        && code.arguments(call).iter().any(gets)
}

/// Where code runs.
struct Place {
    /// The function, of which it is a part.
    by: Caller,
    /// Whether it runs at most once each time that the function does.
    once: bool,
    /// Whether it is in a literal.
    is_literal: bool,
    /// Whether it is in one of which nobody follows what it returns.
    is_unheard: bool,
    /// Whether it runs once in the life of the process, which goes on after it: `init`.
    is_for_good: bool,
}

/// Where the code of a function runs: literals are parts of the function that calls them, or starts them as a goroutine.
fn place(code: &Code<'_>, function: FunctionId) -> Option<Place> {
    let (mut at, mut once, mut is_unheard) = (function, true, false);
    loop {
        let is_literal = at != function;
        let place = |by, is_for_good| Some(Place { by, once, is_literal, is_unheard, is_for_good });
        if commands::is_body(code, at) || exits(code, at) {
            return place(Caller::MAIN, false);
        }
        let Node::Expr(literal) = code.scope[at].node else {
            return match is_init(code, at) {
                true => place(Caller::MAIN, true),
                false => place(own_key(code, at)?, false),
            };
        };
        if injected::is_run_at_start(code, literal) {
            let (by, is_for_good) = (Caller::MAIN, false);
            return Some(Place { by, once, is_literal: true, is_unheard, is_for_good });
        }
        let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(literal)) else {
            return None;
        };
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
        let parent = code.scope[at].parent;
        let is_walk = parent.is_some_and(|parent| groups::walks(code, call, literal, parent));
        let is_followed =
            is_walk || parent.is_some_and(|parent| groups::follows(code, call, literal, parent));
        is_unheard |= !is_followed;
        if parts.fun != literal && is_once(code, call) && is_of_package(code, call) {
            let (by, once) = (Caller::MAIN, true);
            let (is_literal, is_for_good) = (true, true);
            return Some(Place { by, once, is_literal, is_unheard, is_for_good });
        }
        once &= !is_walk && code.loop_around(Node::Expr(literal)).is_none();
        // `run(cmd, func() error { … })` in the body of a command.
        if parts.fun != literal && helps_command(code, call) {
            let (by, is_for_good) = (Caller::MAIN, false);
            return Some(Place { by, once, is_literal: true, is_unheard, is_for_good });
        }
        if parts.fun != literal && !is_followed && !starts_goroutine(code, call) {
            return None;
        }
        at = parent?;
    }
}

/// Whether a function is, or is in, a literal that is called for each file of a tree.
fn is_walked(code: &Code<'_>, function: FunctionId) -> bool {
    let mut around = std::iter::successors(Some(function), |at| code.scope[*at].parent);
    around.any(|at| {
        let Node::Expr(literal) = code.scope[at].node else { return false };
        match (code.scope.parents().of(Node::Expr(literal)), code.scope[at].parent) {
            (Some(Node::Expr(call)), Some(parent)) => groups::walks(code, call, literal, parent),
            _ => false,
        }
    })
}

/// Whether a method is called on a variable of the package, or a part of one.
fn is_of_package(code: &Code<'_>, call: ExprId) -> bool {
    let Some(operand) = code.operand(call) else { return false };
    let ExprKind::Ident(name) = code.file[code.file.unparen(operand)].kind else { return false };
    match code.names.referent(name) {
        None => true,
        Some(Referent::Declared(declared)) => {
            code.names.declaration(declared).is_some_and(|declared| declared.top_level)
        }
        Some(Referent::Import(_)) => false,
    }
}

fn is_init(code: &Code<'_>, function: FunctionId) -> bool {
    code.declared_name(function) == Some("init") && code.receiver_name(function).is_none()
}

/// What a declared function is looked up by.
fn own_key(code: &Code<'_>, function: FunctionId) -> Option<Caller> {
    let (package, name) = (&*code.package.path, code.declared_name(function)?);
    Some(match code.receiver_name(function).is_some() {
        true => Caller {
            key: mentioned::of_method(&FunctionKey {
                path: package,
                receiver: code.receiver_name(function),
                name,
            }),
            others: [Some(key(&[package, METHOD, name])), mentioned::by_interface(code, function)],
        },
        false if name == "main" => Caller::MAIN,
        false => Caller { key: key(&[package, name]), others: [None; 2] },
    })
}

/// Whether the last statement of a declared function ends the process.
fn exits(code: &Code<'_>, function: FunctionId) -> bool {
    let Node::Decl(decl) = code.scope[function].node else { return false };
    let DeclKind::FuncDecl(_) = code.file[decl].kind else { return false };
    let StmtKind::BlockStmt(body) = code.file[code.scope[function].body].kind else { return false };
    code.file[body].last().is_some_and(|last| outcome::ends_process(code, *last))
}
