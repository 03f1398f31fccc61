//! Writes a case while evidence is being taken.
//!
//! Each piece is compressed into a spool of its own as its bytes arrive (in memory below
//! [`SPOOL_IN_MEMORY`], in an unlinked temporary file above), and appended to the body of the case when it
//! is complete. [`Recorder::finish`] puts the manifest before the body. So memory stays small whatever a
//! piece's size, several pieces can be written at once, and what is abandoned leaves nothing behind.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use plumb_evidence::code::Build;
use tempfile::{NamedTempFile, SpooledTempFile, TempPath};
use zstd::stream::write::Encoder;

use crate::CaseError;
use crate::format::{
    FormatVersion, InstanceRecord, MANIFEST_NAME, Manifest, PieceKind, PieceRecord, ProblemRecord,
};
use crate::{labels, redact};

/// Most bytes of one compressed piece kept in memory while it is written.
pub const SPOOL_IN_MEMORY: usize = 256 << 10;

/// zstd's own default: goroutine dumps shrink about 50-fold at well over 100 MB/s.
const LEVEL: i32 = 3;

/// Size of a tar block; members are padded to it.
const BLOCK: u64 = 512;

/// What is known before the first piece.
#[derive(Clone, Debug)]
pub struct CaseMeta {
    /// Version of plumb.
    pub plumb: String,
    /// When the capture began.
    pub captured_at: Timestamp,
    /// What is captured, as the user named it; credentials are removed here.
    pub target: String,
}

/// Where cases go that nobody wants to keep. An image made from nothing has no `/tmp`, so the current folder must do.
fn temporary_directory() -> PathBuf {
    let usual = std::env::temp_dir();
    if usual.is_dir() { usual } else { PathBuf::from(".") }
}

/// Names an instance within one recorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstanceIndex(pub usize);

/// What is known about a piece before its bytes.
#[derive(Clone, Debug)]
pub struct PieceMeta {
    /// Where it comes from; none for what belongs to no instance.
    pub instance: Option<InstanceIndex>,
    /// What it is.
    pub kind: PieceKind,
    /// Pieces of the same instance and round make one snapshot.
    pub round: u32,
    /// When it was taken.
    pub taken: Option<Timestamp>,
    /// A garbage collection was forced right before it.
    pub after_gc: bool,
    /// Anything worth knowing about how it was taken.
    pub note: Option<String>,
}

impl PieceMeta {
    /// A piece of an instance, taken at `taken`.
    pub fn new(instance: InstanceIndex, kind: PieceKind, round: u32, taken: Timestamp) -> Self {
        let instance = Some(instance);
        Self { instance, kind, round, taken: Some(taken), after_gc: false, note: None }
    }

    /// That of a piece of another case.
    pub(crate) fn of(record: &PieceRecord) -> Self {
        Self {
            instance: record.instance.map(InstanceIndex),
            kind: record.kind,
            round: record.round,
            taken: record.taken,
            after_gc: record.after_gc,
            note: record.note.clone(),
        }
    }

    /// The same, taken right after a forced garbage collection.
    pub fn after_gc(self) -> Self {
        Self { after_gc: true, ..self }
    }
}

/// Writes a case while evidence is being taken. All methods take `&self`: several instances can be
/// recorded from several threads.
#[derive(Debug)]
pub struct Recorder {
    path: Option<PathBuf>,
    directory: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    manifest: Manifest,
    /// Finished pieces as zstd frames: tar headers, contents, padding.
    body: File,
}

impl Recorder {
    /// Starts a case that will be at `path`, or in a temporary file if there is none.
    ///
    /// # Errors
    /// [`CaseError::Io`] if the folder of `path` does not exist or cannot be written to, or `path` is a folder.
    pub fn create(path: Option<&Path>, meta: CaseMeta) -> Result<Self, CaseError> {
        let manifest = Manifest {
            format: FormatVersion::CURRENT,
            plumb: meta.plumb,
            captured_at: meta.captured_at,
            target: redact::text(&meta.target),
            instances: Vec::new(),
            pieces: Vec::new(),
            labels: Vec::new(),
            scrubbed: false,
            problems: Vec::new(),
        };
        Self::start(path, manifest)
    }

    /// Starts a case with what the manifest of another one says.
    pub(crate) fn resume(path: Option<&Path>, manifest: Manifest) -> Result<Self, CaseError> {
        Self::start(path, Manifest { format: FormatVersion::CURRENT, ..manifest })
    }

    fn start(path: Option<&Path>, manifest: Manifest) -> Result<Self, CaseError> {
        let directory = match path {
            Some(path) => parent(path),
            None => temporary_directory(),
        };
        if let Some(path) = path.filter(|path| path.is_dir()) {
            let error = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(CaseError::io("cannot write", path, error));
        }
        let body = tempfile::tempfile_in(&directory)
            .map_err(|error| CaseError::io("cannot write into", &directory, error))?;
        let state = Mutex::new(State { manifest, body });
        Ok(Self { path: path.map(Path::to_owned), directory, state })
    }

    /// Adds an instance. `id` is how reports call it; credentials are removed from it.
    pub fn instance(&self, id: &str) -> InstanceIndex {
        let mut state = self.state();
        let record = InstanceRecord { id: redact::text(id), ..InstanceRecord::default() };
        state.manifest.instances.push(record);
        InstanceIndex(state.manifest.instances.len() - 1)
    }

    /// The instance of this id, if there is one.
    pub fn known_instance(&self, id: &str) -> Option<InstanceIndex> {
        let id = redact::text(id);
        let state = self.state();
        state.manifest.instances.iter().position(|known| known.id == id).map(InstanceIndex)
    }

    /// The number of the round after the last one of an instance.
    pub fn next_round(&self, instance: InstanceIndex) -> u32 {
        let state = self.state();
        let of_instance = state.manifest.pieces.iter();
        let of_instance = of_instance.filter(|piece| piece.instance == Some(instance.0));
        of_instance.map(|piece| piece.round.saturating_add(1)).max().unwrap_or(0)
    }

    /// Records what the executable of an instance says about its build.
    pub fn build(&self, instance: InstanceIndex, build: &Build) {
        self.with_instance(instance, |record| record.build = build.into());
    }

    /// Records that an endpoint or source was asked for and not there (`trace`, `metrics`, …).
    pub fn missing(&self, instance: InstanceIndex, what: &str) {
        self.with_instance(instance, |record| {
            let what = redact::text(what);
            if !record.missing.contains(&what) {
                record.missing.push(what);
            }
        });
    }

    /// Records what could not be fetched, without the credentials that an error text may quote.
    pub fn problem(&self, what: &str, input: &str) {
        let record = ProblemRecord { what: redact::text(what), input: redact::text(input) };
        self.state().manifest.problems.push(record);
    }

    /// Starts a piece. Nothing of it is in the case before [`PieceWriter::finish`].
    ///
    /// # Errors
    /// [`CaseError::Record`] if the compressor cannot be set up.
    pub fn piece(&self, meta: PieceMeta) -> Result<PieceWriter<'_>, CaseError> {
        let spool = tempfile::spooled_tempfile_in(SPOOL_IN_MEMORY, &self.directory);
        let mut encoder = Encoder::new(spool, LEVEL).map_err(CaseError::Record)?;
        encoder.include_checksum(true).map_err(CaseError::Record)?;
        Ok(PieceWriter { recorder: self, meta, encoder, bytes: 0, truncated: false })
    }

    /// Records a piece whose bytes are at hand.
    ///
    /// # Errors
    /// [`CaseError::Record`] if the disk is full or the like.
    pub fn record(&self, meta: PieceMeta, bytes: &[u8]) -> Result<(), CaseError> {
        let mut piece = self.piece(meta)?;
        piece.write_all(bytes).map_err(CaseError::Record)?;
        piece.finish().map(drop)
    }

    /// Writes the case: the manifest, then all finished pieces. A named case appears by an atomic rename.
    ///
    /// # Errors
    /// [`CaseError::Io`] if it cannot be written or moved to its name.
    pub fn finish(self) -> Result<CaseFile, CaseError> {
        let Self { path, directory, state } = self;
        let State { mut manifest, mut body } =
            state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !manifest.scrubbed {
            manifest.labels = label_keys(&manifest, &mut body);
        }
        let failed = |error| CaseError::io("cannot write a case into", &directory, error);
        let file = write_case(&directory, &manifest, body).map_err(failed)?;
        let Some(path) = path else {
            return Ok(CaseFile {
                path: file.path().to_owned(),
                temporary: Some(file.into_temp_path()),
            });
        };
        file.persist(&path).map_err(|error| CaseError::io("cannot write", &path, error.error))?;
        Ok(CaseFile { path, temporary: None })
    }

    fn with_instance(&self, instance: InstanceIndex, change: impl FnOnce(&mut InstanceRecord)) {
        if let Some(record) = self.state().manifest.instances.get_mut(instance.0) {
            change(record);
        }
    }

    /// The state, also after a panic in another thread: every change to it is a single push.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece being written. Dropped unfinished, it leaves nothing in the case.
pub struct PieceWriter<'r> {
    recorder: &'r Recorder,
    meta: PieceMeta,
    encoder: Encoder<'static, SpooledTempFile>,
    bytes: u64,
    truncated: bool,
}

impl PieceWriter<'_> {
    /// Marks the piece as ending early: what is there is kept, and readers are told.
    pub fn mark_truncated(&mut self) {
        self.truncated = true;
    }

    /// Records something about how the piece was taken.
    pub fn note(&mut self, note: &str) {
        self.meta.note = Some(redact::text(note));
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts the piece into the case; returns its name there.
    ///
    /// # Errors
    /// [`CaseError::Record`] if the disk is full or the like.
    pub fn finish(self) -> Result<String, CaseError> {
        let mut spool = self.encoder.finish().map_err(CaseError::Record)?;
        spool.rewind().map_err(CaseError::Record)?;
        let mut state = self.recorder.state();
        let record = PieceRecord {
            name: state.piece_name(&self.meta),
            instance: self.meta.instance.map(|index| index.0),
            kind: self.meta.kind,
            round: self.meta.round,
            taken: self.meta.taken,
            after_gc: self.meta.after_gc,
            bytes: self.bytes,
            truncated: self.truncated,
            note: self.meta.note,
        };
        state.append(record, &mut spool).map_err(CaseError::Record)
    }
}

impl Write for PieceWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.encoder.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

impl State {
    /// A name that no other piece has.
    fn piece_name(&self, meta: &PieceMeta) -> String {
        let folder = meta.instance.map_or("peer".to_owned(), |index| index.0.to_string());
        let stem = format!("{folder}/{:04}-{}", meta.round, meta.kind.name());
        let same = |piece: &&PieceRecord| {
            piece.instance == meta.instance.map(|index| index.0)
                && piece.round == meta.round
                && piece.kind == meta.kind
        };
        match self.manifest.pieces.iter().filter(same).count() {
            0 => format!("{stem}.{}", meta.kind.ending()),
            n => format!("{stem}.{n}.{}", meta.kind.ending()),
        }
    }

    /// Appends a compressed piece to the body. If that fails half-way, the body is put back.
    fn append(&mut self, record: PieceRecord, spool: &mut impl io::Read) -> io::Result<String> {
        let start = self.body.stream_position()?;
        if let Err(error) = append_member(&mut self.body, &record, spool) {
            self.body.set_len(start)?;
            self.body.seek(io::SeekFrom::Start(start))?;
            return Err(error);
        }
        let name = record.name.clone();
        self.manifest.pieces.push(record);
        Ok(name)
    }
}

fn append_member(
    body: &mut File,
    record: &PieceRecord,
    spool: &mut impl io::Read,
) -> io::Result<()> {
    write_frame(body, header(&record.name, record.bytes)?.as_bytes())?;
    io::copy(spool, body)?;
    let padding = (BLOCK - record.bytes % BLOCK) % BLOCK;
    if padding > 0 {
        write_frame(body, &[0; BLOCK as usize][..padding as usize])?;
    }
    Ok(())
}

/// One zstd frame of its own, with a checksum of its content; any number of them in a row is one stream.
fn write_frame(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    out.write_all(&compressor.compress(bytes)?)
}

fn header(name: &str, bytes: u64) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    Ok(header)
}

/// The keys of goroutine labels in the recorded pieces.
fn label_keys(manifest: &Manifest, body: &mut File) -> Vec<String> {
    let mut keys = BTreeSet::new();
    // What cannot be read back cannot be written either; `write_case` meets and reports it.
    let _ = visit_members(body, &mut |index, member| {
        if manifest.pieces.get(index).is_some_and(|piece| labels::may_carry(piece.kind)) {
            labels::collect_keys(member, &mut keys);
        }
    });
    keys.into_iter().collect()
}

fn visit_members(body: &mut File, visit: &mut dyn FnMut(usize, &mut dyn Read)) -> io::Result<()> {
    body.rewind()?;
    let mut archive = tar::Archive::new(zstd::stream::read::Decoder::new(body)?);
    for (index, member) in archive.entries()?.enumerate() {
        visit(index, &mut member?);
    }
    Ok(())
}

fn write_case(directory: &Path, manifest: &Manifest, mut body: File) -> io::Result<NamedTempFile> {
    let mut file =
        tempfile::Builder::new().prefix("plumb-").suffix(".case").tempfile_in(directory)?;
    let mut text = serde_json::to_vec_pretty(manifest)?;
    let mut frame = header(MANIFEST_NAME, text.len() as u64)?.as_bytes().to_vec();
    text.resize(text.len().next_multiple_of(BLOCK as usize), 0);
    frame.append(&mut text);
    write_frame(&mut file, &frame)?;
    body.rewind()?;
    io::copy(&mut body, &mut file)?;
    // Two empty blocks end a tar.
    write_frame(&mut file, &[0; 2 * BLOCK as usize])?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A finished case. A temporary one is deleted when this is dropped.
#[derive(Debug)]
pub struct CaseFile {
    path: PathBuf,
    temporary: Option<TempPath>,
}

impl CaseFile {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it goes away with this value.
    pub fn is_temporary(&self) -> bool {
        self.temporary.is_some()
    }
}
