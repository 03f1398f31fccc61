//! Names of functions without the path of their package.

use std::borrow::Cow;
use std::sync::LazyLock;

use plumb_profile::go_regex;
use regex::Regex;

/// Version in the path of a Go module: `/v2`.
static GO_VERSION: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(.*?)/v(?:[2-9]|[1-9][0-9]+)([./].*)$"));

/// What a name keeps, by language; the first that matches decides.
static SHORT: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        // Go: from the last element of the package's path.
        r"^(?:[\w\-\.]+\/)+([^.]+\..+)",
        // Java: class and method.
        r"^(?:[a-z]\w*\.)*([A-Z][\w\$]*\.(?:<init>|[a-z][\w\$]*(?:\$\d+)?))(?:(?:\()|$)",
        // C++: class and method, with template arguments.
        r"^(?:[_a-zA-Z]\w*::)+(_*[A-Z]\w*::~?[_a-zA-Z]\w*(?:<.*>)?)",
    ]
    .map(compiled)
});

const ANONYMOUS: &str = "(anonymous namespace)::";

fn compiled(pattern: &str) -> Regex {
    go_regex(pattern).expect("a pattern of this file")
}

/// A short form of a function's name.
pub(crate) fn shortened(name: &str) -> Cow<'_, str> {
    let name = name.strip_prefix(ANONYMOUS).unwrap_or(name);
    let name = GO_VERSION.replace(name, "${1}${2}");
    let captures = SHORT.iter().find_map(|regex| regex.captures(&name));
    match captures.and_then(|captures| captures.get(1)) {
        Some(short) => Cow::Owned(short.as_str().to_owned()),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn paths_of_packages_are_left_out() {
        for (name, short) in [
            ("main.main", "main.main"),
            ("net/http.(*conn).serve", "http.(*conn).serve"),
            ("github.com/a/b/v2/c.F", "c.F"),
            ("github.com/a/b/v2.F", "b.F"),
            ("github.com/a/b.(*T[...]).M.func1", "b.(*T[...]).M.func1"),
            ("java.util.HashMap.put(int)", "HashMap.put"),
            ("foo::bar::Baz::run<int>", "Baz::run<int>"),
            ("(anonymous namespace)::f", "f"),
            ("runtime.goexit", "runtime.goexit"),
        ] {
            assert_eq!(shortened(name), short, "{name}");
        }
    }
}
