//! Profiles as pprof saves them: protobuf, compressed.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use plumb_profile::Profile;

/// Writes a profile as `-proto` does.
///
/// # Errors
/// If `out` fails.
pub fn write(profile: &Profile, out: &mut dyn Write) -> io::Result<()> {
    let mut gzip = GzEncoder::new(out, Compression::fast());
    profile.write_as_pprof(&mut gzip)?;
    gzip.finish().map(|_| ())
}
