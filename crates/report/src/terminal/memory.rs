//! Where the resident memory is, as a bar with a legend.

use plumb_evidence::finding::{MemoryPart, MemorySplit};
use plumb_evidence::number::plural;

use crate::Options;
use crate::layout::{LABEL, Page, Tone, pack};
use crate::units::bytes;

/// What the parts of a bar are drawn with, in order; a bar has at most eight parts.
const BLOCKS: [&str; 8] = ["█", "▒", "▓", "░", "▚", "▖", "▪", "·"];
const ASCII: [&str; 8] = ["#", "=", "+", "-", ":", "o", "x", "."];

/// The split of the largest instance; of all if asked.
pub(super) fn print(page: &mut Page, splits: &[MemorySplit], options: &Options) {
    let mut splits: Vec<&MemorySplit> = splits.iter().collect();
    splits.sort_by_key(|split| std::cmp::Reverse(split.resident));
    let shown = if options.verbose { splits.len() } else { 1 };
    for split in splits.iter().take(shown) {
        let instance =
            if splits.len() > 1 { format!(" in {}", split.instance) } else { String::new() };
        let marks = if options.unicode { &BLOCKS } else { &ASCII };
        let bar = bar(split, marks, page.fact_width());
        page.facts("memory", &[bar]);
        let what = if split.measured { "resident" } else { "held by Go" };
        let size = format!("{} {what}{instance}:", bytes(split.resident as f64));
        page.facts("", &legend(&size, split, marks, page.fact_width()));
        page.fact("", &split.sentence);
        if options.verbose {
            for part in &split.parts {
                page.hanging(
                    "",
                    LABEL + 2,
                    Tone::Quiet,
                    &format!("{}: {}", part.name, part.meaning),
                );
            }
        }
    }
    if splits.len() > shown {
        page.fact(
            "",
            &format!("{} with --verbose", plural(splits.len() - shown, "further instance")),
        );
    }
}

/// Each part as wide as its share; a part that is there has at least one column.
fn bar(split: &MemorySplit, marks: &[&str; 8], width: usize) -> String {
    let parts = &split.parts[..split.parts.len().min(marks.len())];
    let known: f64 = parts.iter().map(|part| part.bytes as f64).sum();
    let whole = known.max(split.resident as f64).max(1.0);
    let spare = width.saturating_sub(parts.len());
    let columns = |bytes: u64| 1 + (bytes as f64 / whole * spare as f64).floor() as usize;
    parts.iter().zip(marks).map(|(part, mark)| mark.repeat(columns(part.bytes))).collect()
}

/// What the parts are, each kept together with its mark.
fn legend(size: &str, split: &MemorySplit, marks: &[&str; 8], width: usize) -> Vec<String> {
    let entry = |(at, part): (usize, &MemoryPart)| {
        let mark = marks.get(at).map_or(String::new(), |mark| format!("{mark} "));
        format!("{mark}{} {}", part.name, bytes(part.bytes as f64))
    };
    let mut entries: Vec<String> = split.parts.iter().enumerate().map(entry).collect();
    match entries.first_mut() {
        Some(first) => *first = format!("{size} {first}"),
        None => entries.push(size.trim_end_matches(':').to_owned()),
    }
    pack(&entries, width)
}
