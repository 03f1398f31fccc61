//! Lines and columns of a source file.

use plumb_evidence::source::SourcePlace;

/// A source file, for excerpts.
#[derive(Debug)]
pub(super) struct SourceText {
    text: String,
    /// Offsets at which lines begin.
    starts: Vec<usize>,
}

impl SourceText {
    pub(super) fn new(text: String) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = [0].into_iter().chain(newlines.map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A line without its end, from 1; empty if there is none.
    pub(super) fn line(&self, number: u32) -> &str {
        let index = (number as usize).wrapping_sub(1);
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = self.text.get(start..end).unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }

    /// The offset at which a line begins.
    pub(super) fn start(&self, number: u32) -> usize {
        let index = (number as usize).wrapping_sub(1);
        self.starts.get(index).copied().unwrap_or(self.text.len())
    }

    /// Line and column in bytes, both from 1, of an offset.
    pub(super) fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        (line as u32, (offset - self.starts[line - 1]) as u32 + 1)
    }

    /// A column in bytes as one in UTF-16 code units, both from 1.
    pub(super) fn utf16_column(&self, line: u32, column: u32) -> u32 {
        let line = self.line(line);
        let bytes = (column as usize).saturating_sub(1);
        let before = line.get(..bytes).unwrap_or(line);
        let beyond = bytes.saturating_sub(line.len());
        (before.encode_utf16().count() + if before.len() == line.len() { beyond } else { 0 }) as u32
            + 1
    }

    /// The offset of the first byte of a place.
    pub(super) fn offset(&self, place: SourcePlace) -> usize {
        self.start(place.line) + place.column.saturating_sub(1) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_positions() {
        let text = SourceText::new("a\r\nbä𝄞c\n".into());
        assert_eq!((text.line(1), text.line(2), text.line(3), text.line(9)), ("a", "bä𝄞c", "", ""));
        assert_eq!(text.line(0), "");
        assert_eq!(text.position(0), (1, 1));
        assert_eq!(text.position(2), (1, 3));
        assert_eq!(text.position(3), (2, 1));
        assert_eq!(text.position(99), (3, 1));
        assert_eq!([1, 2, 4, 8, 9].map(|column| text.utf16_column(2, column)), [1, 2, 3, 5, 6]);
    }
}
