//! The text of build information: every package of a module that it lists is found in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_binary::parse_build_info;

fuzz_target!(|text: &str| {
    let info = parse_build_info(text);
    let _ = (info.vcs_revision(), info.vcs_time(), info.vcs_modified(), info.trimpath());
    for module in info.deps.iter().filter(|module| !module.path.is_empty()) {
        let package = format!("{}/internal", module.path);
        // Symbols spell dots as `%2e`; module paths hold no `%`.
        if package.contains('%') || info.path.as_deref() == Some(&*package) {
            continue;
        }
        let found = info.module_of(&package).expect("a module");
        assert!(found.path.len() >= module.path.len());
    }
});
