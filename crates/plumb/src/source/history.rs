//! Since which commit a line is as it is.

use std::path::Path;

use jiff::Timestamp;
use plumb_evidence::Site;
use plumb_evidence::finding::{Introduced, SiteKind};
use plumb_evidence::source_evidence::Revision;
use plumb_scan::new_from::Git;

use super::revision::Lines;

/// The commit that wrote the line of a site, asked of git in the binary's own commit if that is known; `None` if there
/// is no git, or no such line, or nobody committed it.
pub(super) fn introduced(
    root: &Path,
    lines: &Lines,
    recorded_root: &str,
    site: &Site,
) -> Option<Introduced> {
    if site.kind != SiteKind::Line {
        return None;
    }
    let file = site.file.strip_prefix(recorded_root)?;
    if !lines.counts(file) {
        return None;
    }
    let git = Git { folder: root };
    let range = format!("{0},{0}", site.line);
    let mut arguments = vec!["blame", "--porcelain", "-L", &range];
    match lines.revision() {
        Revision::Same(revision) | Revision::Mapped { revision, .. } => {
            // What git does not know would be an option, were it to begin with a dash.
            arguments.push(revision.get(..).filter(|name| !name.starts_with('-'))?);
        }
        Revision::Fits { .. } => {}
        Revision::Unknown => return None,
    }
    arguments.extend(["--", file]);
    let said = git.said(&arguments).ok()?;
    let is_shallow = || {
        let said = git.said(&["rev-parse", "--is-shallow-repository"]);
        said.is_ok_and(|said| said.trim() == "true")
    };
    // The first commit of a shallow clone stands for all before it.
    if said.lines().any(|line| line == "boundary") && is_shallow() {
        return None;
    }
    of_porcelain(&said)
}

/// Reads what `git blame --porcelain` says of one line.
fn of_porcelain(said: &str) -> Option<Introduced> {
    let commit = said.split_whitespace().next()?;
    let is_name = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Zeros stand for what is not committed.
    if !is_name || commit.bytes().all(|byte| byte == b'0') {
        return None;
    }
    let seconds = said.lines().find_map(|line| line.strip_prefix("committer-time "))?;
    let date = Timestamp::from_second(seconds.trim().parse().ok()?).ok()?;
    Some(Introduced { commit: commit.to_owned(), date: date.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "3f2a9c1d7e8b405162738495a6b7c8d9e0f10213";

    #[test]
    fn a_commit_and_its_date_are_read() {
        let said =
            format!("{COMMIT} 7 9 1\nauthor A\ncommitter-time 1700000000\nsummary x\n\tcode\n");
        let introduced = of_porcelain(&said).expect("a commit");
        assert_eq!(introduced.commit, COMMIT);
        assert_eq!(introduced.date, "2023-11-14T22:13:20Z");
    }

    #[test]
    fn what_is_not_committed_has_no_date() {
        let zeros = "0".repeat(40);
        assert_eq!(of_porcelain(&format!("{zeros} 7 9 1\ncommitter-time 1700000000\n")), None);
        assert_eq!(of_porcelain(""), None);
    }
}
