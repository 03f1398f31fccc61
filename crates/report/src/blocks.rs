//! What a longer text consists of: prose, whose line breaks mean nothing, and code, whose lines stay as they are.
//!
//! Texts of the catalogue and problems may hold lines to copy, such as the Go that mounts an endpoint. A line is code
//! if it begins with a tab or four spaces, or stands between two fences of three backticks.

/// Columns that mark a line as code, and by which it is indented where it is printed.
pub(crate) const CODE_INDENT: &str = "    ";

/// Begins and ends code.
const FENCE: &str = "```";

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A paragraph, in one line.
    Prose(String),
    /// Lines of code, tabs as four spaces, without the indentation that they share.
    Code(Vec<String>),
}

/// The text in parts. Paragraphs are separated by an empty line, and by code.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut fenced = false;
    for line in text.lines() {
        if line.trim_start().starts_with(FENCE) {
            fenced = !fenced;
            blocks.push(Block::Prose(String::new()));
        } else if line.trim().is_empty() {
            match blocks.last_mut() {
                Some(Block::Code(lines)) => lines.push(String::new()),
                _ => blocks.push(Block::Prose(String::new())),
            }
        } else if fenced || line.starts_with('\t') || line.starts_with(CODE_INDENT) {
            add_code(&mut blocks, line.replace('\t', CODE_INDENT));
        } else {
            add_prose(&mut blocks, line);
        }
    }
    blocks.into_iter().filter_map(finished).collect()
}

fn add_code(blocks: &mut Vec<Block>, line: String) {
    match blocks.last_mut() {
        Some(Block::Code(lines)) => lines.push(line),
        _ => blocks.push(Block::Code(vec![line])),
    }
}

fn add_prose(blocks: &mut Vec<Block>, line: &str) {
    let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
    match blocks.last_mut() {
        Some(Block::Prose(text)) if !text.is_empty() => {
            text.push(' ');
            text.push_str(&words);
        }
        _ => blocks.push(Block::Prose(words)),
    }
}

/// Without empty lines at the end and shared indentation; `None` if nothing is left.
fn finished(block: Block) -> Option<Block> {
    let Block::Code(mut lines) = block else { return Some(block).filter(is_told) };
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    let indent = |line: &String| line.len() - line.trim_start_matches(' ').len();
    let shared = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    let lines = lines.iter().map(|line| line.get(shared..).unwrap_or("").trim_end().to_owned());
    Some(Block::Code(lines.collect())).filter(is_told)
}

fn is_told(block: &Block) -> bool {
    match block {
        Block::Prose(text) => !text.is_empty(),
        Block::Code(lines) => !lines.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prose(text: &str) -> Block {
        Block::Prose(text.to_owned())
    }

    fn code(lines: &[&str]) -> Block {
        Block::Code(lines.iter().map(|&line| line.to_owned()).collect())
    }

    #[test]
    fn indented_lines_are_code() {
        let text = "add the\nendpoint:\n    import _ \"x\"\n\n    go func() {\n    \tserve()\n    }()\nthen build";
        let import = code(&["import _ \"x\"", "", "go func() {", "    serve()", "}()"]);
        assert_eq!(blocks(text), [prose("add the endpoint:"), import, prose("then build")]);
        assert_eq!(blocks("a\n\tb"), [prose("a"), code(&["b"])]);
    }

    #[test]
    fn fenced_lines_are_code() {
        let text = "close it:\n```go\ndefer f.Close()\n```\nalways";
        assert_eq!(blocks(text), [prose("close it:"), code(&["defer f.Close()"]), prose("always")]);
    }

    #[test]
    fn paragraphs_are_separated_by_an_empty_line() {
        assert_eq!(blocks("\n a  b\nc\n\n\nd\n"), [prose("a b c"), prose("d")]);
        assert_eq!(blocks(""), []);
    }
}
