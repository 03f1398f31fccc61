//! Keys under which entries are put in and taken out, as far as the code of one function tells what they are.

use std::sync::Arc;

use plumb_gosource::flow::{Callee, callee};
use plumb_gosource::{
    CompositeLit, DeclaredAs, ExprId, ExprKind, IdentId, Referent, SelectorExpr, Token, Type,
    TypeKind,
};

use super::MapId;
use super::definitions::Definition;
use super::reading::Reader;

/// Through how many variables and calls in each other a key is followed. Nobody writes as many.
const MAX_DEPTH: usize = 12;

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Nothing is known of it.
    Unknown,
    /// A constant: its value if it is a text, else as it is written.
    Constant(Box<str>),
    /// A parameter of a declared function.
    Parameter { function: Arc<str>, index: usize, name: Box<str>, ty: Box<str> },
    /// The receiver of a method of a type.
    Receiver(Box<str>),
    /// A package variable.
    Variable(Box<str>),
    /// A field that a type declares, of something.
    Field { of: Box<Key>, ty: Box<str>, name: Box<str> },
    /// A result of a call.
    Call { function: Box<str>, is_ours: bool, result: usize, operands: Vec<Key> },
    /// A text made of parts.
    Joined(Vec<Key>),
    /// A struct with these fields.
    Struct { ty: Box<str>, fields: Vec<(Box<str>, Key)> },
    /// The address of a variable of a function.
    Address { function: Arc<str>, name: Box<str> },
    /// What a range over a map yields.
    Of(MapId),
    /// One that nothing had before; how that is known.
    Fresh(&'static str),
}

/// Functions of the standard library that make a text of their arguments, with what they put between.
const JOINING: [(&str, &str, &str); 3] =
    [("net", "JoinHostPort", ":"), ("path", "Join", "/"), ("path/filepath", "Join", "/")];

/// Functions of the standard library that only write a value as text.
const WRITING: [(&str, &str); 7] = [
    ("strconv", "Itoa"),
    ("strconv", "FormatInt"),
    ("strconv", "FormatUint"),
    ("strconv", "Quote"),
    ("fmt", "Sprint"),
    ("strings", "Clone"),
    ("unique", "Make"),
];

/// Functions that never yield the same twice: those of these packages whose names begin so. From their documentation.
const FRESH: [(&str, &[&str], &str); 9] = [
    ("github.com/google/uuid", &["New", "Must"], "a new UUID"),
    ("github.com/gofrs/uuid", &["New", "Must"], "a new UUID"),
    ("github.com/satori/go.uuid", &["New", "Must"], "a new UUID"),
    ("github.com/hashicorp/go-uuid", &["Generate"], "a new UUID"),
    ("github.com/rs/xid", &["New"], "a new id"),
    ("github.com/segmentio/ksuid", &["New"], "a new id"),
    ("github.com/oklog/ulid", &["Make", "New", "MustNew"], "a new id"),
    ("time", &["Now"], "the time"),
    ("sync/atomic", &["Add"], "a counter"),
];

impl Reader<'_, '_> {
    /// What an expression is as a key.
    pub(super) fn key(&self, expr: ExprId) -> Key {
        self.key_within(expr, MAX_DEPTH)
    }

    fn key_within(&self, expr: ExprId, depth: usize) -> Key {
        let Some(depth) = depth.checked_sub(1) else { return Key::Unknown };
        let file = self.code.file;
        let expr = file.unparen(expr);
        match file[expr].kind {
            ExprKind::BasicLit(_) => Key::Constant(unquoted(self.code.text(expr)).into()),
            ExprKind::Ident(ident) => self.named(expr, ident, depth),
            ExprKind::SelectorExpr(selector) => self.selected(expr, &selector, depth),
            ExprKind::CallExpr(_) => self.called(expr, 0, depth),
            ExprKind::BinaryExpr(binary) if binary.op == Token::Add && self.is_text(expr) => {
                let mut parts = Vec::new();
                for operand in [binary.x, binary.y] {
                    match self.key_within(operand, depth) {
                        Key::Joined(more) => parts.extend(more),
                        part => parts.push(part),
                    }
                }
                joined(parts)
            }
            ExprKind::CompositeLit(literal) => self.composite(expr, &literal, depth),
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => self.address(unary.x),
            ExprKind::TypeAssertExpr(assertion) => self.key_within(assertion.x, depth),
            _ => Key::Unknown,
        }
    }

    fn is_text(&self, expr: ExprId) -> bool {
        let ExprKind::BinaryExpr(binary) = self.code.file[self.code.file.unparen(expr)].kind else {
            let is_literal = matches!(self.code.file[expr].kind, ExprKind::BasicLit(literal)
                if literal.kind == Token::String);
            return is_literal || self.code.types.of(expr).is_some_and(is_string);
        };
        self.code.types.of(expr).is_some_and(is_string)
            || self.is_text(binary.x)
            || self.is_text(binary.y)
    }

    fn named(&self, expr: ExprId, ident: IdentId, depth: usize) -> Key {
        let code = self.code;
        let name = code.file.name(ident);
        let Some(Referent::Declared(declared)) = code.names.referent(ident) else {
            return match code.package.value(code.program, name) {
                Some(value) if value.is_const => Key::Constant(name.into()),
                Some(_) if self.counts_up(expr) => Key::Fresh("a counter"),
                Some(_) => Key::Variable(format!("{}.{name}", code.package.path).into()),
                None if matches!(name, "true" | "false" | "iota") => Key::Constant(name.into()),
                None => Key::Unknown,
            };
        };
        let Some(declaration) = code.names.declaration(declared) else { return Key::Unknown };
        match declaration.kind {
            DeclaredAs::Const => return Key::Constant(name.into()),
            DeclaredAs::Receiver => {
                return match code.types.of_var(declared).and_then(Type::named) {
                    Some(named) => Key::Receiver(format!("{}.{}", named.path, named.name).into()),
                    None => Key::Unknown,
                };
            }
            DeclaredAs::Var if declaration.top_level => {
                return match self.counts_up(expr) {
                    true => Key::Fresh("a counter"),
                    false => Key::Variable(format!("{}.{name}", code.package.path).into()),
                };
            }
            _ => {}
        }
        match self.definitions.of(declared) {
            Some(Definition::Value(value)) => self.key_within(value, depth),
            Some(Definition::Result(call, result)) => self.called(call, result, depth),
            Some(Definition::RangeKey(over)) => self.map(over).map_or(Key::Unknown, Key::Of),
            Some(Definition::Parameter(ty, index)) => match self.declared.get(&ty) {
                Some(function) => Key::Parameter {
                    function: function.clone(),
                    index,
                    name: name.into(),
                    ty: code
                        .types
                        .of_var(declared)
                        .map(|ty| ty.to_string())
                        .unwrap_or_default()
                        .into(),
                },
                None => Key::Unknown,
            },
            _ => Key::Unknown,
        }
    }

    fn selected(&self, expr: ExprId, selector: &SelectorExpr, depth: usize) -> Key {
        let code = self.code;
        let name = code.file.name(selector.sel);
        if let Some(path) = code.imported(selector.x) {
            let package = code.program.package(path);
            let is_const = package
                .as_ref()
                .and_then(|p| p.value(code.program, name))
                .is_some_and(|value| value.is_const);
            let full = format!("{path}.{name}").into();
            return if is_const { Key::Constant(full) } else { Key::Variable(full) };
        }
        if self.counts_up(expr) {
            return Key::Fresh("a counter");
        }
        match self.field(selector) {
            Some((ty, _)) => Key::Field {
                of: Box::new(self.key_within(selector.x, depth)),
                ty: ty.into(),
                name: name.into(),
            },
            None => Key::Unknown,
        }
    }

    fn called(&self, call: ExprId, result: usize, depth: usize) -> Key {
        let code = self.code;
        let call = code.file.unparen(call);
        let ExprKind::CallExpr(parts) = code.file[call].kind else { return Key::Unknown };
        let arguments = &code.file[parts.args];
        if let ([argument], Some(_)) = (arguments, code.types.type_expr(parts.fun)) {
            return self.key_within(*argument, depth);
        }
        if matches!(code.types.builtin(parts.fun), Some("new")) {
            return Key::Fresh("a new value");
        }
        let key = |argument: &ExprId| self.key_within(*argument, depth);
        let Some(callee) = code.callee(call) else {
            return match callee(code.file, code.names, call) {
                // A method of a type that is not at hand, and so none of the modules'.
                Some(Callee::Method(on, name)) => {
                    let function = format!("?.{name}").into();
                    let operands = std::iter::once(&on).chain(arguments).map(key).collect();
                    Key::Call { function, is_ours: false, result, operands }
                }
                _ => Key::Unknown,
            };
        };
        if callee.receiver.is_none() {
            if callee.path == "fmt" && callee.name == "Sprintf" {
                return match arguments.split_first() {
                    Some((format, rest)) => {
                        let rest = rest.iter().map(key).collect();
                        self.formatted(*format, rest)
                    }
                    None => Key::Unknown,
                };
            }
            if let (true, Some(argument)) =
                (WRITING.contains(&(callee.path, callee.name)), arguments.first())
            {
                return key(argument);
            }
            let joining =
                JOINING.iter().find(|(path, name, _)| (*path, *name) == (callee.path, callee.name));
            if let Some((_, _, between)) = joining {
                let between = Key::Constant((*between).into());
                let parts = arguments.iter().map(key);
                let mut all: Vec<Key> = parts.flat_map(|part| [between.clone(), part]).collect();
                all.drain(..1.min(all.len()));
                return joined(all);
            }
        }
        if let Some(why) = fresh(callee.path, callee.receiver, callee.name) {
            return Key::Fresh(why);
        }
        let is_ours = callee.path == &*code.package.path;
        let function = match callee.receiver {
            Some(receiver) => format!("{}.{receiver}.{}", callee.path, callee.name),
            None => format!("{}.{}", callee.path, callee.name),
        };
        let on = match (callee.receiver, code.file[code.file.unparen(parts.fun)].kind) {
            (Some(_), ExprKind::SelectorExpr(selector)) => Some(key(&selector.x)),
            _ => None,
        };
        if let Some(Key::Fresh(why)) = on {
            return Key::Fresh(why);
        }
        let operands = on.into_iter().chain(arguments.iter().map(key)).collect();
        Key::Call { function: function.into(), is_ours, result, operands }
    }

    /// A text by a format of `fmt`; unknown if the format is no constant text, or has verbs of another form.
    fn formatted(&self, format: ExprId, arguments: Vec<Key>) -> Key {
        let literal = match self.code.file[self.code.file.unparen(format)].kind {
            ExprKind::BasicLit(literal) if literal.kind == Token::String => self.code.text(format),
            _ => return Key::Unknown,
        };
        let mut rest = unquoted(literal);
        let mut arguments = arguments.into_iter();
        let mut parts = Vec::new();
        while let Some(at) = rest.find('%') {
            let (before, verb) = rest.split_at(at);
            let mut verb = verb[1..].trim_start_matches(['+', '#', '0', '-', ' ']).chars();
            let known = matches!(verb.next(), Some('s' | 'd' | 'v' | 'q' | 'x' | 'p'));
            let (true, Some(argument)) = (known, arguments.next()) else { return Key::Unknown };
            if !before.is_empty() {
                parts.push(Key::Constant(before.into()));
            }
            parts.push(argument);
            rest = verb.as_str();
        }
        if !rest.is_empty() {
            parts.push(Key::Constant(rest.into()));
        }
        joined(parts)
    }

    fn composite(&self, expr: ExprId, literal: &CompositeLit, depth: usize) -> Key {
        let file = self.code.file;
        let Some(named) = self.code.types.of(expr).and_then(Type::named) else {
            return Key::Unknown;
        };
        let mut fields = Vec::new();
        for element in &file[literal.elts] {
            let ExprKind::KeyValueExpr(pair) = file[*element].kind else { return Key::Unknown };
            let ExprKind::Ident(name) = file[pair.key].kind else { return Key::Unknown };
            fields.push((file.name(name).into(), self.key_within(pair.value, depth)));
        }
        Key::Struct { ty: format!("{}.{}", named.path, named.name).into(), fields }
    }

    fn address(&self, of: ExprId) -> Key {
        let file = self.code.file;
        let of = file.unparen(of);
        match file[of].kind {
            ExprKind::CompositeLit(_) => Key::Fresh("a new value"),
            ExprKind::Ident(ident) => {
                let is_local = match self.code.names.referent(ident) {
                    Some(Referent::Declared(declared)) => {
                        self.code.names.declaration(declared).is_some_and(|d| !d.top_level)
                    }
                    _ => false,
                };
                match self.site(file[of].span).function {
                    function if is_local => {
                        Key::Address { function, name: file.name(ident).into() }
                    }
                    _ => Key::Unknown,
                }
            }
            _ => Key::Unknown,
        }
    }
}

impl Key {
    /// Whether each value of it is one that no entry has yet; how that is known.
    pub(super) fn fresh(&self) -> Option<&'static str> {
        match self {
            Self::Fresh(why) => Some(why),
            Self::Joined(parts) => parts.iter().find_map(Self::fresh),
            Self::Struct { fields, .. } => fields.iter().find_map(|(_, key)| key.fresh()),
            Self::Address { .. } => Some("the address of a variable of the call"),
            Self::Call { function, operands, .. } => match function.ends_with(".RemoteAddr") {
                true => Some("the address of a peer"),
                false => match &**operands {
                    [only] if function.ends_with(".String") => only.fresh(),
                    _ => None,
                },
            },
            _ => None,
        }
    }
}

fn joined(parts: Vec<Key>) -> Key {
    let mut all: Vec<Key> = Vec::new();
    for part in parts {
        match (all.last_mut(), part) {
            (Some(Key::Constant(before)), Key::Constant(more)) => {
                *before = format!("{before}{more}").into();
            }
            (_, Key::Joined(parts)) => all.extend(parts),
            (_, part) => all.push(part),
        }
    }
    match all.len() {
        1 => all.remove(0),
        _ => Key::Joined(all),
    }
}

fn fresh(path: &str, receiver: Option<&str>, name: &str) -> Option<&'static str> {
    let bare = path.strip_prefix("github.com/").map_or(path, |_| without_version(path));
    let known = FRESH.iter().find(|(of, names, _)| {
        *of == bare
            && match *of {
                // Methods of the types: `counter.Add(1)`.
                "sync/atomic" => name == "Add" || receiver.is_none() && name.starts_with("Add"),
                _ => receiver.is_none() && names.iter().any(|begin| name.starts_with(begin)),
            }
    });
    known.map(|(_, _, why)| *why)
}

fn without_version(path: &str) -> &str {
    match path.rsplit_once("/v") {
        Some((before, version)) if version.bytes().all(|b| b.is_ascii_digit()) => before,
        _ => path,
    }
}

fn is_string(ty: &Type) -> bool {
    matches!(ty.kind(), TypeKind::Basic(plumb_gosource::Basic::String))
}

/// The text of a literal without its quotes; what is escaped in it stays so.
fn unquoted(literal: &str) -> &str {
    let quote = literal.chars().next().filter(|c| matches!(c, '"' | '`'));
    quote.and_then(|quote| literal.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(literal)
}
