//! `goroutine profile: total 67`, likewise threadcreate, goroutineleak and profiles of programs.

use super::builder::Builder;
use super::record::{self, Line};
use crate::model::Profile;
use crate::problem::Problems;

/// The first line.
pub(super) struct Header {
    name: String,
    total: i64,
}

pub(super) fn header(line: &str) -> Option<Header> {
    let (name, total) = line.split_once(" profile: total ")?;
    let plausible = !name.is_empty() && !name.contains(['<', '"', '\t']) && name.len() < 200;
    Some(Header { name: name.to_owned(), total: total.trim().parse().ok()? }).filter(|_| plausible)
}

pub(super) fn read<'a>(
    header: &Header,
    lines: impl Iterator<Item = &'a str>,
    problems: &mut Problems,
) -> Profile {
    let mut builder = Builder::new(&[(&header.name, "count")]);
    builder.period(&header.name, "count", 1);
    let (mut sum, mut unknown) = (0i64, 0);
    for line in lines {
        let line = record::parse(line);
        let count = match line {
            Line::Record { values, .. } => values.parse::<i64>().ok(),
            _ => None,
        };
        if let (Line::Record { addresses, .. }, Some(count)) = (&line, count) {
            sum = sum.saturating_add(count);
            builder.record(vec![count], addresses, None);
        } else {
            unknown += u64::from(!builder.comment(&line));
        }
    }
    if sum != header.total {
        problems.add(format!(
            "the {} profile announces {} but holds {sum}; it may be cut",
            header.name, header.total
        ));
    }
    builder.finish(unknown, problems)
}
