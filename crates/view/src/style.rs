//! What stands out on a terminal.

/// A line that is grey on a terminal, and else marked, if what it says is within the sampling error.
pub(crate) fn noise(line: String, is_noise: bool, is_styled: bool) -> String {
    match (is_noise, is_styled) {
        (false, _) => line,
        (true, true) => format!("\u{1b}[2m{line}\u{1b}[0m"),
        (true, false) => format!("{line}  (within the sampling error)"),
    }
}
