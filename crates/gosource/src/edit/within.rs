//! Changes within one function, of which the rest of a file need not be read again: files are long, and have many
//! fixes.

use std::ops::Range;

use super::{align, layout};
use crate::ast::DeclKind;
use crate::file::File;
use crate::span::Span;

/// What makes a file of a function.
const HEAD: &str = "package p\n";

/// The new source, aligned, of a file in which only one function has changed; `None` if what changed is not that, or so
/// near to the beginning or end of the function that what stands around it counts too.
///
/// `old` and `new` are the spans that changed, in order, in the file and in `source`.
pub(super) fn aligned(file: &File<'_>, old: &[Span], source: &str, new: &[Span]) -> Option<String> {
    let function = changed_function(file, old)?;
    let end = source.len().checked_sub(file.source().len() - function.end as usize)?;
    let start = function.start as usize;
    let text = format!("{HEAD}{}", source.get(start..end)?);
    let alone = crate::parse(text.as_bytes());
    let is_function = |kind| matches!(kind, DeclKind::FuncDecl(_));
    let is_whole = match &alone[alone.decls()] {
        [decl] => is_function(alone[*decl].kind) && alone[*decl].span.end as usize == text.len(),
        _ => false,
    };
    if !is_whole || !alone.problems().is_empty() {
        return None;
    }
    let moved = |at: u32| at - function.start + HEAD.len() as u32;
    let new: Vec<Span> = new.iter().map(|s| Span::new(moved(s.start), moved(s.end))).collect();
    if !align::looks_only_at(&alone, &new, inner_lines(&alone)) {
        return None;
    }
    let text = align::aligned(file, old, &alone, &new).unwrap_or(text);
    Some([&source[..start], &text[HEAD.len()..], &source[end..]].concat())
}

/// The function that holds all changes in its body, if it begins a line.
fn changed_function(file: &File<'_>, changes: &[Span]) -> Option<Span> {
    let (first, last) = (changes.first()?.start, changes.last()?.end);
    let decls = &file[file.decls()];
    let after = decls.partition_point(|decl| file[*decl].span.start <= first);
    let decl = &file[decls[after.checked_sub(1)?]];
    let DeclKind::FuncDecl(function) = decl.kind else { return None };
    let body = file[function.body?].span;
    let is_inside = body.start < first && last < body.end;
    let begins_line = layout::line_start(file, decl.span.start) == decl.span.start;
    (is_inside && begins_line).then_some(decl.span)
}

/// The lines of a function that is a file, by number from 0, without its first and its last one.
fn inner_lines(alone: &File<'_>) -> Range<usize> {
    2..(alone.lines().count() as usize).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::super::changes::{Edit, apply, whole};
    use super::*;

    const SOURCE: &str = "package p\n\nimport \"os\" // for files\n\nfunc a() {} // a\nfunc bc() {\n\t// b\n\tx := 1 // one\n\
        \tyy := 22 // two\n\tif x == yy {\n\t\treturn // three\n\t}\n\tz() // z\n\tzz() // zz\n}\nfunc d() {} // d\n\
        func e() { // e\n\tf := func() {} // f\n\tf() // g\n\n\n\tf()\n\tf()\n} // end\n";

    #[test]
    fn a_change_within_a_function_is_like_one_of_the_file() {
        let file = crate::parse(SOURCE.as_bytes());
        let mut alone = 0;
        for (at, _) in SOURCE.match_indices('\n') {
            for text in [
                "\n\tnew()",
                "\n\tlonger() // comment",
                " // more",
                "\n}\nfunc more() {",
                "\n\t(",
                "",
            ] {
                let at = at as u32;
                let edits = [Edit { span: Span::new(at, at), text: text.to_owned() }];
                let source = [&SOURCE[..at as usize], text, &SOURCE[at as usize..]].concat();
                let (old, new) = ([edits[0].span], [Span::new(at, at + text.len() as u32)]);
                let expected = whole(&file, &old, source.clone(), &new);
                assert_eq!(apply(&file, &edits), expected, "{source}");
                let within = aligned(&file, &old, &source, &new);
                alone += usize::from(within.is_some());
                assert!(within.is_none() || within == expected.ok(), "{source}");
            }
        }
        assert!(alone > 20, "{alone}");
    }
}
