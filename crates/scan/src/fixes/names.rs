//! Names for what had none, and where names are mentioned.

use plumb_evidence::catalogue::ResourceKind;
use plumb_gosource::flow::{FunctionId, Mention};
use plumb_gosource::{ExprKind, IdentId, Node, Referent, Span, StmtId};

use super::statements::around;
use crate::code::Code;

/// How something of a kind is usually called.
pub(super) fn usual(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Body => "resp",
        ResourceKind::File => "f",
        ResourceKind::Client => "client",
        ResourceKind::Connection => "conn",
        ResourceKind::Listener => "ln",
        ResourceKind::Rows => "rows",
        ResourceKind::Cancel => "cancel",
        ResourceKind::Ticker => "ticker",
        ResourceKind::Timer => "timer",
        ResourceKind::Span => "span",
        ResourceKind::Stream => "stream",
        ResourceKind::Subscription => "sub",
        ResourceKind::Process
        | ResourceKind::PoolItem
        | ResourceKind::Worker
        | ResourceKind::None => "res",
    }
}

/// A name that nothing has in the function around a byte: the wanted one, or that with a number behind it.
pub(super) fn fresh(code: &Code<'_>, at: u32, wanted: &str) -> String {
    let node = code.declared_at(at).map_or(Node::File, |function| code.scope[function].node);
    let is_taken = |name: &str| {
        code.file.walk(node).any(|visit| match visit.node {
            Node::Ident(ident) => code.file.name(ident) == name,
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::Ident(ident) => code.file.name(ident) == name,
                _ => false,
            },
            _ => false,
        }) || code.names.imports().iter().any(|import| import.local_name() == Some(name))
    };
    let numbered = (2..).map(|number: u32| format!("{wanted}{number}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| wanted.to_owned())
}

/// Whether something within the functions of the file has the name of a package, so that it may be hidden.
pub(super) fn is_hidden(code: &Code<'_>, package: &str) -> bool {
    code.file.walk(Node::File).any(|visit| {
        let ident = match visit.node {
            Node::Ident(ident) => ident,
            Node::Expr(expr) => match code.file[expr].kind {
                ExprKind::Ident(ident) => ident,
                _ => return false,
            },
            _ => return false,
        };
        code.file.name(ident) == package && code.names.declaration(ident).is_some()
    })
}

/// Where a variable is mentioned, its declaration included, in the order of the file's tables.
pub(super) fn mentions(code: &Code<'_>, variable: IdentId) -> Vec<IdentId> {
    let mentions = code.scope.all_mentions().of(variable).iter();
    let mut idents: Vec<IdentId> = mentions.map(|mention| mention.ident).collect();
    idents.sort_unstable();
    idents
}

/// Whether one of some variables is mentioned in a range.
pub(super) fn any_in(code: &Code<'_>, variables: &[IdentId], span: Span) -> bool {
    let mut firsts =
        variables.iter().filter_map(|variable| first_from(code, *variable, span.start));
    firsts.any(|mention| span.contains(code.file[mention.ident].span))
}

/// The first mention of a variable that begins at a byte or behind it.
fn first_from<'c>(code: &'c Code<'_>, variable: IdentId, start: u32) -> Option<&'c Mention> {
    let mentions = code.scope.all_mentions().of(variable);
    let before = mentions.partition_point(|m| code.file[m.ident].span.start < start);
    mentions.get(before)
}

/// The statement in which a name stands.
pub(super) fn statement_of(code: &Code<'_>, ident: IdentId) -> Option<StmtId> {
    around(code, node_of(code, ident)?)
}

/// The node of a name that is declared in the file: an expression, or where a declaration names it the name alone.
pub(super) fn node_of(code: &Code<'_>, ident: IdentId) -> Option<Node> {
    let Some(Referent::Declared(declared)) = code.names.referent(ident) else { return None };
    let first = first_from(code, declared, code.file[ident].span.start);
    let mention = first.filter(|mention| mention.ident == ident)?;
    Some(mention.expr.map_or(Node::Ident(ident), Node::Expr))
}

/// The function in whose body an identifier stands.
pub(super) fn function_of(code: &Code<'_>, ident: IdentId) -> Option<FunctionId> {
    code.scope.function_at(code.file[ident].span.start)
}
