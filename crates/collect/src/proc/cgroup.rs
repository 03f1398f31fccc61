//! The memory cgroup of a process, version 1 or 2 (cgroups(7)).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::path;
use super::record::read_text;

/// Version 1 says "unlimited" with the largest multiple of the page size; anything near it is no limit.
const V1_UNLIMITED: u64 = 1 << 60;

/// The files of a version, the limit first and the usage second.
const V1: [&str; 3] = ["memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control"];
const V2: [&str; 3] = ["memory.max", "memory.current", "memory.events"];

/// Where a hierarchy is mounted.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    version: u8,
    /// The cgroup that the mount point shows.
    root: String,
    point: PathBuf,
}

/// Limit, usage and events of the cgroup that limits the process: of those from its own up to the root,
/// the one with the tightest limit; its own if none has a limit.
pub(super) fn read_files(pid: u32) -> BTreeMap<String, String> {
    let Some((folder, top, version)) = find_folder(pid) else { return BTreeMap::new() };
    read_folder(&folder, &top, version)
}

fn read_folder(folder: &Path, top: &Path, version: u8) -> BTreeMap<String, String> {
    let names = if version == 1 { V1 } else { V2 };
    let folder = tightest(folder, top, names[0]);
    let read = |name: &str| Some((name.to_owned(), read_text(&folder.join(name))?));
    names.iter().filter_map(|name| read(name)).collect()
}

/// The folder of the process's memory cgroup, the mount point above it, and the version.
fn find_folder(pid: u32) -> Option<(PathBuf, PathBuf, u8)> {
    let membership = fs::read_to_string(path(pid, "cgroup")).ok()?;
    let ours =
        mounts(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default(), Path::new("/"));
    // In a container of its own, the process may have a hierarchy mounted where we have none.
    let root = path(pid, "root");
    let theirs = mounts(&fs::read_to_string(path(pid, "mountinfo")).unwrap_or_default(), &root);
    [1, 2].into_iter().find_map(|version| {
        let cgroup = own_path(&membership, version)?;
        let all = ours.iter().chain(&theirs).filter(|mount| mount.version == version);
        all.filter_map(|mount| Some((mount.folder_of(cgroup)?, mount.point.clone())))
            .find(|(folder, _)| folder.join(if version == 1 { V1[1] } else { V2[1] }).exists())
            .map(|(folder, top)| (folder, top, version))
    })
}

/// The process's path in the hierarchy that has the memory controller (version 1) or in the unified one (version 2).
fn own_path(membership: &str, version: u8) -> Option<&str> {
    membership.lines().find_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, path) = rest.split_once(':')?;
        let is_it = match version {
            1 => controllers.split(',').any(|name| name == "memory"),
            _ => controllers.is_empty(),
        };
        is_it.then_some(path)
    })
}

/// Lines of `mountinfo` that mount a hierarchy with memory: `35 31 0:32 ROOT POINT OPTIONS … - TYPE SOURCE SUPER`.
fn mounts(text: &str, prefix: &Path) -> Vec<Mount> {
    let parse = |line: &str| {
        let (mount, system) = line.split_once(" - ")?;
        let mut fields = mount.split(' ').skip(3);
        let (root, point) = (fields.next()?, fields.next()?);
        let mut system = system.split(' ');
        let version = match system.next()? {
            "cgroup2" => 2,
            "cgroup" if system.nth(1)?.split(',').any(|option| option == "memory") => 1,
            _ => return None,
        };
        let point = prefix.join(unescape(point).trim_start_matches('/'));
        Some(Mount { version, root: unescape(root), point })
    };
    text.lines().filter_map(parse).collect()
}

impl Mount {
    fn folder_of(&self, cgroup: &str) -> Option<PathBuf> {
        // `/../x`: outside of our cgroup namespace. The mount shows the process's own at its top, if at all.
        let below = match cgroup.strip_prefix(self.root.trim_end_matches('/')) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => "",
        };
        let below = Path::new(below.trim_start_matches('/'));
        let outside = below.components().any(|part| part == Component::ParentDir);
        Some(if outside { self.point.clone() } else { self.point.join(below) })
    }
}

fn tightest(folder: &Path, top: &Path, limit_file: &str) -> PathBuf {
    let limit = |folder: &Path| {
        let limit = fs::read_to_string(folder.join(limit_file)).ok()?.trim().parse::<u64>().ok()?;
        (limit < V1_UNLIMITED).then_some(limit)
    };
    let ancestors = folder.ancestors().take_while(|folder| folder.starts_with(top));
    let limited = ancestors.filter_map(|folder| Some((limit(folder)?, folder)));
    // Of equal limits the innermost counts: min_by_key returns the first.
    limited.min_by_key(|(limit, _)| *limit).map_or(folder, |(_, folder)| folder).to_owned()
}

/// Blanks and backslashes are octal in mountinfo: `\040`.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 4).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match code {
            Some(byte) => {
                out.push(byte.into());
                rest = &rest[at + 4..];
            }
            None => {
                out.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HYBRID: &str = "4:memory:/pods/a\n0::/pods/a\n";
    const MOUNTS: &str = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n\
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:3 - cgroup cgroup rw,memory\n\
        36 31 0:33 / /sys/fs/cgroup/cpu\\040x rw - cgroup cgroup rw,cpu\n\
        41 31 0:38 /pods /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

    #[test]
    fn both_versions_are_found_in_the_mounts() {
        let found = mounts(MOUNTS, Path::new("/"));
        let points: Vec<_> = found.iter().map(|m| (m.version, m.point.to_str().unwrap())).collect();
        assert_eq!(points, [(1, "/sys/fs/cgroup/memory"), (2, "/sys/fs/cgroup/unified")]);
        let folder =
            |at: usize, version| found[at].folder_of(own_path(HYBRID, version).unwrap()).unwrap();
        assert_eq!(folder(0, 1), Path::new("/sys/fs/cgroup/memory/pods/a"));
        assert_eq!(folder(1, 2), Path::new("/sys/fs/cgroup/unified/a"));
    }

    #[test]
    fn a_path_outside_of_the_namespace_means_the_mount_itself() {
        let mount = Mount { version: 2, root: "/".into(), point: "/sys/fs/cgroup".into() };
        assert_eq!(mount.folder_of("/../other").unwrap(), Path::new("/sys/fs/cgroup"));
        let docker = Mount { version: 1, root: "/docker/abc".into(), point: "/m".into() };
        assert_eq!(docker.folder_of("/docker/abc").unwrap(), Path::new("/m"));
        assert_eq!(docker.folder_of("/docker/abcdef").unwrap(), Path::new("/m"));
    }

    #[test]
    fn the_tightest_limit_on_the_way_up_counts() {
        let top = tempfile::tempdir().unwrap();
        let leaf = top.path().join("pod/container");
        fs::create_dir_all(&leaf).unwrap();
        fs::write(leaf.join("memory.max"), "max\n").unwrap();
        assert_eq!(tightest(&leaf, top.path(), "memory.max"), leaf);
        fs::write(top.path().join("pod/memory.max"), "1048576\n").unwrap();
        fs::write(top.path().join("memory.max"), "9000000\n").unwrap();
        assert_eq!(tightest(&leaf, top.path(), "memory.max"), top.path().join("pod"));
        fs::write(leaf.join("memory.max"), "1048576\n").unwrap();
        assert_eq!(tightest(&leaf, top.path(), "memory.max"), leaf);
    }

    /// The files as the kernel writes them (Documentation/admin-guide/cgroup-v2.rst): machines with version 1 have no
    /// memory controller to make real ones with.
    #[test]
    fn version_2_is_read_from_the_cgroup_that_limits() {
        let top = tempfile::tempdir().unwrap();
        let pod = top.path().join("kubepods.slice/pod7.slice");
        let container = pod.join("cri-containerd-1.scope");
        fs::create_dir_all(&container).unwrap();
        let events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n";
        for (folder, limit) in [(&container, "max\n"), (&pod, "536870912\n")] {
            fs::write(folder.join("memory.max"), limit).unwrap();
            fs::write(folder.join("memory.current"), "402653184\n").unwrap();
            fs::write(folder.join("memory.events"), events).unwrap();
        }
        let files = read_folder(&container, top.path(), 2);
        assert_eq!(files["memory.max"], "536870912\n");
        assert_eq!(files["memory.current"], "402653184\n");
        assert_eq!(files["memory.events"], events);
    }

    #[test]
    fn octal_escapes_are_undone() {
        assert_eq!(unescape("/a\\040b\\134c\\"), "/a b\\c\\");
    }
}
