//! Servers without timeouts, and transports that are made for each call.

use plumb_evidence::source::SourceFix;
use plumb_gosource::flow::{Bound, BoundTo};
use plumb_gosource::{DeclKind, ExprId, ExprKind, Node, Span, Token};

use super::names::fresh;
use super::release::imported;
use super::statements::{is_one_line, line_end_of_file};
use super::{edits, fix};
use crate::code::Code;

/// How long a client may take to send the header of its request, in seconds: what a fix writes for the author to
/// change. nginx waits 60 s (`client_header_timeout`), gosec's documentation of G112 has 3 s.
const HEADER_SECONDS: u32 = 10;

/// Adds `ReadHeaderTimeout` to a literal of an `http.Server` with keys.
pub fn literal_with_timeout(code: &Code<'_>, literal: ExprId) -> Option<SourceFix> {
    let ExprKind::CompositeLit(parts) = code.file[literal].kind else { return None };
    let mut edits = edits(code)?;
    let time = imported(code, &mut edits, "time")?;
    let field = format!("ReadHeaderTimeout: {HEADER_SECONDS} * {time}Second");
    let span = code.file[literal].span;
    let elements = &code.file[parts.elts];
    if is_one_line(code, Span::new(parts.lbrace, span.end)) {
        let comma = if elements.is_empty() { "" } else { ", " };
        let end = elements.last().map_or(parts.lbrace + 1, |last| code.file[*last].span.end);
        edits.replace(Span::new(end, end), format!("{comma}{field}"));
    } else {
        let last = *elements.last()?;
        let end = code.file[last].span.end;
        let (close, line_end) = line_of_brace(code, span.end - 1, end)?;
        // An empty line before it keeps the alignment of the other fields.
        let indent = code.file.text(Span::new(close, span.end - 1));
        edits.replace(Span::new(close, close), format!("{line_end}{indent}\t{field},{line_end}"));
    }
    fix(&edits, false, format!("set `{field}`"))
}

/// The start of the line of a closing brace that stands alone there, behind the last element and its comma, and the
/// line end before it.
fn line_of_brace(code: &Code<'_>, brace: u32, last: u32) -> Option<(u32, &'static str)> {
    let start = code.file.lines().start(code.file.position(brace).line)?;
    let alone = code.file.text(Span::new(start, brace)).trim().is_empty() && last < start;
    let before = code.file.text(Span::new(last, start));
    let line_end = if before.ends_with("\r\n") { "\r\n" } else { "\n" };
    (alone && before.starts_with(',')).then_some((start, line_end))
}

/// `http.ListenAndServe(addr, handler)` with a server that has a timeout.
pub fn call_with_timeout(code: &Code<'_>, call: ExprId) -> Option<SourceFix> {
    let callee = code.callee(call)?;
    let name = callee.name.to_owned();
    let ExprKind::CallExpr(parts) = code.file[call].kind else { return None };
    let ExprKind::SelectorExpr(selector) = code.file[code.file.unparen(parts.fun)].kind else {
        return None;
    };
    let args: Vec<&str> = code.file[parts.args].iter().map(|arg| code.text(*arg)).collect();
    let (fields, rest): (Vec<(&str, &str)>, Vec<&str>) = match (&*name, &args[..]) {
        ("ListenAndServe", [addr, handler]) => {
            (vec![("Addr", *addr), ("Handler", *handler)], vec![])
        }
        ("ListenAndServeTLS", [addr, cert, key, handler]) => {
            (vec![("Addr", *addr), ("Handler", *handler)], vec![*cert, *key])
        }
        ("Serve", [listener, handler]) => (vec![("Handler", *handler)], vec![*listener]),
        ("ServeTLS", [listener, handler, cert, key]) => {
            (vec![("Handler", *handler)], vec![*listener, *cert, *key])
        }
        _ => return None,
    };
    let one_line = args.iter().all(|arg| !arg.contains('\n'));
    if !one_line || parts.ellipsis || !is_one_line(code, code.file[call].span) {
        return None;
    }
    let mut edits = edits(code)?;
    let time = imported(code, &mut edits, "time")?;
    let mut fields: Vec<String> = fields
        .iter()
        .filter(|(_, value)| *value != "nil")
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    fields.push(format!("ReadHeaderTimeout: {HEADER_SECONDS} * {time}Second"));
    let http = code.text(selector.x);
    let text = format!("(&{http}.Server{{{}}}).{name}({})", fields.join(", "), rest.join(", "));
    edits.replace(code.file[call].span, text);
    fix(&edits, false, "serve with a server that has `ReadHeaderTimeout`".to_owned())
}

/// Makes a transport once, for all calls: a variable of the package in place of a literal in a function. Only for
/// literals of what the package knows: constants, functions and variables of its own.
pub fn shared(code: &Code<'_>, at: Span) -> Option<SourceFix> {
    let literal = code.expressions().find(|expr| {
        let span = code.file[*expr].span;
        matches!(code.file[*expr].kind, ExprKind::CompositeLit(_))
            && span.end == at.end
            && at.contains(span)
    })?;
    let expr = match code.scope.parents().of(Node::Expr(literal))? {
        Node::Expr(above) => match code.file[above].kind {
            ExprKind::UnaryExpr(unary) if unary.op == Token::And => above,
            _ => return None,
        },
        _ => return None,
    };
    let knows = code.file.walk(Node::Expr(expr)).all(|visit| match visit.node {
        Node::Expr(at) => match code.file[at].kind {
            ExprKind::FuncLit(_) => false,
            ExprKind::Ident(_) => code.declared(at).is_none_or(|declared| {
                code.names.declaration(declared).is_some_and(|known| known.top_level)
            }),
            _ => true,
        },
        _ => true,
    });
    let function = code.declared_at(code.file[expr].span.start)?;
    let Node::Decl(decl) = code.scope[function].node else { return None };
    let DeclKind::FuncDecl(parts) = code.file[decl].kind else { return None };
    let text = code.text(expr);
    if !knows || !is_only_used(code, expr) {
        return None;
    }
    let mut edits = edits(code)?;
    let name = fresh_of_package(code, "sharedTransport");
    let start = parts.doc.map_or(code.file[decl].span.start, |doc| code.file[doc].span.start);
    let line = code.file.position(code.file[expr].span.start).line;
    let line = code.file.lines().start(line)?;
    let before = code.file.text(Span::new(line, code.file[expr].span.start));
    let indent = &before[..before.len() - before.trim_start().len()];
    let lines: Vec<&str> =
        text.lines().map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
    let line_end = line_end_of_file(code);
    let made = lines.join(line_end);
    edits.replace(Span::new(start, start), format!("var {name} = {made}{line_end}{line_end}"));
    edits.replace(code.file[expr].span, &*name);
    fix(&edits, false, format!("make it once: `{name}`, a variable of the package"))
}

/// Whether what is made by an expression is not changed: it is the value of a field of another literal, itself or by a
/// variable that is nothing else.
fn is_only_used(code: &Code<'_>, expr: ExprId) -> bool {
    let is_value = |expr: ExprId| match code.scope.parents().of(Node::Expr(expr)) {
        Some(Node::Expr(above)) => matches!(code.file[above].kind, ExprKind::KeyValueExpr(_)),
        _ => false,
    };
    let Bound::To(places) = code.scope.bound(expr) else { return is_value(expr) };
    let [BoundTo::Variable(variable)] = places[..] else { return false };
    code.expressions().all(|mention| {
        let declares = match code.file[mention].kind {
            ExprKind::Ident(ident) => ident == variable,
            _ => return true,
        };
        code.declared(mention) != Some(variable) || declares || is_value(mention)
    })
}

/// A name that neither the package nor the file has.
pub(super) fn fresh_of_package(code: &Code<'_>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    loop {
        let free = fresh(code, 0, &name);
        if code.package.place(&free).is_none() {
            return free;
        }
        name = format!("{wanted}{number}");
        number += 1;
    }
}
