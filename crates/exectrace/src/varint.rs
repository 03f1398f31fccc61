//! Unsigned numbers as the format writes them: base 128, the lowest part first.

/// Bytes of the longest number of 64 bits.
const LONGEST: usize = 10;

/// Bytes in which an event fits whose numbers have no more than eight bytes each: its type, its time and four arguments.
pub(crate) const WINDOW: usize = 48;

/// Reads numbers of no more than eight bytes from the front of a window, at once and not byte by byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window<'a> {
    bytes: &'a [u8; WINDOW],
    /// How many were read.
    pub(crate) read: usize,
}

impl<'a> Window<'a> {
    /// A window at the front of these bytes, after its first byte; none if there are too few.
    #[inline]
    pub(crate) fn after_first(bytes: &'a [u8]) -> Option<(u8, Self)> {
        let bytes: &[u8; WINDOW] = bytes.first_chunk()?;
        Some((bytes[0], Self { bytes, read: 1 }))
    }

    /// The next number; none if it has more than eight bytes.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> Option<u64> {
        let word = u64::from_le_bytes(*self.bytes.get(self.read..)?.first_chunk()?);
        if word & 0x80 == 0 {
            self.read += 1;
            return Some(word & 0x7f);
        }
        if word & 0x8000 == 0 {
            self.read += 2;
            return Some(word & 0x7f | word >> 1 & 0x3f80);
        }
        // The highest bits of the bytes that no other byte of the number follows.
        let lasts = !word & 0x8080_8080_8080_8080;
        if lasts == 0 {
            return None;
        }
        self.read += lasts.trailing_zeros() as usize / 8 + 1;
        let own = word & (lasts ^ (lasts - 1)) & 0x7f7f_7f7f_7f7f_7f7f;
        let pairs = own & 0x007f_007f_007f_007f | (own & 0x7f00_7f00_7f00_7f00) >> 1;
        let fours = pairs & 0x0000_3fff_0000_3fff | (pairs & 0x3fff_0000_3fff_0000) >> 2;
        Some(fours & 0x0fff_ffff | (fours & 0x0fff_ffff_0000_0000) >> 4)
    }
}

/// Reads numbers from the front of a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The next `count` bytes.
    pub(crate) fn take(&mut self, count: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next number; none if the bytes end within it or it has more than 64 bits.
    #[inline]
    pub(crate) fn number(&mut self) -> Option<u64> {
        match *self.0 {
            // Most are small.
            [first, ref rest @ ..] if first < 0x80 => {
                self.0 = rest;
                Some(u64::from(first))
            }
            [first, second, ref rest @ ..] if second < 0x80 => {
                self.0 = rest;
                Some(u64::from(first & 0x7f) | u64::from(second) << 7)
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Option<u64> {
        let mut number = 0;
        for (index, &byte) in self.0.iter().take(LONGEST).enumerate() {
            if byte < 0x80 {
                self.0 = &self.0[index + 1..];
                let overflows = index == LONGEST - 1 && byte > 1;
                return (!overflows).then_some(number | u64::from(byte) << (7 * index));
            }
            number |= u64::from(byte & 0x7f) << (7 * index);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_they_should() {
        let mut bytes = Bytes(&[5, 0x80, 1, 0xff, 0xff, 3, 0x80]);
        assert_eq!(bytes.number(), Some(5));
        assert_eq!(bytes.number(), Some(128));
        assert_eq!(bytes.number(), Some(0xffff));
        assert_eq!(bytes.number(), None);
    }

    #[test]
    fn a_window_reads_the_same_numbers() {
        let lengths = (0..56).flat_map(|bits| [0, 1, 2].map(|more| (1_u64 << bits) + more - 1));
        for number in lengths {
            let mut bytes = vec![7];
            let mut rest = number;
            while rest >= 0x80 {
                bytes.push(rest as u8 | 0x80);
                rest >>= 7;
            }
            bytes.push(rest as u8);
            let length = bytes.len();
            bytes.resize(WINDOW, 0xff);
            let (first, mut window) = Window::after_first(&bytes).unwrap();
            let expected = (length <= 9).then_some(number);
            assert_eq!((first, window.number()), (7, expected), "{number:#x}");
            assert_eq!(window.read, if expected.is_some() { length } else { 1 });
            assert_eq!(Bytes(&bytes[1..]).number(), Some(number));
        }
        assert!(Window::after_first(&[0; WINDOW - 1]).is_none());
    }

    #[test]
    fn sixty_four_bits_are_the_most() {
        let largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(Bytes(&largest).number(), Some(u64::MAX));
        let mut larger = largest;
        larger[9] = 2;
        assert_eq!(Bytes(&larger).number(), None);
        assert_eq!(Bytes(&[0x80; 11]).number(), None);
    }
}
