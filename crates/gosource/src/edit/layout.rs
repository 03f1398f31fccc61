//! How a file is laid out around a place: indentation, line ends, what else is on a line.

use crate::file::File;
use crate::ids::CommentId;

/// What follows something on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing, or a comment: the offset of the line end, or of the end of the file.
    End(u32),
    /// More code.
    Code,
}

/// What follows an offset on its line.
pub(super) fn rest_of_line(file: &File<'_>, text: &str, offset: u32) -> Rest {
    let mut at = offset as usize;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let code = rest.trim_start_matches([' ', '\t', ';', '\r']);
        let here = text.len() - code.len();
        if code.is_empty() || code.starts_with('\n') {
            // The carriage return belongs to the line end.
            let end = if text[..here].ends_with('\r') { here - 1 } else { here };
            return Rest::End(end as u32);
        }
        match comment_at(file, here as u32) {
            Some(end) if end as usize > at => at = end as usize,
            _ => return Rest::Code,
        }
    }
}

/// The end of the comment that starts at an offset.
fn comment_at(file: &File<'_>, offset: u32) -> Option<u32> {
    let (mut low, mut high) = (0, file.comments().len());
    while low < high {
        let middle = (low + high) / 2;
        let before = file[CommentId::at(middle)].span.start < offset;
        if before { low = middle + 1 } else { high = middle }
    }
    let span = (low < file.comments().len()).then(|| file[CommentId::at(low)].span)?;
    (span.start == offset).then_some(span.end)
}

/// The offset at which the line of an offset starts.
pub(super) fn line_start(file: &File<'_>, offset: u32) -> u32 {
    file.lines().start(file.position(offset).line).unwrap_or_default()
}

/// The white space before something that is the first on its line; `None` if it is not.
pub(super) fn indentation<'t>(file: &File<'_>, text: &'t str, offset: u32) -> Option<&'t str> {
    let before = text.get(line_start(file, offset) as usize..offset as usize)?;
    before.trim_matches([' ', '\t']).is_empty().then_some(before)
}

/// The line end that is used at an offset.
pub(super) fn line_end(text: &str, offset: u32) -> &'static str {
    let (before, after) = text.split_at(offset as usize);
    let line = match after.split_once('\n') {
        Some(("", _)) => before.strip_suffix('\r').map_or("", |_| "\r"),
        Some((line, _)) => line,
        None => match before.rsplit_once('\n') {
            Some((line, _)) => line,
            None => "",
        },
    };
    if line.ends_with('\r') { "\r\n" } else { "\n" }
}
