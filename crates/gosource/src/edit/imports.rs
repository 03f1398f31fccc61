//! Imports: by which name a package is known, and where a new one belongs.

use super::changes::Edit;
use super::layout::{self, Rest};
use crate::ast::{DeclKind, ExprKind, GenDecl, SpecKind};
use crate::file::File;
use crate::ids::{IdentId, SpecId};
use crate::names::{ImportName, Names, assumed_package_name};
use crate::span::Span;
use crate::token::Token;
use crate::walk::Node;

/// An import to add.
#[derive(Clone, Debug)]
pub(super) struct NewImport {
    pub(super) path: String,
    /// The name by which the file will know it.
    pub(super) local: String,
    /// Whether the import must say so.
    pub(super) named: bool,
}

impl NewImport {
    fn text(&self) -> String {
        match self.named {
            true => format!("{} \"{}\"", self.local, self.path),
            false => format!("\"{}\"", self.path),
        }
    }
}

/// The name by which a file knows a package already.
pub(super) fn name_of<'a>(names: &Names<'a>, path: &str) -> Option<&'a str> {
    let mut imports = names.imports().iter().filter(|import| import.path == path);
    imports.find_map(|import| match import.name {
        ImportName::Dot => Some(""),
        ImportName::Blank => None,
        _ => import.local_name(),
    })
}

pub(super) fn new_import(
    file: &File<'_>,
    names: &Names<'_>,
    path: &str,
    name: Option<&str>,
) -> NewImport {
    let name = name.unwrap_or_else(|| assumed_package_name(path));
    let mut local = name.to_owned();
    while is_used(file, names, &local) {
        local += "pkg";
    }
    NewImport { path: path.to_owned(), named: local != name, local }
}

/// Whether a file knows a name as something.
fn is_used(file: &File<'_>, names: &Names<'_>, name: &str) -> bool {
    let in_scope = |ident: IdentId, expr: bool| {
        file.name(ident) == name && (expr || names.declaration(ident).is_some())
    };
    let imported = names.imports().iter().any(|import| import.local_name() == Some(name));
    imported
        || file.walk(Node::File).any(|visit| match visit.node {
            Node::Ident(ident) => in_scope(ident, false),
            Node::Expr(expr) => match file[expr].kind {
                ExprKind::Ident(ident) => in_scope(ident, true),
                _ => false,
            },
            _ => false,
        })
}

/// Whether a path is one of the standard library, as goimports tells it: its first element has no dot.
fn is_standard(path: &str) -> bool {
    !path.split('/').next().unwrap_or_default().contains('.')
}

/// A line of an import declaration in parentheses.
struct Line<'a> {
    path: &'a str,
    /// From its comment above to its path.
    span: Span,
}

/// The edit that adds an import to a file.
pub(super) fn edit(file: &File<'_>, text: &str, new: &NewImport) -> Edit {
    let decls = || {
        file[file.decls()].iter().filter_map(|decl| match file[*decl].kind {
            DeclKind::GenDecl(gen_) if gen_.tok == Token::Import => Some((file[*decl].span, gen_)),
            _ => None,
        })
    };
    let block = decls().find(|(_, decl)| decl.lparen.is_some() && !decl.specs.is_empty());
    if let Some((_, decl)) = block {
        return in_block(file, text, &decl, new);
    }
    let line = format!("import {}", new.text());
    match decls().next_back() {
        Some((span, decl)) => after_single(file, text, span, &decl, new, &line),
        None => {
            let end = file.package().map_or(0, |package| package.span.end);
            after(file, text, end, &format!("\n{line}"))
        }
    }
}

/// A new line after the one of an offset, or right there if more code follows.
fn after(file: &File<'_>, text: &str, offset: u32, line: &str) -> Edit {
    let (at, separator) = match layout::rest_of_line(file, text, offset) {
        Rest::End(at) => (at, layout::line_end(text, at)),
        Rest::Code => (offset, ";"),
    };
    let line = line.replace('\n', separator);
    Edit { span: Span::new(at, at), text: format!("{separator}{line}") }
}

/// One import without parentheses becomes a block, unless it has a comment or is of cgo.
fn after_single(
    file: &File<'_>,
    text: &str,
    span: Span,
    decl: &GenDecl,
    new: &NewImport,
    line: &str,
) -> Edit {
    let only = file[decl.specs].first().and_then(|spec| spec_line(file, *spec));
    let single = file.imports().len() == 1;
    let rest = text.get(span.end as usize..).unwrap_or_default();
    let bare = rest.lines().next().unwrap_or_default().trim().is_empty();
    match only {
        Some(old) if single && bare && old.path != "C" => {
            let line_end = layout::line_end(text, span.end);
            let old_text = file.text(old.span).to_owned();
            let mut lines = [(old.path, old_text), (new.path.as_str(), new.text())];
            lines.sort_by_key(|(path, _)| (!is_standard(path), *path));
            let apart = is_standard(lines[0].0) != is_standard(lines[1].0);
            let gap = if apart { line_end } else { "" };
            let [(_, first), (_, second)] = lines;
            let block = format!("import ({line_end}\t{first}{line_end}{gap}\t{second}{line_end})");
            Edit { span, text: block }
        }
        // Of cgo, the comment above belongs to it.
        Some(old) if old.path == "C" => after(file, text, span.end, &format!("\n{line}")),
        _ => after(file, text, span.end, line),
    }
}

fn spec_line<'a>(file: &File<'a>, spec: SpecId) -> Option<Line<'a>> {
    let SpecKind::ImportSpec(import) = file[spec].kind else { return None };
    let path = file.text(file[import.path].span).trim_matches(['"', '`']);
    let mut span = file[spec].span;
    if let Some(doc) = import.doc {
        span.start = file[doc].span.start;
    }
    Some(Line { path, span })
}

fn in_block(file: &File<'_>, text: &str, decl: &GenDecl, new: &NewImport) -> Edit {
    let lines: Vec<Line<'_>> =
        file[decl.specs].iter().filter_map(|spec| spec_line(file, *spec)).collect();
    let groups = groups(file, text, &lines);
    let Some(group) = best_group(&groups, &new.path) else {
        return new_group(file, text, &lines, new);
    };
    let next = group.iter().find(|line| line.path > new.path.as_str());
    match (next, group.last()) {
        (Some(next), _) => before(file, text, next, &new.text(), false),
        (None, Some(last)) => {
            let line_end = layout::line_end(text, last.span.start);
            let mut edit = after(file, text, last.span.end, &format!("\t{}", new.text()));
            if line_end == ";" {
                edit.text = edit.text.replace('\t', " ");
            }
            edit
        }
        (None, None) => new_group(file, text, &lines, new),
    }
}

/// A line before another one; if others stand before that on its line, on the same line.
fn before(file: &File<'_>, text: &str, next: &Line<'_>, new: &str, gap: bool) -> Edit {
    let start = next.span.start;
    match layout::indentation(file, text, start) {
        Some(indent) => {
            let line_end = layout::line_end(text, start);
            let at = layout::line_start(file, start);
            let gap = if gap { line_end } else { "" };
            Edit { span: Span::new(at, at), text: format!("{indent}{new}{line_end}{gap}") }
        }
        None => Edit { span: Span::new(start, start), text: format!("{new}; ") },
    }
}

/// The standard library's group stands first, any other one last.
fn new_group(file: &File<'_>, text: &str, lines: &[Line<'_>], new: &NewImport) -> Edit {
    match (lines.first(), lines.last()) {
        (Some(first), _) if is_standard(&new.path) => before(file, text, first, &new.text(), true),
        (_, Some(last)) => after(file, text, last.span.end, &format!("\n\t{}", new.text())),
        _ => after(file, text, 0, &new.text()),
    }
}

/// The lines that no empty line separates.
fn groups<'l, 'a>(file: &File<'_>, text: &str, lines: &'l [Line<'a>]) -> Vec<&'l [Line<'a>]> {
    let together = |a: &Line<'_>, b: &Line<'_>| {
        let between = text.get(a.span.end as usize..b.span.start as usize).unwrap_or_default();
        let apart = file.position(b.span.start).line - file.position(a.span.end).line;
        apart <= 1 || !between.lines().skip(1).any(|line| line.trim().is_empty() && apart > 1)
    };
    lines.chunk_by(together).collect()
}

/// The group that a path belongs to: one of the standard library or not, and with the longest common beginning.
fn best_group<'l, 'a>(groups: &[&'l [Line<'a>]], path: &str) -> Option<&'l [Line<'a>]> {
    let standard = is_standard(path);
    let fits = |group: &&[Line<'_>]| {
        let same = group.iter().filter(|line| is_standard(line.path) == standard);
        let of_cgo = group.iter().any(|line| line.path == "C");
        !of_cgo && same.count() * 2 > group.len()
    };
    let common = |group: &[Line<'_>]| {
        group.iter().map(|line| common_elements(line.path, path)).max().unwrap_or_default()
    };
    // Of equal ones the first.
    groups.iter().copied().filter(fits).rev().max_by_key(|group| common(group))
}

fn common_elements(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}
