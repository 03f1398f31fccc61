//! Walks over a log and hands the lines of each dump to a goroutine parser.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::FoundDump;
use super::cause;
use super::join::Joiner;
use super::layout::{Check, Layout, header_at};
use crate::goroutines::{Header, InputEnd, Line, Parser, parse_header};
use crate::limits::Limits;
use crate::lines::for_each_line;
use crate::problem::Problems;

/// Records kept before a header, in which its cause is looked for. Between the two, a fatal error
/// prints the runtime stack of at most 100 frames.
const RECENT: usize = 256;
/// Bytes kept of each of them.
const RECENT_BYTES: usize = 2048;
/// Lines of other text between a cause and its dump.
const CAUSE_GAP: usize = 3;
/// Records after a header within which a stack must begin.
const CONFIRM: usize = 8;
/// Lines of other text in the same layout after which a dump is over.
const FOREIGN: usize = 8;
/// Records in another layout (other services in the same file) after which a dump is over.
const UNRELATED: usize = 1000;

/// Finds the goroutine dumps in a log. Problems that concern one dump are in `problems` too.
pub(crate) fn find(
    input: &mut dyn Read,
    limits: &Limits,
    problems: &mut Problems,
) -> io::Result<Vec<FoundDump>> {
    let mut finder = Finder::new(limits, problems);
    let mut joiner = Joiner::default();
    let mut last: Option<Vec<u8>> = None;
    let mut cut = 0;
    let bytes = for_each_line(input, limits.line_bytes, |line| {
        cut += u64::from(line.cut);
        finder.line += 1;
        if !line.terminated {
            last = Some(line.text.to_vec());
        }
        if joiner.is_idle() && finder.usual_line(line.text) {
            return;
        }
        joiner.line(line.text, limits.line_bytes, &mut |record| finder.record(record));
    })?;
    joiner.flush(&mut |record| finder.record(record));
    finder.problems.add_many("lines that are longer than what is read of one", cut);
    Ok(finder.finish(last.as_deref(), bytes))
}

struct Finder<'a> {
    limits: &'a Limits,
    problems: &'a mut Problems,
    state: State,
    recent: VecDeque<Vec<u8>>,
    found: Vec<FoundDump>,
    /// Number of the current line, from 1.
    line: u64,
    /// Lines with text outside dumps.
    outside: u64,
    /// Dumps beyond the limit.
    beyond: u64,
}

enum State {
    Search,
    /// A header was seen; the records from it on.
    Confirm {
        layout: Layout,
        records: Vec<Vec<u8>>,
        line: u64,
    },
    Dump(Box<Active>),
}

/// The dump being read.
struct Active {
    parser: Parser,
    layout: Layout,
    /// Whether the layout has nothing before or around the lines.
    plain: bool,
    cause: Option<String>,
    time: Option<String>,
    line: u64,
    /// Id of its first goroutine, which occurs again when another dump begins.
    first: Option<u64>,
    foreign: usize,
    unrelated: usize,
    /// Whether the next part of a crash dump was announced by `-----`.
    section: bool,
    /// Whether one record holds the whole dump.
    single: bool,
}

/// What becomes of the dump after a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    /// It is over, and the record does not belong to it.
    Ended,
    /// It is over; the record was its last.
    Complete,
}

impl<'a> Finder<'a> {
    fn new(limits: &'a Limits, problems: &'a mut Problems) -> Self {
        Self {
            limits,
            problems,
            state: State::Search,
            recent: VecDeque::new(),
            found: Vec::new(),
            line: 0,
            outside: 0,
            beyond: 0,
        }
    }

    fn record(&mut self, record: &[u8]) {
        match &mut self.state {
            State::Search => self.search(record),
            State::Confirm { records, .. } => {
                records.push(record.to_vec());
                self.confirm();
            }
            State::Dump(active) => match active.record(record, &mut self.outside) {
                Then::GoOn => {}
                Then::Complete => self.end_dump(None),
                Then::Ended => {
                    self.end_dump(None);
                    self.search(record);
                }
            },
        }
    }

    /// Takes a usual line of a plain dump, which most lines of a large input are, without what other layouts need.
    /// Returns whether it was one.
    #[inline]
    fn usual_line(&mut self, line: &[u8]) -> bool {
        let State::Dump(active) = &mut self.state else { return false };
        if !active.plain {
            return false;
        }
        match active.parser.usual_line(line) {
            Some(Line::Stack) => active.continued(),
            Some(_) => {}
            None => return false,
        }
        true
    }

    fn search(&mut self, record: &[u8]) {
        if let Some(layout) = Layout::locate(record) {
            let records = vec![record.to_vec()];
            self.state = State::Confirm { layout, records, line: self.line };
            self.confirm();
        } else {
            self.remember(record);
        }
    }

    fn remember(&mut self, record: &[u8]) {
        self.outside += u64::from(!record.trim_ascii().is_empty());
        let mut kept = if self.recent.len() < RECENT {
            Vec::new()
        } else {
            self.recent.pop_front().unwrap_or_default()
        };
        kept.clear();
        kept.extend_from_slice(&record[..record.len().min(RECENT_BYTES)]);
        self.recent.push_back(kept);
    }

    fn confirm(&mut self) {
        let State::Confirm { layout, records, line } =
            std::mem::replace(&mut self.state, State::Search)
        else {
            return;
        };
        match layout.check(&records) {
            Check::Dump(layout) => self.start_dump(layout, &records, line),
            Check::More if records.len() < CONFIRM => {
                self.state = State::Confirm { layout, records, line };
            }
            _ => self.reject(&records, line),
        }
    }

    /// The header was none; one of the records after it may be.
    fn reject(&mut self, records: &[Vec<u8>], line: u64) {
        let now = self.line;
        self.remember(&records[0]);
        for (i, record) in records[1..].iter().enumerate() {
            self.line = line + 1 + i as u64;
            self.record(record);
        }
        self.line = now;
    }

    fn start_dump(&mut self, layout: Layout, records: &[Vec<u8>], line: u64) {
        let cause = self.cause(&layout, &records[0]);
        self.recent.clear();
        let mut active = Active {
            parser: Parser::new(self.limits),
            cause,
            time: layout.time(&records[0]),
            line,
            first: None,
            foreign: 0,
            unrelated: 0,
            section: false,
            single: layout.holds_all(&records[0]),
            plain: layout.is_plain(),
            layout,
        };
        let first = active.header_record(&records[0]);
        let cut = active.layout.cut_line(&records[0]);
        self.state = State::Dump(Box::new(active));
        if first == Then::Complete {
            self.end_dump(cut.as_deref().map(|line| InputEnd { last: Some(line), bytes: None }));
        }
        for record in &records[1..] {
            self.record(record);
        }
    }

    /// Looks back for the cause: in the header's record, then in the records before it.
    fn cause(&self, layout: &Layout, header: &[u8]) -> Option<String> {
        let text = layout.unwrap(header)?;
        let mut before: Vec<&[u8]> = Vec::new();
        for line in layout.lines(&text) {
            let at = header_at(line);
            before.push(&line[..at.unwrap_or(line.len())]);
            if at.is_some() {
                break;
            }
        }
        let mut gap = 0;
        let in_header = before.iter().rev().map(|line| layout.strip(line).unwrap_or(line));
        if let Some(cause) = nearest_cause(in_header, &mut gap) {
            return Some(cause);
        }
        for record in self.recent.iter().rev() {
            let text = layout.unwrap(record)?;
            let lines: Vec<&[u8]> = layout.lines(&text).collect();
            let lines = lines.iter().rev().map(|line| layout.strip(line).unwrap_or(line));
            if let Some(cause) = nearest_cause(lines, &mut gap) {
                return Some(cause);
            }
            if gap > CAUSE_GAP {
                break;
            }
        }
        None
    }

    fn end_dump(&mut self, end: Option<InputEnd<'_>>) {
        let State::Dump(active) = std::mem::replace(&mut self.state, State::Search) else { return };
        if self.found.len() >= self.limits.dumps {
            self.beyond += 1;
            return;
        }
        let plain = active.plain && active.cause.is_none();
        let dump = active.parser.finish(end, self.problems);
        let Active { cause, time, line, .. } = *active;
        self.found.push(FoundDump { dump, cause, time, line, alone: plain });
    }

    fn finish(mut self, last: Option<&[u8]>, bytes: u64) -> Vec<FoundDump> {
        if let (Some(_), State::Dump(active)) = (last, &self.state) {
            // A line that was cut off may be one of the dump.
            self.outside -= active.foreign.min(1) as u64;
        }
        let alone = self.found.is_empty() && self.outside == 0;
        self.end_dump(Some(InputEnd { last, bytes: alone.then_some(bytes) }));
        let alone = alone && self.found.len() == 1;
        self.found.iter_mut().for_each(|f| f.alone &= alone);
        self.problems.add_many("dumps in the log beyond those that are kept", self.beyond);
        self.found
    }
}

/// The nearest cause in `lines`, which go backwards. `gap` counts lines that do not belong to one.
fn nearest_cause<'l>(lines: impl Iterator<Item = &'l [u8]>, gap: &mut usize) -> Option<String> {
    for line in lines {
        if let Some(cause) = cause::of(line) {
            return Some(cause);
        }
        // Between cause and dump: nested panics, the signal, registers, the runtime's own stack.
        let belongs = line.trim_ascii().is_empty()
            || matches!(line.first(), Some(b'\t' | b' ' | b'['))
            || line.ends_with(b")")
            || line.starts_with(b"PC=")
            || line.starts_with(b"runtime")
            || line.starts_with(b"goroutine running");
        *gap += usize::from(!belongs);
        if *gap > CAUSE_GAP {
            return None;
        }
    }
    None
}

impl Active {
    /// Takes the record that holds the first header: what stands before the header is not the dump's.
    fn header_record(&mut self, record: &[u8]) -> Then {
        let Some(text) = self.layout.unwrap(record) else { return Then::GoOn };
        let mut lines = self.layout.lines(&text);
        let header = lines.find_map(|line| parse_header(&line[header_at(line)?..]));
        self.first = header.as_ref().map(|h| h.id);
        if let Some(header) = header {
            self.parser.header(&header);
        }
        for line in lines.filter_map(|l| self.layout.strip(l)) {
            match parse_header(line) {
                Some(header) => self.parser.header(&header),
                None => drop(self.parser.line(line)),
            }
        }
        if self.single { Then::Complete } else { Then::GoOn }
    }

    #[inline]
    fn record(&mut self, record: &[u8], outside: &mut u64) -> Then {
        if self.plain {
            return self.line(record, record, outside);
        }
        let Some(text) = self.layout.unwrap(record) else { return self.unrelated(record, outside) };
        for line in self.layout.lines(&text) {
            let then = match self.layout.strip(line) {
                Some(line) => self.line(line, record, outside),
                None => self.unrelated(record, outside),
            };
            if then != Then::GoOn {
                return then;
            }
        }
        Then::GoOn
    }

    /// A record of something else in the same file.
    fn unrelated(&mut self, record: &[u8], outside: &mut u64) -> Then {
        *outside += 1;
        self.unrelated += 1;
        let other_dump = Layout::locate(record).is_some();
        if other_dump || self.unrelated > UNRELATED { Then::Ended } else { Then::GoOn }
    }

    #[inline]
    fn line(&mut self, line: &[u8], record: &[u8], outside: &mut u64) -> Then {
        if line.starts_with(b"goroutine ")
            && let Some(header) = parse_header(line)
        {
            return self.header(&header);
        }
        match self.parser.line(line) {
            Line::Stack => {
                self.continued();
                Then::GoOn
            }
            Line::Blank => Then::GoOn,
            Line::Foreign => self.foreign(line, record, outside),
        }
    }

    fn header(&mut self, header: &Header<'_>) -> Then {
        if self.begins_another(header) {
            return Then::Ended;
        }
        self.parser.header(header);
        self.continued();
        Then::GoOn
    }

    /// The text is that of the dump again.
    #[inline]
    fn continued(&mut self) {
        self.foreign = 0;
        self.unrelated = 0;
        self.section = false;
    }

    /// Whether a header starts another dump: the first id again, or the stack that a goroutine prints
    /// of itself (`debug.Stack`) after other text.
    fn begins_another(&self, header: &Header<'_>) -> bool {
        let own_stack = self.foreign > 0 && !self.section && header.state == b"running";
        self.first == Some(header.id) || own_stack
    }

    fn foreign(&mut self, line: &[u8], record: &[u8], outside: &mut u64) -> Then {
        *outside += 1;
        if line.trim_ascii() == b"-----" {
            self.section = true;
        }
        if self.section || is_crash_detail(line) {
            return Then::GoOn;
        }
        self.foreign += 1;
        let other = cause::of(line).is_some() || Layout::locate(record).is_some();
        if other || self.foreign > FOREIGN { Then::Ended } else { Then::GoOn }
    }
}

/// Lines that the runtime prints within a dump beside stacks: registers (`rax    0xca`), the hex dump of a
/// broken stack (`0x000000c00003ff00:  0x… <main.f+0x1d>`) and its own messages.
fn is_crash_detail(line: &[u8]) -> bool {
    if line.starts_with(b"runtime: ") || line.starts_with(b"stack: frame={") {
        return true;
    }
    let mut words = line.split(|b| *b == b' ').filter(|w| !w.is_empty());
    let (Some(name), Some(value)) = (words.next(), words.next()) else { return false };
    let register = name.len() <= 6 && value.starts_with(b"0x") && words.next().is_none();
    let address = name.strip_suffix(b":").map(|a| a.strip_prefix(b"0x").unwrap_or(a));
    register || address.is_some_and(|a| a.len() >= 8 && a.iter().all(u8::is_ascii_hexdigit))
}
