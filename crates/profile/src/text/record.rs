//! One record of a text profile: values, addresses, and comment lines that symbolize them.

use crate::goroutines::parse_labels;

/// A line of a text profile.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    /// `VALUES @ ADDRESSES`
    Record { values: &'a str, addresses: &'a str },
    /// `# labels: {"key":"value"}`
    Labels(Vec<(String, String)>),
    /// `#\t0x52ab18\tmain.receiver+0x18\t/path/main.go:156`
    Symbol(Symbol<'a>),
    /// `# Name = value`
    Setting { name: &'a str, value: &'a str },
    /// Nothing, or a comment without meaning here.
    Empty,
    /// What no text profile of Go holds.
    Unknown,
}

/// A symbolized address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol<'a> {
    pub(super) address: u64,
    pub(super) function: &'a str,
    pub(super) file: &'a str,
    pub(super) line: i64,
}

pub(super) fn parse(line: &str) -> Line<'_> {
    let line = line.trim_end();
    if let Some(comment) = line.strip_prefix('#') {
        return parse_comment(comment);
    }
    if line.is_empty() {
        return Line::Empty;
    }
    match line.split_once('@') {
        Some((values, addresses)) => Line::Record { values: values.trim(), addresses },
        None => match line.split_once('=') {
            Some((name, value)) => Line::Setting { name: name.trim(), value: value.trim() },
            None => Line::Unknown,
        },
    }
}

fn parse_comment(comment: &str) -> Line<'_> {
    if let Some(labels) = comment.trim_start().strip_prefix("labels: ") {
        let inner = labels.trim().strip_prefix('{').and_then(|l| l.strip_suffix('}'));
        return inner.map_or(Line::Empty, |l| Line::Labels(parse_labels(l)));
    }
    if let Some(symbol) = parse_symbol(comment) {
        return Line::Symbol(symbol);
    }
    match comment.split_once(" = ") {
        Some((name, value)) => Line::Setting { name: name.trim(), value: value.trim() },
        None => Line::Empty,
    }
}

/// An address without a name gives no symbol.
fn parse_symbol(comment: &str) -> Option<Symbol<'_>> {
    let mut columns = comment.split('\t').filter(|c| !c.is_empty());
    let address = hexadecimal(columns.next()?.trim())?;
    let name = columns.next()?;
    let function = name.rsplit_once("+0x").map_or(name, |(function, _)| function);
    let (file, line) = columns.next()?.rsplit_once(':')?;
    Some(Symbol { address, function, file, line: line.parse().ok()? })
}

/// Addresses of a record as the text has them, that is return addresses.
pub(super) fn addresses(text: &str) -> impl Iterator<Item = u64> + '_ {
    text.split_ascii_whitespace().map_while(hexadecimal)
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_record() {
        let record = parse("20 @ 0x486baa 0x415bce\n");
        assert_eq!(record, Line::Record { values: "20", addresses: " 0x486baa 0x415bce" });
        assert_eq!(addresses(" 0x486baa 0x415bce").collect::<Vec<_>>(), [0x486baa, 0x415bce]);
        let symbol = parse("#\t0x52ab18\tmain.(*T).a+b+0x18\t\t/x y/main.go:156\n");
        let expected = Symbol {
            address: 0x52ab18,
            function: "main.(*T).a+b",
            file: "/x y/main.go",
            line: 156,
        };
        assert_eq!(symbol, Line::Symbol(expected));
        assert_eq!(parse("#\t0x52ab18\n"), Line::Empty);
        assert_eq!(parse("# MaxRSS = 7\n"), Line::Setting { name: "MaxRSS", value: "7" });
        assert_eq!(parse("cycles/second=7\n"), Line::Setting { name: "cycles/second", value: "7" });
        assert_eq!(
            parse("# labels: {\"a\":\"b, \\\"c\\\"\", \"d\":\"e\"}"),
            Line::Labels(vec![("a".into(), "b, \"c\"".into()), ("d".into(), "e".into())])
        );
    }
}
