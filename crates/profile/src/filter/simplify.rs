//! Function names without what pruning does not look at.

/// Texts with a parenthesis that starts no argument list.
const RESERVED: [&str; 2] = ["(anonymous namespace)", "operator()"];

/// The name without the dot of function descriptors on PowerPC and without the argument list.
pub(super) fn simplified(name: &str) -> &str {
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut at = 0;
    while let Some(found) = name[at..].find(['(', 'o']) {
        at += found;
        let rest = &name[at..];
        if let Some(reserved) = RESERVED.iter().find(|text| rest.starts_with(**text)) {
            at += reserved.len();
        } else if rest.starts_with('(') {
            return &name[..at];
        } else {
            at += 1;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::simplified;

    #[test]
    fn argument_lists_go_and_reserved_names_stay() {
        for (name, expected) in [
            ("main.main", "main.main"),
            (".foo", "foo"),
            ("..foo", ".foo"),
            ("foo(int)", "foo"),
            ("(anonymous namespace)::foo(int)", "(anonymous namespace)::foo"),
            ("Bar::operator()(int, float)", "Bar::operator()"),
            ("operator(", "operator"),
            ("main.(*T).Get", "main."),
            ("", ""),
        ] {
            assert_eq!(simplified(name), expected, "{name}");
        }
    }
}
