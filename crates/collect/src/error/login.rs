//! Whether a redirect led to where people log in.

/// How an error names a URL that redirects led to.
const LED_FROM: &str = " (redirected from ";

/// Words of hosts and paths at which people log in: of single sign-on servers, and of proxies before services.
const LOGIN: [&str; 14] = [
    "accounts",
    "adfs",
    "auth",
    "authorize",
    "idp",
    "login",
    "oauth",
    "oauth2",
    "oidc",
    "openid",
    "saml",
    "saml2",
    "signin",
    "sso",
];

/// Whether the input of an error is where a redirect led, and looks like a login. Names that only the network of the
/// login server resolves, certificates of its own and pages that are no profile all come of the same thing.
pub(super) fn is_led_to(input: &str) -> bool {
    let Some((url, from)) = input.split_once(LED_FROM) else { return false };
    let from = words(from);
    // What the user named so is no login because of it.
    words(url).iter().any(|word| LOGIN.contains(&&**word) && !from.contains(word))
}

/// The words of host and path, small; `sign-in` and `sign_in` are one.
fn words(url: &str) -> Vec<String> {
    let place = url.split(['?', '#', ')']).next().unwrap_or(url).to_ascii_lowercase();
    let joined =
        place.replace("sign-in", "signin").replace("sign_in", "signin").replace("log-in", "login");
    joined.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn led(to: &str) -> bool {
        is_led_to(&format!("{to} (redirected from http://orders:6060/debug/pprof/)"))
    }

    #[test]
    fn logins_are_told_by_host_or_path() {
        for to in [
            "https://sso.corp.example/start",
            "https://corp.example/oauth2/start?rd=/debug/pprof/",
            "https://login.example/",
            "https://orders/users/sign_in",
        ] {
            assert!(led(to), "{to}");
        }
    }

    #[test]
    fn other_redirects_are_none() {
        for to in [
            "https://orders:6060/debug/pprof/",
            "https://blog.example/?next=login",
            "http://author.example/",
        ] {
            assert!(!led(to), "{to}");
        }
        assert!(!is_led_to("https://sso.corp.example/login"), "nobody was led anywhere");
        assert!(!is_led_to("https://login.example:1/x (redirected from https://login.example:1/)"));
    }
}
