//! How many goroutines a profile holds, without reading the rest of it.

use std::io::Read;

use flate2::read::MultiGzDecoder;

/// Most bytes of an unpacked profile looked at. A profile holds distinct stacks, not goroutines.
const MAX_UNPACKED: u64 = 256 << 20;

/// `Profile.sample` and `Sample.value` in profile.proto.
const SAMPLE: u64 = 2;
const VALUE: u64 = 2;

/// The sum of the first value of all samples; none if the bytes are no profile.
pub(crate) fn goroutine_count(gzipped: &[u8]) -> Option<u64> {
    let mut bytes = Vec::new();
    MultiGzDecoder::new(gzipped).take(MAX_UNPACKED).read_to_end(&mut bytes).ok()?;
    let mut total = 0u64;
    let mut fields = Fields(&bytes);
    while let Some(field) = fields.next_field()? {
        if let (SAMPLE, Value::Bytes(sample)) = field {
            total = total.checked_add(first_value(sample)?)?;
        }
    }
    Some(total)
}

fn first_value(sample: &[u8]) -> Option<u64> {
    let mut fields = Fields(sample);
    while let Some(field) = fields.next_field()? {
        match field {
            (VALUE, Value::Number(value)) => return Some(value),
            (VALUE, Value::Bytes(packed)) => return Fields(packed).varint(),
            _ => {}
        }
    }
    Some(0)
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The next field; `Some(None)` at the end, `None` if the message is malformed.
    fn next_field(&mut self) -> Option<Option<(u64, Value<'a>)>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let tag = self.varint()?;
        let value = match tag & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return None,
        };
        Some(Some((tag >> 3, value)))
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn packed_and_single_values_are_summed() {
        // sample { value: [300] } packed, sample { location_id: 1, value: 5 } unpacked, string_table: "".
        let profile = [0x12, 4, 0x12, 2, 0xac, 0x02, 0x12, 4, 0x08, 1, 0x10, 5, 0x32, 0];
        assert_eq!(goroutine_count(&gzip(&profile)), Some(305));
    }

    #[test]
    fn damage_is_no_count() {
        let profile = [0x12, 4, 0x12, 2, 0xac, 0x02];
        for end in 1..profile.len() {
            assert_eq!(goroutine_count(&gzip(&profile[..end])), None, "{end}");
        }
        assert_eq!(goroutine_count(b"<html>"), None);
        assert_eq!(goroutine_count(&gzip(&[0xff; 20])), None);
    }
}
