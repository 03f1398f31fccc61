//! The time in what stands before a line, as text.

/// The first text that reads as a time of day, with the date next to it: `2024-05-01T10:00:00.1Z`,
/// `2024/05/01 10:00:00`, `May  1 10:00:00`, `0501 10:00:00.123456`, `10:00:00`.
pub(super) fn in_prefix(prefix: &[u8]) -> Option<String> {
    let clock = prefix.windows(8).position(is_clock)?;
    let end = clock + prefix[clock..].iter().take_while(|b| is_time_byte(**b)).count();
    let word = clock - prefix[..clock].iter().rev().take_while(|b| is_time_byte(**b)).count();
    let start = if word == clock { date_before(prefix, clock) } else { word };
    let text = prefix[start..end].trim_ascii();
    let text = text.strip_suffix(b",").or_else(|| text.strip_suffix(b":")).unwrap_or(text);
    Some(String::from_utf8_lossy(text).into_owned())
}

/// `dd:dd:dd`
fn is_clock(w: &[u8]) -> bool {
    w.iter().enumerate().all(|(i, b)| if i % 3 == 2 { *b == b':' } else { b.is_ascii_digit() })
}

fn is_time_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b',' | b'+' | b'-' | b'/')
}

/// Start of the words before `clock` that make a date: `2024/05/01 `, `May  1 `, `I0501 `.
fn date_before(prefix: &[u8], clock: usize) -> usize {
    let (start, word) = word_before(prefix, clock);
    if word.is_empty() || !word.iter().any(u8::is_ascii_digit) {
        return clock;
    }
    if word.len() <= 2 && word.iter().all(u8::is_ascii_digit) {
        let (month, name) = word_before(prefix, start);
        return if name.len() == 3 && name.iter().all(u8::is_ascii_alphabetic) {
            month
        } else {
            clock
        };
    }
    let date = word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.'));
    // klog writes the severity letter before month and day.
    let klog = word.len() == 5 && word[1..].iter().all(u8::is_ascii_digit);
    match (date, klog) {
        (true, _) => start,
        (_, true) => start + 1,
        _ => clock,
    }
}

fn word_before(prefix: &[u8], end: usize) -> (usize, &[u8]) {
    let head = prefix[..end].trim_ascii_end();
    let len = head.iter().rev().take_while(|b| is_time_byte(**b)).count();
    (head.len() - len, &head[head.len() - len..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_common_collectors() {
        let cases = [
            ("2024-05-01T10:00:00.123456789Z stderr F ", Some("2024-05-01T10:00:00.123456789Z")),
            ("[pod/a-1/b] 2024-05-01T10:00:00+02:00 ", Some("2024-05-01T10:00:00+02:00")),
            ("May  1 10:00:00 host svc[12]: ", Some("May  1 10:00:00")),
            ("2024/05/01 10:00:00 ", Some("2024/05/01 10:00:00")),
            ("2024-05-01 10:00:00,123 ERROR ", Some("2024-05-01 10:00:00,123")),
            ("I0501 10:00:00.123456       1 main.go:5] ", Some("0501 10:00:00.123456")),
            ("up for 10:00:00 ", Some("10:00:00")),
            ("app-1: ", None),
            ("", None),
        ];
        for (prefix, expected) in cases {
            assert_eq!(in_prefix(prefix.as_bytes()).as_deref(), expected, "{prefix}");
        }
    }
}
