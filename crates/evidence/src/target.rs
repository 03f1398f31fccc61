//! How users name what is to be looked at, and how a name is written in a command to copy.

/// Whether a name as users type it is a URL, a host with its port, or a process id: something that can be looked at
/// again. Else it is a file.
pub fn is_live(name: &str) -> bool {
    let has_port = name.rsplit_once(':').is_some_and(|(_, port)| is_number(port));
    name.contains("://") || has_port || is_process_id(name)
}

/// Whether a name is the number of a process, which a restart changes.
pub fn is_process_id(name: &str) -> bool {
    is_number(name)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether all names of a target, separated by spaces, are live.
pub fn are_all_live(target: &str) -> bool {
    let mut names = target.split_whitespace().peekable();
    names.peek().is_some() && names.all(is_live)
}

/// The names of a target, separated by spaces, so that a shell passes them on as they are.
pub fn quoted(target: &str) -> String {
    target.split_whitespace().map(quoted_name).collect::<Vec<_>>().join(" ")
}

/// A name in single quotes, if a shell would see more in it than a name.
fn quoted_name(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if name.chars().all(is_plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_live_can_be_told_from_a_file() {
        for live in ["http://a/b", "localhost:6060", ":6060", "4711"] {
            assert!(is_live(live), "{live}");
        }
        for file in ["heap.0.pprof", "ss.txt", "./4711/x", "a:b", ""] {
            assert!(!is_live(file), "{file}");
        }
        assert!(are_all_live("4711 :6060"));
        assert!(!are_all_live(":6060 ss.txt") && !are_all_live(""));
    }

    #[test]
    fn a_shell_passes_on_what_is_quoted() {
        assert_eq!(quoted(":6060 ./ss.txt"), ":6060 ./ss.txt");
        assert_eq!(quoted("http://[::1]:80/x?a=1&b=2"), "'http://[::1]:80/x?a=1&b=2'");
        assert_eq!(quoted("it's;rm"), r"'it'\''s;rm'");
    }
}
