//! Why a program printed a dump.

/// Longest cause kept; panic values may be long.
const MAX_LEN: usize = 1024;

/// The cause, if `line` names one. Only the start of a line counts: `panic: ` also occurs in prose.
pub(super) fn of(line: &[u8]) -> Option<String> {
    let text = line.trim_ascii_end();
    let names_cause = [&b"panic: "[..], b"fatal error: ", b"unexpected fault address "]
        .iter()
        .any(|start| text.starts_with(start))
        || is_signal(text)
        || memchr::memmem::find(text, b"http: panic serving ").is_some();
    names_cause.then(|| String::from_utf8_lossy(&text[..text.len().min(MAX_LEN)]).into_owned())
}

/// Whether a process ends with what the cause names.
pub(super) fn ends_process(cause: &str) -> bool {
    let starts = ["panic: ", "fatal error: ", "unexpected fault address "];
    starts.iter().any(|start| cause.starts_with(start)) || is_signal(cause.as_bytes())
}

/// `SIGQUIT: quit`
fn is_signal(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"SIG") else { return false };
    let name = rest.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    name > 1 && rest[name..].starts_with(b": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handlers_panic_ends_no_process() {
        for last in ["panic: x", "fatal error: all goroutines are asleep", "SIGQUIT: quit"] {
            assert!(ends_process(last), "{last}");
        }
        assert!(!ends_process("2026/11/22 06:00:01 http: panic serving 10.0.0.1:4711: x"));
    }

    #[test]
    fn causes_and_prose() {
        for line in ["panic: x", "fatal error: all goroutines are asleep", "SIGQUIT: quit"] {
            assert_eq!(of(line.as_bytes()).as_deref(), Some(line));
        }
        for line in ["don't panic: x", "SIGNAL", "\tpanic: again", "PC=0x1 m=0 sigcode=0"] {
            assert_eq!(of(line.as_bytes()), None);
        }
    }
}
