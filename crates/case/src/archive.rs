//! Walks over the pieces of a case, in one file or in a folder.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path};
use std::rc::Rc;

use crate::CaseError;
use crate::format::{FormatVersion, MANIFEST_NAME, Manifest, PieceRecord};

/// Bounds on what is read of a case, whatever it claims about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseLimits {
    /// Most bytes of the manifest.
    pub manifest_bytes: u64,
    /// Most bytes of a piece that is held in memory (all but dumps, logs and profiles, which have limits of
    /// their own).
    pub piece_bytes: u64,
    /// Most bytes that the whole case may have uncompressed.
    pub total_bytes: u64,
}

impl Default for CaseLimits {
    fn default() -> Self {
        Self { manifest_bytes: 64 << 20, piece_bytes: 256 << 20, total_bytes: 64 << 30 }
    }
}

/// Largest zstd window that is accepted, as a power of two: 128 MiB, what `zstd --long` uses by default.
const WINDOW_LOG_MAX: u32 = 27;

/// First bytes of a zstd frame.
pub(crate) const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What became of a walk.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) manifest: Manifest,
    /// What was wrong with the case.
    pub(crate) problems: Vec<String>,
    /// The last piece that was visited, if its bytes turned out to be other than those written.
    pub(crate) damaged: Option<String>,
}

/// What is called with each piece: the manifest, its record, its bytes.
pub(crate) type Visit<'v> = dyn FnMut(&Manifest, &PieceRecord, &mut PieceReader<'_>) + 'v;

/// Calls `visit` with every piece in the order of the archive.
pub(crate) fn walk(
    path: &Path,
    limits: &CaseLimits,
    visit: &mut Visit<'_>,
) -> Result<Walk, CaseError> {
    if path.is_dir() { walk_folder(path, limits, visit) } else { walk_file(path, limits, visit) }
}

/// Whether a folder is a case folder.
pub(crate) fn is_case_folder(path: &Path) -> bool {
    path.join(MANIFEST_NAME).is_file()
}

fn walk_file(path: &Path, limits: &CaseLimits, visit: &mut Visit<'_>) -> Result<Walk, CaseError> {
    let unreadable = |error| CaseError::io("cannot read", path, error);
    let not_a_case = |why: &str| CaseError::NotACase { path: path.to_owned(), why: why.to_owned() };
    let mut file = BufReader::with_capacity(128 << 10, File::open(path).map_err(unreadable)?);
    let mut magic = Vec::new();
    file.by_ref().take(4).read_to_end(&mut magic).map_err(unreadable)?;
    if magic != ZSTD_MAGIC {
        return Err(not_a_case("it is not compressed with zstd"));
    }
    let mut stream = zstd::stream::read::Decoder::with_buffer(io::Cursor::new(magic).chain(file))
        .map_err(unreadable)?;
    stream.window_log_max(WINDOW_LOG_MAX).map_err(unreadable)?;
    let mut archive = tar::Archive::new(Bounded { inner: stream, left: limits.total_bytes });
    let mut entries = archive.entries().map_err(unreadable)?;
    let first = entries.next();
    let Some(Ok(mut first)) = first else {
        return Err(not_a_case("it ends before its manifest, or is no tar"));
    };
    if first.path_bytes().as_ref() != MANIFEST_NAME.as_bytes() {
        return Err(not_a_case("its first member is not manifest.json"));
    }
    let manifest = read_manifest(path, &mut first, limits)?;
    let mut walk = Walk { manifest, problems: Vec::new(), damaged: None };
    let mut seen = vec![false; walk.manifest.pieces.len()];
    if let Some(broken) = walk_entries(entries, &walk.manifest, &mut seen, visit) {
        walk.problems.push(broken.told());
        walk.damaged = broken.damaged.then_some(broken.at);
    }
    let missing = seen.iter().filter(|seen| !**seen).count();
    if missing > 0 {
        let all = seen.len();
        walk.problems.push(format!("{missing} of {all} pieces of the case are missing"));
    }
    Ok(walk)
}

/// Where a case cannot be read any further.
struct Broken {
    /// The last member that was begun.
    at: String,
    /// Its bytes are others than those written; else they only end.
    damaged: bool,
    error: io::Error,
}

impl Broken {
    fn new(at: String, error: io::Error) -> Self {
        let damaged = error.kind() != io::ErrorKind::UnexpectedEof;
        Self { at, damaged, error }
    }

    fn told(&self) -> String {
        let Self { at, damaged, error } = self;
        if *damaged {
            format!("the case is damaged from {at} on: copy it again ({error})")
        } else {
            format!("the case ends early, in {at} or right after it: copy it again ({error})")
        }
    }
}

fn walk_entries<'a, R: Read + 'a>(
    entries: impl Iterator<Item = io::Result<tar::Entry<'a, R>>>,
    manifest: &Manifest,
    seen: &mut [bool],
    visit: &mut Visit<'_>,
) -> Option<Broken> {
    let pieces = manifest.pieces.iter().enumerate();
    let index_of: HashMap<&str, usize> = pieces.map(|(i, piece)| (&*piece.name, i)).collect();
    let mut at = MANIFEST_NAME.to_owned();
    for entry in entries {
        let mut entry = match entry {
            Ok(entry) => entry,
            // The checksum of a member is met after its last byte.
            Err(error) => return Some(Broken::new(at, error)),
        };
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let found = index_of.get(name.as_str()).copied();
        let Some(index) = found.filter(|&index| !seen[index]) else { continue };
        seen[index] = true;
        at = name;
        let size = entry.size();
        let mut piece = PieceReader::new(&mut entry, size);
        let failure = piece.failure();
        visit(manifest, &manifest.pieces[index], &mut piece);
        if let Some(error) = failure.take() {
            return Some(Broken::new(at, error));
        }
    }
    None
}

fn walk_folder(path: &Path, limits: &CaseLimits, visit: &mut Visit<'_>) -> Result<Walk, CaseError> {
    let name = path.join(MANIFEST_NAME);
    let mut file = File::open(&name).map_err(|error| CaseError::io("cannot read", &name, error))?;
    let manifest = read_manifest(path, &mut file, limits)?;
    let mut walk = Walk { manifest, problems: Vec::new(), damaged: None };
    for record in &walk.manifest.pieces {
        let inside =
            Path::new(&record.name).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside {
            walk.problems.push(format!("{}: not a name inside of the case", record.name));
            continue;
        }
        let opened = File::open(path.join(&record.name));
        let sized = opened.and_then(|file| Ok((file.metadata()?.len(), file)));
        match sized {
            Ok((size, mut file)) => {
                let mut piece = PieceReader::new(&mut file, size);
                let failure = piece.failure();
                visit(&walk.manifest, record, &mut piece);
                if let Some(error) = failure.take() {
                    walk.problems.push(format!("{}: cannot be read: {error}", record.name));
                }
            }
            Err(error) => walk.problems.push(format!("{}: cannot be read: {error}", record.name)),
        }
    }
    Ok(walk)
}

/// The version is looked at before the rest, whose form a newer version may have changed.
fn read_manifest(
    path: &Path,
    input: &mut dyn Read,
    limits: &CaseLimits,
) -> Result<Manifest, CaseError> {
    #[derive(serde::Deserialize)]
    struct Versioned {
        format: FormatVersion,
    }
    let broken = |why: String| CaseError::Manifest { path: path.to_owned(), why };
    let mut text = Vec::new();
    let read = input.take(limits.manifest_bytes + 1).read_to_end(&mut text);
    read.map_err(|error| broken(error.to_string()))?;
    if text.len() as u64 > limits.manifest_bytes {
        return Err(broken(format!("it is larger than {} bytes", limits.manifest_bytes)));
    }
    let versioned: Versioned =
        serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))?;
    versioned.format.check_readable()?;
    serde_json::from_slice(&text).map_err(|error| broken(error.to_string()))
}

/// Fails after a number of bytes.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| io::Error::other("it is larger than any real case"))?;
        Ok(read)
    }
}

/// The bytes of a piece. An error below ends it early instead of losing what was read: it is kept aside for the
/// walk, and the reader of the piece sees the end of the input.
pub(crate) struct PieceReader<'a> {
    inner: &'a mut dyn Read,
    left: u64,
    ended_early: bool,
    failure: Rc<Cell<Option<io::Error>>>,
}

impl<'a> PieceReader<'a> {
    pub(crate) fn new(inner: &'a mut dyn Read, size: u64) -> Self {
        Self { inner, left: size, ended_early: false, failure: Rc::default() }
    }

    fn failure(&self) -> Rc<Cell<Option<io::Error>>> {
        self.failure.clone()
    }

    /// Whether an error below, or an end before the size, has ended the piece.
    pub(crate) fn ended_early(&self) -> bool {
        self.ended_early
    }

    fn fail(&mut self, error: io::Error) {
        self.failure.set(Some(error));
        self.ended_early = true;
        self.left = 0;
    }

    /// All bytes up to a limit, and whether there were more.
    pub(crate) fn take_all(&mut self, limit: u64) -> (Vec<u8>, bool) {
        let mut bytes = Vec::new();
        // Cannot fail: errors end the piece.
        let _ = self.by_ref().take(limit).read_to_end(&mut bytes);
        (bytes, self.left > 0 && self.read(&mut [0]).is_ok_and(|n| n > 0))
    }
}

impl Read for PieceReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(0) if self.left > 0 && !buffer.is_empty() => {
                self.fail(io::ErrorKind::UnexpectedEof.into());
                Ok(0)
            }
            Ok(read) => {
                self.left = self.left.saturating_sub(read as u64);
                Ok(read)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.fail(error);
                Ok(0)
            }
        }
    }
}
