//! Records that a container runtime split because they were longer than its buffer (16 KiB).

use std::borrow::Cow;

use super::json;

/// Puts split records together: CRI lines marked `P` (`TIME stderr P text`) and docker's json-file
/// records whose text lacks its line feed.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    partial: Vec<u8>,
    shape: Option<Shape>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Cri,
    Docker,
}

const DOCKER: &[u8] = br#"{"log":""#;

impl Joiner {
    /// Whether no part of a record is kept.
    #[inline]
    pub(super) fn is_idle(&self) -> bool {
        self.shape.is_none()
    }

    /// Calls `each` with the whole record as soon as it is complete, or with the line itself.
    /// At most `limit` bytes of a record are kept.
    #[inline]
    pub(super) fn line(&mut self, line: &[u8], limit: usize, each: &mut impl FnMut(&[u8])) {
        // Both shapes show in the first byte; almost all lines of a dump have another one.
        match line.first() {
            Some(b'0'..=b'9' | b'{') => self.part_or_line(line, limit, each),
            _ if !self.is_idle() => self.part_or_line(line, limit, each),
            Some(b'A'..=b'Z') => each(&without_escaped_tabs(line)),
            _ => each(line),
        }
    }

    fn part_or_line(&mut self, line: &[u8], limit: usize, each: &mut dyn FnMut(&[u8])) {
        if let Some((text, whole)) = cri(line) {
            return self.part(Shape::Cri, &line[..text], &line[text..], whole, limit, each);
        }
        if let Some((end, whole)) = docker(line) {
            let (text, rest) = line[DOCKER.len()..].split_at(end);
            if whole && self.shape == Some(Shape::Docker) {
                let text = [text, rest].concat();
                return self.part(Shape::Docker, DOCKER, &text, true, limit, each);
            }
            if !whole {
                return self.part(Shape::Docker, DOCKER, text, false, limit, each);
            }
        }
        self.flush(each);
        each(&without_escaped_tabs(line));
    }

    fn part(
        &mut self,
        shape: Shape,
        head: &[u8],
        text: &[u8],
        whole: bool,
        limit: usize,
        each: &mut dyn FnMut(&[u8]),
    ) {
        if self.shape != Some(shape) {
            self.flush(each);
            self.partial.extend_from_slice(head);
            self.shape = Some(shape);
        }
        let room = limit.saturating_sub(self.partial.len());
        self.partial.extend_from_slice(&text[..text.len().min(room)]);
        if whole {
            self.flush(each);
        }
    }

    /// Hands out what is left at the end of the input.
    pub(super) fn flush(&mut self, each: &mut dyn FnMut(&[u8])) {
        if self.shape.take() == Some(Shape::Docker) && !self.partial.ends_with(b"}") {
            self.partial.extend_from_slice(b"\"}");
        }
        if !self.partial.is_empty() {
            each(&self.partial);
            self.partial.clear();
        }
    }
}

/// rsyslog writes control characters as `#` and three octal digits, by default: a tab is `#011`. Its lines begin with
/// the name of a month.
fn without_escaped_tabs(line: &[u8]) -> Cow<'_, [u8]> {
    const TAB: &[u8] = b"#011";
    match memchr::memmem::find(line, TAB) {
        Some(at) => [&line[..at], b"\t", &line[at + TAB.len()..]].concat().into(),
        None => line.into(),
    }
}

/// Start of the text of a CRI line, and whether its record ends with it.
fn cri(line: &[u8]) -> Option<(usize, bool)> {
    if !line.first()?.is_ascii_digit() {
        return None;
    }
    let stream = memchr::memchr(b' ', line.get(..64).unwrap_or(line))? + 1;
    let rest = &line[stream..];
    let tag = [&b"stderr "[..], b"stdout "].iter().find(|s| rest.starts_with(s))?.len();
    match rest.get(tag..tag + 2)? {
        b"P " => Some((stream + tag + 2, false)),
        b"F " => Some((stream + tag + 2, true)),
        _ => None,
    }
}

/// Length of the escaped text of a docker record, and whether it ends with a line feed.
fn docker(line: &[u8]) -> Option<(usize, bool)> {
    if !line.starts_with(DOCKER) {
        return None;
    }
    let text = json::fields(line).next()?.value;
    // A backslash before the escape would make it a backslash and the letter n.
    let slashes =
        text.strip_suffix(b"n").map_or(0, |t| t.iter().rev().take_while(|b| **b == b'\\').count());
    Some((text.len(), slashes % 2 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn join(lines: &[&str]) -> Vec<String> {
        let mut joiner = Joiner::default();
        let mut out = Vec::new();
        let mut each = |l: &[u8]| out.push(String::from_utf8(l.to_vec()).unwrap());
        for line in lines {
            joiner.line(line.as_bytes(), 1 << 20, &mut each);
        }
        joiner.flush(&mut each);
        out
    }

    #[test]
    fn cri_parts() {
        let joined =
            join(&["1Z stderr P a", "2Z stderr P b", "3Z stderr F c", "4Z stderr F d", "e"]);
        assert_eq!(joined, ["1Z stderr P abc", "4Z stderr F d", "e"]);
    }

    #[test]
    fn docker_parts() {
        let joined = join(&[
            r#"{"log":"whole\n","time":"1"}"#,
            r#"{"log":"a\\n","time":"2"}"#,
            r#"{"log":"b\n","time":"3"}"#,
            r#"{"log":"cut","time":"4"}"#,
        ]);
        let expected = [
            r#"{"log":"whole\n","time":"1"}"#,
            r#"{"log":"a\\nb\n","time":"3"}"#,
            r#"{"log":"cut"}"#,
        ];
        assert_eq!(joined, expected);
    }
}
