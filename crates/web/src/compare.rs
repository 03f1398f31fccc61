//! The data of the comparison with a base: what each function took before and takes now.

use std::cmp::Reverse;

use plumb_view::{Amount, Config, SourceTotal};
use serde::Serialize;

use crate::answer::Answer;
use crate::site::{Refusal, Site};

/// Most rows: those that changed most.
const MOST_ROWS: usize = 500;

#[derive(Debug, Serialize)]
struct Comparison<'s> {
    units: &'s [(String, f64)],
    /// All samples: now and before.
    all: [u64; 2],
    /// How many functions there are besides.
    left_out: usize,
    rows: Vec<Row<'s>>,
    messages: &'s [String],
}

/// Each value now and before.
#[derive(Debug, Serialize)]
struct Row<'s> {
    name: &'s str,
    file: &'s str,
    flat: [u64; 2],
    cum: [u64; 2],
}

pub(crate) fn data(site: &Site, config: Config) -> Result<Answer, Refusal> {
    let kept = site.stacks(&config)?;
    let (stacks, messages) = (&kept.0, &kept.1);
    let mut totals = stacks.totals();
    totals.retain(|total| total.cum.size() > 0);
    totals.sort_by_cached_key(|total| Reverse((change(total.flat), change(total.cum))));
    let left_out = totals.len().saturating_sub(MOST_ROWS);
    totals.truncate(MOST_ROWS);
    let row = |total: &SourceTotal| {
        let source = &stacks.sources()[total.source as usize];
        let (flat, cum) = (pair(total.flat), pair(total.cum));
        Row { name: &source.name, file: &source.file, flat, cum }
    };
    let rows = totals.iter().map(row).collect();
    let (units, all) = (stacks.units.as_slice(), pair(stacks.amount()));
    Ok(Answer::json(&Comparison { units, all, left_out, rows, messages }))
}

fn change(amount: Amount) -> u64 {
    amount.plus.abs_diff(amount.minus)
}

fn pair(amount: Amount) -> [u64; 2] {
    [amount.plus, amount.minus]
}
