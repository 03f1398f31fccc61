//! Profiles as pprof saves them: protobuf, compressed.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use plumb_profile::Profile;

/// Most pieces that wait to be compressed, of some 64 KiB each.
const MOST_WAITING: usize = 16;

/// Writes a profile as `-proto` does. One thread encodes while this one compresses.
///
/// # Errors
/// If `out` fails.
pub fn write(profile: &Profile, out: &mut dyn Write) -> io::Result<()> {
    let (sender, pieces) = sync_channel(MOST_WAITING);
    thread::scope(|scope| {
        let encoder = scope.spawn(move || profile.write_as_pprof(&mut Pieces(sender)));
        let mut gzip = GzEncoder::new(out, Compression::fast());
        let compressed = pieces.into_iter().try_for_each(|piece| gzip.write_all(&piece));
        // What failed here ends the encoder too, whose error says less.
        compressed?;
        encoder.join().unwrap_or_else(|_| Err(io::Error::other("encoding the profile failed")))?;
        gzip.finish().map(|_| ())
    })
}

/// Hands on what is written.
struct Pieces(SyncSender<Vec<u8>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use plumb_profile::Samples;

    use super::*;

    fn profile() -> Profile {
        let mut samples = Samples::new(1);
        (0..100_000).for_each(|value| samples.push(&[value], [], []));
        Profile { sample_types: vec![Default::default()], samples, ..Profile::default() }
    }

    #[test]
    fn what_is_compressed_is_the_profile() {
        let (mut whole, mut packed, mut read) = (Vec::new(), Vec::new(), Vec::new());
        profile().write_as_pprof(&mut whole).unwrap();
        write(&profile(), &mut packed).unwrap();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut read).unwrap();
        assert!(whole.len() > 200_000 && read == whole);
    }

    /// As a pipe whose reader has gone.
    #[test]
    fn an_output_that_fails_ends_the_encoder() {
        let mut little = [0; 10];
        let error = write(&profile(), &mut little.as_mut_slice()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WriteZero);
    }
}
