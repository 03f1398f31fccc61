//! What records say of the standard library's source, as Go 1.27.3 declares it.

use plumb_gosource::{Installation, Layout, Platform, Program};
use plumb_patterns::CATALOGUE;
use plumb_scan::disk::Disk;
use xtask::tools::{NEWEST_GO, install_go, tools_directory};

mod declared;

use declared::Outcome;

#[test]
fn what_is_said_of_the_standard_library_is_declared_there() {
    let go = install_go(NEWEST_GO, &tools_directory()).expect("a Go toolchain");
    let goroot = go.ancestors().nth(2).expect("the root of the toolchain").to_path_buf();
    let installation = Installation { goroot: Some(goroot.clone()), ..Installation::default() };
    let layout = Layout::find(&Disk, &goroot.join("src"), installation);
    let program = Program::new(&Disk, layout, Platform { cgo: false, ..Platform::default() });
    let mut outcome = Outcome::default();
    for object in CATALOGUE.objects.iter().filter(|object| object.module == "std") {
        outcome.add(&program, object);
    }
    assert_eq!(outcome.wrong, [""; 0]);
    assert_eq!(outcome.missing, [""; 0]);
    assert!(outcome.confirmed > 200, "{} names", outcome.confirmed);
}
