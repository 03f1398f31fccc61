//! Heap profiles as text: those of tcmalloc and of Go, and its lists of growth and fragmentation.

use std::sync::LazyLock;

use super::draft::Draft;
use super::numbers::decimal;
use super::scanner::Scanner;
use super::{
    LegacyError, Pattern, Result, addresses, compile, is_blank_or_comment, is_map_heading,
    malformed_sample, unsampled,
};
use crate::model::Profile;

/// `heap profile: live objects: live bytes [all objects: all bytes] @`
const TOTALS: &str = r"heap profile: *(\d+): *(\d+) *\[ *(\d+): *(\d+) *\]";

static HEAP: Pattern = LazyLock::new(|| compile(&format!(r"{TOTALS} *@ *(heap[_a-z0-9]*)/?(\d*)")));

/// Where the address space grew, and where free memory lies in pieces.
static OTHERS: Pattern =
    LazyLock::new(|| compile(&format!("{TOTALS} @ (growthz?|fragmentationz?)")));

static SAMPLE: Pattern =
    LazyLock::new(|| compile(r"(-?\d+): *(-?\d+) *\[ *(\d+): *(\d+) *] @([ x0-9a-f]*)"));

struct Header {
    /// Mean bytes between two samples; 1 if all are taken.
    rate: i64,
    /// Whether values are those of the samples alone.
    sampled: bool,
    /// Whether the profile counts what was freed as well.
    has_allocations: bool,
}

pub(super) fn read(text: &str) -> Result<Profile> {
    let mut lines = Scanner::new(text);
    if !lines.scan() {
        lines.check()?;
        return Err(LegacyError::Unrecognized);
    }
    let header = header(lines.line())?;
    let mut draft = Draft::new(if header.has_allocations { 4 } else { 2 });
    draft.period_type("space", "bytes");
    draft.profile.period = header.rate;
    draft.sample_types(if header.has_allocations {
        // The last one is shown unless another is asked for.
        &[
            ("alloc_objects", "count"),
            ("alloc_space", "bytes"),
            ("inuse_objects", "count"),
            ("inuse_space", "bytes"),
        ]
    } else {
        &[("objects", "count"), ("space", "bytes")]
    });
    while lines.scan() {
        let line = lines.line().trim();
        if is_blank_or_comment(line) {
            continue;
        }
        if is_map_heading(line) {
            break;
        }
        sample(line, &header, &mut draft)?;
    }
    lines.check()?;
    lines.skip_to_map()?;
    draft.finish_with_map(&mut lines)
}

fn header(line: &str) -> Result<Header> {
    let Some(found) = HEAP.captures(line) else {
        let all = Header { rate: 1, sampled: false, has_allocations: false };
        return OTHERS.is_match(line).then_some(all).ok_or(LegacyError::Unrecognized);
    };
    let part = |n| found.get(n).map_or("", |m| m.as_str());
    let rate = match part(6) {
        "" => 0,
        digits => decimal(digits).map_err(|_| LegacyError::Unrecognized)?,
    };
    let differs = |all: &str, live: &str| all != live && all != "0";
    let has_allocations = differs(part(3), part(1)) || differs(part(4), part(2));
    let (rate, sampled) = match part(5) {
        "heapz_v2" | "heap_v2" => (rate, true),
        "heapprofile" => (1, false),
        // Go writes twice its rate.
        "heap" => (rate / 2, true),
        _ => return Err(LegacyError::Unrecognized),
    };
    Ok(Header { rate, sampled, has_allocations })
}

fn sample(line: &str, header: &Header, draft: &mut Draft) -> Result<()> {
    let Some(found) = SAMPLE.captures(line) else {
        let what = "unexpected number of sample values: got 0, want 6";
        return Err(LegacyError::Broken(what.to_owned()));
    };
    let mut values = Vec::with_capacity(4);
    let mut object = 0;
    let pairs = [(3, 4, "allocation"), (1, 2, "inuse")];
    for (count, size, what) in &pairs[usize::from(!header.has_allocations)..] {
        let number = |n| decimal(&found[n]).map_err(|error| malformed_sample(line, &error));
        let (mut count, mut size) = (number(*count)?, number(*size)?);
        if count == 0 && size != 0 {
            let text = format!("{what} count was 0 but {what} bytes was {size}");
            return Err(LegacyError::Broken(text));
        }
        if count != 0 {
            object = size.wrapping_div(count);
            if header.sampled {
                (count, size) = unsampled(count, size, header.rate);
            }
        }
        values.extend([count, size]);
    }
    let stack = addresses(&found[5]).map_err(|error| malformed_sample(line, &error))?;
    draft.sample(&values, stack.into_iter().map(|a| a.wrapping_sub(1)), Some(object));
    Ok(())
}
