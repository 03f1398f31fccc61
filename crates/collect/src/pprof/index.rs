//! The index page of `net/http/pprof`, as Go 1.9 to 1.27 write it.

use std::collections::BTreeMap;

/// Profiles on the index page with their counts (for `goroutine`: how many there are).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index(BTreeMap<String, Option<u64>>);

impl Index {
    /// Reads the page; none if it is another page.
    ///
    /// A row is `<tr><td>3</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>`; before Go 1.11
    /// `<tr><td align=right>3<td><a href="goroutine?debug=1">goroutine</a>`. Links that end in `?debug=2` are
    /// the same profile once more.
    pub(super) fn parse(page: &str) -> Option<Self> {
        let mut profiles = BTreeMap::new();
        let mut rest = page;
        while let Some(at) = rest.find("<a href=") {
            let (before, link) = rest.split_at(at);
            let link = &link["<a href=".len()..];
            rest = link;
            let quote = link.chars().next()?;
            let Some(target) = link.strip_prefix(quote).and_then(|l| l.split(quote).next()) else {
                continue;
            };
            let Some((name, "debug=1")) = target.split_once('?') else { continue };
            let name = name.rsplit('/').next().unwrap_or(name);
            profiles.entry(name.to_owned()).or_insert_with(|| count_before(before));
        }
        let is_index = profiles.contains_key("goroutine") || profiles.contains_key("heap");
        is_index.then_some(Self(profiles))
    }

    /// Whether the page lists a profile.
    pub(super) fn has(&self, profile: &str) -> bool {
        self.0.contains_key(profile)
    }

    /// How many goroutines there are.
    pub(super) fn goroutines(&self) -> Option<u64> {
        self.0.get("goroutine").copied().flatten()
    }
}

/// The number in the row's first cell.
fn count_before(text: &str) -> Option<u64> {
    let row = text.rfind("<tr").map_or(text, |at| &text[at..]);
    let cells = row.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
    cells.filter(|cell| !cell.is_empty()).find_map(|cell| cell.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_generations_tell_profiles_and_counts() {
        let new = Index::parse(include_str!("../../tests/fixtures/index-go1.27.3.html")).unwrap();
        assert_eq!(new.goroutines(), Some(3));
        assert!(["allocs", "goroutineleak", "heap", "trace"].iter().all(|name| new.has(name)));
        let middle =
            Index::parse(include_str!("../../tests/fixtures/index-go1.19.13.html")).unwrap();
        assert_eq!(middle.goroutines(), Some(3));
        assert!(middle.has("allocs") && !middle.has("goroutineleak"));
        let old = Index::parse(include_str!("../../tests/fixtures/index-go1.9.7.html")).unwrap();
        assert_eq!(old.goroutines(), Some(3));
        assert!(old.has("heap") && !old.has("allocs"));
    }

    #[test]
    fn other_pages_are_no_index() {
        for page in
            ["", "<a href=", "<a href='x'>y</a>", "<a href='login?debug=1'>x", "goroutine?debug=1"]
        {
            assert_eq!(Index::parse(page), None, "{page}");
        }
    }
}
