//! What a call gives that is not for the caller to release, as the call itself tells: somebody else ends it (a process that
//! runs already, a stream of a session that the function closes), or it holds nothing (memory of the garbage collector).

use plumb_evidence::catalogue::{Release, ResourceKind};
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{
    Basic, DeclaredAs, ExprId, ExprKind, IdentId, Lookup, MemberKind, Node, Type, TypeKind,
};

use super::acquired::{Acquired, Origin, results};
use super::enclosed::ends_with_deferred;
use super::inferred::{called_name, makes};
use super::later;
use super::made::variable;
use super::reading::may_refer;
use crate::code::Code;
use crate::goroutines::only_value;

/// How functions are called that give a value which stands for none.
const NOTHINGS: [&str; 7] = ["None", "Nil", "Empty", "Noop", "NoOp", "Nop", "Discard"];

/// Types of arguments with which what a call gives ends: pipes are closed when the process is waited for, and a helper of
/// tests leaves the release to the cleanup of the test.
const ENDING: [(&str, &str); 5] =
    [("os/exec", "Cmd"), ("testing", "T"), ("testing", "B"), ("testing", "F"), ("testing", "TB")];

/// Readers and writers of bytes in memory.
const IN_MEMORY: [(&str, &str); 4] =
    [("bytes", "Buffer"), ("bytes", "Reader"), ("strings", "Builder"), ("strings", "Reader")];

/// The packages of allocators of Apache Arrow, by how their paths end, and what in them gives memory that the garbage
/// collector takes back.
const COLLECTED: (&str, [&str; 2]) = ("/arrow/memory", ["DefaultAllocator", "NewGoAllocator"]);

/// The field of a `plugin.ClientConfig` of `github.com/hashicorp/go-plugin` by which a client gets a process that runs
/// already, and that of the command which it starts otherwise.
const REATTACH: (&str, &str) = ("Reattach", "Cmd");

/// The field of a `syscall.SysProcAttr` that asks for a descriptor of the process: who has that waits with it.
const DESCRIPTOR: &str = "PidFD";

/// Modules whose clients, made for the address "", do not connect: the program itself serves them.
const SERVED_INSIDE: &str = "github.com/containerd/containerd";

/// Readers of this module take memory of the garbage collector, unless an option names an allocator.
const COUNTED: (&str, &str, &str) = ("github.com/apache/arrow", "NewReader", "WithAllocator");

/// How the names of types end of which values are parts of a connection, and end with it.
const PARTS: [&str; 3] = ["stream", "session", "channel"];

/// Whether what a call gives is released by somebody else, or need not be released.
pub(super) fn is_elsewhere(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    use ResourceKind::{Client, Connection, Process, Stream, Worker};
    let is_guess = matches!(acquired.origin, Origin::Signature | Origin::Custom);
    let by_kind = match acquired.kind {
        Process => {
            is_attached(code, call) || has_descriptor(code, call) || is_for_windows_alone(code)
        }
        Client | Connection => {
            is_served_inside(code, call, acquired)
                || ends_with_whole(code, call, acquired, is_guess)
        }
        Worker if is_guess => {
            is_product(code, call, acquired)
                || is_registered(code, call)
                || later::is_lock(code, call)
        }
        Stream => {
            later::begins_empty(code, call)
                || (is_guess && (later::makes_informers(code, call) || later::is_lock(code, call)))
        }
        Worker => reads_collected(code, call),
        _ => false,
    };
    by_kind
        || ends_with_deferred(code, call, acquired)
        || (is_guess && is_told_by_call(code, call, acquired))
        || is_collected(code, call, acquired)
}

/// Whether a call gets bytes in memory to read or to write: a stream around them holds memory alone.
fn is_in_memory(code: &Code<'_>, call: ExprId) -> bool {
    let is_memory = |argument: &ExprId| {
        code.types.of(*argument).is_some_and(|ty| {
            IN_MEMORY.iter().any(|(path, name)| ty.pointee_or_self().is_named(path, name))
        })
    };
    code.arguments(call).iter().any(is_memory)
}

/// Whether the arguments, the name or the results of a call tell that the caller has nothing to release, for what only
/// its type and name say that it must.
fn is_told_by_call(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let ends = |argument: &ExprId| {
        code.types.of(*argument).is_some_and(|ty| {
            ENDING.iter().any(|(path, name)| ty.pointee_or_self().is_named(path, name))
        })
    };
    code.arguments(call).iter().any(ends)
        || called_name(code, call).is_some_and(|name| NOTHINGS.contains(&name))
        || (acquired.kind == ResourceKind::Body && comes_with_bytes(code, call))
        || (acquired.kind == ResourceKind::Stream && is_in_memory(code, call))
        || steps_on(code, call)
}

/// Whether a call gives bytes beside a response: those of the body, which it has read.
fn comes_with_bytes(code: &Code<'_>, call: ExprId) -> bool {
    let is_byte = |ty: &Type| matches!(ty.kind(), TypeKind::Basic(Basic::Uint8));
    let is_bytes = |ty: &Type| matches!(ty.kind(), TypeKind::Slice(of) if is_byte(of));
    results(code, call).iter().any(is_bytes)
}

/// Whether a call asks a variable for the value that follows it: `l = l.Parent()` goes through what is there already.
fn steps_on(code: &Code<'_>, call: ExprId) -> bool {
    let from = code.operand(call).and_then(|operand| variable(code, operand));
    let (Some(from), Bound::To(places)) = (from, code.scope.bound(call)) else { return false };
    code.arguments(call).is_empty() && matches!(places[..], [BoundTo::Variable(to)] if to == from)
}

/// Whether what a call gives counts its references only to give memory back, and that memory is collected anyway: it
/// gets the allocator that leaves all to the garbage collector.
fn is_collected(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    matches!(acquired.releases, [Release::Method("Release")])
        && code.arguments(call).iter().any(|argument| {
            let value = variable(code, *argument).and_then(|of| only_value(code, of));
            is_collecting(code, value.unwrap_or(*argument))
        })
}

/// Whether an expression is an allocator that leaves all to the garbage collector.
fn is_collecting(code: &Code<'_>, expr: ExprId) -> bool {
    let expr = code.file.unparen(expr);
    let named = match code.file[expr].kind {
        ExprKind::CallExpr(parts) => code.file.unparen(parts.fun),
        _ => expr,
    };
    let ExprKind::SelectorExpr(selector) = code.file[named].kind else { return false };
    let (package, names) = COLLECTED;
    code.imported(selector.x).is_some_and(|path| path.ends_with(package))
        && names.contains(&code.file.name(selector.sel))
}

/// Whether a call gets a configuration with the process that it is about to talk to.
fn is_attached(code: &Code<'_>, call: ExprId) -> bool {
    let (reattach, command) = REATTACH;
    code.arguments(call).iter().any(|argument| {
        let argument = code.file.unparen(*argument);
        let value = variable(code, argument).and_then(|v| only_value(code, v)).unwrap_or(argument);
        let literal = match code.file[value].kind {
            ExprKind::UnaryExpr(unary) => code.file.unparen(unary.x),
            _ => value,
        };
        let given = code.field(literal, reattach);
        given.is_some_and(|given| !code.is_predeclared(given, "nil"))
            && code.field(literal, command).is_none()
    })
}

fn has_descriptor(code: &Code<'_>, call: ExprId) -> bool {
    code.file.walk(Node::Expr(call)).any(|visit| {
        let Node::Expr(pair) = visit.node else { return false };
        let ExprKind::KeyValueExpr(pair) = code.file[pair].kind else { return false };
        matches!(code.file[pair.key].kind, ExprKind::Ident(key) if code.file.name(key) == DESCRIPTOR)
    })
}

/// Whether a file is built for Windows alone: there a process that has ended leaves nothing behind but its handle, which
/// the finalizer of `os.Process` closes (documentation of os, Go 1.27).
fn is_for_windows_alone(code: &Code<'_>) -> bool {
    let name = code.path.rsplit('/').next().unwrap_or(code.path);
    let source = code.file.source();
    let header =
        source.split(|byte| *byte == b'\n').take_while(|line| !line.starts_with(b"package "));
    name.ends_with("_windows.go")
        || header.into_iter().any(|line| line.trim_ascii_end() == b"//go:build windows")
}

fn is_served_inside(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let is_client = acquired.object.is_some_and(|object| object.module.starts_with(SERVED_INSIDE));
    let address = code.arguments(call).first();
    is_client && address.is_some_and(|address| code.text(*address) == "\"\"")
}

/// Whether a call makes a part of a connection that the function closes, or of a parameter that its caller may close.
fn ends_with_whole(code: &Code<'_>, call: ExprId, acquired: &Acquired, is_guess: bool) -> bool {
    let name = acquired.name.to_ascii_lowercase();
    let Some(whole) = code.operand(call) else { return false };
    if PARTS.iter().all(|part| !name.ends_with(part)) {
        return false;
    }
    let Some(root) = code.root(whole) else { return false };
    let is_parameter = code.names.declaration(root).is_some_and(|d| d.kind == DeclaredAs::Param);
    (is_guess && is_parameter && variable(code, whole).is_some())
        || is_closed(code, call, code.text(whole))
        || made_around(code, root).iter().any(|inner| is_closed(code, call, code.text(*inner)))
}

/// What a variable was made of: the arguments of the one call that gives it its value.
fn made_around<'a>(code: &'a Code<'_>, of: IdentId) -> &'a [ExprId] {
    let made = only_value(code, of).map(|value| code.file.unparen(value));
    made.map_or(&[], |made| code.arguments(made))
}

/// Whether the function around a call closes what has a path, or what that is a part of: `conn` of `conn.session`.
fn is_closed(code: &Code<'_>, call: ExprId, path: &str) -> bool {
    let Some(function) = code.scope.function_at(code.file[call].span.start) else { return false };
    let leads = |closed: &str| {
        path.strip_prefix(closed).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    code.file.walk(Node::Stmt(code.scope[function].body)).any(|visit| {
        let Node::Expr(expr) = visit.node else { return false };
        let ExprKind::CallExpr(parts) = code.file[expr].kind else { return false };
        let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
            return false;
        };
        code.file.name(selector.sel) == "Close" && leads(code.text(selector.x))
    })
}

/// Whether a factory that is an interface makes what is shut down, and cannot fail to: it asks the system for nothing.
fn is_product(code: &Code<'_>, call: ExprId, acquired: &Acquired) -> bool {
    let is_shut_down = acquired.releases == [Release::Method("Shutdown")];
    let Some(factory) = code.operand(call).and_then(|factory| code.types.of(factory)) else {
        return false;
    };
    let from = &code.package.path;
    let name = called_name(code, call).unwrap_or_default();
    is_shut_down
        && results(code, call).len() == 1
        && matches!(
            code.program.member(factory, name, from),
            Lookup::Found(member) if member.kind == MemberKind::InterfaceMethod
        )
}

/// Whether a method that does not say that it makes anything gets a parameter of the function: that is known to it
/// afterwards, and ends with whoever made it.
fn is_registered(code: &Code<'_>, call: ExprId) -> bool {
    let says_so = called_name(code, call).is_none_or(makes);
    let is_parameter = |argument: &ExprId| {
        let declared = variable(code, *argument).and_then(|v| code.names.declaration(v));
        may_refer(code.types.of(*argument))
            && declared.is_some_and(|declared| declared.kind == DeclaredAs::Param)
    };
    !says_so && code.operand(call).is_some() && code.arguments(call).iter().any(is_parameter)
}

/// Whether a reader gives memory that the garbage collector takes back, since it got no allocator.
fn reads_collected(code: &Code<'_>, call: ExprId) -> bool {
    let (module, reader, option) = COUNTED;
    let is_reader = code
        .callee(call)
        .is_some_and(|callee| callee.path.starts_with(module) && callee.name == reader);
    is_reader && code.arguments(call).iter().all(|argument| !code.text(*argument).contains(option))
}
