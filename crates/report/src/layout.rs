//! Lines of a fixed width: wrapping, labels, bullets, colour.

use anstyle::{AnsiColor, Style as Ansi};
use textwrap::WordSeparator;
use textwrap::core::{Fragment, Word};
use textwrap::wrap_algorithms::wrap_first_fit;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

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

    /// `label     text`, in at most `max` lines.
    pub(crate) fn short_fact(&mut self, label: &str, text: &str, max: usize) {
        self.facts(label, &excerpt(text, self.fact_width(), max));
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
                self.line("", indent, Tone::Plain, now);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
        }
    }

    fn block(&mut self, mark: &str, indent: usize, tone: Tone, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            self.line(if index == 0 { mark } else { "" }, indent, tone, line);
        }
    }

    fn line(&mut self, mark: &str, indent: usize, tone: Tone, text: &str) {
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
    let words: Vec<Word<'_>> = WordSeparator::AsciiSpace
        .find_words(&one_line)
        .flat_map(|word| broken(word, width))
        .collect();
    let lines = wrap_first_fit(&words, &[width as f64]);
    lines.iter().map(|line| join(line)).collect()
}

fn join(words: &[Word<'_>]) -> String {
    let text: String = words.iter().flat_map(|word| [word.word, word.whitespace]).collect();
    text.trim_end().to_owned()
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

/// The text in at most `max` lines: whole sentences if possible, else cut, with `…` where something is missing.
pub(crate) fn excerpt(text: &str, width: usize, max: usize) -> Vec<String> {
    let all = wrap(text, width);
    if all.len() <= max {
        return all;
    }
    let one_line = all.join(" ");
    let ends = one_line.match_indices(". ").map(|(at, _)| at + 1);
    let fits = |end: usize| {
        let lines = wrap(&format!("{} …", &one_line[..end]), width);
        (lines.len() <= max).then_some(lines)
    };
    if let Some(lines) = ends.filter_map(fits).last() {
        return lines;
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
    fn excerpts_end_with_a_sentence() {
        let text = "One two three. Four five six. Seven eight nine ten eleven.";
        assert_eq!(excerpt(text, 18, 2), ["One two three.", "Four five six. …"]);
        assert_eq!(excerpt(text, 80, 2), [text]);
        assert_eq!(excerpt("one two three four five six", 9, 2), ["one two", "three …"]);
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
