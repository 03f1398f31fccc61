//! Trees of a repository, read out of its object store without a checkout.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, ensure};
use plumb_gosource::{Entry, EntryKind};

/// How many bytes of blobs are kept: parent and fix share nearly all of theirs, and packages are read twice.
const KEPT_BYTES: usize = 256 << 20;

/// How a symbolic link to a file is listed.
const LINK_MODE: &str = "120000";

/// A bare repository and its readers.
pub(crate) struct Repository {
    folder: PathBuf,
    /// `git cat-file --batch` processes that nobody uses at the moment.
    idle: Mutex<Vec<Reader>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    blobs: HashMap<String, Arc<[u8]>>,
    bytes: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Repository {
    /// Opens the mirror of `OWNER/NAME`: a bare repository `OWNER+NAME/repo` or `OWNER+NAME`.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn open(mirrors: &Path, name: &str) -> Result<Self> {
        let outer = mirrors.join(name.replace('/', "+"));
        let folder = [outer.join("repo"), outer].into_iter().find(|f| f.join("objects").is_dir());
        let folder =
            folder.with_context(|| format!("no mirror of {name} in {}", mirrors.display()))?;
        Ok(Self { folder, idle: Mutex::default(), kept: Mutex::default() })
    }

    /// What a git command prints.
    ///
    /// # Errors
    /// If it fails.
    pub(crate) fn git<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Result<Vec<u8>> {
        let mut git = Command::new("git");
        git.arg("-C").arg(&self.folder).args(["-c", "core.quotePath=false"]).args(arguments);
        let output = git.output().context("cannot run git")?;
        let problem = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "git: {}", problem.trim());
        Ok(output.stdout)
    }

    /// Lists the tree of a commit.
    ///
    /// # Errors
    /// If there is no such commit.
    pub(crate) fn tree(&self, commit: &str) -> Result<Tree<'_>> {
        let listing = self.git(&["ls-tree", "-r", "-t", "-z", commit])?;
        let mut tree = Tree { repository: self, files: HashMap::new(), folders: HashMap::new() };
        tree.folders.insert(String::new(), Vec::new());
        for line in String::from_utf8_lossy(&listing).split_terminator('\0') {
            tree.enter(line).with_context(|| format!("a line of git ls-tree: {line:?}"))?;
        }
        Ok(tree)
    }

    fn blob(&self, id: &str) -> io::Result<Arc<[u8]>> {
        if let Some(blob) = lock(&self.kept).blobs.get(id) {
            return Ok(blob.clone());
        }
        let idle = lock(&self.idle).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => Reader::start(&self.folder)?,
        };
        // A reader that failed may be in the middle of an answer: it is dropped.
        let blob: Arc<[u8]> = reader.read(id)?.into();
        lock(&self.idle).push(reader);
        let mut kept = lock(&self.kept);
        if kept.bytes + blob.len() > KEPT_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += blob.len();
        kept.blobs.insert(id.to_owned(), blob.clone());
        Ok(blob)
    }
}

/// The tree of a commit: paths have `/` and do not begin with one; the root is the empty path.
pub(crate) struct Tree<'r> {
    repository: &'r Repository,
    /// Ids of blobs by path.
    files: HashMap<String, String>,
    folders: HashMap<String, Vec<Entry>>,
}

impl Tree<'_> {
    /// Enters a line of the listing, `MODE TYPE ID<tab>PATH`.
    fn enter(&mut self, line: &str) -> Option<()> {
        let (head, path) = line.split_once('\t')?;
        let mut head = head.split(' ');
        let (mode, what, id) = (head.next()?, head.next()?, head.next()?);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let kind = match what {
            "tree" => EntryKind::Folder,
            "blob" if mode != LINK_MODE => EntryKind::File,
            _ => EntryKind::Other,
        };
        match kind {
            EntryKind::Folder => drop(self.folders.insert(path.to_owned(), Vec::new())),
            EntryKind::File => drop(self.files.insert(path.to_owned(), id.to_owned())),
            EntryKind::Other => {}
        }
        self.folders.get_mut(folder)?.push(Entry { name: name.to_owned(), kind });
        Some(())
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// If there is no such file, or git fails.
    pub(crate) fn read(&self, path: &str) -> io::Result<Arc<[u8]>> {
        let id = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        self.repository.blob(id)
    }

    /// What a folder holds.
    pub(crate) fn list(&self, folder: &str) -> Option<&[Entry]> {
        self.folders.get(folder).map(Vec::as_slice)
    }

    /// Whether there is such a file.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The paths of all files, in no order.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// A `git cat-file --batch`: it is asked by ids and answers with blobs.
struct Reader {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    fn start(folder: &Path) -> io::Result<Self> {
        let mut git = Command::new("git");
        git.arg("-C").arg(folder).args(["cat-file", "--batch"]);
        let mut process = git.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (Some(questions), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self { process, questions, answers: BufReader::new(answers) })
    }

    fn read(&mut self, id: &str) -> io::Result<Vec<u8>> {
        writeln!(self.questions, "{id}")?;
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        // `ID blob SIZE`, then the bytes and a line break; or `ID missing`.
        let size = head.trim_end().rsplit_once(' ').and_then(|(_, size)| size.parse::<u64>().ok());
        let size =
            size.ok_or_else(|| io::Error::other(format!("git cat-file: {}", head.trim_end())))?;
        let mut blob = Vec::new();
        self.answers.by_ref().take(size).read_to_end(&mut blob)?;
        self.answers.read_exact(&mut [0])?;
        Ok(blob)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It only reads; nothing is lost.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
