//! Build constraints: `//go:build` expressions, and the older `// +build` lines.

/// How deep parentheses and negations may be nested; a deeper expression is taken as one that cannot be read.
const MAX_DEPTH: u32 = 100;

/// Whether a `//go:build` expression holds; `None` if it cannot be read. `tag` tells which tags are set.
pub fn satisfied(expression: &str, tag: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut reader = Reader { rest: expression.trim_start(), tag, depth: 0 };
    let value = reader.or()?;
    reader.rest.is_empty().then_some(value)
}

/// Whether the words of a `// +build` line hold: any of them, each with all of its parts between commas.
pub(super) fn plus_build_satisfied(words: &str, tag: &dyn Fn(&str) -> bool) -> bool {
    let part = |part: &str| match part.strip_prefix('!') {
        Some(name) => !tag(name),
        None => tag(part),
    };
    words.split_whitespace().any(|word| word.split(',').all(part))
}

struct Reader<'a> {
    /// Without blanks at its start.
    rest: &'a str,
    tag: &'a dyn Fn(&str) -> bool,
    depth: u32,
}

impl Reader<'_> {
    fn accept(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.map_or(self.rest, str::trim_start);
        rest.is_some()
    }

    fn or(&mut self) -> Option<bool> {
        let mut value = self.and()?;
        while self.accept("||") {
            value |= self.and()?;
        }
        Some(value)
    }

    fn and(&mut self) -> Option<bool> {
        let mut value = self.not()?;
        while self.accept("&&") {
            value &= self.not()?;
        }
        Some(value)
    }

    fn not(&mut self) -> Option<bool> {
        self.depth += 1;
        let value = if self.depth > MAX_DEPTH {
            None
        } else if self.accept("!") {
            self.not().map(|value| !value)
        } else if self.accept("(") {
            self.or().filter(|_| self.accept(")"))
        } else {
            self.tag()
        };
        self.depth -= 1;
        value
    }

    fn tag(&mut self) -> Option<bool> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        (!name.is_empty()).then(|| (self.tag)(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linux(tag: &str) -> bool {
        ["linux", "amd64", "go1.21"].contains(&tag)
    }

    #[test]
    fn expressions_are_evaluated() {
        for (expression, value) in [
            ("linux", Some(true)),
            ("linux && !windows", Some(true)),
            ("!(linux || darwin) && amd64", Some(false)),
            ("windows || linux && amd64", Some(true)),
            ("go1.21", Some(true)),
            ("linux &&", None),
            ("(linux", None),
            ("", None),
            ("linux amd64", None),
        ] {
            assert_eq!(satisfied(expression, &linux), value, "{expression}");
        }
        let deep = "!".repeat(1_000_000) + "linux";
        assert_eq!(satisfied(&deep, &linux), None);
    }

    #[test]
    fn old_lines_are_evaluated() {
        assert!(plus_build_satisfied("windows linux,amd64", &linux));
        assert!(!plus_build_satisfied("linux,!amd64 darwin", &linux));
    }
}
