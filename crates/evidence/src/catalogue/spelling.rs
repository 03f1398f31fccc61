//! How names in records are compared with names in source.

use std::borrow::Cow;

/// An import path as records and source are compared: dots are unescaped (`nats%2ego` of the linker is `nats.go`), and
/// major versions do not count, neither as an element (`/v8`) nor at the end of a `gopkg.in` path (`.v2`). So one
/// record stands for all major versions of a module; where they differ in what they acquire, none of it is recorded.
///
/// ```
/// use plumb_evidence::catalogue::comparable_path;
///
/// assert_eq!(comparable_path("github.com/nats-io/nats%2ego"), "github.com/nats-io/nats.go");
/// assert_eq!(comparable_path("go.etcd.io/etcd/client/v3/concurrency"), "go.etcd.io/etcd/client/concurrency");
/// assert_eq!(comparable_path("gopkg.in/natefinch/lumberjack%2ev2"), "gopkg.in/natefinch/lumberjack");
/// assert_eq!(comparable_path("net/http"), "net/http");
/// ```
pub fn comparable_path(path: &str) -> Cow<'_, str> {
    let gopkg = path.starts_with("gopkg.in/");
    // Nearly all paths have none of what is looked for; it costs more than what else is done with a call.
    let may_differ = |two: &[u8]| two == b"/v" || two == b"%2";
    if !gopkg && !path.as_bytes().windows(2).any(may_differ) {
        return Cow::Borrowed(path);
    }
    let escaped = path.contains("%2e");
    let versioned = path.split('/').skip(1).any(is_major_version);
    if !escaped && !versioned && !gopkg {
        return Cow::Borrowed(path);
    }
    let unescaped = path.replace("%2e", ".");
    let mut elements: Vec<&str> = unescaped.split('/').collect();
    // A path has a first element, which is no version.
    let first = elements.remove(0);
    elements.retain(|element| !is_major_version(element));
    elements.insert(0, first);
    if gopkg {
        for element in &mut elements {
            if let Some((name, version)) = element.rsplit_once('.')
                && is_digits(version.strip_prefix('v').unwrap_or(""))
            {
                *element = name;
            }
        }
    }
    Cow::Owned(elements.join("/"))
}

/// `v2`, `v15`. `v1` is one too: modules have no such suffix, but packages of APIs do (`apiv1`, `core/v1`), and they
/// are compared with themselves.
fn is_major_version(element: &str) -> bool {
    element.strip_prefix('v').is_some_and(is_digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name of a record stands for several: it has a `*`.
pub fn is_pattern(name: &str) -> bool {
    name.contains('*')
}

/// Whether a name or path is one that a pattern stands for: `*` is any number of characters but `/`, `**` any at all.
///
/// ```
/// use plumb_evidence::catalogue::is_match;
///
/// assert!(is_match("cloud.google.com/go/**/apiv*", "cloud.google.com/go/ai/generativelanguage/apiv1beta"));
/// assert!(!is_match("cloud.google.com/go/**/apiv*", "cloud.google.com/go/pubsub/apiv1/pubsubpb"));
/// assert!(is_match("New*Client", "NewPublisherClient"));
/// ```
pub fn is_match(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    // Where to go on when the last star has to stand for one character more: after it in the pattern, and the text.
    let mut single: Option<(usize, usize)> = None;
    let mut double: Option<(usize, usize)> = None;
    loop {
        if pattern[at..].starts_with(b"**") {
            at += 2;
            (single, double) = (None, Some((at, read)));
        } else if pattern.get(at) == Some(&b'*') {
            at += 1;
            single = Some((at, read));
        } else if at == pattern.len() && read == text.len() {
            return true;
        } else if at < pattern.len() && read < text.len() && pattern[at] == text[read] {
            (at, read) = (at + 1, read + 1);
        } else if let Some((after, from)) =
            single.filter(|(_, from)| text.get(*from).is_some_and(|byte| *byte != b'/'))
        {
            (at, read) = (after, from + 1);
            single = Some((at, read));
        } else if let Some((after, from)) = double.filter(|(_, from)| *from < text.len()) {
            (at, read) = (after, from + 1);
            (single, double) = (None, Some((at, read)));
        } else {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_escapes_do_not_count() {
        let same = [
            ("github.com/go-redis/redis/v8", "github.com/go-redis/redis"),
            ("gopkg.in/olivere/elastic.v5", "gopkg.in/olivere/elastic.v6"),
            ("go.mongodb.org/mongo-driver/v2/mongo", "go.mongodb.org/mongo-driver/mongo"),
            ("gopkg.in/yaml%2ev3", "gopkg.in/yaml.v3"),
        ];
        for (one, other) in same {
            assert_eq!(comparable_path(one), comparable_path(other));
        }
        for path in
            ["", "v2", "os", "github.com/aws/aws-sdk-go-v2/service/s3", "e.org/v/vx/v1beta1"]
        {
            assert_eq!(comparable_path(path), path);
        }
        assert_eq!(comparable_path("github.com/a/b.v2"), "github.com/a/b.v2");
    }

    #[test]
    fn stars_stop_at_slashes_and_double_stars_do_not() {
        let cases = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "abc", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a/**/c", "a/b/b/c", true),
            ("a/**/c", "a/c", false),
            ("a/**/c*d", "a/x/cx/y/cd", true),
            ("a/**/c*d", "a/x/cx/yd", false),
            ("*a*", "bab", true),
            ("*a*", "bbb", false),
            ("Close", "Closed", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(is_match(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn patterns_made_to_take_long_do_not() {
        let text = "a/".repeat(2_000);
        assert!(!is_match(&"*a**".repeat(500), &text.replace('a', "b")));
        assert!(!is_match("**a*a*a*a*b", &text));
    }
}
