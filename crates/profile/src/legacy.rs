//! Formats older than `profile.proto`, as pprof reads them: what pprof refuses is refused, in its words. The readers
//! of [`crate::text`] are for evidence and take what they can get; these are for reports that must equal pprof's.

mod address_map;
mod contention;
mod count;
mod cpu;
mod draft;
mod frames;
mod heap;
mod java;
mod mappings;
mod numbers;
mod scanner;
mod thread;

use std::sync::LazyLock;

use regex::Regex;

use crate::go_regex::go_regex;
use crate::model::Profile;

/// Why a reader does not take an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LegacyError {
    /// It is of another format.
    Unrecognized,
    /// It is of this format and broken, in pprof's words.
    Broken(String),
}

impl LegacyError {
    fn malformed() -> Self {
        Self::Broken("malformed profile format".to_owned())
    }
}

type Result<T> = std::result::Result<T, LegacyError>;

/// Reads a profile of an older format.
pub(crate) fn read(bytes: &[u8]) -> Result<Profile> {
    let mut profile = first_format(bytes)?;
    frames::add(&mut profile);
    Ok(profile)
}

fn first_format(bytes: &[u8]) -> Result<Profile> {
    match cpu::read(bytes) {
        Err(LegacyError::Unrecognized) => {}
        decided => return decided,
    }
    let text = String::from_utf8_lossy(bytes);
    let readers: [fn(&str) -> Result<Profile>; 5] =
        [heap::read, count::read, thread::read, contention::read, java::read];
    for reader in readers {
        match reader(&text) {
            Err(LegacyError::Unrecognized) => {}
            decided => return decided,
        }
    }
    Err(LegacyError::Unrecognized)
}

/// A pattern of this module, compiled at its first use.
type Pattern = LazyLock<Regex>;

/// # Panics
/// If `pattern` is none; a test compiles all of them.
fn compile(pattern: &str) -> Regex {
    go_regex(pattern).expect("patterns of this module are valid")
}

/// Whether a line says nothing.
fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// Whether the list of mapped files begins below this line.
fn is_map_heading(line: &str) -> bool {
    ["--- Memory map: ---", "MAPPED_LIBRARIES:"].iter().any(|heading| line.contains(heading))
}

/// All hexadecimal numbers in `text`.
fn addresses(text: &str) -> std::result::Result<Vec<u64>, String> {
    static NUMBER: Pattern = LazyLock::new(|| compile("0x[0-9a-f]+"));
    NUMBER
        .find_iter(text)
        .map(|found| {
            u64::from_str_radix(&found.as_str()[2..], 16)
                .map_err(|_| format!("failed to parse as hex 64-bit number: {}", found.as_str()))
        })
        .collect()
}

fn malformed_sample(line: &str, why: &str) -> LegacyError {
    LegacyError::Broken(format!("malformed sample: {line}: {why}"))
}

/// Values of a heap sample as they would be without sampling. Sizes are exponentially distributed between samples, so
/// one of the mean size is in the profile with the probability 1 - exp(-size / rate). A rate of 1 takes all.
fn unsampled(count: i64, size: i64, rate: i64) -> (i64, i64) {
    use crate::merge::go_int64;
    if count == 0 || size == 0 {
        return (0, 0);
    }
    if rate <= 1 {
        return (count, size);
    }
    let mean = size as f64 / count as f64;
    let scale = 1.0 / (1.0 - (-mean / rate as f64).exp());
    (go_int64(count as f64 * scale), go_int64(size as f64 * scale))
}
