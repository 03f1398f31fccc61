//! Labels in the drawing: small boxes beside the node whose samples had them.

use std::cmp::Ordering;

use super::{Describer, TagBox};
use crate::graph::{MOST_TAGS, NO_LABEL, Node, NumericTag, Tag, Weight, compare_tags};
use crate::measure::label;

/// A tag with its name.
struct Named {
    name: String,
    tag: Tag,
}

impl Describer<'_> {
    /// The boxes of a node's labels.
    pub(super) fn tags(&self, number: usize, node: &Node) -> Vec<TagBox> {
        // Callees may have been left out where there are none, so all that passed is shown.
        let is_flat = !node.callees.is_empty();
        let mut boxes = Vec::new();
        let names = &self.graph.label_names;
        let mut texts: Vec<(u32, &Tag)> =
            node.tags.texts.iter().map(|(&id, tag)| (id, tag)).collect();
        let name = |id: u32| names[id as usize].as_str();
        texts.sort_by(|a, b| compare_tags((a.1, name(a.0)), (b.1, name(b.0)), is_flat));
        for (index, &(id, tag)) in texts.iter().take(MOST_TAGS).enumerate() {
            let weight = if is_flat { tag.flat.value() } else { tag.cum.value() };
            if weight == 0 {
                continue;
            }
            let (parent, label) = (format!("N{number}"), name(id).to_owned());
            let own = format!("{parent}_{index}");
            let numbers = self.numbers(node, id, is_flat, &own);
            let weight = self.report.format(weight);
            boxes.push(TagBox { parent, name: own, label, weight, is_dotted: false });
            boxes.extend(numbers);
        }
        boxes.extend(self.numbers(node, NO_LABEL, is_flat, &format!("N{number}")));
        boxes
    }

    /// The boxes of the numbers that samples with some text labels had.
    fn numbers(&self, node: &Node, text: u32, is_flat: bool, parent: &str) -> Vec<TagBox> {
        let names = &self.graph.label_names;
        let numbers = node.tags.numbers.iter().filter(|((of, _), _)| *of == text);
        let numbers = numbers.map(|((_, name), number)| (names[*name as usize].as_str(), *number));
        let mut boxes = Vec::new();
        for (index, Named { name, tag }) in
            self.collapsed(numbers.collect(), is_flat).into_iter().enumerate()
        {
            let (flat, cum) = (tag.flat.value(), tag.cum.value());
            let (weight, is_dotted) = match is_flat || flat == cum {
                true => (flat, false),
                false => (cum, true),
            };
            if weight != 0 {
                boxes.push(TagBox {
                    parent: parent.to_owned(),
                    // pprof writes the letter twice.
                    name: format!("N{parent}_{index}"),
                    label: name,
                    weight: self.report.format(weight),
                    is_dotted,
                });
            }
        }
        boxes
    }

    /// The heaviest numbers, each with those that are nearest to it: `16B..64B`.
    fn collapsed(&self, mut numbers: Vec<(&str, NumericTag)>, is_flat: bool) -> Vec<Named> {
        numbers.sort_by(|a, b| compare_tags((&a.1.tag, a.0), (&b.1.tag, b.0), is_flat));
        if numbers.len() <= MOST_TAGS {
            let named = |(name, number): (&str, NumericTag)| Named {
                name: name.to_owned(),
                tag: number.tag,
            };
            return numbers.into_iter().map(named).collect();
        }
        let rest = numbers.split_off(MOST_TAGS);
        let mut groups: Vec<Vec<NumericTag>> =
            numbers.iter().map(|&(_, number)| vec![number]).collect();
        for (_, number) in rest {
            let distance =
                |group: &Vec<NumericTag>| (group[0].value as f64 - number.value as f64).abs();
            let nearest = (0..groups.len()).min_by(|&a, &b| {
                distance(&groups[a]).partial_cmp(&distance(&groups[b])).unwrap_or(Ordering::Equal)
            });
            groups[nearest.unwrap_or(0)].push(number);
        }
        let mut named: Vec<Named> = groups.iter().map(|group| self.group(group)).collect();
        named.sort_by(|a, b| compare_tags((&a.tag, &a.name), (&b.tag, &b.name), is_flat));
        named
    }

    /// Numbers as one tag.
    fn group(&self, group: &[NumericTag]) -> Named {
        let unit = self.report.label_units.get("bytes").map_or("", String::as_str);
        let text = |number: &NumericTag| label(number.value, unit);
        let [only] = group else {
            let (mut flat, mut cum) = (Weight::default(), Weight::default());
            for number in group {
                flat.add(number.tag.flat);
                cum.add(number.tag.cum);
            }
            let mean = |weight: Weight| Weight { sum: weight.value(), divisor: 0 };
            let low = group.iter().min_by_key(|number| number.value);
            let high = group.iter().max_by_key(|number| number.value);
            let name = format!(
                "{}..{}",
                low.map(text).unwrap_or_default(),
                high.map(text).unwrap_or_default()
            );
            return Named { name, tag: Tag { flat: mean(flat), cum: mean(cum) } };
        };
        let value = |weight: Weight| Weight { sum: weight.value(), divisor: 0 };
        let tag = Tag { flat: value(only.tag.flat), cum: value(only.tag.cum) };
        Named { name: text(only), tag }
    }
}
