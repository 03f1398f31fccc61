//! Lines of a fixed width: wrapping, labels, bullets, colour.

use anstyle::{AnsiColor, Style as Ansi};
use textwrap::WordSeparator;
use textwrap::core::{Fragment, Word};
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::blocks::{Block, CODE_INDENT, blocks};
use crate::{MIN_WIDTH, Options, Style};

/// Columns of the label before a fact.
pub(crate) const LABEL: usize = 10;

/// What a piece of text is, for colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    /// Titles.
    Strong,
    /// A leak that is at least likely.
    Alarm,
    /// A possible leak, an open question.
    Caution,
    /// All is well.
    Good,
    /// Labels and asides.
    Quiet,
}

impl Tone {
    fn ansi(self) -> Ansi {
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().bold(),
            Self::Alarm => AnsiColor::Red.on_default().bold(),
            Self::Caution => AnsiColor::Yellow.on_default().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Quiet => Ansi::new().dimmed(),
        }
    }
}

/// Text under construction, none of whose lines is wider than it may be.
pub(crate) struct Page {
    pub(crate) width: usize,
    style: Style,
    text: String,
}

impl Page {
    pub(crate) fn new(options: &Options) -> Self {
        let width = options.width.max(MIN_WIDTH);
        Self { width, style: options.style, text: String::new() }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// An empty line, if there is text and none stands at its end.
    pub(crate) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A paragraph over the whole width.
    pub(crate) fn paragraph(&mut self, tone: Tone, text: &str) {
        self.hanging("", 0, tone, text);
    }

    /// A paragraph whose first line begins with `mark` and whose other lines are indented by `indent` columns.
    pub(crate) fn hanging(&mut self, mark: &str, indent: usize, tone: Tone, text: &str) {
        let lines = wrap(text, self.width - indent.max(mark.width()));
        self.block(mark, indent, tone, &lines);
    }

    /// `label     text`, wrapped beside the label.
    pub(crate) fn fact(&mut self, label: &str, text: &str) {
        self.facts(label, &wrap(text, self.fact_width()));
    }

    /// `label     text` of a text that may hold code.
    pub(crate) fn told(&mut self, label: &str, text: &str) {
        self.facts(label, &wrap_text(text, self.fact_width()));
    }

    /// `label     lead command`. The command is never broken, so that it can be copied: it may be wider than the page.
    pub(crate) fn command(&mut self, label: &str, lead: &str, command: &str) {
        self.facts(label, &with_command(lead, command, self.fact_width()));
    }

    /// `label     line` and further lines below it.
    pub(crate) fn facts(&mut self, label: &str, lines: &[String]) {
        self.block(label, LABEL, Tone::Plain, lines);
    }

    /// Columns beside a label.
    pub(crate) fn fact_width(&self) -> usize {
        self.width - LABEL
    }

    /// Lines as they are, indented; what is too wide is broken anywhere.
    pub(crate) fn verbatim(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            let line = clean(line);
            let mut rest = line.trim_end();
            loop {
                let end = fitting(rest, self.width - indent);
                let (now, later) = rest.split_at(end);
                self.marked("", indent, Tone::Plain, now);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
        }
    }

    fn block(&mut self, mark: &str, indent: usize, tone: Tone, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            self.marked(if index == 0 { mark } else { "" }, indent, tone, line);
        }
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, text: &str) {
        self.marked("", 0, Tone::Plain, text);
    }

    /// Lines that were printed for another page of the same width.
    pub(crate) fn append(&mut self, other: Self) {
        self.text.push_str(&other.text);
    }

    /// An empty page of the same kind.
    pub(crate) fn sheet(&self) -> Self {
        Self { width: self.width, style: self.style, text: String::new() }
    }

    /// One line as it is, behind a mark.
    pub(crate) fn marked(&mut self, mark: &str, indent: usize, tone: Tone, text: &str) {
        if !mark.is_empty() {
            let mark = self.paint(Tone::Quiet, mark);
            self.text.push_str(&mark);
        }
        if !text.is_empty() {
            self.text.push_str(&" ".repeat(indent.saturating_sub(mark.width())));
            let text = self.paint(tone, text);
            self.text.push_str(&text);
        }
        self.text.push('\n');
    }

    fn paint(&self, tone: Tone, text: &str) -> String {
        let ansi = tone.ansi();
        if self.style == Style::Plain || ansi == Ansi::new() {
            return text.to_owned();
        }
        format!("{ansi}{text}{ansi:#}")
    }
}

/// One line of text without what could move a terminal's cursor or turn the reading direction: names and labels
/// come from the target, and a target may be hostile.
pub(crate) fn clean(text: &str) -> String {
    let visible = |c: char| match c {
        '\t' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(visible).collect()
}

/// The text in lines of at most `width` columns; none if it is empty. White space runs become one space.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let one_line = text.split_whitespace().map(clean).collect::<Vec<_>>().join(" ");
    if one_line.is_empty() {
        return Vec::new();
    }
    let glued = glued(&one_line);
    let words: Vec<Word<'_>> =
        WordSeparator::AsciiSpace.find_words(&glued).flat_map(|word| broken(word, width)).collect();
    let lines = wrap_first_fit(&words, &[width as f64]);
    lines.iter().map(|line| join(line)).collect()
}

fn join(words: &[Word<'_>]) -> String {
    let text: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
    text.trim_end().replace(GLUE, " ")
}

/// Stands for a space at which no line ends.
const GLUE: &str = "\u{a0}";

/// Units that stay with their number.
const UNITS: [&str; 11] = ["B", "kB", "MB", "GB", "TB", "s", "min", "h", "d", "days", "%"];

/// Columns up to which code in backticks stays in one line; longer code would leave lines half empty.
const SPAN_MAX: usize = 40;

/// The text with each number glued to its unit (`512 MB`, `3 min`, `95 %`), and short code in backticks in one piece.
fn glued(text: &str) -> String {
    let mut glued = String::with_capacity(text.len());
    // What stands between two backticks has an odd index, if each has a partner.
    let parts: Vec<&str> = text.split('`').collect();
    let paired = parts.len() % 2 == 1;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            glued.push('`');
        }
        if paired && index % 2 == 1 && part.width() <= SPAN_MAX {
            glued.push_str(&part.replace(' ', GLUE));
        } else {
            glue_units(&mut glued, part);
        }
    }
    glued
}

fn glue_units(glued: &mut String, text: &str) {
    for (index, word) in text.split(' ').enumerate() {
        let unit = word.trim_end_matches(|c: char| c != '%' && c.is_ascii_punctuation());
        let unit = unit.split('/').next().unwrap_or(unit);
        let follows_number = glued.ends_with(|c: char| c.is_ascii_digit());
        if index > 0 {
            glued.push_str(if follows_number && UNITS.contains(&unit) { GLUE } else { " " });
        }
        glued.push_str(word);
    }
}

/// A word in pieces that fit: cut after a slash or another mark between parts of a name, else anywhere.
fn broken(word: Word<'_>, width: usize) -> Vec<Word<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, whitespace) = (word.word, word.whitespace);
    while Word::from(rest).width() > width as f64 {
        let head = &rest[..fitting(rest, width)];
        // A cut that leaves less than half of the line filled is worse than one inside a name.
        let mark = head.rfind(['/', '.', ',', ')', '&', '?', '=', ';', '|']);
        let end = mark.map(|at| at + 1).filter(|&end| end * 2 >= head.len()).unwrap_or(head.len());
        pieces.push(Word::from(&rest[..end]));
        rest = &rest[end..];
    }
    let mut last = Word::from(rest);
    last.whitespace = whitespace;
    pieces.push(last);
    pieces
}

/// Bytes of the longest prefix that fits; at least one character.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            return at.max(text.chars().next().map_or(0, char::len_utf8));
        }
    }
    text.len()
}

/// The same of a text that may hold code, whose lines stay as they are: they may be wider.
pub(crate) fn wrap_text(text: &str, width: usize) -> Vec<String> {
    let lines = |block| match block {
        Block::Prose(text) => wrap(&text, width),
        Block::Code(lines) => {
            lines.iter().map(|line| format!("{CODE_INDENT}{}", clean(line))).collect()
        }
    };
    blocks(text).into_iter().flat_map(lines).collect()
}

/// Words and a command: in one line if they fit, else the command in a line of its own, however long it is.
pub(crate) fn with_command(lead: &str, command: &str, width: usize) -> Vec<String> {
    let command = clean(command);
    let mut lines = wrap(lead, width);
    if command.is_empty() {
        return lines;
    }
    match lines.last_mut() {
        Some(last) if last.width() + 1 + command.width() <= width => {
            last.push(' ');
            last.push_str(&command);
        }
        _ => lines.push(command),
    }
    lines
}

/// The first sentences that fit in `max` lines, at least one, with `…` where others are left out. Text with code is
/// told whole.
pub(crate) fn first_sentences(text: &str, width: usize, max: usize) -> Vec<String> {
    let all = wrap_text(text, width);
    let whole = blocks(text);
    let [Block::Prose(prose)] = whole.as_slice() else { return all };
    if all.len() <= max {
        return all;
    }
    let starts = |rest: &str| rest.chars().next().is_some_and(|c| !c.is_lowercase());
    let ends = prose.match_indices(". ").filter(|&(at, end)| starts(&prose[at + end.len()..]));
    let cut: Vec<Vec<String>> =
        ends.map(|(at, _)| wrap(&format!("{} …", &prose[..=at]), width)).collect();
    let fitting = cut.iter().rfind(|lines| lines.len() <= max);
    fitting.or(cut.first()).cloned().unwrap_or(all)
}

/// The text in at most `max` lines, cut between words, with `…` where something is missing.
pub(crate) fn excerpt(text: &str, width: usize, max: usize) -> Vec<String> {
    let all = wrap(text, width);
    if all.len() <= max {
        return all;
    }
    let Some(kept) = max.checked_sub(1) else { return Vec::new() };
    let mut lines = all[..kept].to_vec();
    let rest = all[kept..].join(" ");
    let room = fitting(&rest, width.saturating_sub(2));
    // Between words, unless a long name would be left out for it.
    let end = rest[..room].rfind(' ').filter(|&space| space * 2 > room).unwrap_or(room);
    lines.push(format!("{} …", rest[..end].trim_end_matches([' ', ',', ';'])));
    lines
}

/// The text in at most `width` columns, with `…` in its middle if something is left out: of an address, both ends tell
/// more.
pub(crate) fn without_middle(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let head = &text[..fitting(text, room.div_ceil(2))];
    let tails = text.char_indices().map(|(at, _)| &text[at..]);
    let tail = tails.into_iter().find(|tail| head.width() + tail.width() <= room).unwrap_or("");
    format!("{head}…{tail}")
}

/// The items with commas between them, each kept together, in lines of at most `width` columns.
pub(crate) fn pack(items: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let comma = if index + 1 < items.len() { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.width() + item.width() + 2 <= width => {
                line.push_str(&format!(" {item}{comma}"));
            }
            _ => lines.extend(wrap(&format!("{item}{comma}"), width)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_break_at_their_joints() {
        let lines = wrap("in example.com/shop/internal/billing.(*Reporter).send now", 24);
        assert_eq!(lines, ["in example.com/shop/", "internal/billing.", "(*Reporter).send now"]);
        assert_eq!(wrap("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
    }

    #[test]
    fn long_texts_end_with_a_sentence() {
        let text = "One two (e.g. three). Four five six. Seven eight nine ten eleven.";
        assert_eq!(first_sentences(text, 23, 2), ["One two (e.g. three).", "Four five six. …"]);
        assert_eq!(first_sentences(text, 10, 1), ["One two", "(e.g.", "three). …"]);
        assert_eq!(first_sentences(text, 80, 2), [text]);
        assert_eq!(first_sentences("One two three", 7, 1), ["One two", "three"]);
    }

    #[test]
    fn excerpts_end_with_a_word() {
        assert_eq!(excerpt("one two three four five six", 9, 2), ["one two", "three …"]);
    }

    #[test]
    fn addresses_lose_their_middle() {
        assert_eq!(without_middle("http://a.example:6060/x", 12), "http:/…060/x");
        assert_eq!(without_middle("漏漏漏漏漏", 7), "漏…漏漏");
        assert_eq!(without_middle("short", 7), "short");
    }

    #[test]
    fn code_and_commands_are_not_broken() {
        let text = "add this line:\n    import _ \"net/http/pprof\"";
        let code = "    import _ \"net/http/pprof\"";
        assert_eq!(wrap_text(text, 10), ["add this", "line:", code]);
        assert_eq!(first_sentences(text, 10, 1), wrap_text(text, 10));
        assert_eq!(with_command("run:", "plumb x", 12), ["run: plumb x"]);
        assert_eq!(with_command("run:", "plumb x", 8), ["run:", "plumb x"]);
        assert_eq!(with_command("run it", "", 8), ["run it"]);
    }

    #[test]
    fn numbers_stay_with_their_unit() {
        assert_eq!(wrap("a limit (512 MB), 3 min", 14), ["a limit", "(512 MB),", "3 min"]);
        assert_eq!(wrap("growing 2.3 GB/h", 11), ["growing", "2.3 GB/h"]);
        assert_eq!(wrap("95 % of 3 files", 10), ["95 % of 3", "files"]);
    }

    #[test]
    fn short_code_stays_in_one_line() {
        assert_eq!(wrap("call `defer f.Close()` now", 19), ["call", "`defer f.Close()`", "now"]);
        assert_eq!(wrap("a ` b `c d` e", 5), ["a ` b", "`c d`", "e"]);
    }

    #[test]
    fn items_are_kept_together() {
        let items = ["a bc", "d ef", "g"].map(str::to_owned);
        assert_eq!(pack(&items, 8), ["a bc,", "d ef, g"]);
        assert_eq!(pack(&items, 11), ["a bc, d ef,", "g"]);
    }

    #[test]
    fn escape_sequences_of_a_target_do_not_reach_the_terminal() {
        assert_eq!(wrap("a\u{1b}[31mb\u{202e}c", 20), ["a\u{fffd}[31mb\u{fffd}c"]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrap("漏漏漏漏", 4), ["漏漏", "漏漏"]);
    }
}
