//! Logs as one JSON array of entries, as `gcloud logging read --format json` writes them, mostly with the newest first.

use super::json::field;
use super::layout::TIME_FIELDS;

/// Whether an input begins as such an array.
pub(crate) fn begins(head: &[u8]) -> bool {
    let inside = head.trim_ascii_start().strip_prefix(b"[");
    inside.is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'{'))
}

/// The entries as a log with one entry a line, in the order in which they were written as far as their times tell.
/// An array that is cut gives the entries that are whole.
pub(crate) fn as_lines(array: &[u8]) -> Vec<u8> {
    let entries = entries(array);
    let newest_first = match (entries.first().and_then(time), entries.last().and_then(time)) {
        (Some(first), Some(last)) => first > last,
        _ => false,
    };
    joined(entries, newest_first)
}

/// The same from the last entry to the first: for entries whose times are all the same, or that have none.
pub(crate) fn as_lines_reversed(array: &[u8]) -> Vec<u8> {
    joined(entries(array), true)
}

fn joined(mut entries: Vec<&[u8]>, reversed: bool) -> Vec<u8> {
    if reversed {
        entries.reverse();
    }
    let mut lines = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 1).sum());
    for entry in entries {
        // Line breaks inside of strings are escaped; those that are left only indent.
        lines.extend(
            entry.iter().map(|&byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }),
        );
        lines.push(b'\n');
    }
    lines
}

/// When an entry was written, as text: RFC 3339 in one zone compares as it is.
fn time<'a>(entry: &&'a [u8]) -> Option<&'a [u8]> {
    TIME_FIELDS.iter().find_map(|name| field(entry, name))
}

/// The objects of the outermost array.
fn entries(array: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    let (mut depth, mut begin, mut in_string, mut escaped) = (0_u32, 0, false, false);
    for (at, &byte) in array.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => {
                if depth == 0 {
                    begin = at;
                }
                depth = depth.saturating_add(1);
            }
            b'}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    found.push(&array[begin..=at]);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(array: &str) -> String {
        String::from_utf8(as_lines(array.as_bytes())).unwrap()
    }

    #[test]
    fn entries_come_in_the_order_of_their_times() {
        let newest_first = r#"[{"m":"b","timestamp":"2026-11-22T06:42:08Z"}, {"m":"a","timestamp":"2026-11-22T06:42:07Z"}]"#;
        assert!(lines(newest_first).starts_with(r#"{"m":"a""#));
        let oldest_first = r#"[{"m":"a","time":"1"},{"m":"b","time":"2"}]"#;
        assert!(lines(oldest_first).starts_with(r#"{"m":"a""#));
        assert!(lines(r#"[{"m":"a"},{"m":"b"}]"#).starts_with(r#"{"m":"a"}"#));
        assert!(as_lines_reversed(br#"[{"m":"a"},{"m":"b"}]"#).starts_with(br#"{"m":"b"}"#));
    }

    #[test]
    fn an_entry_is_one_line_however_it_is_written() {
        let indented =
            "[\n  {\n    \"m\": \"} \\\" {\\n\",\n    \"of\": {\"pod\": \"x\"}\n  }\n]\n";
        let told = lines(indented);
        assert_eq!(told.lines().count(), 1);
        assert!(told.contains("\"} \\\" {\\n\""), "{told}");
    }

    #[test]
    fn what_is_cut_or_no_array_gives_what_is_whole() {
        assert_eq!(lines(r#"[{"m":"a"},{"m":"b"#), "{\"m\":\"a\"}\n");
        assert_eq!(lines("[}}]"), "");
        assert!(begins(b" [\n {") && !begins(b"[1]") && !begins(b"{"));
    }
}
