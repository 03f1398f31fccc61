//! Goroutine dumps, alone or in a log. Takes any text, so it stands last in the table.

use memchr::memmem;

use super::{Contents, Format};
use crate::error::ReadError;
use crate::inflate::read_to_limit;
use crate::limits::Limits;
use crate::log::{self, FoundDump};
use crate::problem::Problems;

pub(super) const FORMAT: Format = Format {
    recognise: |_| true,
    read: |input, limits, problems| {
        let head = input.head();
        let explanation = explain(head);
        let mut found = if log::array::begins(head) {
            let array = input
                .into_stream(|stream| read_to_limit(stream, limits.profile_bytes, problems))?;
            in_array(&array, limits, problems)?
        } else {
            input.into_stream(|stream| log::find(stream, limits, problems))?
        };
        match found.as_mut_slice() {
            [] => Err(explanation),
            [only] if only.alone => Ok(Contents::Goroutines(std::mem::take(&mut only.dump))),
            _ => Ok(Contents::Log(found)),
        }
    },
};

/// The dumps in a JSON array of log entries, whichever way round they are.
fn in_array(
    array: &[u8],
    limits: &Limits,
    problems: &mut Problems,
) -> std::io::Result<Vec<FoundDump>> {
    let mut of_this_order = Problems::new();
    let lines = log::array::as_lines(array);
    let found = log::find(&mut lines.as_slice(), limits, &mut of_this_order)?;
    if !found.is_empty() {
        let of_this_order = of_this_order.into_vec().into_iter();
        of_this_order.for_each(|problem| problems.add_many(problem.what, problem.count));
        return Ok(found);
    }
    log::find(&mut log::array::as_lines_reversed(array).as_slice(), limits, problems)
}

/// Longest text that is taken for an error message of a server.
const MESSAGE: usize = 300;

/// Texts of other tools that people take for a goroutine dump.
const LOOK_ALIKES: &[(&str, &str)] = &[
    ("WARNING: DATA RACE", "a report of the race detector, which holds no goroutine dump"),
    ("Full thread dump ", "a Java thread dump"),
    ("java.lang.Thread.State:", "a Java thread dump"),
    ("Traceback (most recent call last):", "a Python traceback"),
    ("(most recent call first):", "a Python thread dump"),
];

/// Why a text without a dump is no evidence.
fn explain(head: &[u8]) -> ReadError {
    let text = head.trim_ascii();
    let start = text[..text.len().min(64)].to_ascii_lowercase();
    let foreign = |what: &str| ReadError::Foreign(what.to_owned());
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        return foreign(
            "this is an HTML page, perhaps a login page or the pprof index; \
             fetch the profile itself, for example /debug/pprof/heap",
        );
    }
    if let Some((_, what)) =
        LOOK_ALIKES.iter().find(|(mark, _)| memmem::find(text, mark.as_bytes()).is_some())
    {
        return foreign(&format!("this is {what}"));
    }
    if matches!(text.first(), Some(b'{' | b'[')) {
        return foreign("this is JSON without a goroutine dump in it");
    }
    match std::str::from_utf8(text) {
        Ok(message) if message.len() <= MESSAGE && !message.contains('\n') => {
            foreign(&format!("this is the text {message:?}"))
        }
        Ok(_) => foreign("this text holds no goroutine dump"),
        Err(_) => ReadError::Unknown,
    }
}
