//! Names of C++, by `cpp_demangle`, and what of them is left out.

use cpp_demangle::{DemangleOptions, Symbol};

use super::demangle::Demangling;

/// A name of the Itanium ABI, readable.
pub(super) fn demangled(name: &str, how: Demangling) -> Option<String> {
    let options = match how {
        Demangling::Full => DemangleOptions::new(),
        _ => DemangleOptions::new().no_params().no_return_type(),
    };
    let name = Symbol::new(name).ok()?.demangle_with_options(&options).ok()?;
    // Copies of a function that the compiler made: ` [clone .isra.0]`.
    let name = name.split(" [clone ").next().unwrap_or_default();
    Some(match how {
        Demangling::Short => without_templates(&without_outer_parameters(name)),
        Demangling::Templates => without_outer_parameters(name),
        _ => name.to_owned(),
    })
}

/// A name without the parameters of functions around it, which tell apart what is declared within them:
/// `run(int)::{lambda(char)#1}::operator()`.
fn without_outer_parameters(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    let mut braces = 0usize;
    while let Some(letter) = rest.chars().next() {
        match letter {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            // Namespaces without a name are in brackets too, behind no name.
            '(' if braces == 0 && out.ends_with(is_of_name) && !out.ends_with("operator") => {
                if let Some((_, after)) = bracketed(rest)
                    && let Some(inner) =
                        after.strip_prefix(" const").unwrap_or(after).strip_prefix("::")
                {
                    let inner = without_outer_parameters(inner);
                    return out + "::" + inner.strip_suffix(" const").unwrap_or(&inner);
                }
            }
            _ => {}
        }
        out.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    out
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '>'
}

/// What the bracket that a text begins with closes over, and what is behind.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    let end = text.char_indices().find(|(_, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    end.map(|(end, _)| text.split_at(end + 1))
}

/// A name without template arguments. The signs of operators are no brackets.
fn without_templates(name: &str) -> String {
    const OPERATORS: [&str; 10] = ["<<=", ">>=", "<=>", "->*", "<<", ">>", "<=", ">=", "->", "<"];
    let mut out = String::with_capacity(name.len());
    let mut depth = 0usize;
    let mut rest = name;
    while let Some(letter) = rest.chars().next() {
        let mut length = letter.len_utf8();
        if out.ends_with("operator") && depth == 0 {
            let sign = OPERATORS.iter().chain([&">"]).find(|sign| rest.starts_with(**sign));
            if let Some(sign) = sign {
                out.push_str(sign);
                rest = &rest[sign.len()..];
                continue;
            }
        }
        match letter {
            '<' => depth += 1,
            '>' if depth > 0 => depth -= 1,
            letter if depth == 0 => out.push(letter),
            // An arrow in an argument closes nothing.
            '-' if rest.starts_with("->") => length = 2,
            _ => {}
        }
        rest = &rest[length..];
    }
    out
}

/// A name of Rust without the arguments of generic functions, `::<…>`.
pub(super) fn without_rust_generics(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("::<") {
        out.push_str(&rest[..at]);
        let mut depth = 0usize;
        let inside = &rest[at + 2..];
        let end = inside.char_indices().find(|(_, letter)| {
            match letter {
                '<' => depth += 1,
                '>' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        rest = end.map_or("", |(end, _)| &inside[end + 1..]);
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_arguments_are_left_out() {
        for (name, short) in [
            ("a<b<c>, d>::e<f>", "a::e"),
            ("a::operator<", "a::operator<"),
            ("a<int>::operator<<<b>", "a::operator<<"),
            ("a<b>::operator->", "a::operator->"),
            ("operator>><x>", "operator>>"),
            ("x<(a->b)>::y", "x::y"),
        ] {
            assert_eq!(without_templates(name), short, "{name}");
        }
        for (name, short) in [
            ("foo(int)::{lambda(char)#1}::operator() const", "foo::{lambda(char)#1}::operator()"),
            ("a::foo(int (*)(char)) const::x", "a::foo::x"),
            ("(anonymous namespace)::foo", "(anonymous namespace)::foo"),
            ("a::operator()", "a::operator()"),
            ("a(b", "a(b"),
        ] {
            assert_eq!(without_outer_parameters(name), short, "{name}");
        }
        assert_eq!(without_rust_generics("a::b::<c::<d>>::e"), "a::b::e");
    }
}
