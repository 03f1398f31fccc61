//! `--- contention:` (block) and `--- mutex:`, with `cycles/second=` and `sampling period=`.
//!
//! Values are multiplied by the sampling period, as pprof does. Since about Go 1.20 the runtime has
//! already done so, which the text does not tell: mutex profiles with a period above 1 come out too
//! large by it, here as in pprof. The protobuf format has no such doubt.

use super::builder::Builder;
use super::record::{self, Line};
use crate::error::ReadError;
use crate::model::{Profile, ProfileKind};
use crate::problem::Problems;

/// What the first line announces.
pub(super) fn header(line: &str) -> Option<ProfileKind> {
    match line {
        "--- contention:" => Some(ProfileKind::Block),
        "--- mutex:" => Some(ProfileKind::Mutex),
        _ => None,
    }
}

/// How to turn the values of the text into those of protobuf.
struct Scale {
    cycles_per_second: f64,
    period: f64,
}

pub(super) fn read<'a>(
    kind: ProfileKind,
    lines: impl Iterator<Item = &'a str>,
    problems: &mut Problems,
) -> Result<Profile, ReadError> {
    let mut builder = Builder::new(&[("contentions", "count"), ("delay", "nanoseconds")]);
    builder.period("contentions", "count", 1);
    let mut scale: Option<Scale> = None;
    let mut unknown = 0;
    for line in lines {
        let line = record::parse(line);
        match &line {
            Line::Record { values, addresses } => match (cycles_and_count(values), &scale) {
                (_, None) => return Err(broken("a record stands before cycles/second")),
                (Some(values), Some(scale)) => {
                    builder.record(scale.values(values), addresses, None);
                }
                (None, _) => unknown += 1,
            },
            Line::Setting { name: "cycles/second", value } => {
                scale = Some(Scale::new(value)?);
            }
            Line::Setting { name: "sampling period", value } => {
                let period = value.parse::<i64>().unwrap_or(1).max(1);
                builder.period("contentions", "count", period);
                if let Some(scale) = &mut scale {
                    scale.period = period as f64;
                }
            }
            line => unknown += u64::from(!builder.comment(line)),
        }
    }
    let profile = builder.finish(unknown, problems);
    Ok(Profile { declared_kind: Some(kind), ..profile })
}

impl Scale {
    fn new(value: &str) -> Result<Self, ReadError> {
        let cycles_per_second = value.parse().ok().filter(|v: &f64| v.is_finite() && *v > 0.0);
        match cycles_per_second {
            Some(cycles_per_second) => Ok(Self { cycles_per_second, period: 1.0 }),
            None => Err(broken("cycles/second is no positive number")),
        }
    }

    fn values(&self, (cycles, count): (i64, i64)) -> Vec<i64> {
        let delay = cycles as f64 * self.period * 1e9 / self.cycles_per_second;
        vec![(count as f64 * self.period) as i64, delay as i64]
    }
}

fn broken(why: &str) -> ReadError {
    ReadError::Broken { format: "contention profile", why: why.to_owned() }
}

fn cycles_and_count(values: &str) -> Option<(i64, i64)> {
    let (cycles, count) = values.split_once(' ')?;
    Some((cycles.trim().parse().ok()?, count.trim().parse().ok()?))
}
