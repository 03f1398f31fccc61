//! The lines below a sample that show its labels.

use std::ops::Range;

use crate::model::{Label, LabelValue, Profile, has_unit, is_number};

const INDENT: &[u8] = b"                ";

/// Writes the labels of one sample after the other; keeps its buffers.
#[derive(Default)]
pub(super) struct LabelLines {
    scratch: Vec<Label>,
    /// Texts of all labels of the sample.
    text: Vec<u8>,
    /// Where the text labels stand in `text`, and the number labels.
    parts: [Vec<Range<usize>>; 2],
}

impl LabelLines {
    /// A line for text labels and one for number labels, if there are any.
    pub(super) fn append_to(&mut self, out: &mut Vec<u8>, profile: &Profile, sample: usize) {
        if profile.samples.labels(sample).is_empty() {
            return;
        }
        let Self { scratch, text, parts } = self;
        text.clear();
        parts.iter_mut().for_each(Vec::clear);
        profile.label_groups(sample, scratch, |key, group| {
            let start = text.len();
            format(text, profile, key, group);
            parts[usize::from(is_number(&group[0]))].push(start..text.len());
        });
        for parts in parts {
            // pprof sorts the formatted texts, which is not always the order of the names.
            parts.sort_by(|a, b| text[a.clone()].cmp(&text[b.clone()]));
            for (at, part) in parts.iter().enumerate() {
                out.extend_from_slice(if at == 0 { INDENT } else { b" " });
                out.extend_from_slice(&text[part.clone()]);
            }
            if !parts.is_empty() {
                out.push(b'\n');
            }
        }
    }
}

/// `key:[value value]`
fn format(out: &mut Vec<u8>, profile: &Profile, key: &str, group: &[Label]) {
    let units = has_unit(group);
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b":[");
    for (at, label) in group.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        match label.value {
            LabelValue::Text(value) => out.extend_from_slice(profile.text(value).as_bytes()),
            LabelValue::Number(number, unit) => {
                let mut digits = itoa::Buffer::new();
                out.extend_from_slice(digits.format(number).as_bytes());
                if units {
                    out.push(b' ');
                    out.extend_from_slice(profile.text(unit).as_bytes());
                }
            }
        }
    }
    out.push(b']');
}
