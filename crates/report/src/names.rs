//! Functions, files and sites in few columns.

use plumb_evidence::Site;
use plumb_evidence::code::FunctionName;
use plumb_evidence::finding::{Role, SiteKind, WitnessKind};
use unicode_width::UnicodeWidthStr;

/// A function name in at most `width` columns if leaving out leading elements of its package path can do that:
/// the type and the name tell more.
pub(crate) fn function(name: &str, width: usize) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    let package = FunctionName(name).package();
    let mut shortest = None;
    for (slash, _) in package.match_indices('/') {
        let short = format!("…{}", &name[slash..]);
        if short.width() <= width {
            return short;
        }
        shortest = Some(short);
    }
    shortest.unwrap_or_else(|| name.to_owned())
}

/// `…/billing/report.go:41`: a path with its line, in at most `width` columns. The tail tells most, so leading
/// folders are left out first, then the beginning of the file's name.
pub(crate) fn file(path: &str, line: u32, width: usize) -> String {
    let place = if line == 0 { path.to_owned() } else { format!("{path}:{line}") };
    if place.width() <= width {
        return place;
    }
    for (slash, _) in place.match_indices('/').filter(|&(at, _)| at > 0) {
        let short = format!("…{}", &place[slash..]);
        if short.width() <= width {
            return short;
        }
    }
    let name = place.rsplit('/').next().unwrap_or(&place);
    let tail = name.char_indices().map(|(at, _)| &name[at..]);
    tail.map(|tail| format!("…{tail}")).find(|short| short.width() <= width).unwrap_or_default()
}

/// A site in one line where it fits in `width` columns, else the function and then its file. A path is told whole, so
/// that it can be copied: its line may be wider.
pub(crate) fn site(site: &Site, width: usize) -> Vec<String> {
    let whole = format!("{} {}", site.function, place(site));
    if whole.trim_end().width() <= width {
        return vec![whole.trim_end().to_owned()];
    }
    let name = function(&site.function, width);
    if site.file.is_empty() {
        return crate::layout::wrap(&format!("{name} {}", place(site)), width);
    }
    let file = crate::layout::clean(&file(&site.file, site.line, usize::MAX));
    if name.width() + 1 + file.width() <= width {
        return vec![format!("{name} {file}")];
    }
    let mut lines = crate::layout::wrap(&name, width);
    lines.push(file);
    lines
}

/// A site in one line of at most `width` columns, with whatever has to be left out of names and paths for it.
pub(crate) fn short_site(site: &Site, width: usize) -> String {
    let file_name = site.file.rsplit('/').next().unwrap_or_default();
    // `…/` before the name, `:` and the line after it, and a space.
    let reserved = file_name.width().min(width / 2) + 10;
    let name = function(&site.function, width.saturating_sub(reserved));
    let left = width.saturating_sub(name.width() + 1);
    let place = if site.file.is_empty() { place(site) } else { file(&site.file, site.line, left) };
    crate::layout::excerpt(&format!("{name} {place}"), width, 1).concat()
}

/// File and line, or the version of a library.
fn place(site: &Site) -> String {
    match (&site.version, site.kind) {
        (Some(version), SiteKind::EntryPoint) => format!("({version})"),
        _ if site.file.is_empty() => String::new(),
        _ => file(&site.file, site.line, usize::MAX),
    }
}

/// What a line has to do with what leaks, as a clause.
pub(crate) fn role(role: Role) -> &'static str {
    match role {
        Role::Creates => "creates it",
        Role::Uses => "uses it",
        Role::Stores => "stores it",
        Role::Deletes => "deletes it",
        Role::Blocks => "blocks there",
        Role::Leaves => "leaves it behind",
    }
}

/// A kind of evidence as the subject of a sentence.
fn witness(kind: WitnessKind) -> &'static str {
    match kind {
        WitnessKind::BlockedStack => "the blocked stack",
        WitnessKind::Heap => "the heap profile",
        WitnessKind::Creator => "the creator in the dump",
        WitnessKind::Source => "the source",
        WitnessKind::Executable => "the calls in the executable",
        WitnessKind::Trace => "the trace",
    }
}

/// `the heap profile and the trace`.
pub(crate) fn witnesses(site: &Site) -> Option<String> {
    let names: Vec<&str> = site.found_by.iter().copied().map(witness).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        [most @ .., last] => Some(format!("{} and {last}", most.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_lose_their_package_path_first() {
        let name = "example.com/shop/internal/billing.(*Reporter).send";
        assert_eq!(function(name, 80), name);
        assert_eq!(function(name, 40), "…/shop/internal/billing.(*Reporter).send");
        assert_eq!(function(name, 10), "…/billing.(*Reporter).send");
        assert_eq!(function("main.f[example.com/a/b.T]", 12), "main.f[example.com/a/b.T]");
    }

    #[test]
    fn paths_keep_their_tail() {
        let path = "/home/ci/shop/internal/billing/report.go";
        assert_eq!(file(path, 41, 80), format!("{path}:41"));
        assert_eq!(file(path, 41, 30), "…/billing/report.go:41");
        assert_eq!(file(path, 41, 10), "…ort.go:41");
        assert_eq!(file(path, 0, 12), "…/report.go");
    }
}
