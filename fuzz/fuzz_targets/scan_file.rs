//! All rules on any bytes: types, flow, summaries and rules never panic, and fixes leave no more problems than there were.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plumb_gosource::{Folders, Installation, parse};
use plumb_patterns::{CATALOGUE, RULES};
use plumb_scan::apply::apply;
use plumb_scan::memory::Memory;
use plumb_scan::{Knowledge, Options, scan};

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::new(CATALOGUE.objects));

fuzz_target!(|text: &str| {
    let files =
        Memory::new([("/m/go.mod", "module example.com/m\n\ngo 1.22\n"), ("/m/a.go", text)]);
    let root = Path::new("/m");
    let options = Options { threads: 1, ..Options::default() };
    let look = |folders: &dyn Folders| {
        scan(folders, root, Installation::default(), RULES, &KNOWLEDGE, &options)
    };
    let applied = apply(look(&files), &files, root, &|finding| finding.fix.is_some(), &look);
    for changed in applied.files {
        let problems = |text: &str| parse(text.as_bytes()).problems().len();
        assert!(problems(&changed.new) <= problems(&changed.old), "{}", changed.diff("a.go"));
    }
});
