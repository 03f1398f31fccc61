//! Which proxy to use: the flag, else the environment as curl and Go read it.

use std::net::IpAddr;

use ureq::Proxy;
use url::Url;

use super::HttpOptions;
use crate::CollectError;
use crate::target::PprofUrl;

/// The proxy for a target. What is local never goes through a proxy of the environment.
pub(super) fn choose(
    target: &PprofUrl,
    options: &HttpOptions,
    local: bool,
) -> Result<Option<Proxy>, CollectError> {
    if let Some(text) = &options.proxy {
        let bad = |_| CollectError::BadOption { option: "--proxy", why: "not a proxy URL".into() };
        return Proxy::new(text).map(Some).map_err(bad);
    }
    let variable = |name: &str| {
        let value = std::env::var(name).or_else(|_| std::env::var(name.to_lowercase()));
        value.ok().filter(|value| !value.trim().is_empty())
    };
    if local || variable("NO_PROXY").is_some_and(|list| is_excepted(target.origin(), &list)) {
        return Ok(None);
    }
    let names = match target.origin().scheme() {
        "https" => ["HTTPS_PROXY", "ALL_PROXY"],
        _ => ["HTTP_PROXY", "ALL_PROXY"],
    };
    let Some((name, text)) = names.iter().find_map(|&name| Some((name, variable(name)?))) else {
        return Ok(None);
    };
    let bad = |_| CollectError::BadOption { option: name, why: "not a proxy URL".into() };
    Proxy::new(&text).map(Some).map_err(bad)
}

/// The proxy as errors name it: without its user and password.
pub(super) fn name(proxy: &Proxy) -> String {
    let scheme = proxy.uri().scheme_str().unwrap_or("http");
    format!("{scheme}://{}:{}", proxy.host(), proxy.port())
}

/// Whether a `NO_PROXY` list names the host: `*`, a name, a domain with or without leading dot (both
/// mean the domain and what is below it), an address, a network `10.0.0.0/8`; each with an optional port.
fn is_excepted(url: &Url, list: &str) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    let port = url.port_or_known_default();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let (name, entry_port) = split_port(entry);
        let same_port = entry_port.is_none() || entry_port == port;
        same_port && matches(&host, &name.to_ascii_lowercase())
    })
}

fn split_port(entry: &str) -> (&str, Option<u16>) {
    if let Some((name, port)) = entry.rsplit_once(':')
        && let Ok(port) = port.parse()
        && (!name.contains(':') || name.ends_with(']'))
    {
        return (name.trim_matches(['[', ']']), Some(port));
    }
    (entry.trim_matches(['[', ']']), None)
}

fn matches(host: &str, entry: &str) -> bool {
    if entry == "*" {
        return true;
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match entry.split_once('/') {
            Some((network, bits)) => is_in_network(address, network, bits),
            None => entry.parse() == Ok(address),
        };
    }
    let domain = entry.strip_prefix("*.").or_else(|| entry.strip_prefix('.')).unwrap_or(entry);
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

fn is_in_network(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let prefix = |value: u128, width: u32| {
        (bits <= width).then(|| value.checked_shr(width - bits).unwrap_or(0))
    };
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => {
            let (a, n) = (prefix(a.to_bits().into(), 32), prefix(n.to_bits().into(), 32));
            a.is_some() && a == n
        }
        (IpAddr::V6(a), IpAddr::V6(n)) => {
            let (a, n) = (prefix(a.to_bits(), 128), prefix(n.to_bits(), 128));
            a.is_some() && a == n
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let name = |text: &str| name(&Proxy::new(text).unwrap());
        assert_eq!(name("http://eve:secret@proxy.test:3128"), "http://proxy.test:3128");
        assert_eq!(name("proxy.test"), "http://proxy.test:80");
        assert_eq!(name("socks5://proxy.test"), "socks5://proxy.test:1080");
    }

    #[test]
    fn exceptions_are_read_as_go_reads_them() {
        let excepted = |url: &str, list: &str| is_excepted(&Url::parse(url).unwrap(), list);
        assert!(excepted("http://a.example.com/", "x, example.com"));
        assert!(excepted("http://example.com/", ".example.com"));
        assert!(excepted("http://10.1.2.3:6060/", "10.0.0.0/8"));
        assert!(excepted("http://10.1.2.3:6060/", "10.1.2.3:6060"));
        assert!(excepted("http://[fd00::1]:1/", "fd00::/8"));
        assert!(excepted("http://h/", "*"));
        assert!(excepted("http://1.2.3.4/", "0.0.0.0/0"));
        assert!(!excepted("http://notexample.com/", "example.com"));
        assert!(!excepted("http://10.1.2.3:6060/", "10.1.2.3:7070"));
        assert!(!excepted("http://10.1.2.3/", "10.0.0.0/99"));
        assert!(!excepted("http://h/", ""));
    }
}
