//! Comments, groups of them, their text, directives, and the mark of generated files.

use std::borrow::Cow;

use crate::ids::CommentId;
use crate::span::Span;

/// One comment, with `//` or `/*` and `*/`, without the newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
}

/// Comments without an empty line or a token between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentGroup {
    /// From the first comment to the last.
    pub span: Span,
    pub(crate) first: u32,
    pub(crate) len: u32,
}

impl CommentGroup {
    /// Its comments, at least one.
    pub fn comments(&self) -> impl ExactSizeIterator<Item = CommentId> + use<> {
        (self.first as usize..self.first as usize + self.len as usize).map(CommentId::at)
    }
}

/// A comment that is an instruction to a tool: `//go:noinline`, `//nolint:bodyclose`, `//plumb:ignore …`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive<'a> {
    /// The comment.
    pub comment: CommentId,
    /// What stands before the colon: `go`, `nolint`, `plumb`.
    pub tool: &'a str,
    /// What stands after it, up to the first blank: `noinline`.
    pub name: &'a str,
    /// The rest of the line, without blanks around it.
    pub args: &'a str,
}

impl<'a> Directive<'a> {
    /// The directive in a comment's text: two slashes, then lowercase letters and digits, a colon, and a lowercase
    /// letter or digit, without a blank.
    pub(crate) fn read(comment: CommentId, text: &'a str) -> Option<Self> {
        let body = text.strip_prefix("//")?;
        let is_word = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let (tool, rest) = body.split_at(body.bytes().take_while(|c| is_word(*c)).count());
        let rest = rest.strip_prefix(':')?;
        if tool.is_empty() || !rest.bytes().next().is_some_and(is_word) {
            return None;
        }
        let (name, args) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        Some(Self { comment, tool, name, args: args.trim() })
    }
}

/// The name of the generator in a line `// Code generated … DO NOT EDIT.`.
pub(crate) fn generator<'a>(text: &'a str) -> Option<&'a str> {
    let of_line = |line: &'a str| {
        let line = line.strip_prefix("// Code generated ")?;
        line.strip_suffix('\r').unwrap_or(line).strip_suffix(" DO NOT EDIT.")
    };
    match text.starts_with("//") {
        true => of_line(text),
        false => text.split('\n').find_map(of_line),
    }
}

/// What comments say, as `go doc` shows it: without markers, directives, carriage returns, trailing blanks and
/// repeated empty lines, ending in a newline unless it is empty.
pub(crate) fn text<'a>(comments: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut empty_lines = 0;
    let mut add = |line: &str| {
        let line = line.trim_end_matches([' ', '\t', '\n']);
        if line.is_empty() {
            empty_lines += 1;
            return;
        }
        if empty_lines > 0 && !text.is_empty() {
            text.push('\n');
        }
        empty_lines = 0;
        text.push_str(line);
        text.push('\n');
    };
    for comment in comments {
        let comment = match comment.contains('\r') {
            true => Cow::Owned(comment.replace('\r', "")),
            false => Cow::Borrowed(comment),
        };
        if let Some(line) = comment.strip_prefix("//") {
            if !is_directive(line) {
                add(line.strip_prefix(' ').unwrap_or(line));
            }
        } else {
            let body = comment.strip_prefix("/*").unwrap_or(&comment);
            body.strip_suffix("*/").unwrap_or(body).split('\n').for_each(&mut add);
        }
    }
    text
}

/// Whether the text after `//` is a directive, also one of the old ones without a colon.
fn is_directive(line: &str) -> bool {
    if ["line ", "extern ", "export "].iter().any(|word| line.starts_with(word)) {
        return true;
    }
    let bytes = line.as_bytes();
    let Some(colon) = line.find(':') else { return false };
    let is_word = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    colon > 0 && bytes[..colon].iter().all(is_word) && bytes.get(colon + 1).is_some_and(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_go_doc_shows() {
        let comments =
            ["//", "// Run starts.", "//go:noinline", "//", "//", "//  - a  ", "/* b\n\n c */"];
        assert_eq!(text(comments.into_iter()), "Run starts.\n\n - a\n b\n\n c\n");
        assert_eq!(text(["//", "//nolint:all"].into_iter()), "");
        assert_eq!(text(["// a\r b", "/*\r\nc\r\n*/"].into_iter()), "a b\n\nc\n");
    }

    #[test]
    fn directives_have_a_tool_and_a_name() {
        let read = |text| Directive::read(CommentId::at(0), text).map(|d| (d.tool, d.name, d.args));
        assert_eq!(read("//go:build linux && amd64"), Some(("go", "build", "linux && amd64")));
        assert_eq!(read("//nolint:a,b // why"), Some(("nolint", "a,b", "// why")));
        assert_eq!(read("// go:build linux"), None);
        assert_eq!(read("//see: this"), None);
        assert_eq!(read("//http://x"), None);
    }

    #[test]
    fn generated_files_say_so_on_a_line() {
        assert_eq!(
            generator("// Code generated by stringer. DO NOT EDIT.\r"),
            Some("by stringer.")
        );
        assert_eq!(generator("/*\n// Code generated by x. DO NOT EDIT.\n*/"), Some("by x."));
        assert_eq!(generator("// Code generated by x. DO NOT EDIT"), None);
    }
}
