//! The pages over HTTP: addresses, headers, refusals, clients that are slow.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use support::{difference, recorded, serve};

/// Host and port of a server for a profile, and where its settings would be.
fn server() -> (String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(recorded("heap.pb.gz"), folder.path().join("pprof/settings.json"));
    (url.strip_prefix("http://").unwrap().to_owned(), folder)
}

/// Asks with a head of one's own; returns the head of the answer in lower case, and the body.
fn ask(server: &str, head: &str) -> (String, String) {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = head.replace('\n', "\r\n");
    write!(stream, "{head}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

fn get(server: &str, path: &str) -> (String, String) {
    ask(server, &format!("GET {path} HTTP/1.1\nHost: {server}"))
}

fn json(server: &str, path: &str) -> Value {
    let (head, body) = get(server, path);
    assert!(head.starts_with("http/1.1 200"), "{path}: {head}\n{body}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn addresses_are_pprofs() {
    let (server, _folder) = server();
    for (path, status, location) in [
        ("/", 307, "location: /ui/"),
        ("/?si=1", 307, "location: /ui/?si=1"),
        ("/ui/", 301, "location: flamegraph"),
        ("/ui/?f=a%7cb", 301, "location: flamegraph?f=a%7cb"),
        ("/ui/flamegraph2", 301, "location: flamegraph"),
        ("/ui/flamegraph", 200, ""),
        ("/ui/graph", 200, ""),
        ("/ui/top", 200, ""),
        ("/ui/peek?f=main", 200, ""),
        ("/ui/source?f=main", 200, ""),
        ("/ui/disasm?f=main", 200, ""),
        ("/ui/static/app.css", 200, "content-type: text/css; charset=utf-8"),
        ("/ui/static/none.js", 404, ""),
        ("/ui/nothing", 404, ""),
        ("/ui/saveconfig?config=x", 405, ""),
        ("/ui/top?n=many", 400, ""),
    ] {
        let (head, _) = get(&server, path);
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{path}: {head}");
        assert!(head.lines().any(|line| line == location || location.is_empty()), "{path}: {head}");
    }
}

#[test]
fn every_answer_is_kept_to_itself() {
    let (server, _folder) = server();
    for path in ["/", "/ui/top", "/ui/top.json", "/ui/static/app.js", "/ui/nothing", "/ui/download"]
    {
        let (head, _) = get(&server, path);
        assert!(
            head.contains("content-security-policy: default-src 'none'; script-src 'self'"),
            "{path}"
        );
        assert!(head.contains("x-content-type-options: nosniff"), "{path}");
        assert!(!head.contains("unsafe-inline") && !head.contains("set-cookie"), "{path}");
    }
    let (_, page) = get(&server, "/ui/top?f=%3Cscript%3Ealert(1)%3C/script%3E%22");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"));
}

#[test]
fn strangers_are_refused() {
    let (server, folder) = server();
    let (head, _) = ask(&server, "GET /ui/top HTTP/1.1\nHost: evil.example");
    assert!(head.starts_with("http/1.1 403"), "{head}");
    let post = format!("POST /ui/saveconfig?config=x HTTP/1.1\nHost: {server}");
    let (head, _) = ask(&server, &format!("{post}\nOrigin: http://evil.example"));
    assert!(head.starts_with("http/1.1 403"), "{head}");
    assert!(!folder.path().join("pprof").exists());
    let (head, _) = ask(&server, &format!("{post}\nOrigin: http://{server}"));
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(folder.path().join("pprof/settings.json").exists());
    let (head, _) = ask(&server, &format!("PUT /ui/top HTTP/1.1\nHost: {server}"));
    assert!(head.starts_with("http/1.1 405"), "{head}");
}

#[test]
fn slow_clients_block_nobody() {
    let (server, _folder) = server();
    let mut slow = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(&server).unwrap();
        stream.write_all(b"GET /ui/top HT").unwrap();
        slow.push(stream);
    }
    let (head, _) = get(&server, "/ui/top");
    assert!(head.starts_with("http/1.1 200"), "{head}");
}

#[test]
fn data_is_what_the_reports_say() {
    let (server, _folder) = server();
    let top = json(&server, "/ui/top.json?si=alloc_space");
    let rows = top["rows"].as_array().unwrap();
    assert!(!rows.is_empty() && rows[0]["flat"].as_i64() >= rows[1]["flat"].as_i64());
    let flame = json(&server, "/ui/flamegraph.json?si=alloc_space");
    assert_eq!(flame["all"][0], top["total"]);
    assert_eq!(flame["branches"][0]["callees"][2], top["total"]);
    let name = rows[0]["name"].as_str().unwrap();
    let pivot = format!(
        "%5E{}$",
        url::form_urlencoded::byte_serialize(
            name.replace('.', "\\.")
                .replace('(', "\\(")
                .replace(')', "\\)")
                .replace('*', "\\*")
                .as_bytes()
        )
        .collect::<String>()
    );
    let flame = json(&server, &format!("/ui/flamegraph.json?si=alloc_space&p={pivot}"));
    assert_eq!(flame["is_pivoted"], true);
    let found = json(&server, &format!("/ui/search.json?si=alloc_space&q={pivot}"));
    assert_eq!(found["amount"][0], rows[0]["cum"]);
    let (head, body) = get(&server, "/ui/flamegraph.json?f=%28");
    assert!(head.starts_with("http/1.1 400"), "{head}");
    assert!(body.contains("error parsing regexp: missing closing )"), "{body}");
}

#[test]
fn what_a_download_holds_is_the_profile() {
    let (server, _folder) = server();
    let mut answer = ureq::get(format!("http://{server}/ui/download")).call().unwrap();
    let disposition = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment;filename=profile.pb.gz");
    let bytes = answer.body_mut().read_to_vec().unwrap();
    let limits = plumb_profile::Limits::default();
    let profile = plumb_profile::Profile::parse_as_pprof(&bytes, &limits).unwrap();
    let recorded = recorded("heap.pb.gz");
    assert_eq!(profile.samples.len(), recorded.samples.len());
    assert_eq!(profile.total(3), recorded.total(3));
}

#[test]
fn comparisons_say_before_and_now() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(difference(), folder.path().join("settings.json"));
    let server = url.strip_prefix("http://").unwrap();
    let compared = json(server, "/ui/compare.json?si=alloc_space");
    let sum = |at: usize| {
        let rows = compared["rows"].as_array().unwrap().iter();
        rows.map(|row| row["flat"][at].as_u64().unwrap()).sum::<u64>()
    };
    assert!(sum(1) > 0);
    assert_eq!([Some(sum(0)), Some(sum(1))], [0, 1].map(|at| compared["all"][at].as_u64()));
}
