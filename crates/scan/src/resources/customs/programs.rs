//! Which functions of a program are pieces of its `main`, or of a command: what they hold until they return is held until
//! the process ends. Of others at least what they lose by an error is, since it ends the process.

mod outcome;

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{DeclKind, ExprId, ExprKind, IdentId, Kind, Node, Referent, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Key, key};
use crate::code::Code;
use crate::goroutines::{is_once, starts_goroutine};
use crate::resources::commands;
use outcome::Outcome;

/// How many functions may be between `main` and one that is a piece of it.
const MAX_DEPTH: usize = 4;

/// How many calls of one function are looked at: what is called more often serves more than one command.
const MAX_CALLS: usize = 16;

/// Stands for `main`, for the body of a command, and for a function that ends the process.
const MAIN: Key = 0;

/// Between a package and the name of a method, of whatever type.
const METHOD: &str = ".";

/// Folders of packages that only the programs of the module use.
const OWN_FOLDERS: [&str; 9] =
    ["cmd", "cmds", "command", "commands", "hack", "internal", "script", "scripts", "tools"];

/// Who mentions a function.
#[derive(Debug)]
enum Mentions {
    /// These calls, and nothing else.
    Called(Vec<Call>),
    /// It is mentioned in another way too.
    Otherwise,
}

/// A call of a function.
#[derive(Clone, Copy, Debug)]
struct Call {
    /// The function around it.
    by: Key,
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
        for expr in code.expressions_of([Kind::Ident, Kind::SelectorExpr]) {
            let Some(mention) = mentioned(code, expr) else { continue };
            if !programs.is_open(mention.of) || commands::is_value(code, expr) {
                continue;
            }
            let is_own = mention.by_package || is_own_package(code, mention.path);
            let by = if is_own { caller(code, expr) } else { None };
            let by = by.map_or(Mentions::Otherwise, |by| Mentions::Called(vec![by]));
            programs.add(mention.of, by);
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
        let left = match place.is_literal {
            // What a literal returns, nobody follows.
            true => Left { fails: false, may_stay: left.may_stay && place.once },
            false => left,
        };
        self.ends(place.by, left, MAX_DEPTH)
    }

    /// Whether a function is named as the body of a command, and in no other way.
    pub(super) fn is_command(&self, code: &Code<'_>, function: FunctionId) -> bool {
        own_key(code, function)
            .is_some_and(|key| self.commands.contains(&key) && !self.mentions.contains_key(&key))
    }

    fn ends(&self, function: Key, left: Left, depth: usize) -> bool {
        if function == MAIN {
            return left.fails || left.may_stay;
        }
        let is_command = self.commands.contains(&function) && (left.fails || left.may_stay);
        match self.mentions.get(&function) {
            Some(Mentions::Called(by)) => {
                depth > 0
                    && (is_command || !by.is_empty())
                    && by.iter().all(|call| self.ends_after(*call, left, depth - 1))
            }
            Some(Mentions::Otherwise) => false,
            None => is_command,
        }
    }

    fn ends_after(&self, call: Call, left: Left, depth: usize) -> bool {
        let by_outcome = match call.outcome {
            Outcome::Ends => true,
            Outcome::EndsOnError => left.fails,
            Outcome::Returns => self.ends(call.by, left, depth),
            Outcome::ReturnsError => left.fails && self.ends(call.by, left, depth),
            Outcome::GoesOn => false,
        };
        let stays = Left { fails: false, may_stay: true };
        by_outcome || (left.may_stay && call.once && self.ends(call.by, stays, depth))
    }
}

/// One mention of a function or method.
struct Mention<'c> {
    of: Key,
    /// Whether nobody outside of the package or program can call it.
    by_package: bool,
    /// The path of its package, which may be one of which nobody outside of the module is likely to call anything.
    path: &'c str,
}

/// The function or method that an expression names. Whose method is meant tells the type of what it is called on; if that
/// is not known, the name has to be one that only the package can call. Exported names count as such in a program.
fn mentioned<'c>(code: &'c Code<'_>, expr: ExprId) -> Option<Mention<'c>> {
    let package = &*code.package.path;
    match code.file[expr].kind {
        ExprKind::SelectorExpr(selector) => {
            let name = code.file.name(selector.sel);
            if let Some(path) = code.imported(selector.x) {
                return Some(Mention { of: key(&[path, name]), by_package: false, path });
            }
            if is_unexported(name) {
                let of = key(&[package, METHOD, name]);
                return Some(Mention { of, by_package: true, path: package });
            }
            let ty = code.types.of(selector.x)?;
            let path = &*ty.pointee_or_self().named()?.path;
            let by_package = path == package && code.is_of_program();
            Some(Mention { of: key(&[path, METHOD, name]), by_package, path })
        }
        ExprKind::Ident(ident) => {
            let is_outer = match code.names.referent(ident) {
                None => true,
                Some(Referent::Declared(declared)) => {
                    code.names.declaration(declared).is_some_and(|declared| declared.top_level)
                }
                Some(Referent::Import(_)) => false,
            };
            if !is_outer {
                return None;
            }
            let name = code.file.name(ident);
            let by_package = code.is_of_program() || is_unexported(name);
            Some(Mention { of: key(&[package, name]), by_package, path: package })
        }
        _ => None,
    }
}

fn is_unexported(name: &str) -> bool {
    !name.starts_with(char::is_uppercase)
}

/// Whether a package stands in its module where only programs of that use it.
fn is_own_package(code: &Code<'_>, path: &str) -> bool {
    let modules = code.program.layout().modules().iter();
    let mut inside = modules.filter_map(|module| path.strip_prefix(&*module.path));
    inside.any(|rest| rest.split('/').any(|folder| OWN_FOLDERS.contains(&folder)))
}

/// The call of a function where it is mentioned; `None` for any other mention.
fn caller(code: &Code<'_>, mention: ExprId) -> Option<Call> {
    let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(mention)) else { return None };
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    if parts.fun != mention {
        return runs_it(code, call, mention);
    }
    let function = code.scope.function_at(code.file[mention].span.start)?;
    let place = place(code, function)?;
    let once = code.loop_around(Node::Expr(mention)).is_none() && place.once;
    let is_whole = place.by == MAIN && !place.is_literal && !place.is_for_good;
    let outcome = match outcome::of(code, call, function, is_whole) {
        Outcome::Returns | Outcome::ReturnsError if place.is_literal || place.is_for_good => {
            Outcome::GoesOn
        }
        outcome => outcome,
    };
    Some(Call { by: place.by, once, outcome })
}

/// The call by a helper of a command that gets the function and what the command got: `handle(c, drop)`.
fn runs_it(code: &Code<'_>, call: ExprId, mention: ExprId) -> Option<Call> {
    if commands::is_value(code, call) {
        return Some(Call { by: MAIN, once: true, outcome: Outcome::Returns });
    }
    let command = code.scope.function_at(code.file[mention].span.start)?;
    let gets = |arg: &ExprId| {
        let Some(context) = code.declared(*arg) else { return false };
        commands::is_context(code, context)
    };
    let runs = commands::is_body(code, command)
        && code.loop_around(Node::Expr(mention)).is_none()
        && code.arguments(call).iter().any(gets);
    runs.then_some(Call { by: MAIN, once: true, outcome: Outcome::GoesOn })
}

/// Where code runs.
struct Place {
    /// The function, of which it is a part.
    by: Key,
    /// Whether it runs at most once each time that the function does.
    once: bool,
    /// Whether it is in a literal.
    is_literal: bool,
    /// Whether it runs once in the life of the process, which goes on after it: `init`.
    is_for_good: bool,
}

/// Where the code of a function runs: literals are parts of the function that calls them, or starts them as a goroutine.
fn place(code: &Code<'_>, function: FunctionId) -> Option<Place> {
    let (mut at, mut once) = (function, true);
    loop {
        let is_literal = at != function;
        if commands::is_body(code, at) || exits(code, at) {
            return Some(Place { by: MAIN, once, is_literal, is_for_good: false });
        }
        let Node::Expr(literal) = code.scope[at].node else {
            let is_for_good = is_init(code, at);
            let by = if is_for_good { MAIN } else { own_key(code, at)? };
            return Some(Place { by, once, is_literal, is_for_good });
        };
        let Some(Node::Expr(call)) = code.scope.parents().of(Node::Expr(literal)) else {
            return None;
        };
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
        if parts.fun != literal && is_once(code, call) && is_of_package(code, call) {
            return Some(Place { by: MAIN, once: true, is_literal: true, is_for_good: true });
        }
        if parts.fun != literal && !starts_goroutine(code, call) {
            return None;
        }
        once &= code.loop_around(Node::Expr(literal)).is_none();
        at = code.scope[at].parent?;
    }
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
fn own_key(code: &Code<'_>, function: FunctionId) -> Option<Key> {
    let (package, name) = (&*code.package.path, code.declared_name(function)?);
    Some(match code.receiver_name(function).is_some() {
        true => key(&[package, METHOD, name]),
        false if name == "main" => MAIN,
        false => key(&[package, name]),
    })
}

/// Whether the last statement of a declared function ends the process.
fn exits(code: &Code<'_>, function: FunctionId) -> bool {
    let Node::Decl(decl) = code.scope[function].node else { return false };
    let DeclKind::FuncDecl(_) = code.file[decl].kind else { return false };
    let StmtKind::BlockStmt(body) = code.file[code.scope[function].body].kind else { return false };
    code.file[body].last().is_some_and(|last| outcome::ends_process(code, *last))
}
