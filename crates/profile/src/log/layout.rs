//! Where in a log record the text of a dump is, learned from its first header.

use std::borrow::Cow;

use memchr::memmem;

use super::prefix::Prefix;
use super::quoted::unescape;
use super::{colours, json, logfmt, time};
use crate::goroutines::{looks_like_header, starts_stack};

/// A JSON text in a JSON text in a collector's JSON.
const MAX_DEPTH: usize = 3;

/// Fields that hold the time of a record: docker, journald, slog, zap, logrus, go-kit, log15, Logstash, Cloud Logging.
pub(super) const TIME_FIELDS: [&[u8]; 8] = [
    b"time",
    b"ts",
    b"t",
    b"timestamp",
    b"@timestamp",
    b"__REALTIME_TIMESTAMP",
    b"_SOURCE_REALTIME_TIMESTAMP",
    b"datetime",
];

/// From a record to the lines of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// What leads to the text, outermost first.
    steps: Vec<Step>,
    /// What stands before each line.
    prefix: Prefix,
}

/// A step from a record to the text in it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A string of a JSON object, by its name.
    Json(Vec<u8>),
    /// A value of a line of `key=value`, by its key.
    Logfmt(Vec<u8>),
    /// Colours are taken away.
    Uncoloured,
    /// The tab after hclog's margin is made one again.
    Hclog,
}

/// hclog writes a value of several lines as lines of its own after this, with tabs as escapes: `  | \t/x.go:12`.
const HCLOG_MARGIN: &[u8] = b"  | ";

impl Step {
    /// The text within `outer`; none if a field lacks there.
    fn text<'a>(&self, outer: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        match self {
            Self::Json(name) => json::field(outer, name).map(unescape),
            Self::Logfmt(key) => logfmt::find(outer, key).map(|pair| pair.text()),
            Self::Uncoloured => Some(colours::without(outer)),
            Self::Hclog => Some(with_hclogs_tab(outer)),
        }
    }

    /// The time that stands beside it.
    fn time(&self, outer: &[u8]) -> Option<String> {
        let value = |name: &&[u8]| {
            let text = match self {
                Self::Json(_) => json::field(outer, name).map(unescape)?,
                Self::Logfmt(_) => logfmt::find(outer, name)?.text(),
                Self::Uncoloured | Self::Hclog => return None,
            };
            Some(String::from_utf8_lossy(&text).into_owned())
        };
        TIME_FIELDS.iter().find_map(value)
    }
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
        self.steps.is_empty() && self.prefix.is_empty()
    }

    /// Text of a record; none if it lacks a field.
    pub(super) fn unwrap<'a>(&self, record: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let mut text = Cow::Borrowed(record);
        for step in &self.steps {
            let inner = step.text(&text)?.into_owned();
            text = Cow::Owned(inner);
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

    /// The last line of the dump in `record` if the record ends within the value that holds it.
    pub(super) fn cut_line(&self, record: &[u8]) -> Option<Vec<u8>> {
        let (Step::Logfmt(key), outer) = self.steps.split_last()? else { return None };
        let outer = Self { steps: outer.to_vec(), prefix: self.prefix.clone() };
        let text = outer.unwrap(record)?;
        let text = logfmt::find(&text, key).filter(|pair| pair.cut)?.text();
        let line = self.lines(&text).last()?;
        self.strip(line).map(<[u8]>::to_vec)
    }

    /// Time of the record that holds the header: of the outermost fields that tell one, else of what stands before
    /// them.
    pub(super) fn time(&self, record: &[u8]) -> Option<String> {
        let mut text = Cow::Borrowed(record);
        for step in &self.steps {
            if let Some(time) = step.time(&text) {
                return Some(time);
            }
            let before = match step {
                Step::Json(_) => memchr::memchr(b'{', &text)?,
                Step::Logfmt(_) => memmem::find(&text, b"goroutine ")?,
                Step::Uncoloured | Step::Hclog => 0,
            };
            if let Some(time) = time::in_prefix(&text[..before]) {
                return Some(time);
            }
            let inner = step.text(&text)?.into_owned();
            text = Cow::Owned(inner);
        }
        let line = text.split(|b| *b == b'\n').find(|line| header_at(line).is_some())?;
        time::in_prefix(&line[..header_at(line)?])
    }
}

fn locate(text: &[u8], depth: usize) -> Option<Layout> {
    let inside = |step: Step, text: &[u8], depth: usize| {
        memmem::find(text, b"goroutine ")?;
        let mut layout = locate(text, depth)?;
        layout.steps.insert(0, step);
        Some(layout)
    };
    if let Cow::Owned(text) = colours::without(text) {
        return inside(Step::Uncoloured, &text, depth);
    }
    for line in text.split(|b| *b == b'\n') {
        if let Some(at) = header_at(line)
            && !is_quotation(&line[..at])
        {
            let prefix = &line[..at];
            let hclog = prefix.ends_with(HCLOG_MARGIN).then_some(Step::Hclog);
            return Some(Layout {
                steps: hclog.into_iter().collect(),
                prefix: Prefix::learn(prefix),
            });
        }
    }
    if depth == MAX_DEPTH {
        return None;
    }
    let in_json = json::fields(text).find_map(|field| {
        memmem::find(field.value, b"goroutine ")?;
        inside(Step::Json(field.key.to_vec()), &unescape(field.value), depth + 1)
    });
    // A header has blanks in it, so a value that holds one is in quotes.
    in_json.or_else(|| {
        logfmt::pairs(text)
            .filter(|pair| pair.quoted)
            .find_map(|pair| inside(Step::Logfmt(pair.key.to_vec()), &pair.text(), depth + 1))
    })
}

fn with_hclogs_tab(text: &[u8]) -> Cow<'_, [u8]> {
    const TAB: &[u8] = b"\\t";
    let margin = memmem::find(text, HCLOG_MARGIN).map(|at| at + HCLOG_MARGIN.len());
    match margin.map(|end| text.split_at(end)) {
        Some((margin, rest)) if rest.starts_with(TAB) => {
            [margin, b"\t", &rest[TAB.len()..]].concat().into()
        }
        _ => text.into(),
    }
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
        assert_eq!(layout.steps, ["log", "stack"].map(|name| Step::Json(name.into())));
        assert_eq!(layout.time(line.as_bytes()).as_deref(), Some("T"));
    }
}
