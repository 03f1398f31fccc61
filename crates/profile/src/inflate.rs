//! Gzip and size bounds: broken or oversized streams end early and leave a problem behind.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use crate::problem::Problems;

/// Whether `head` starts as a gzip stream.
pub(crate) fn is_gzip(head: &[u8]) -> bool {
    head.starts_with(&[0x1f, 0x8b])
}

/// Decompresses gzip; an early end or a damaged stream ends the data and is kept as a complaint.
pub(crate) struct Inflate<R> {
    decoder: MultiGzDecoder<R>,
    produced: u64,
    complaint: Option<String>,
}

impl<R: BufRead> Inflate<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { decoder: MultiGzDecoder::new(input), produced: 0, complaint: None }
    }

    /// What was wrong with the stream, once it ended.
    pub(crate) fn complaint(&self) -> Option<&str> {
        self.complaint.as_deref()
    }
}

impl<R: BufRead> Read for Inflate<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.complaint.is_some() {
            return Ok(0);
        }
        match self.decoder.read(buf) {
            Ok(n) => {
                self.produced += n as u64;
                Ok(n)
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => Err(e),
            Err(e) => {
                let n = self.produced;
                self.complaint = Some(match e.kind() {
                    ErrorKind::UnexpectedEof => {
                        format!("the gzip stream ends early after {n} bytes: fetch it again")
                    }
                    ErrorKind::InvalidInput | ErrorKind::InvalidData => {
                        format!("the gzip stream is damaged after {n} bytes: fetch it again")
                    }
                    _ => return Err(e),
                });
                Ok(0)
            }
        }
    }
}

/// Reads everything up to `limit` bytes; more is left unread and reported.
pub(crate) fn read_to_limit(
    input: &mut dyn Read,
    limit: u64,
    problems: &mut Problems,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == limit && input.read(&mut [0])? > 0 {
        problems.add(format!("the profile is larger than {limit} bytes; the rest is not read"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn decompress(packed: &[u8], limit: u64) -> (Vec<u8>, Vec<String>) {
        let mut problems = Problems::new();
        let mut inflate = Inflate::new(packed);
        let out = read_to_limit(&mut inflate, limit, &mut problems).unwrap();
        let mut texts: Vec<_> = problems.into_vec().into_iter().map(|p| p.what).collect();
        texts.extend(inflate.complaint().map(str::to_owned));
        (out, texts)
    }

    #[test]
    fn a_truncated_stream_gives_what_was_there() {
        let text: Vec<u8> = (0..50_000u32).flat_map(|i| i.wrapping_mul(77).to_le_bytes()).collect();
        let packed = gzip(&text);
        let (out, problems) = decompress(&packed[..packed.len() / 2], 1 << 30);
        assert!(!out.is_empty() && text.starts_with(&out));
        let expected =
            format!("the gzip stream ends early after {} bytes: fetch it again", out.len());
        assert_eq!(problems, [expected]);
    }

    #[test]
    fn a_bomb_is_cut_at_the_limit() {
        let (out, problems) = decompress(&gzip(&vec![0; 1 << 20]), 1000);
        assert_eq!(out.len(), 1000);
        assert_eq!(problems, ["the profile is larger than 1000 bytes; the rest is not read"]);
    }

    #[test]
    fn exactly_the_limit_is_no_problem() {
        assert_eq!(decompress(&gzip(&[7; 1000]), 1000), (vec![7; 1000], Vec::new()));
    }
}
