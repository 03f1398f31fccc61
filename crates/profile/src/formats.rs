//! What an input is: an ordered table of formats. A new one is a file beside this one and a line in
//! [`FORMATS`].

mod foreign;
mod logs;
mod protobuf;
mod text;

use std::io::{self, BufReader, Read};

use crate::error::ReadError;
use crate::goroutines::GoroutineDump;
use crate::inflate::{Inflate, is_gzip, read_to_limit};
use crate::limits::Limits;
use crate::log::FoundDump;
use crate::model::Profile;
use crate::problem::{Problem, Problems};
use crate::text::MemStats;

/// Bytes from the start of an input by which formats are told apart.
const HEAD: usize = 64 << 10;

/// What an input holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Contents {
    /// A profile; with memory statistics if it is a heap profile in text form.
    Profile(Box<Profile>, Option<Box<MemStats>>),
    /// A goroutine dump and nothing else.
    Goroutines(GoroutineDump),
    /// A log with one or more goroutine dumps in it. Ids repeat between them: never add them up.
    Log(Vec<FoundDump>),
}

/// What was read, and what was wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What the input holds.
    pub contents: Contents,
    /// What could not be read; a cause stands before what follows from it.
    pub problems: Vec<Problem>,
    /// Whether the compressed stream broke off, so that the contents lack their end.
    pub broken_off: bool,
}

/// A format: `recognise` says "mine" from the first bytes, and from then on `read` decides alone.
struct Format {
    recognise: fn(head: &[u8]) -> bool,
    read: fn(Input<'_>, &Limits, &mut Problems) -> Result<Contents, ReadError>,
}

/// All formats, most specific first. The last one takes any text.
const FORMATS: &[Format] = &[foreign::FORMAT, protobuf::FORMAT, text::FORMAT, logs::FORMAT];

/// Reads an input in memory, compressed with gzip or not.
///
/// # Errors
/// If the input is empty, of another format, or cannot be read at all.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    if is_gzip(bytes) {
        return read_from(bytes, limits);
    }
    let mut problems = Problems::new();
    let contents = dispatch(Input::Bytes(bytes), limits, &mut problems)?;
    Ok(Reading { contents, problems: problems.into_vec(), broken_off: false })
}

/// Reads a stream, compressed with gzip or not. Dumps and logs are not held in memory.
///
/// # Errors
/// As [`read`], and if the stream fails.
pub fn read_from(mut input: impl Read, limits: &Limits) -> Result<Reading, ReadError> {
    let head = read_head(&mut input)?;
    if is_gzip(&head) {
        return read_gzip(head.chain(input), limits);
    }
    let mut problems = Problems::new();
    let contents = stream(&head, &mut input, limits, &mut problems)?;
    Ok(Reading { contents, problems: problems.into_vec(), broken_off: false })
}

/// Reads a compressed stream. Where it breaks off, that is the problem; whatever else is wrong with a profile then
/// only follows from it.
fn read_gzip(input: impl Read, limits: &Limits) -> Result<Reading, ReadError> {
    let mut problems = Problems::new();
    let mut inflate = Inflate::new(BufReader::new(input));
    let head = read_head(&mut inflate)?;
    let contents = stream(&head, &mut inflate, limits, &mut problems);
    let Some(why) = inflate.complaint() else {
        let contents = contents?;
        return Ok(Reading { contents, problems: problems.into_vec(), broken_off: false });
    };
    let broken = || ReadError::Broken { format: "file", why: why.to_owned() };
    let contents = contents.map_err(|error| match error {
        ReadError::Empty | ReadError::Unknown | ReadError::Broken { .. } => broken(),
        other => other,
    })?;
    if let Contents::Profile(..) = contents {
        problems.clear();
    }
    problems.add_first(why);
    Ok(Reading { contents, problems: problems.into_vec(), broken_off: true })
}

impl Profile {
    /// Reads a profile: protobuf or text, compressed with gzip or not.
    ///
    /// # Errors
    /// As [`read`], and if the input holds goroutine stacks instead.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<(Profile, Vec<Problem>), ReadError> {
        let reading = read(bytes, limits)?;
        match reading.contents {
            Contents::Profile(profile, _) => Ok((*profile, reading.problems)),
            Contents::Goroutines(_) | Contents::Log(_) => {
                Err(ReadError::Foreign("this is a goroutine dump (debug=2)".to_owned()))
            }
        }
    }
}

fn stream(
    head: &[u8],
    rest: &mut dyn Read,
    limits: &Limits,
    problems: &mut Problems,
) -> Result<Contents, ReadError> {
    dispatch(Input::Stream { head, rest }, limits, problems)
}

fn dispatch(
    input: Input<'_>,
    limits: &Limits,
    problems: &mut Problems,
) -> Result<Contents, ReadError> {
    let head = input.head();
    // A page of blanks is a stream that ends within the head, or not worth the distinction.
    if head.trim_ascii().is_empty() {
        return Err(ReadError::Empty);
    }
    match FORMATS.iter().find(|format| (format.recognise)(head)) {
        Some(format) => (format.read)(input, limits, problems),
        None => Err(ReadError::Unknown),
    }
}

fn read_head(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// An uncompressed input.
enum Input<'a> {
    Bytes(&'a [u8]),
    Stream { head: &'a [u8], rest: &'a mut dyn Read },
}

impl<'a> Input<'a> {
    fn head(&self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => &bytes[..bytes.len().min(HEAD)],
            Self::Stream { head, .. } => head,
        }
    }

    /// Calls `with` with everything, up to the limit for profiles.
    fn in_memory<T>(
        self,
        limits: &Limits,
        problems: &mut Problems,
        with: impl FnOnce(&[u8], &mut Problems) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        match self {
            Self::Bytes(bytes) => {
                let len = usize::try_from(limits.profile_bytes).unwrap_or(usize::MAX);
                with(&bytes[..bytes.len().min(len)], problems)
            }
            Self::Stream { head, rest } => {
                let bytes = read_to_limit(&mut head.chain(rest), limits.profile_bytes, problems)?;
                with(&bytes, problems)
            }
        }
    }

    /// Calls `with` with a reader of everything.
    fn into_stream<T>(self, with: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        match self {
            Self::Bytes(mut bytes) => with(&mut bytes),
            Self::Stream { head, rest } => with(&mut head.chain(rest)),
        }
    }
}
