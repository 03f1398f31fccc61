//! Why a server's certificate is not accepted, in words, and what to do.

use jiff::Timestamp;
use rustls::CertificateError as Bad;
use rustls::pki_types::UnixTime;

/// What is wrong with a certificate, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: String,
    pub(super) hint: String,
}

const NAME_IT: &str = "if the service has a private CA, or signs for itself, name its certificate with --cacert FILE; --insecure skips the check";

const MAKE_ANOTHER: &str = "give the server another certificate; --insecure skips the check";

/// The certificate that `host` presented is not accepted.
pub(super) fn refusal(bad: &Bad, host: &str) -> Refusal {
    let told = |why: &str, hint: &str| Refusal { why: why.to_owned(), hint: hint.to_owned() };
    match bad {
        Bad::UnknownIssuer => told("signed by an authority that is not known here", NAME_IT),
        Bad::BadSignature => told(
            "its signature is not that of the authority it names",
            "an authority that was renewed looks like this: name its present certificate with --cacert FILE",
        ),
        Bad::Expired => expired(None),
        Bad::ExpiredContext { not_after, .. } => expired(Some(*not_after)),
        Bad::NotValidYet => not_valid_yet(None),
        Bad::NotValidYetContext { not_before, .. } => not_valid_yet(Some(*not_before)),
        Bad::NotValidForName => other_name(host, &[]),
        Bad::NotValidForNameContext { presented, .. } => other_name(host, presented),
        Bad::InvalidPurpose | Bad::InvalidPurposeContext { .. } => told(
            "it is not for servers (extended key usage)",
            "give the server a certificate with extendedKeyUsage=serverAuth; --insecure skips the check",
        ),
        Bad::Revoked => told("it was revoked", MAKE_ANOTHER),
        Bad::BadEncoding => told("it is malformed", MAKE_ANOTHER),
        Bad::UnhandledCriticalExtension => {
            told("it has a critical extension that plumb does not know", MAKE_ANOTHER)
        }
        Bad::UnsupportedSignatureAlgorithmContext { .. }
        | Bad::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => told(
            "it is signed with an algorithm that is not accepted, such as SHA-1 or a key below 2048 bits",
            MAKE_ANOTHER,
        ),
        Bad::Other(other) => match other.0.downcast_ref::<webpki::Error>() {
            Some(error) => unusual(error),
            None => told(&other.0.to_string(), MAKE_ANOTHER),
        },
        other => told(&words(&format!("{other:?}")), MAKE_ANOTHER),
    }
}

/// What certificates made by hand have wrong with them.
fn unusual(error: &webpki::Error) -> Refusal {
    use webpki::Error as Chain;
    let (why, hint) = match error {
        Chain::CaUsedAsEndEntity => (
            "it is the certificate of a CA, used as that of a server",
            "if the server signs for itself, name this very certificate with --cacert FILE; else make the server one \
             with basicConstraints=CA:FALSE (`openssl req -x509` makes CAs by default); --insecure skips the check",
        ),
        Chain::EndEntityUsedAsCa => (
            "it is signed with a certificate that is none of a CA",
            "name the certificate of the CA with --cacert FILE, not the server's; --insecure skips the check",
        ),
        Chain::UnsupportedCertVersion => (
            "it is of X.509 version 1",
            "make one of version 3, with a subjectAltName (`openssl x509 -req -extfile FILE`); --insecure skips the check",
        ),
        Chain::NameConstraintViolation => (
            "its authority may not sign for this name",
            "the CA's name constraints exclude it; --insecure skips the check",
        ),
        Chain::PathLenConstraintViolated | Chain::MaximumPathDepthExceeded => (
            "there are more authorities between it and a known one than is allowed",
            "name the certificate of the authority that signed it with --cacert FILE",
        ),
        other => {
            return Refusal { why: words(&format!("{other:?}")), hint: MAKE_ANOTHER.to_owned() };
        }
    };
    Refusal { why: why.to_owned(), hint: hint.to_owned() }
}

fn expired(end: Option<UnixTime>) -> Refusal {
    let when = end.and_then(date).map_or(String::new(), |date| format!(" on {date}"));
    let hint = format!(
        "renew the server's certificate{}; --insecure skips the check",
        clock().map_or(String::new(), |now| format!(
            ", or mend this machine's clock, which says {now}"
        ))
    );
    Refusal { why: format!("it expired{when}"), hint }
}

fn not_valid_yet(start: Option<UnixTime>) -> Refusal {
    let when = start.and_then(date).map_or(String::new(), |date| format!(" before {date}"));
    let hint = format!(
        "check the clocks of both machines{}; --insecure skips the check",
        clock().map_or(String::new(), |now| format!(" (this one says {now})"))
    );
    Refusal {
        why: format!("it is not valid{}", if when.is_empty() { " yet" } else { &when }),
        hint,
    }
}

fn other_name(host: &str, presented: &[String]) -> Refusal {
    let names: Vec<String> = presented.iter().filter_map(|name| plain_name(name)).collect();
    if names.is_empty() {
        return Refusal {
            why: format!("it is not for {host}: it names no host"),
            hint: "a common name does not count: make one with a subjectAltName (openssl req -addext); \
                   --insecure skips the check"
                .to_owned(),
        };
    }
    Refusal {
        why: format!("it is not for {host}, but for {}", names.join(", ")),
        hint: "ask for the service by a name of its certificate; --insecure skips the check"
            .to_owned(),
    }
}

/// `DnsName("a.example")` and `IpAddress(10.0.0.1)`, as rustls writes names; none of what is no host.
fn plain_name(name: &str) -> Option<String> {
    let inner = |kind: &str| name.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
    let found = inner("DnsName").or_else(|| inner("IpAddress"))?;
    Some(found.trim_matches('"').to_owned())
}

/// `2026-11-21 14:05 UTC`.
fn date(time: UnixTime) -> Option<String> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    Some(Timestamp::from_second(seconds).ok()?.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn clock() -> Option<String> {
    date(UnixTime::now())
}

/// `MalformedExtensions` as `malformed extensions`: the last resort, for what nobody meets.
fn words(name: &str) -> String {
    let name = name.split(['(', '{', ' ']).next().unwrap_or(name);
    let mut text = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::OtherError;

    use super::*;

    fn why(bad: &Bad) -> String {
        refusal(bad, "shop.example").why
    }

    fn chain(error: webpki::Error) -> Bad {
        Bad::Other(OtherError(Arc::new(error)))
    }

    #[test]
    fn nothing_is_told_in_the_words_of_a_program() {
        let time = UnixTime::since_unix_epoch(Duration::from_secs(1_700_000_000));
        let all = [
            Bad::UnknownIssuer,
            Bad::BadSignature,
            Bad::BadEncoding,
            Bad::Expired,
            Bad::ExpiredContext { time, not_after: time },
            Bad::NotValidYet,
            Bad::NotValidYetContext { time, not_before: time },
            Bad::Revoked,
            Bad::NotValidForName,
            Bad::InvalidPurpose,
            Bad::UnhandledCriticalExtension,
            Bad::UnknownRevocationStatus,
            Bad::ExpiredRevocationList,
            Bad::ApplicationVerificationFailure,
            Bad::InvalidOcspResponse,
            chain(webpki::Error::CaUsedAsEndEntity),
            chain(webpki::Error::EndEntityUsedAsCa),
            chain(webpki::Error::UnsupportedCertVersion),
            chain(webpki::Error::NameConstraintViolation),
            chain(webpki::Error::PathLenConstraintViolated),
            chain(webpki::Error::MalformedExtensions),
            chain(webpki::Error::MaximumSignatureChecksExceeded),
        ];
        for bad in &all {
            let Refusal { why, hint } = refusal(bad, "shop.example");
            let programs = |word: &str| word.chars().skip(1).any(char::is_uppercase);
            let known = ["CA", "CA:FALSE", "CAs", "UTC", "X.509", "FILE", "FILE,", "(SHA-1)"];
            for word in why.split(' ').filter(|word| !known.contains(&word.trim_matches(','))) {
                assert!(!programs(word), "{why}");
            }
            assert!(hint.contains("--"), "{bad:?} leaves its reader alone: {hint}");
        }
    }

    #[test]
    fn dates_and_names_are_told() {
        let time = UnixTime::since_unix_epoch(Duration::from_secs(1_700_000_000));
        let expired = Bad::ExpiredContext { time, not_after: time };
        assert_eq!(why(&expired), "it expired on 2023-11-14 22:13 UTC");
        let early = Bad::NotValidYetContext { time, not_before: time };
        assert_eq!(why(&early), "it is not valid before 2023-11-14 22:13 UTC");
        let presented = ["DnsName(\"a.example\")", "IpAddress(10.0.0.1)", "DirectoryName"];
        let other = Bad::NotValidForNameContext {
            expected: "shop.example".try_into().unwrap(),
            presented: presented.map(str::to_owned).to_vec(),
        };
        assert_eq!(why(&other), "it is not for shop.example, but for a.example, 10.0.0.1");
        assert_eq!(words("MalformedExtensions"), "malformed extensions");
    }
}
