//! As much of an HTTP client as the programs need.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest wait for an answer: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection that is kept between requests.
pub(super) struct Client(BufReader<TcpStream>);

impl Client {
    pub(super) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Self(BufReader::new(stream))
    }

    /// The body of a successful answer.
    pub(super) fn get(&mut self, path: &str) -> String {
        // In one piece: the kernel holds a second small one back until the first is acknowledged.
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes()).expect("a request is sent");
        let status = self.line();
        assert!(status.starts_with("HTTP/1.1 200 "), "{path}: {status}");
        let mut length = None;
        loop {
            let header = self.line().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = Some(value.trim().parse::<u64>().expect("a length"));
            }
        }
        let mut body = Vec::new();
        match length {
            Some(length) => self.0.by_ref().take(length).read_to_end(&mut body).map(drop),
            None => self.chunks(&mut body),
        }
        .expect("a body");
        String::from_utf8_lossy(&body).into_owned()
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> std::io::Result<()> {
        loop {
            let length = u64::from_str_radix(&self.line(), 16).expect("the length of a chunk");
            self.0.by_ref().take(length).read_to_end(body)?;
            self.line();
            if length == 0 {
                return Ok(());
            }
        }
    }
}
