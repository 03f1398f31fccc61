//! Commands of command-line programs: when one returns the process ends, and with it all that it holds.

use plumb_gosource::flow::FunctionId;
use plumb_gosource::{
    DeclKind, ExprId, ExprKind, FieldListId, FuncDecl, FuncTypeId, IdentId, Kind, Node, Referent,
    SpecKind, StmtKind, Type, TypeKind,
};

use super::inferred::called_name;
use super::untaken::ends_in_error;
use crate::code::Code;

/// Modules whose `Command` and `App` hold the bodies of commands.
const LIBRARIES: [&str; 3] =
    ["github.com/spf13/cobra", "github.com/urfave/cli", "github.com/peterbourgon/ff"];

/// Fields in which they hold them.
const BODIES: [&str; 14] = [
    "Action",
    "After",
    "Before",
    "Exec",
    "PersistentPostRun",
    "PersistentPostRunE",
    "PersistentPreRun",
    "PersistentPreRunE",
    "PostRun",
    "PostRunE",
    "PreRun",
    "PreRunE",
    "Run",
    "RunE",
];

/// What the names of functions contain that make a command.
const COMMAND: &str = "Command";

/// Methods that give a command its body: of kingpin, and of what is built around it.
const GIVING_BODIES: [&str; 3] = ["Action", "PreAction", "Setup"];

/// Methods of structs with tags of options that `github.com/alecthomas/kong` and `github.com/jessevdk/go-flags` call, for
/// a command each: the process ends with their error.
const OF_OPTIONS: [&str; 2] = ["Run", "Execute"];

/// What the tags of such a struct have, one of these at least.
const OPTIONS: [&str; 6] = ["arg:\"", "cmd:\"", "help:\"", "kong:\"", "long:\"", "short:\""];

/// The result of a command of `github.com/google/subcommands`.
const STATUS: (&str, &str) = ("github.com/google/subcommands", "ExitStatus");

/// Whether a function is the body of a command: a literal in a `cobra.Command` or a `cli.Command`, the method `Run` that
/// `github.com/hashicorp/cli` asks for, or what gets a command and its arguments, as those of the go tool do.
pub(super) fn is_body(code: &Code<'_>, function: FunctionId) -> bool {
    match code.scope[function].node {
        Node::Expr(literal) => is_value(code, literal),
        Node::Decl(decl) => match code.file[decl].kind {
            DeclKind::FuncDecl(function) => {
                is_run(code, &function)
                    || gets_command(code, function.ty)
                    || gives_status(code, function.ty)
                    || is_of_options(code, &function)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether an expression is the value of a field that holds the body of a command, is assigned to one, or is what a
/// function gets that makes a command or gives it a body.
pub(super) fn is_value(code: &Code<'_>, value: ExprId) -> bool {
    let file = code.file;
    match code.scope.parents().of(Node::Expr(value)) {
        Some(Node::Expr(above)) => match file[above].kind {
            ExprKind::KeyValueExpr(parts) => {
                let ExprKind::Ident(key) = file[parts.key].kind else { return false };
                let is_body = parts.value == value && BODIES.contains(&file.name(key));
                is_body && is_in_command(code, above)
            }
            ExprKind::CallExpr(call) => call.fun != value && makes_command(code, above, value),
            _ => false,
        },
        Some(Node::Stmt(stmt)) => {
            let StmtKind::AssignStmt(assign) = file[stmt].kind else { return false };
            let ([to], [_]) = (&file[assign.lhs], &file[assign.rhs]) else { return false };
            let ExprKind::SelectorExpr(selector) = file[file.unparen(*to)].kind else {
                return false;
            };
            let named = code.types.of(selector.x).and_then(|ty| ty.pointee_or_self().named());
            BODIES.contains(&file.name(selector.sel))
                && named.is_some_and(|named| is_command(&named.path, &named.name))
        }
        _ => false,
    }
}

/// Whether a call makes a command of a function, by its name: `newServerCommand(ctx, func(…) error { … })`, and
/// `command.Action(run)` of `github.com/alecthomas/kingpin`.
fn makes_command(code: &Code<'_>, call: ExprId, body: ExprId) -> bool {
    let Some(name) = called_name(code, call) else { return false };
    let is_maker = name.contains(COMMAND) || GIVING_BODIES.contains(&name);
    is_maker
        && match code.file[body].kind {
            ExprKind::FuncLit(literal) => ends_in_error(code, literal.ty),
            ExprKind::Ident(name) => {
                declared_type(code, name).is_some_and(|ty| ends_in_error(code, ty))
                    || gives_error_last(code, name)
            }
            _ => false,
        }
}

/// The type of the function of the file that a name is one of.
fn declared_type(code: &Code<'_>, name: IdentId) -> Option<FuncTypeId> {
    let Some(Referent::Declared(declared)) = code.names.referent(name) else { return None };
    let Some(Node::Decl(decl)) = code.scope.parents().of(Node::Ident(declared)) else {
        return None;
    };
    match code.file[decl].kind {
        DeclKind::FuncDecl(function) => Some(function.ty),
        _ => None,
    }
}

/// Whether a function that another file of the package declares ends in an error.
fn gives_error_last(code: &Code<'_>, name: IdentId) -> bool {
    if code.names.referent(name).is_some() {
        return false;
    }
    let function = code.package.function(code.program, code.file.name(name));
    match function.map(|function| function.ty.kind()) {
        Some(TypeKind::Signature(signature)) => {
            signature.results.last().is_some_and(Type::is_error)
        }
        _ => false,
    }
}

/// Whether the literal around a field is a command: by its own type, or by that of the literal of a list around it.
fn is_in_command(code: &Code<'_>, pair: ExprId) -> bool {
    let types = code.scope.parents().above(Node::Expr(pair)).map_while(|node| match node {
        Node::Expr(expr) => Some(expr),
        _ => None,
    });
    let ty = types
        .filter_map(|expr| match code.file[expr].kind {
            ExprKind::CompositeLit(literal) => Some(literal.ty),
            _ => None,
        })
        .find_map(|ty| ty);
    ty.is_some_and(|ty| is_type_of_command(code, ty))
}

fn is_type_of_command(code: &Code<'_>, ty: ExprId) -> bool {
    match code.file[ty].kind {
        ExprKind::ParenExpr(inner) | ExprKind::StarExpr(inner) => is_type_of_command(code, inner),
        ExprKind::ArrayType(array) => is_type_of_command(code, array.elt),
        ExprKind::MapType(map) => is_type_of_command(code, map.value),
        ExprKind::SelectorExpr(selector) => code
            .imported(selector.x)
            .is_some_and(|path| is_command(path, code.file.name(selector.sel))),
        _ => false,
    }
}

fn is_command(path: &str, name: &str) -> bool {
    is_library(path) && matches!(name, "App" | "Command")
}

fn is_library(path: &str) -> bool {
    LIBRARIES.iter().any(|library| {
        path.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether a declaration is `func (c *T) Run(args []string) int`: what it returns is the exit code.
fn is_run(code: &Code<'_>, function: &FuncDecl) -> bool {
    function.recv.is_some()
        && code.file.name(function.name) == "Run"
        && is_from_arguments_to_code(code, function.ty)
}

/// Whether a function gives a status to exit with, as the library says it.
fn gives_status(code: &Code<'_>, ty: FuncTypeId) -> bool {
    let file = code.file;
    let Some(results) = file[ty].results else { return false };
    let [only] = file[file[results].list] else { return false };
    let ExprKind::SelectorExpr(selector) = file[file[only].ty].kind else { return false };
    code.imported(selector.x) == Some(STATUS.0) && file.name(selector.sel) == STATUS.1
}

/// Whether a declaration is `func (o *Options) Run(…) error`, of a struct whose fields have tags of options.
fn is_of_options(code: &Code<'_>, function: &FuncDecl) -> bool {
    let file = code.file;
    let Some(receiver) = function.recv.and_then(|recv| code.receiver(recv)) else { return false };
    if !OF_OPTIONS.contains(&file.name(function.name)) || !gives_error_alone(code, function.ty) {
        return false;
    }
    file.find(Node::File, [Kind::TypeSpec]).any(|node| {
        let Node::Spec(spec) = node else { return false };
        let SpecKind::TypeSpec(spec) = file[spec].kind else { return false };
        file.name(spec.name) == receiver.0 && has_options(code, spec.ty)
    })
}

fn gives_error_alone(code: &Code<'_>, ty: FuncTypeId) -> bool {
    let Some(results) = code.file[ty].results else { return false };
    match code.file[code.file[results].list] {
        [only] => code.is_predeclared(code.file[only].ty, "error"),
        _ => false,
    }
}

/// Whether a field of a struct has a tag of an option.
fn has_options(code: &Code<'_>, ty: ExprId) -> bool {
    let ExprKind::StructType(fields) = code.file[ty].kind else { return false };
    code.file[code.file[fields].list].iter().any(|field| {
        let tag = code.file[*field].tag.map(|tag| code.text(tag)).unwrap_or_default();
        tag.split(['`', ' ']).any(|part| OPTIONS.iter().any(|option| part.starts_with(option)))
    })
}

/// Whether a variable is the parameter by which the body of a command gets what it was called with: `c *cli.Context`.
pub(super) fn is_context(code: &Code<'_>, variable: IdentId) -> bool {
    let Some(Node::Field(field)) = code.scope.parents().of(Node::Ident(variable)) else {
        return false;
    };
    let ExprKind::StarExpr(ty) = code.file[code.file[field].ty].kind else { return false };
    let ExprKind::SelectorExpr(selector) = code.file[ty].kind else { return false };
    code.imported(selector.x).is_some_and(is_library)
}

/// Whether a function is `func(cmd *Command, args []string)`, of whatever package the command is.
fn gets_command(code: &Code<'_>, ty: FuncTypeId) -> bool {
    let file = code.file;
    let [command, arguments] = &file[file[file[ty].params].list] else { return false };
    let ExprKind::StarExpr(command) = file[file[*command].ty].kind else { return false };
    let name = match file[command].kind {
        ExprKind::Ident(name) => name,
        ExprKind::SelectorExpr(selector) => selector.sel,
        _ => return false,
    };
    file.name(name) == "Command" && is_strings(code, file[*arguments].ty)
}

fn is_strings(code: &Code<'_>, ty: ExprId) -> bool {
    match code.file[ty].kind {
        ExprKind::ArrayType(array) => {
            array.len.is_none() && code.is_predeclared(array.elt, "string")
        }
        _ => false,
    }
}

fn is_from_arguments_to_code(code: &Code<'_>, ty: FuncTypeId) -> bool {
    let file = code.file;
    let only = |fields: FieldListId| match file[file[fields].list] {
        [field] if file[field].names.len() <= 1 => Some(file[field].ty),
        _ => None,
    };
    let (Some(arguments), Some(result)) = (only(file[ty].params), file[ty].results.and_then(only))
    else {
        return false;
    };
    is_strings(code, arguments) && code.is_predeclared(result, "int")
}

/// The functions of the package that a file names as the bodies of commands.
pub(super) fn named(code: &Code<'_>) -> Vec<IdentId> {
    let imports_any = code.names.imports().iter().any(|import| is_library(import.path));
    let has_any = || {
        code.file.walk(Node::File).any(|visit| match visit.node {
            Node::Expr(expr) => is_type_of_command(code, expr),
            _ => false,
        })
    };
    if !imports_any || !has_any() {
        return Vec::new();
    }
    let values = code.expressions().filter_map(|expr| match code.file[expr].kind {
        ExprKind::Ident(name) if is_value(code, expr) => Some(name),
        _ => None,
    });
    values.collect()
}
