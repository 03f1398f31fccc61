//! Where in a log record the text of a dump is, learned from its first header.

use std::borrow::Cow;

use memchr::memmem;

use super::json;
use super::prefix::Prefix;
use super::time;
use crate::goroutines::{looks_like_header, starts_stack};

/// A JSON text in a JSON text in a collector's JSON.
const MAX_DEPTH: usize = 3;

/// JSON fields that hold the time of a record: docker, journald, zap, logrus, Logstash, Cloud Logging.
const TIME_FIELDS: [&[u8]; 7] = [
    b"time",
    b"ts",
    b"timestamp",
    b"@timestamp",
    b"__REALTIME_TIMESTAMP",
    b"_SOURCE_REALTIME_TIMESTAMP",
    b"datetime",
];

/// From a record to the lines of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Names of the JSON fields to go through, outermost first.
    fields: Vec<Vec<u8>>,
    /// What stands before each line.
    prefix: Prefix,
}

/// What the lines after a header say about a layout.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// It is a dump with this layout.
    Dump(Layout),
    /// More lines are needed.
    More,
    /// It is no dump.
    NoDump,
}

impl Layout {
    /// The layout that a goroutine header in `record` suggests, if there is a header.
    pub(super) fn locate(record: &[u8]) -> Option<Layout> {
        memmem::find(record, b"goroutine ")?;
        locate(record, 0)
    }

    /// Whether records are lines of the dump and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        self.fields.is_empty() && self.prefix.is_empty()
    }

    /// Text of a record; none if it lacks the fields.
    pub(super) fn unwrap<'a>(&self, record: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let mut text = Cow::Borrowed(record);
        for field in &self.fields {
            let value = json::unescape(json::field(&text, field)?).into_owned();
            text = Cow::Owned(value);
        }
        Some(text)
    }

    /// Lines of an unwrapped text. Records end with a line feed or not.
    pub(super) fn lines<'a>(&self, text: &'a [u8]) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        text.strip_suffix(b"\n").unwrap_or(text).split(|b| *b == b'\n')
    }

    /// A line without its prefix; none if it has another one.
    #[inline]
    pub(super) fn strip<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        if self.prefix.is_empty() { Some(line) } else { self.prefix.strip(line) }
    }

    /// Tries this layout, and those with less of the text before the header as prefix, on the records
    /// from the header on. Three lines make a dump: header, function, position.
    pub(super) fn check(&self, records: &[Vec<u8>]) -> Check {
        let mut more = false;
        let shorter = self.prefix.shorter().map(|prefix| Layout { prefix, ..self.clone() });
        for layout in std::iter::once(self.clone()).chain(shorter) {
            match layout.starts_dump(records) {
                Some(true) => return Check::Dump(layout),
                Some(false) => {}
                None => more = true,
            }
        }
        if more { Check::More } else { Check::NoDump }
    }

    /// Whether the lines after the header are those of a stack; none if there are too few.
    fn starts_dump(&self, records: &[Vec<u8>]) -> Option<bool> {
        let texts: Vec<_> = records.iter().filter_map(|r| self.unwrap(r)).collect();
        let mut lines =
            texts.iter().flat_map(|t| self.lines(t)).skip_while(|l| header_at(l).is_none());
        lines.next();
        // Lines with another prefix are those of other services in the same file.
        let mut lines = lines.filter_map(|line| self.strip(line));
        let function = lines.next()?;
        starts_stack(function, None)
            .or_else(|| lines.next().and_then(|position| starts_stack(function, Some(position))))
    }

    /// Whether `record` holds the header and lines after it, that is a whole dump in one text.
    pub(super) fn holds_all(&self, record: &[u8]) -> bool {
        let Some(text) = self.unwrap(record) else { return false };
        self.lines(&text).skip_while(|l| header_at(l).is_none()).count() > 1
    }

    /// Time of the record that holds the header.
    pub(super) fn time(&self, record: &[u8]) -> Option<String> {
        let field = TIME_FIELDS.iter().find_map(|key| json::field(record, key));
        if let Some(value) = field.filter(|_| !self.fields.is_empty()) {
            return Some(String::from_utf8_lossy(&json::unescape(value)).into_owned());
        }
        let end = match self.fields.is_empty() {
            true => header_at(record)?,
            false => memchr::memchr(b'{', record)?,
        };
        time::in_prefix(&record[..end])
    }
}

fn locate(text: &[u8], depth: usize) -> Option<Layout> {
    for line in text.split(|b| *b == b'\n') {
        if let Some(at) = header_at(line)
            && !is_quotation(&line[..at])
        {
            return Some(Layout { fields: Vec::new(), prefix: Prefix::learn(&line[..at]) });
        }
    }
    if depth == MAX_DEPTH {
        return None;
    }
    json::fields(text).find_map(|field| {
        memmem::find(field.value, b"goroutine ")?;
        let mut layout = locate(&json::unescape(field.value), depth + 1)?;
        layout.fields.insert(0, field.key.to_vec());
        Some(layout)
    })
}

/// Column of the goroutine header in a line.
pub(super) fn header_at(line: &[u8]) -> Option<usize> {
    memmem::find_iter(line, b"goroutine ").find(|at| looks_like_header(&line[*at..]))
}

/// Whether the text before a header shows that a program's source quotes it: an opening quote or
/// nothing but comment marks.
fn is_quotation(prefix: &[u8]) -> bool {
    let text = prefix.trim_ascii();
    let quote = matches!(text.last(), Some(b'"' | b'\'' | b'`'));
    let comment = !text.is_empty() && text.iter().all(|b| matches!(b, b'/' | b'*' | b'#' | b';'));
    quote || comment
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str]) -> Check {
        let records: Vec<_> = lines.iter().map(|l| l.as_bytes().to_vec()).collect();
        Layout::locate(&records[0]).map_or(Check::NoDump, |l| l.check(&records))
    }

    fn stripped(lines: &[&str], line: &str) -> Option<String> {
        let Check::Dump(layout) = check(lines) else { return None };
        layout.strip(line.as_bytes()).map(|l| String::from_utf8(l.to_vec()).unwrap())
    }

    #[test]
    fn text_glued_before_the_header_is_no_prefix() {
        let plain = ["worker died goroutine 1 [running]:", "main.main()", "\t/x.go:1 +0x1"];
        assert_eq!(stripped(&plain, "\t/y.go:2"), Some("\t/y.go:2".to_owned()));
        let cri = [
            "2024-05-01T10:00:00.1Z stderr F oh no: goroutine 1 [running]:",
            "2024-05-01T10:00:00.1Z stderr F main.main()",
            "2024-05-01T10:00:00.1Z stderr F \t/x.go:1 +0x1",
        ];
        let line = "2024-05-01T10:00:00.12Z stderr F \t/y.go:2";
        assert_eq!(stripped(&cri, line), Some("\t/y.go:2".to_owned()));
    }

    #[test]
    fn what_follows_decides() {
        assert_eq!(check(&["goroutine 1 [running]:"]), Check::More);
        assert_eq!(check(&["goroutine 1 [running]:", "main.main()"]), Check::More);
        assert_eq!(check(&["goroutine 1 [running]:", "is what you see"]), Check::NoDump);
        assert_eq!(check(&["goroutine 1 [running]:", "f()", "and so on"]), Check::NoDump);
        assert_eq!(
            check(&["// goroutine 1 [running]:", "// f()", "// \t/x.go:1 +0x1"]),
            Check::NoDump
        );
        assert_eq!(
            check(&["want := `goroutine 1 [running]:", "f()", "\t/x.go:1 +0x1"]),
            Check::NoDump
        );
    }

    #[test]
    fn json_in_json() {
        let line = r#"{"log":"{\"msg\":\"x\",\"stack\":\"goroutine 1 [running]:\\nf()\\n\\t/x.go:1 +0x1\"}\n","time":"T"}"#;
        let Check::Dump(layout) = check(&[line]) else { panic!("no dump") };
        assert_eq!(layout.fields, [b"log".to_vec(), b"stack".to_vec()]);
        assert_eq!(layout.time(line.as_bytes()).as_deref(), Some("T"));
    }
}
