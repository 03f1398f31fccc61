//! Protocol buffer wire format.

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire types 1 and 5, which `profile.proto` does not use.
    Fixed,
}

impl<'a> Value<'a> {
    /// The number, if the field is one.
    pub(super) fn number(self) -> Option<u64> {
        match self {
            Self::Varint(v) => Some(v),
            _ => None,
        }
    }

    /// The bytes, if the field holds some.
    pub(super) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(b) => Some(b),
            _ => None,
        }
    }

    /// Calls `each` for every number of a repeated field, packed or not. False if it is broken.
    #[inline]
    pub(super) fn numbers(self, mut each: impl FnMut(u64)) -> bool {
        match self {
            Self::Varint(v) => each(v),
            Self::Fixed => return false,
            Self::Bytes(mut packed) => {
                while !packed.is_empty() {
                    let Some(v) = varint(&mut packed) else { return false };
                    each(v);
                }
            }
        }
        true
    }
}

/// Iterates over the fields of a message; stops at the first broken one.
pub(super) struct Fields<'a> {
    /// The message from the last field on.
    last: &'a [u8],
    rest: &'a [u8],
    broken: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Self { last: message, rest: message, broken: false }
    }

    /// Whether the iteration stopped before the end of the message.
    pub(super) fn broken(&self) -> bool {
        self.broken
    }

    /// Bytes not yet read.
    pub(super) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The field that was read last, with its tag.
    pub(super) fn raw(&self) -> &'a [u8] {
        &self.last[..self.last.len() - self.rest.len()]
    }

    // Without the call the compiler keeps the position of the loop around it in registers.
    #[inline(always)]
    fn field(&mut self) -> Option<(u32, Value<'a>)> {
        let mut rest = self.rest;
        self.last = rest;
        let tag = varint(&mut rest)?;
        // Numbers that no field can have are read over, as pprof does.
        let number = u32::try_from(tag >> 3).unwrap_or(u32::MAX);
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut rest)?),
            1 => take(&mut rest, 8).map(|_| Value::Fixed)?,
            2 => {
                let len = varint(&mut rest)?;
                Value::Bytes(take(&mut rest, len)?)
            }
            5 => take(&mut rest, 4).map(|_| Value::Fixed)?,
            _ => return None,
        };
        self.rest = rest;
        Some((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (u32, Value<'a>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() || self.broken {
            return None;
        }
        let field = self.field();
        self.broken = field.is_none();
        field
    }
}

fn take<'a>(rest: &mut &'a [u8], len: u64) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_at_checked(usize::try_from(len).ok()?)?;
    *rest = tail;
    Some(head)
}

/// Reads a number. Most have one to four bytes, and in one profile mostly the same: branches foretell that better than
/// arithmetic on the length, which the next number would have to wait for.
#[inline(always)]
pub(super) fn varint(rest: &mut &[u8]) -> Option<u64> {
    let (&first, tail) = rest.split_first()?;
    if first < 0x80 {
        *rest = tail;
        return Some(u64::from(first));
    }
    let Some(chunk) = rest.first_chunk::<4>() else { return long_varint(rest) };
    let word = u32::from_le_bytes(*chunk);
    let two = word & 0x7f | word >> 1 & 0x3f80;
    if word & 0x8000 == 0 {
        *rest = &rest[2..];
        return Some(u64::from(two));
    }
    let three = two | word >> 2 & 0x1f_c000;
    if word & 0x80_0000 == 0 {
        *rest = &rest[3..];
        return Some(u64::from(three));
    }
    if word & 0x8000_0000 == 0 {
        *rest = &rest[4..];
        return Some(u64::from(three | word >> 3 & 0xfe0_0000));
    }
    long_varint(rest)
}

/// Reads a number of up to ten bytes, byte by byte.
#[cold]
fn long_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for (i, &byte) in rest.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            *rest = &rest[i + 1..];
            return Some(value);
        }
    }
    None
}

/// Whether `head`, the first bytes of an input, starts as a message `Profile`: fields with the
/// right wire types, up to the end of `head`.
pub(crate) fn looks_like_profile(head: &[u8]) -> bool {
    let mut rest = head;
    let mut fields = 0;
    while !rest.is_empty() {
        let Some(tag) = varint(&mut rest) else { break };
        let plausible = match (tag >> 3, tag & 7) {
            (1..=6 | 11, 2) => {
                let Some(len) = varint(&mut rest) else { break };
                if take(&mut rest, len).is_none() {
                    break;
                }
                true
            }
            (7..=10 | 12..=15, 0) => varint(&mut rest).is_some(),
            (13, 2) => varint(&mut rest).and_then(|len| take(&mut rest, len)).is_some(),
            // Fields of a later version: what stood before them decides.
            (16.., 0 | 1 | 2 | 5) => {
                rest = &[];
                fields > 0
            }
            _ => false,
        };
        if !plausible {
            return false;
        }
        fields += 1;
    }
    // A text may start with bytes that read as one cut field (a line feed is the tag of field 1), so
    // one complete field is asked for. The first one that Go writes has four bytes.
    fields > 0
}

/// Writes a message.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
}

impl Writer {
    /// A number; zero is the default and left out.
    pub(super) fn number(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.number_always(field, value);
        }
    }

    /// A number, written although it may be zero.
    pub(super) fn number_always(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field) << 3);
        self.varint(value);
    }

    /// Bytes or a text.
    pub(super) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// Fields that are encoded already.
    pub(super) fn raw(&mut self, fields: &[u8]) {
        self.out.extend_from_slice(fields);
    }

    /// A nested message, filled by `fill`.
    pub(super) fn message(&mut self, field: u32, fill: impl FnOnce(&mut Writer)) {
        self.varint(u64::from(field) << 3 | 2);
        // Most lengths take one byte: leave it free, and move the message where they do not.
        let start = self.out.len() + 1;
        self.out.push(0);
        fill(self);
        let len = self.out.len() - start;
        if len < 0x80 {
            self.out[start - 1] = len as u8;
            return;
        }
        let more = (len as u64).ilog2() as usize / 7;
        self.out.resize(start + len + more, 0);
        self.out.copy_within(start..start + len, start + more);
        for (at, byte) in self.out[start - 1..start + more].iter_mut().enumerate() {
            let last = u8::from(at < more) << 7;
            *byte = (len >> (7 * at)) as u8 & 0x7f | last;
        }
    }

    /// Packed numbers; an empty list is left out.
    pub(super) fn packed(&mut self, field: u32, values: impl IntoIterator<Item = u64>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            self.message(field, |w| values.for_each(|v| w.varint(v)));
        }
    }

    /// Numbers as pprof writes them: packed if there are more than two.
    pub(super) fn repeated(&mut self, field: u32, values: impl ExactSizeIterator<Item = u64>) {
        if values.len() > 2 {
            self.packed(field, values);
        } else {
            values.for_each(|v| self.number_always(field, v));
        }
    }

    #[inline]
    pub(super) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_round_trip_and_overlong_ones_are_refused() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut w = Writer::default();
            w.varint(value);
            let mut rest = w.out.as_slice();
            assert_eq!(varint(&mut rest), Some(value));
            assert!(rest.is_empty());
        }
        assert_eq!(varint(&mut [0xff; 11].as_slice()), None);
        assert_eq!(varint(&mut [0x80].as_slice()), None);
    }

    #[test]
    fn packed_varints_of_all_lengths() {
        let numbers: Vec<u64> =
            (0..64).flat_map(|bit| [1 << bit, (1 << bit) - 1, 3 << bit]).collect();
        let mut w = Writer::default();
        w.packed(1, numbers.iter().copied());
        let (_, value) = Fields::new(&w.out).next().unwrap();
        let mut read = Vec::new();
        assert!(value.numbers(|v| read.push(v)));
        assert_eq!(read, numbers);
    }

    #[test]
    fn a_length_beyond_the_message_is_broken() {
        let mut fields = Fields::new(&[0x0a, 0xff, 0xff, 0x03, 1]);
        assert!(fields.next().is_none());
        assert!(fields.broken());
    }

    #[test]
    fn texts_do_not_look_like_a_profile() {
        for text in
            ["goroutine 1 [running]:\nmain.main()\n", "\n\n\n", "<html>", "{\"a\": 1}", "heap"]
        {
            assert!(!looks_like_profile(text.as_bytes()), "{text:?}");
        }
    }
}
