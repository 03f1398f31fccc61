//! The process record: files of `/proc` as they are, descriptors, zombies.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use plumb_case::host::process::{FdRecord, ProcessRecord, ZombieRecord};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, StatxFlags};

use super::{cgroup, numbers, path};

/// Descriptors listed at most. `ulimit -n` rarely exceeds a million; reading so many links takes about a second.
const MAX_DESCRIPTORS: usize = 1 << 20;

/// Bytes taken of one file of `/proc`; the longest, `status`, has about 2 kB.
const MAX_FILE: usize = 64 << 10;

/// Files of `/proc/PID` that are kept as they are.
const FILES: [&str; 4] = ["status", "stat", "limits", "cgroup"];

/// The kernel walks all pages of the process to write this one: about 10 ms for each GiB that is resident.
const COSTLY_FILE: &str = "smaps_rollup";

/// How many inotify instances each user may have.
const INOTIFY_LIMIT: &str = "/proc/sys/fs/inotify/max_user_instances";

/// How much to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What costs next to nothing.
    Quick,
    /// Everything.
    Full,
}

/// What `/proc` says about a process now. What cannot be read is left out.
pub(crate) fn read_record(pid: u32, detail: Detail) -> ProcessRecord {
    let mut record = ProcessRecord {
        pid,
        clock_ticks: rustix::param::clock_ticks_per_second(),
        ..ProcessRecord::default()
    };
    let costly = (detail == Detail::Full).then_some(COSTLY_FILE);
    for name in FILES.into_iter().chain(costly) {
        if let Some(text) = read_text(&path(pid, name)) {
            record.files.insert(name.to_owned(), text);
        }
    }
    if let Some(text) = read_text(Path::new("/proc/uptime")) {
        record.files.insert("uptime".to_owned(), text);
    }
    if let Some(text) = read_text(Path::new(INOTIFY_LIMIT)) {
        record.files.insert("max_user_instances".to_owned(), text);
    }
    record.files.extend(cgroup::read_files(pid));
    read_descriptors(&mut record);
    record.zombies = zombies(pid);
    record
}

pub(super) fn read_text(path: &Path) -> Option<String> {
    let mut text = fs::read_to_string(path).ok()?;
    if text.len() > MAX_FILE {
        let end = (0..=MAX_FILE).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        text.truncate(end);
    }
    Some(text)
}

fn read_descriptors(record: &mut ProcessRecord) {
    let folder = path(record.pid, "fd");
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let (Ok(open), Ok(fds)) = (rustix::fs::open(&folder, flags, Mode::empty()), numbers(&folder))
    else {
        return;
    };
    let mut list = Vec::new();
    for fd in fds {
        if list.len() == MAX_DESCRIPTORS {
            record.fds_cut = true;
            break;
        }
        // A descriptor may be closed while we read.
        list.extend(read_descriptor(open.as_fd(), &folder, fd));
    }
    list.sort_by_key(|entry| entry.fd);
    record.fds = Some(list);
}

fn read_descriptor(open: BorrowedFd<'_>, folder: &Path, fd: u64) -> Option<FdRecord> {
    let name = fd.to_string();
    let target = fs::read_link(folder.join(&name)).ok()?.to_string_lossy().into_owned();
    let kind = if target.starts_with('/') { file_type(open, &name) } else { None };
    Some(FdRecord { fd, target, kind: kind.map(str::to_owned) })
}

fn file_type(folder: BorrowedFd<'_>, name: &str) -> Option<&'static str> {
    // Without asking a file server: one that is gone would make us wait.
    let stat = rustix::fs::statx(folder, name, AtFlags::STATX_DONT_SYNC, StatxFlags::TYPE).ok()?;
    match FileType::from_raw_mode(stat.stx_mode.into()) {
        FileType::RegularFile => Some("file"),
        FileType::Directory => Some("directory"),
        FileType::Fifo => Some("pipe"),
        FileType::Socket => Some("socket"),
        FileType::CharacterDevice | FileType::BlockDevice => Some("device"),
        _ => None,
    }
}

/// Children of the process in state Z.
fn zombies(pid: u32) -> Vec<ZombieRecord> {
    let zombie = |child: u32| {
        let text = fs::read_to_string(path(child, "stat")).ok()?;
        let stat = parse_stat(&text).filter(|stat| stat.state == 'Z' && stat.parent == pid)?;
        Some(ZombieRecord { pid: child, command: stat.command.to_owned() })
    };
    children(pid).into_iter().filter_map(zombie).collect()
}

/// By `/proc/PID/task/*/children` (CONFIG_PROC_CHILDREN), else by looking at every process.
fn children(pid: u32) -> Vec<u32> {
    let tasks = path(pid, "task");
    let Ok(threads) = numbers(&tasks) else { return Vec::new() };
    let mut children = Vec::new();
    for thread in threads {
        match fs::read_to_string(tasks.join(thread.to_string()).join("children")) {
            Ok(list) => {
                children.extend(list.split_whitespace().filter_map(|c| c.parse::<u32>().ok()))
            }
            // A thread that has just ended.
            Err(_) if path(pid, "task").join(thread.to_string()).exists() => {
                return all_processes();
            }
            Err(_) => {}
        }
    }
    children
}

fn all_processes() -> Vec<u32> {
    let pids = numbers(Path::new("/proc")).map(|pids| pids.filter_map(|pid| pid.try_into().ok()));
    pids.map(Iterator::collect).unwrap_or_default()
}

struct Stat<'a> {
    command: &'a str,
    state: char,
    parent: u32,
}

/// `4711 (name (with) parens) S 1 …`
fn parse_stat(text: &str) -> Option<Stat<'_>> {
    let (open, close) = (text.find('(')?, text.rfind(')')?);
    let command = text.get(open + 1..close)?;
    let mut fields = text[close + 1..].split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some(Stat { command, state, parent: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_record_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let held = fs::File::create(dir.path().join("held.txt")).unwrap();
        let record = read_record(std::process::id(), Detail::Full);
        for name in FILES.iter().chain(&["smaps_rollup", "uptime"]) {
            assert!(record.files.contains_key(*name), "{name}");
        }
        let has_inotify = Path::new(INOTIFY_LIMIT).exists();
        assert_eq!(record.files.contains_key("max_user_instances"), has_inotify);
        assert_eq!(record.clock_ticks, 100);
        let fds = record.fds.unwrap();
        let found = fds.iter().find(|fd| fd.target.ends_with("held.txt")).unwrap();
        assert_eq!(found.kind.as_deref(), Some("file"));
        assert!(!record.fds_cut);
        drop(held);
    }

    #[test]
    fn a_child_that_nobody_waits_for_is_a_zombie() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let us = std::process::id();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let found = loop {
            let found = zombies(us).into_iter().find(|zombie| zombie.pid == child.id());
            if found.is_some() || std::time::Instant::now() > deadline {
                break found;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        assert_eq!(found.unwrap().command, "true");
        child.wait().unwrap();
    }

    #[test]
    fn a_command_may_hold_parentheses() {
        let stat = parse_stat("12 (a) b (c) Z 7 12 0").unwrap();
        assert_eq!((stat.command, stat.state, stat.parent), ("a) b (c", 'Z', 7));
        for text in ["", "12 (", ") (", "1 (x) S"] {
            assert!(parse_stat(text).is_none(), "{text}");
        }
    }
}
