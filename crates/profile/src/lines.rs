//! Lines of a stream, without copying those that fit the buffer.

use std::io::{self, ErrorKind, Read};

use memchr::memchr_iter;

const CHUNK: usize = 256 << 10;

/// One line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawLine<'a> {
    /// The text without its line feed, cut at the limit.
    pub(crate) text: &'a [u8],
    /// Whether a line feed followed; only the last line may lack it.
    pub(crate) terminated: bool,
    /// Whether the line was longer than the limit.
    pub(crate) cut: bool,
}

/// Calls `each` for every line of `input`, at most `limit` bytes of each. Returns the total length.
pub(crate) fn for_each_line(
    input: &mut dyn Read,
    limit: usize,
    mut each: impl FnMut(RawLine<'_>),
) -> io::Result<u64> {
    let limit = limit.max(1);
    let mut buffer = vec![0; CHUNK];
    let (mut filled, mut total) = (0, 0u64);
    // Start of an overlong line that was already handed out.
    let mut skipping = false;
    loop {
        let n = match input.read(&mut buffer[filled..]) {
            Ok(n) => n,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        if n == 0 {
            break;
        }
        total += n as u64;
        let searched = filled;
        filled += n;
        let mut start = 0;
        for feed in memchr_iter(b'\n', &buffer[searched..filled]) {
            let end = searched + feed;
            if !std::mem::take(&mut skipping) {
                let cut = end - start > limit;
                let text = &buffer[start..end.min(start + limit)];
                each(RawLine { text, terminated: true, cut });
            }
            start = end + 1;
        }
        if !skipping && filled - start > limit {
            each(RawLine { text: &buffer[start..start + limit], terminated: true, cut: true });
            skipping = true;
        }
        if skipping {
            start = filled;
        }
        buffer.copy_within(start..filled, 0);
        filled -= start;
        if filled == buffer.len() {
            buffer.resize((buffer.len() * 2).min(limit + CHUNK), 0);
        }
    }
    if filled > 0 && !skipping {
        each(RawLine { text: &buffer[..filled], terminated: false, cut: false });
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], limit: usize) -> Vec<(usize, bool, bool)> {
        let mut out = Vec::new();
        let total = for_each_line(&mut { text }, limit, |l| {
            out.push((l.text.len(), l.terminated, l.cut));
        });
        assert_eq!(total.unwrap(), text.len() as u64);
        out
    }

    #[test]
    fn lines_longer_than_the_buffer_are_whole_up_to_the_limit() {
        let mut text = vec![b'a'; 3 * CHUNK + 5];
        text.extend_from_slice(b"\n\nbc\nd");
        let rest = [(0, true, false), (2, true, false), (1, false, false)];
        assert_eq!(lines(&text, 1 << 30)[0], (3 * CHUNK + 5, true, false));
        assert_eq!(lines(&text, 1 << 30)[1..], rest);
        assert_eq!(lines(&text, 100)[0], (100, true, true));
        assert_eq!(lines(&text, 100)[1..], rest);
        assert_eq!(lines(&text, CHUNK * 2)[0], (CHUNK * 2, true, true));
    }

    #[test]
    fn an_empty_input_has_no_line() {
        assert!(lines(b"", 10).is_empty());
        assert_eq!(lines(b"\n", 10), [(0, true, false)]);
    }
}
