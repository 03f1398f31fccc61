//! `collapsed`: folded stacks, one a line: frames from the root with `;` between them, a space and the value. What flame
//! graph tools read.

use std::io::Write;

use crate::report::{Report, ReportError};
use crate::stacks::Stacks;

pub(crate) fn write(report: &mut Report, out: &mut dyn Write) -> Result<(), ReportError> {
    let stacks = Stacks::new(report);
    let names: Vec<String> =
        (0..stacks.frame_count()).map(|frame| folded_name(&stacks.name(frame as u32))).collect();
    let mut lines: Vec<(String, i64)> = Vec::new();
    for stack in stacks.stacks.iter().filter(|stack| stack.value() != 0) {
        let frames: Vec<&str> =
            stack.frames.iter().map(|&frame| names[frame as usize].as_str()).collect();
        lines.push((frames.join(";"), stack.value()));
    }
    lines.sort_unstable();
    for (stack, value) in lines {
        writeln!(out, "{stack} {value}")?;
    }
    Ok(())
}

/// A name that does not end where a frame or line ends.
fn folded_name(name: &str) -> String {
    name.replace(';', ":").replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::folded_name;

    #[test]
    fn names_stay_in_their_frame() {
        assert_eq!(folded_name("struct { a int; b int }"), "struct { a int: b int }");
        assert_eq!(folded_name("a\nb"), "a b");
    }
}
