//! Batches: what one thread wrote between two flushes, and how a stream is cut into them.

use std::io::{BufRead, ErrorKind};
use std::ops::Range;

use crate::ids::ThreadId;
use crate::wire::{self, EventType};

/// A batch whose bytes lie in the buffer of its generation.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) generation: u64,
    pub(crate) thread: ThreadId,
    /// When it begins, in units of the trace's clock.
    pub(crate) time: u64,
    /// Whether it belongs to an experiment, whose format is not known.
    pub(crate) is_experimental: bool,
    pub(crate) bytes: Range<usize>,
}

/// What comes next in a stream.
pub(crate) enum Piece {
    Batch(Batch),
    EndOfGeneration,
    EndOfInput,
}

/// Why a stream cannot be cut further.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It ends within a batch.
    CutOff,
    /// It holds something else.
    Framing(String),
    Io(std::io::Error),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::UnexpectedEof => Self::CutOff,
            _ => Self::Io(error),
        }
    }
}

/// Reads the next piece of `input` and appends the bytes of a batch to `buffer`.
pub(crate) fn read_piece(input: &mut impl BufRead, buffer: &mut Vec<u8>) -> Result<Piece, Broken> {
    let is_experimental = match next_byte(input)? {
        None => return Ok(Piece::EndOfInput),
        Some(wire::END_OF_GENERATION) => return Ok(Piece::EndOfGeneration),
        Some(wire::EVENT_BATCH) => false,
        Some(wire::EXPERIMENTAL_BATCH) => {
            // Which experiment does not matter: none is read.
            next_byte(input)?.ok_or(Broken::CutOff)?;
            true
        }
        Some(other) => return Err(unexpected(other)),
    };
    let generation = number(input)?;
    let thread = ThreadId::of(number(input)?);
    let time = number(input)?;
    let size = number(input)?;
    if size > wire::MAX_BATCH {
        return Err(Broken::Framing(format!("a batch of {size} bytes, more than any can have")));
    }
    let start = buffer.len();
    read_into(input, buffer, size as usize)?;
    let bytes = start..buffer.len();
    Ok(Piece::Batch(Batch { generation, thread, time, is_experimental, bytes }))
}

/// Appends the next `size` bytes to `buffer`, or as many as there are.
fn read_into(input: &mut impl BufRead, buffer: &mut Vec<u8>, size: usize) -> Result<(), Broken> {
    let end = buffer.len() + size;
    let mut at = buffer.len();
    buffer.resize(end, 0);
    while at < end {
        match input.read(&mut buffer[at..]) {
            Ok(0) => break,
            Ok(read) => at += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                buffer.truncate(at);
                return Err(error.into());
            }
        }
    }
    buffer.truncate(at);
    if at < end { Err(Broken::CutOff) } else { Ok(()) }
}

fn unexpected(event: EventType) -> Broken {
    Broken::Framing(format!("byte {event} where a batch should begin"))
}

fn next_byte(input: &mut impl BufRead) -> Result<Option<u8>, Broken> {
    loop {
        match input.fill_buf() {
            Ok([]) => return Ok(None),
            Ok(&[byte, ..]) => {
                input.consume(1);
                return Ok(Some(byte));
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn number(input: &mut impl BufRead) -> Result<u64, Broken> {
    let mut bytes = [0; 10];
    for length in 1..=bytes.len() {
        bytes[length - 1] = next_byte(input)?.ok_or(Broken::CutOff)?;
        if bytes[length - 1] < 0x80 {
            let number = crate::varint::Bytes(&bytes[..length]).number();
            return number.ok_or_else(too_long);
        }
    }
    Err(too_long())
}

fn too_long() -> Broken {
    Broken::Framing("a number of more than 64 bits".to_owned())
}
