//! Removes credentials from texts before they are stored.
//!
//! Command lines, environments and header values are never recorded at all; what is recorded as text
//! (targets, error messages, notes) goes through [`text`].

use url::Url;

/// What stands for a removed value.
pub const REDACTED: &str = "REDACTED";

/// Parts of query keys whose values are credentials.
const SECRET_KEYS: [&str; 12] = [
    "token",
    "secret",
    "passw",
    "pwd",
    "key",
    "auth",
    "sig",
    "credential",
    "session",
    "jwt",
    "code",
    "cookie",
];

/// Words after which the next word is a credential, as in `Authorization: Bearer abc`.
const SCHEMES: [&str; 4] = ["bearer", "basic", "digest", "negotiate"];

/// A URL without user info and without the values of query keys that look like credentials.
/// What is no URL loses what looks like `user:password@`, because people leave the scheme out and passwords hold
/// characters that a URL must not.
pub fn url(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return without_user_info(text) };
    if url.cannot_be_a_base() {
        return without_user_info(text);
    }
    let had_user = !url.username().is_empty() || url.password().is_some();
    let secret_query = url.query_pairs().any(|(key, _)| is_secret_key(&key));
    let secret_fragment = url.fragment().is_some_and(is_secret_key);
    if !had_user && !secret_query && !secret_fragment {
        return text.to_owned();
    }
    // Both fail only for URLs without a host, which hold no user info.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    if secret_query {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut query = url.query_pairs_mut();
        query.clear();
        for (key, value) in &pairs {
            query.append_pair(key, if is_secret_key(key) { REDACTED } else { value });
        }
    }
    if secret_fragment {
        url.set_fragment(None);
    }
    url.into()
}

/// `user:password@host` → `host`. What has no colon before its last `@` is something else: `module@v1.2.3/file.go`.
fn without_user_info(text: &str) -> String {
    let (scheme, rest) = match text.find("//") {
        Some(slashes) => text.split_at(slashes + 2),
        None => ("", text),
    };
    match rest.rsplit_once('@') {
        Some((user_info, host)) if user_info.contains(':') => format!("{scheme}{host}"),
        _ => text.to_owned(),
    }
}

/// A text in which every URL is redacted as by [`url()`] and every word after `Bearer`, `Basic` and
/// the like is removed.
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_scheme = false;
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end_matches(char::is_whitespace);
        let space = &piece[word.len()..];
        if after_scheme && !word.is_empty() {
            out.push_str(REDACTED);
        } else {
            out.push_str(&redact_word(word));
        }
        out.push_str(space);
        if !word.is_empty() {
            let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            after_scheme = SCHEMES.iter().any(|scheme| bare.eq_ignore_ascii_case(scheme));
        }
    }
    out
}

/// A word of a text: quotes, brackets and punctuation may surround a URL in it.
fn redact_word(word: &str) -> String {
    let Some(at) = word.find("://") else { return word.to_owned() };
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let start = word[..at].rfind(|c| !is_scheme(c)).map_or(0, |i| i + 1);
    let is_edge = |c: char| matches!(c, '"' | '\'' | ')' | ']' | '>' | ',' | ';' | ':' | '.');
    let end = word.trim_end_matches(is_edge).len().max(at + 3);
    format!("{}{}{}", &word[..start], url(&word[start..end]), &word[end..])
}

fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|part| key.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_go_even_where_the_url_is_none() {
        let check = |from, expect: &str| assert_eq!(url(from), expect);
        check("user:pa55word@127.0.0.1:7101", "127.0.0.1:7101");
        check("http://user:pa/55#word@host:6060", "http://host:6060");
        check("http://user:pa55word@host:notaport", "http://host:notaport");
        check("//user:pw@host", "//host");
        check("example.com/orders@v1.2.3/main.go:10", "example.com/orders@v1.2.3/main.go:10");
    }

    #[test]
    fn credentials_go_and_the_rest_stays_as_it_was() {
        assert_eq!(url("http://127.0.0.1:6060"), "http://127.0.0.1:6060");
        assert_eq!(url("https://eve:pw@h.example/debug/pprof"), "https://h.example/debug/pprof");
        assert_eq!(
            url("https://h.example/x?access_token=abc&debug=2"),
            "https://h.example/x?access_token=REDACTED&debug=2"
        );
        assert_eq!(url("heap.0.pprof"), "heap.0.pprof");
    }

    #[test]
    fn texts_lose_the_credentials_they_quote() {
        let quoted =
            text("Get \"http://eve:pw@h:1/x?sig=1\": refused, Authorization: Bearer abc.def");
        assert_eq!(
            quoted,
            "Get \"http://h:1/x?sig=REDACTED\": refused, Authorization: Bearer REDACTED"
        );
        let two = text("http://a:b@h/ https://c:d@i/");
        assert_eq!(two, "http://h/ https://i/");
    }

    #[test]
    fn ordinary_text_is_untouched() {
        let plain = "heap: 404 not found\n  (is pprof mounted?)";
        assert_eq!(text(plain), plain);
    }
}
