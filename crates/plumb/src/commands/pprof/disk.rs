//! Source files and executables of this machine.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};

use plumb_binary::ObjectFile;
use plumb_view::Files;

/// How files of the formats of other systems begin: Mach-O of either word size and byte order, and PE.
const FOREIGN: [&[u8]; 5] =
    [b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"MZ"];

/// The files of this machine.
#[derive(Debug)]
pub(super) struct Disk;

impl Files for Disk {
    fn open(&self, path: &str) -> Result<ObjectFile, String> {
        let file = File::open(path).map_err(|error| in_go_s_words(path, &error))?;
        ObjectFile::open(BufReader::new(file))
            .map_err(|_| format!("open {path}: unrecognized object file"))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let mut file = File::open(path).map_err(|error| in_go_s_words(path, &error))?;
        let mut bytes = Vec::new();
        match file.read_to_end(&mut bytes) {
            Err(error) if error.kind() != io::ErrorKind::IsADirectory => {
                Err(format!("read {path}: {}", reason(&error)))
            }
            _ => Ok(bytes),
        }
    }

    fn working_folder(&self) -> Result<String, String> {
        let folder = env::current_dir().map_err(|error| format!("getwd: {}", reason(&error)))?;
        Ok(folder.to_string_lossy().into_owned())
    }

    fn complain(&self, what: &str) {
        println!("{what}");
    }
}

/// Whether a file is a program, of this or another system.
pub(super) fn is_executable(path: &str) -> bool {
    let begins_as_foreign = || {
        let mut head = [0; 4];
        let read = File::open(path).and_then(|mut file| file.read_exact(&mut head));
        read.is_ok() && FOREIGN.iter().any(|magic| head.starts_with(magic))
    };
    Disk.open(path).is_ok() || begins_as_foreign()
}

/// The paths in a folder, in order; none if it cannot be read.
pub(super) fn entries(folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    let mut paths: Vec<String> = names.map(|name| format!("{folder}/{name}")).collect();
    paths.sort();
    paths
}

fn in_go_s_words(path: &str, error: &io::Error) -> String {
    format!("open {path}: {}", reason(error))
}

/// What the system says, as Go writes it.
pub(super) fn reason(error: &io::Error) -> String {
    // "Is a directory (os error 21)"
    let text = error.to_string();
    text.split(" (os error ").next().unwrap_or_default().to_lowercase()
}
