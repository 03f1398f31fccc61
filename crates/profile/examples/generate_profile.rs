//! Writes a large heap, goroutine or CPU profile, for measuring: `generate_profile FILE [KIND] [SAMPLES] [SNAPSHOT]`,
//! where KIND is `heap`, `goroutine` or `cpu`. The same arguments give the same bytes.
//!
//! The shape is that of a large service: a walk through a call graph in which each of 150,000 call sites of 50,000
//! functions has 12 callees, some far likelier than others, so that stacks share their hot ends and have a long tail.
//! Stacks are 30 calls deep in the mean and all different; 6 of 10 end in one of a few allocating leaves; 3 of 10
//! places hold inlined calls. A later SNAPSHOT has other values, lacks a tenth of the stacks, and in a tenth of them
//! eight times as much is live.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use plumb_profile::{
    Function, Interner, Label, LabelValue, Line, Location, Mapping, Profile, Samples, StrId,
    ValueType,
};

const FUNCTIONS: u64 = 50_000;
const SITES: u64 = 3 * FUNCTIONS;
const CALLEES: usize = 12;
/// Exponent of the weights of callees.
const SKEW: f64 = 1.6;
const MEAN_DEPTH: f64 = 30.0;
const LEAST_DEPTH: usize = 5;
const ROOTS: u64 = 4;
/// Bytes of code between two call sites.
const SITE_BYTES: u64 = 64;
const CODE_START: u64 = 0x40_0000;

#[allow(dead_code, reason = "a bench takes the generator alone")]
fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |at: usize| arguments.get(at).map(String::as_str);
    let number = |at, default| argument(at).map_or(Some(default), |text| text.parse().ok());
    let (Some(path), Some(samples), Some(snapshot)) =
        (argument(0), number(2, 1_000_000), number(3, 0))
    else {
        eprintln!("usage: generate_profile FILE [heap|goroutine|cpu] [SAMPLES] [SNAPSHOT]");
        std::process::exit(2);
    };
    let mut file = BufWriter::new(File::create(path)?);
    generate(argument(1).unwrap_or("heap"), samples, snapshot, &mut file)?;
    file.flush()
}

/// Writes a profile of `samples` stacks as uncompressed protobuf.
pub(crate) fn generate(
    kind: &str,
    samples: u64,
    snapshot: u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut strings = Interner::new();
    let mut profile = header(kind, snapshot, &mut strings);
    tables(&mut profile, &mut strings);
    let bytes = strings.intern("bytes");
    profile.samples = Samples::new(profile.sample_types.len());
    let mut walk = Walk::new();
    for _ in 0..samples {
        let stack = walk.next_stack();
        if let Some(values) = values(kind, walk.hash, snapshot) {
            let label = (kind == "heap").then(|| Label {
                key: bytes,
                value: LabelValue::Number(object_size(walk.hash), bytes),
            });
            profile.samples.push(&values, stack.into_iter().rev(), label);
        }
    }
    profile.strings = strings.finish();
    profile.write_as_pprof(out)
}

fn header(kind: &str, snapshot: u64, strings: &mut Interner) -> Profile {
    let types: &[(&str, &str)] = match kind {
        "goroutine" => &[("goroutine", "count")],
        "cpu" => &[("samples", "count"), ("cpu", "nanoseconds")],
        _ => &[
            ("alloc_objects", "count"),
            ("alloc_space", "bytes"),
            ("inuse_objects", "count"),
            ("inuse_space", "bytes"),
        ],
    };
    let mut value_type =
        |(kind, unit)| ValueType { kind: strings.intern(kind), unit: strings.intern(unit) };
    let (period_type, period) = match kind {
        "goroutine" => (("goroutine", "count"), 1),
        "cpu" => (("cpu", "nanoseconds"), 10_000_000),
        _ => (("space", "bytes"), 512 << 10),
    };
    Profile {
        sample_types: types.iter().map(|t| value_type(*t)).collect(),
        period_type: value_type(period_type),
        period,
        time_nanos: 1_700_000_000_000_000_000 + snapshot as i64 * 60_000_000_000,
        duration_nanos: if kind == "cpu" { 30_000_000_000 } else { 0 },
        default_sample_type: if kind == "heap" {
            strings.intern("inuse_space")
        } else {
            StrId::EMPTY
        },
        ..Profile::default()
    }
}

fn tables(profile: &mut Profile, strings: &mut Interner) {
    profile.mappings.push(Mapping {
        id: 1,
        start: CODE_START,
        limit: CODE_START + SITES * SITE_BYTES,
        offset: 0,
        file: strings.intern("/usr/local/bin/server"),
        build_id: strings.intern("0123456789abcdef0123456789abcdef01234567"),
        resolved: 0b1111,
    });
    for site in 0..SITES {
        let count = match mix(site ^ 0xabcd) % 10 {
            9 => 3,
            7 | 8 => 2,
            _ => 1,
        };
        let first_line = profile.lines.len() as u32;
        // Inlined calls first; the last line is of the function that the call site is in.
        profile.lines.extend((0..count).rev().map(|inlined| {
            let own = site / 3;
            let function = if inlined == 0 { own } else { mix(site * 8 + inlined) % FUNCTIONS };
            let line = 10 + mix(site * 4 + inlined) % 900;
            Line { function: Some(function as u32), line: line as i64, column: 0 }
        }));
        profile.locations.push(Location {
            id: site + 1,
            mapping: Some(0),
            address: CODE_START + site * SITE_BYTES,
            first_line,
            line_count: count as u32,
            folded: false,
        });
    }
    for at in 0..FUNCTIONS {
        let h = mix(at ^ 0x5151);
        let package = format!("example.com/acme/service{:02}/internal/pkg{:03}", h % 40, at % 400);
        let name = strings.intern(&match h >> 16 & 3 {
            0 => format!("{package}.Func{at:05}"),
            1 => format!("{package}.(*Type{:02}).Method{at:05}", (h >> 24) % 50),
            2 => format!("{package}.(*Type{:02}).Method{at:05}.func1", (h >> 24) % 50),
            _ => format!("{package}.Generic{at:05}[...]"),
        });
        let file =
            strings.intern(&format!("/home/build/src/{package}/file{:02}.go", (h >> 32) % 20));
        let start_line = 5 + ((h >> 40) % 900) as i64;
        profile.functions.push(Function { id: at + 1, name, system_name: name, file, start_line });
    }
}

/// Values of the sample whose stack has this hash; none if the snapshot lacks it.
fn values(kind: &str, hash: u64, snapshot: u64) -> Option<Vec<i64>> {
    let v = mix(hash ^ snapshot << 32);
    if snapshot > 0 && (v >> 8) % 100 < 10 {
        return None;
    }
    let mut count = ((v % 1024) as f64 / 1024.0 * 9.0).exp() as i64 + 1;
    let mut live = count / (1 + (v >> 20) as i64 % 8);
    if snapshot > 0 && (v >> 40) % 100 < 10 {
        live *= 8;
        count += live;
    }
    Some(match kind {
        "goroutine" => vec![live + 1],
        "cpu" => vec![count, count * 10_000_000],
        _ => vec![count, count * object_size(hash), live, live * object_size(hash)],
    })
}

/// Bytes of the objects that a stack allocates: one of a few size classes.
fn object_size(hash: u64) -> i64 {
    16 << (mix(hash) % 11)
}

/// A walk from root to leaf, again and again.
struct Walk {
    state: u64,
    weights: [f64; CALLEES],
    seen: HashSet<u64>,
    /// Of the last stack.
    hash: u64,
}

impl Walk {
    fn new() -> Self {
        let mut total = 0.0;
        let weights = std::array::from_fn(|callee| {
            total += ((callee + 1) as f64).powf(-SKEW);
            total
        });
        Self { state: 1, weights, seen: HashSet::new(), hash: 0 }
    }

    /// Sites of a stack that was not there yet, root first.
    fn next_stack(&mut self) -> Vec<u32> {
        loop {
            let stack = self.stack();
            self.hash = stack.iter().fold(0, |hash, site| mix(hash ^ u64::from(*site)));
            if self.seen.insert(self.hash) {
                return stack;
            }
        }
    }

    fn stack(&mut self) -> Vec<u32> {
        // The sum of twelve uniform numbers is nearly normal, with the deviation 1.
        let normal = (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0;
        let depth = (MEAN_DEPTH + normal * MEAN_DEPTH / 4.0).max(0.0) as usize;
        let mut site = mix((self.uniform() * ROOTS as f64) as u64) % SITES;
        let mut stack = vec![site as u32];
        while stack.len() < depth.max(LEAST_DEPTH) {
            let at = self.uniform() * self.weights[CALLEES - 1];
            let callee = self.weights.partition_point(|weight| *weight <= at) as u64;
            site = mix(site * 64 + callee) % SITES;
            stack.push(site as u32);
        }
        if self.uniform() < 0.6 {
            let leaf = (-self.uniform().max(f64::MIN_POSITIVE).ln() * 8.0) as u64;
            stack.push((mix(0x1eaf ^ leaf) % SITES) as u32);
        }
        stack
    }

    /// A number from 0 up to 1.
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(self.state) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The finishing step of the random numbers called splitmix64: every bit of the input changes half of the output.
fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
