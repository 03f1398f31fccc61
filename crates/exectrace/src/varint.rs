//! Unsigned numbers as the format writes them: base 128, the lowest part first.

/// Bytes of the longest number of 64 bits.
const LONGEST: usize = 10;

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
    fn sixty_four_bits_are_the_most() {
        let largest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(Bytes(&largest).number(), Some(u64::MAX));
        let mut larger = largest;
        larger[9] = 2;
        assert_eq!(Bytes(&larger).number(), None);
        assert_eq!(Bytes(&[0x80; 11]).number(), None);
    }
}
