//! Numbers as Go's `strconv` reads them, with its errors.

/// What `strconv.ParseInt` says of a text that is no number.
fn error(text: &str, what: &str) -> String {
    format!("strconv.ParseInt: parsing {text:?}: {what}")
}

/// `strconv.ParseInt(text, 10, 64)`
pub(super) fn decimal(text: &str) -> Result<i64, String> {
    let (negative, digits) = sign(text);
    parse(text, negative, digits, 10)
}

/// `strconv.ParseInt(text, 0, 64)`: a prefix tells the base, and digits may be grouped by underscores.
pub(super) fn any_base(text: &str) -> Result<i64, String> {
    let (negative, digits) = sign(text);
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, &lower[..]),
    };
    let prefixed = base != 10;
    if !digits.contains('_') {
        return parse(text, negative, digits, base);
    }
    let groups_fine =
        digits.split('_').enumerate().all(|(at, group)| !group.is_empty() || (at == 0 && prefixed));
    if !groups_fine {
        return Err(error(text, "invalid syntax"));
    }
    parse(text, negative, &digits.replace('_', ""), base)
}

fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn parse(text: &str, negative: bool, digits: &str, base: u32) -> Result<i64, String> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Err(error(text, "invalid syntax"));
    }
    let size = i128::from_str_radix(digits, base).ok();
    size.and_then(|size| i64::try_from(if negative { -size } else { size }).ok())
        .ok_or_else(|| error(text, "value out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_bases() {
        for (text, number) in [
            ("0", 0),
            ("12", 12),
            ("-12", -12),
            ("010", 8),
            ("0x1f", 31),
            ("0b11", 3),
            ("0o17", 15),
            ("1_000", 1000),
            ("0_7", 7),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(any_base(text), Ok(number), "{text}");
        }
        assert_eq!(decimal("010"), Ok(10));
        for text in ["", "08", "1__0", "_1", "0x", "x", "1_"] {
            let expected = format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
            assert_eq!(any_base(text), Err(expected));
        }
        let expected = "strconv.ParseInt: parsing \"9223372036854775808\": value out of range";
        assert_eq!(decimal("9223372036854775808"), Err(expected.to_owned()));
    }
}
