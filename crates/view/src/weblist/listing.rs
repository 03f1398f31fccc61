//! Instructions by file, function and line of the source.

use std::collections::BTreeMap;

use plumb_binary::SourceFrame;

use super::instructions::{Code, Instruction};
use super::samples::Samples;
use crate::go_text::{base, clean};
use crate::list::value_or_dot;
use crate::measure::percentage;
use crate::report::Report;
use crate::source_text::SourceText;

/// Lines of a function that are further apart are shown apart.
const APART: i64 = 20;
/// Lines shown before the first and after the last one with instructions.
const MARGIN: i64 = 5;
/// Columns of a tab.
const TAB: usize = 8;

/// A listing, its numbers written.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) total: String,
    pub(super) functions: Vec<Function>,
}

/// Neighbouring lines of a function.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) flat: String,
    pub(super) cum: String,
    pub(super) percent: String,
    pub(super) lines: Vec<Line>,
}

/// A line of the source.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: i64,
    pub(super) text: String,
    pub(super) flat: String,
    pub(super) cum: String,
    /// Whether it was compiled to anything that is known.
    pub(super) has_code: bool,
    pub(super) rows: Vec<Row>,
}

/// What is shown below a line when it is opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Instructions were left out here.
    Gap,
    /// A call that was inlined, of which the next instructions are.
    Call {
        text: String,
        place: String,
    },
    Instruction {
        flat: String,
        cum: String,
        address: u64,
        text: String,
        place: String,
    },
}

/// An instruction of a line, with the calls that were inlined there, outermost first.
struct Shown<'c> {
    address: u64,
    calls: Vec<&'c SourceFrame>,
}

/// The lines of a file with their instructions.
#[derive(Default)]
struct File<'c> {
    lines: BTreeMap<i64, Vec<Shown<'c>>>,
    /// The function of each line: the first one seen there.
    functions: BTreeMap<i64, &'c str>,
}

/// Lines of a function: first, and after the last.
struct Span {
    name: String,
    begin: i64,
    end: i64,
    flat: i64,
    cum: i64,
}

pub(super) fn arrange(
    report: &Report,
    samples: &Samples,
    code: &Code,
    text: &mut SourceText<'_>,
) -> Listing {
    let mut files: BTreeMap<String, File<'_>> = BTreeMap::new();
    for (&address, instruction) in code {
        let frames = &instruction.frames;
        let wanted = frames.iter().enumerate();
        for (depth, frame) in wanted.filter(|(_, frame)| samples.interest.contains(&frame.function))
        {
            let file = files.entry(canonical(&frame.file)).or_default();
            let calls = frames[..depth].iter().rev().collect();
            file.lines.entry(frame.line).or_default().push(Shown { address, calls });
            file.functions.entry(frame.line).or_insert(&frame.function);
        }
    }
    let mut functions = Vec::new();
    for (path, file) in &files {
        for span in spans(file, samples, code).iter().filter(|span| span.cum != 0) {
            let lines = lines(report, path, file, span, code, text);
            functions.push(Function {
                name: span.name.clone(),
                file: path.clone(),
                flat: report.format(span.flat),
                cum: report.format(span.cum),
                percent: percentage(span.cum, report.values.total),
                lines,
            });
        }
    }
    Listing { total: report.format(report.values.total), functions }
}

/// A path without what sandboxes and compilers put before it.
fn canonical(path: &str) -> String {
    let path = path.strip_prefix("/proc/self/cwd/").unwrap_or(path);
    clean(path.strip_prefix("./").unwrap_or(path))
}

fn sum(shown: &[Shown<'_>], code: &Code) -> (i64, i64) {
    let instructions = shown.iter().filter_map(|one| code.get(&one.address));
    instructions.fold((0, 0), |(flat, cum): (i64, i64), one| {
        (flat.wrapping_add(one.flat), cum.wrapping_add(one.cum))
    })
}

/// Which lines of a file are shown, by function, with some around them.
fn spans(file: &File<'_>, samples: &Samples, code: &Code) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (&line, shown) in &file.lines {
        let name = file.functions.get(&line).copied().unwrap_or_default();
        let name = samples.names.get(name).map_or(name, String::as_str);
        let (flat, cum) = sum(shown, code);
        let end = line.saturating_add(1);
        match spans.last_mut() {
            Some(last) if line.saturating_sub(last.end) < APART && last.name == name => {
                last.end = end;
                last.flat = last.flat.wrapping_add(flat);
                last.cum = last.cum.wrapping_add(cum);
            }
            _ => spans.push(Span { name: name.to_owned(), begin: line, end, flat, cum }),
        }
    }
    for index in 1..spans.len() {
        let half = (spans[index].begin.saturating_sub(spans[index - 1].end) / 2).min(MARGIN);
        spans[index - 1].end += half;
        spans[index].begin -= half;
    }
    if let Some(first) = spans.first_mut() {
        // Line 0 stands for an unknown one and stays alone.
        first.begin = match first.begin {
            begin if begin > MARGIN => begin - MARGIN,
            begin => begin.min(1),
        };
    }
    if let Some(last) = spans.last_mut() {
        last.end = last.end.saturating_add(MARGIN);
    }
    spans
}

fn lines(
    report: &Report,
    path: &str,
    file: &File<'_>,
    span: &Span,
    code: &Code,
    source: &mut SourceText<'_>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut number = span.begin;
    while number < span.end {
        let shown = file.lines.get(&number).map(Vec::as_slice).unwrap_or_default();
        let text = source.line(path, number).map(|line| String::from_utf8_lossy(line).into_owned());
        let text = match text {
            Some(text) => text,
            None if shown.is_empty() => {
                // Far numbers of a damaged table must not be counted up to one by one.
                let next = file.lines.range(number + 1..).next();
                number = next.map_or(span.end, |(&next, _)| next);
                continue;
            }
            None if number == 0 => "<instructions with unknown line numbers>".to_owned(),
            None => "???".to_owned(),
        };
        let (flat, cum) = sum(shown, code);
        let is_known = |one: &Shown<'_>| {
            !one.calls.is_empty() || code.get(&one.address).is_some_and(|i| !i.text.is_empty())
        };
        let has_code = shown.iter().any(is_known);
        let rows = if has_code { rows(report, &text, shown, code, source) } else { Vec::new() };
        let (flat, cum) = (value_or_dot(flat, report), value_or_dot(cum, report));
        lines.push(Line { number, text, flat, cum, has_code, rows });
        number += 1;
    }
    lines
}

fn rows(
    report: &Report,
    line: &str,
    shown: &[Shown<'_>],
    code: &Code,
    source: &mut SourceText<'_>,
) -> Vec<Row> {
    let indent = indentation(line) + 4;
    let mut rows = Vec::new();
    let mut end = None;
    let mut calls: &[&SourceFrame] = &[];
    for Shown { address, calls: own } in shown {
        let Some(instruction) = code.get(address) else { continue };
        if end.is_some_and(|end| end != *address) {
            rows.push(Row::Gap);
        }
        end = Some(address.wrapping_add(instruction.size));
        for (depth, call) in own.iter().enumerate() {
            if calls
                .get(depth)
                .is_some_and(|known| (&known.file, known.line) == (&call.file, call.line))
            {
                continue;
            }
            calls = &[];
            let text = source.line(&call.file, call.line).unwrap_or_default();
            let text = String::from_utf8_lossy(text).trim().to_owned();
            let place = format!("{}:{}", base(&call.file), call.line);
            rows.push(Row::Call {
                text: format!("{}{text}", " ".repeat(indent + 4 * depth)),
                place,
            });
        }
        calls = own;
        if !instruction.text.is_empty() {
            rows.push(instruction_row(report, instruction, indent + 4 * own.len()));
        }
    }
    rows
}

fn instruction_row(report: &Report, instruction: &Instruction, indent: usize) -> Row {
    let place = match instruction.file.as_str() {
        "" => String::new(),
        file => format!("{}:{}", base(file), instruction.line),
    };
    Row::Instruction {
        flat: value_or_dot(instruction.flat, report),
        cum: value_or_dot(instruction.cum, report),
        address: instruction.address,
        text: format!("{}{}", " ".repeat(indent), instruction.text),
        place,
    }
}

/// The column at which a line begins.
fn indentation(line: &str) -> usize {
    let mut column = 0;
    for letter in line.chars() {
        match letter {
            ' ' => column += 1,
            '\t' => column = (column / TAB + 1) * TAB,
            _ => break,
        }
    }
    column
}
