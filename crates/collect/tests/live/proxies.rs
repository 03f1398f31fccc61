//! Through proxies: tunnels, forwarded requests, and proxies that refuse.

use std::net::TcpListener;

use crate::support::{Server, once, refusal, take, with_http};
use plumb_collect::{CaptureOptions, CollectError, ProxyFault};

/// A proxy in front of a server.
fn before(server: &Server, mode: &str) -> Server {
    Server::start(mode, &["-to", &server.address.unwrap().to_string()])
}

fn through(proxy: &str) -> CaptureOptions {
    with_http(|http| http.proxy = Some(proxy.to_owned()))
}

/// Whether a proxy was asked to forward requests, and for nothing else.
fn all_forwarded(lines: &[String]) -> bool {
    let forwarded = |line: &String| line.starts_with("proxy GET http://shop.test:6060/");
    !lines.is_empty() && lines.iter().all(forwarded)
}

#[test]
fn plain_requests_are_forwarded() {
    let server = Server::start("full", &[]);
    let proxy = before(&server, "proxy");
    // RFC 6761: `.test` resolves nowhere, so only the proxy can know where this is.
    let brought = take(&["http://shop.test:6060"], &through(&proxy.url(""))).unwrap();
    assert_eq!(brought.problems(), "");
    assert!(brought.instance().snapshots[0].goroutines.is_some());
    assert_eq!(brought.summary.instances[0].pid, None, "the proxy's process is not the service's");
    assert!(all_forwarded(&proxy.lines()));
}

#[test]
fn tls_goes_through_a_tunnel() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start("tls", &["-dir", directory.path().to_str().unwrap()]);
    let proxy = before(&server, "proxy");
    let mut options = through(&proxy.url(""));
    options.http.ca_file = Some(directory.path().join("ca.pem"));
    let brought = take(&["https://localhost:6060"], &options).unwrap();
    assert!(brought.instance().snapshots[0].goroutines.is_some());
    assert_eq!(proxy.lines(), ["proxy CONNECT localhost:6060"]);
}

#[test]
fn a_proxy_that_wants_a_user() {
    let directory = tempfile::tempdir().unwrap();
    let plain = Server::start("full", &[]);
    let tls = Server::start("tls", &["-dir", directory.path().to_str().unwrap()]);
    for (server, target) in [(&plain, "http://shop.test:6060"), (&tls, "https://localhost:6060")] {
        let proxy = before(server, "proxy-locked");
        let (error, hint) = refusal(target, &through(&proxy.url("")));
        let expect = format!(
            "{target}/debug/pprof/: proxy {}: 407: it wants a user and a password",
            proxy.url("")
        );
        assert_eq!(error.to_string(), expect);
        assert!(hint.contains("--proxy http://USER:PASSWORD@HOST:PORT"), "{hint}");
        let wrong = proxy.url("").replace("http://", "http://eve:wrong@");
        let (error, hint) = refusal(target, &through(&wrong));
        assert_eq!(error.to_string(), expect, "without the password");
        assert!(!hint.contains("wrong"), "{hint}");
        let mut right = through(&proxy.url("").replace("http://", "http://eve:secret@"));
        right.http.ca_file = target.starts_with("https").then(|| directory.path().join("ca.pem"));
        assert!(take(&[target], &right).is_ok(), "{target}");
    }
}

#[test]
fn a_proxy_that_refuses_the_service() {
    for (mode, target) in
        [("proxy-closed", "https://shop.test:6060"), ("squid-closed", "http://shop.test:6060")]
    {
        let proxy = Server::start(mode, &[]);
        let (error, hint) = refusal(target, &through(&proxy.url("")));
        let expect = format!(
            "{target}/debug/pprof/: proxy {}: 403: it does not let plumb reach this host and port",
            proxy.url("")
        );
        assert_eq!(error.to_string(), expect);
        assert!(hint.contains("NO_PROXY=HOST"), "{hint}");
    }
}

/// What a proxy answers itself looks like the server's answer, unless it says so.
#[test]
fn errors_that_may_be_those_of_a_proxy() {
    let forbidden = "403 forbidden: this client is refused";
    for (mode, what, told) in [
        ("proxy-closed", forbidden, ""),
        ("tinyproxy-closed", forbidden, " (Server: tinyproxy/1.11.1, Via: 1.1 gateway)"),
        ("broken", "the answer is 502: upstream connect error", ""),
        ("page", "an HTML page came instead of a profile", ""),
        ("text", "not a profile: `hello`", ""),
        ("none", "no profiles here (404): pprof is not registered on this port", ""),
        ("basic", "401 unauthorized: credentials are wanted", ""),
    ] {
        let proxy = Server::start(mode, &[]);
        let (error, hint) = refusal("http://shop.test:6060", &through(&proxy.url("")));
        let came =
            format!("; the answer came through proxy {} and may be the proxy's own", proxy.url(""));
        assert!(error.to_string().ends_with(&format!("{what}{came}{told}")), "{mode}: {error}");
        assert!(!error.to_string().contains("the server"), "{error}");
        assert!(hint.contains("NO_PROXY=HOST without --proxy goes around it"), "{mode}: {hint}");
    }
}

/// Through a tunnel only the server can answer.
#[test]
fn errors_through_a_tunnel_are_the_servers() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["-dir", directory.path().to_str().unwrap(), "-tls"];
    let server = Server::start("forbidden", &arguments);
    let proxy = before(&server, "proxy");
    let mut options = through(&proxy.url(""));
    options.http.ca_file = Some(directory.path().join("ca.pem"));
    let (error, _) = refusal("https://localhost:6060", &options);
    assert!(
        error.to_string().ends_with("403 forbidden: the server refuses this client"),
        "{error}"
    );
}

#[test]
fn a_proxy_that_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "socks5h"] {
        for target in ["http://shop.test:6060", "https://shop.test:6060"] {
            let with_password = format!("{scheme}://eve:secret@{address}");
            let (error, hint) = refusal(target, &through(&with_password));
            let start =
                format!("{target}/debug/pprof/: proxy {scheme}://{address}: connection refused");
            assert!(error.to_string().starts_with(&start), "{error}");
            assert!(
                matches!(error, CollectError::Proxy { why: ProxyFault::Down(_), .. }),
                "{error:?}"
            );
            assert!(hint.starts_with("check --proxy, HTTP_PROXY, HTTPS_PROXY"), "{hint}");
        }
    }
}

#[test]
fn a_proxy_without_an_address() {
    let (error, _) = refusal("http://shop.test:6060", &through("http://proxy.invalid:3128"));
    let text = error.to_string();
    assert!(
        text.contains("proxy http://proxy.invalid:3128: no address for `proxy.invalid`"),
        "{text}"
    );
}

#[test]
fn a_proxy_of_the_environment_is_not_asked_for_loopback() {
    let server = Server::start("full", &[]);
    let proxy = Server::start("proxy", &["-to", &server.address.unwrap().to_string()]);
    let look = |target: &str| {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "proxies::look_with_this_environment", "--nocapture"])
            .env("PLUMB_TEST_TARGET", target)
            .env("HTTP_PROXY", proxy.url(""))
            .env("NO_PROXY", "other.test")
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let local = look(&server.url(""));
    assert!(local.contains(&format!("brought 127.0.0.1:{}", server.port())), "{local}");
    assert_eq!(proxy.lines(), Vec::<String>::new());
    let elsewhere = look("http://shop.test:6060");
    assert!(elsewhere.contains("brought shop.test:6060"), "{elsewhere}");
    assert!(all_forwarded(&proxy.lines()));
    let excepted = look("http://www.other.test:6060");
    assert!(excepted.contains("no address for host"), "{excepted}");
}

/// Does nothing but when the test above runs it with an environment of its own.
#[test]
fn look_with_this_environment() {
    let Ok(target) = std::env::var("PLUMB_TEST_TARGET") else { return };
    match take(&[&target], &once()) {
        Ok(brought) => println!("brought {}", brought.instance().id),
        Err(error) => println!("{error}"),
    }
}
