//! Texts in the language of dot: a backslash starts an escape, of which `\n`, `\l` and `\r` end a line and say where it
//! stands.

/// Where a line stands in its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Centre,
    Right,
}

/// A text within quotes. A line that ends is left-justified.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\l")
}

/// The lines of a label as they are seen. A last line that is empty is none.
pub(crate) fn lines(label: &str) -> Vec<(String, Align)> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut letters = label.chars();
    while let Some(letter) = letters.next() {
        let align = match letter {
            '\\' => match letters.next() {
                Some('n') => Align::Centre,
                Some('l') => Align::Left,
                Some('r') => Align::Right,
                escaped => {
                    line.extend(escaped);
                    continue;
                }
            },
            '\n' => Align::Centre,
            letter => {
                line.push(letter);
                continue;
            }
        };
        lines.push((std::mem::take(&mut line), align));
    }
    if !line.is_empty() {
        lines.push((line, Align::Centre));
    }
    lines
}

/// A tooltip as it is seen.
pub(crate) fn plain(label: &str) -> String {
    let lines: Vec<String> = lines(label).into_iter().map(|(line, _)| line).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_end_lines() {
        let seen = |label| lines(label).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(seen("main\\nrun\\n0 of 5"), ["main", "run", "0 of 5"]);
        assert_eq!(
            lines("File: x\\l\\lSee\\l"),
            [("File: x", Align::Left), ("", Align::Left), ("See", Align::Left)]
                .map(|(line, align)| (line.to_owned(), align))
        );
        assert_eq!(seen(&escaped("a\\n\"b\"\nc")), ["a\\n\"b\"", "c"]);
        assert_eq!(plain("a\\nb\\"), "a\nb");
    }
}
