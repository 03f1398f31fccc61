//! Writes the text of a `debug=2` goroutine dump: `generate_dump GOROUTINES [FILE]`.
//!
//! Deterministic. 300 distinct stacks with the frames of an HTTP service, sizes that follow a power
//! law as in a leaking process, arguments and ids that differ for each goroutine.

use std::fs::File;
use std::io::{self, BufWriter, Write};

const STACKS: u64 = 300;

#[allow(dead_code, reason = "the benchmark takes this file as a module")]
fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let goroutines = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(1000);
    match arguments.next() {
        Some(path) => generate(goroutines, &mut BufWriter::new(File::create(path)?)),
        None => generate(goroutines, &mut BufWriter::new(io::stdout().lock())),
    }
}

/// Writes the dump.
pub(crate) fn generate(goroutines: u64, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random(42);
    let stacks: Vec<Stack> = (0..STACKS).map(|i| Stack::new(i, &mut random)).collect();
    for id in 1..=goroutines {
        // The square makes the first stacks the most frequent ones.
        let at = (random.unit() * random.unit() * STACKS as f64) as usize;
        stacks[at].write(id, &mut random, out)?;
        if id < goroutines {
            writeln!(out)?;
        }
    }
    out.flush()
}

struct Stack {
    state: &'static str,
    frames: Vec<(String, u64, String)>,
    creator: (String, String),
}

const STATES: [&str; 6] =
    ["chan receive", "select", "IO wait", "chan send", "sync.Mutex.Lock", "semacquire"];

const LIBRARY: [(&str, u64, &str); 5] = [
    ("internal/poll.runtime_pollWait", 2, "/usr/local/go/src/runtime/netpoll.go:351 +0x85"),
    (
        "internal/poll.(*pollDesc).wait",
        3,
        "/usr/local/go/src/internal/poll/fd_poll_runtime.go:84 +0x27",
    ),
    ("internal/poll.(*FD).Read", 4, "/usr/local/go/src/internal/poll/fd_unix.go:165 +0x27a"),
    ("net.(*conn).Read", 4, "/usr/local/go/src/net/net.go:189 +0x45"),
    ("bufio.(*Reader).fill", 1, "/usr/local/go/src/bufio/bufio.go:110 +0x103"),
];

impl Stack {
    fn new(index: u64, random: &mut Random) -> Self {
        let library = LIBRARY.iter().map(|(f, n, p)| ((*f).to_owned(), *n, (*p).to_owned()));
        let user = (0..2 + random.below(3)).map(|depth| {
            let function =
                format!("example.com/shop/internal/orders{index}.(*Handler).step{depth}.func1");
            let line = 10 + random.below(900);
            let offset = random.below(4096);
            let path =
                format!("/home/dev/shop/internal/orders{index}/handler.go:{line} +{offset:#x}");
            (function, random.below(6), path)
        });
        Self {
            state: STATES[(index % STATES.len() as u64) as usize],
            frames: library.chain(user).collect(),
            creator: (
                format!("example.com/shop/internal/orders{index}.(*Handler).Start"),
                format!("/home/dev/shop/internal/orders{index}/handler.go:{} +0x9a", 5 + index),
            ),
        }
    }

    fn write(&self, id: u64, random: &mut Random, out: &mut impl Write) -> io::Result<()> {
        match random.below(2000) {
            0 => writeln!(out, "goroutine {id} [{}]:", self.state)?,
            minutes => writeln!(out, "goroutine {id} [{}, {minutes} minutes]:", self.state)?,
        }
        for (function, arguments, position) in &self.frames {
            write!(out, "{function}(")?;
            for i in 0..*arguments {
                let comma = if i > 0 { ", " } else { "" };
                write!(out, "{comma}{:#x}", 0xc000000000 + random.below(1 << 30))?;
            }
            writeln!(out, ")\n\t{position}")?;
        }
        let (function, position) = &self.creator;
        writeln!(out, "created by {function} in goroutine {}\n\t{position}", 1 + random.below(id))
    }
}

/// A linear congruential generator (Knuth's MMIX constants): equal files on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }
}
