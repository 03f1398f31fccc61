//! What plumb makes of profiles compared with `go tool pprof`, byte by byte: `-raw` shows all of a profile after
//! merging and filtering, `-proto` how it is written.

mod inputs;
mod legacy;
mod oracle;
mod ours;

use std::fmt::Write;
use std::path::PathBuf;

use oracle::Pprof;

/// Options of pprof whose work is this crate's; `=` and the value follow the name.
const FILTERS: &[&[&str]] = &[
    &["-focus=runtime"],
    &["-focus=main\\."],
    &["-focus=\\.go$"],
    &["-focus=no such name"],
    &["-ignore=runtime"],
    &["-ignore=main\\.main"],
    &["-hide=runtime"],
    &["-hide=proc\\.go"],
    &["-hide=."],
    &["-show=main"],
    &["-show=."],
    &["-show=bin|server"],
    &["-focus=main", "-ignore=gopark", "-hide=runtime", "-show=main|net|sync"],
    &["-show_from=main\\."],
    &["-show_from=runtime"],
    &["-show_from=/"],
    &["-prune_from=main"],
    &["-prune_from=^runtime\\.[a-m]"],
    &["-tagshow=."],
    &["-tagshow=e"],
    &["-taghide=bytes"],
    &["-taghide=[k-z]"],
    &["-tagroot=worker,none", "-focus=."],
    &["-tagleaf=worker,tenant", "-hide=main"],
];

/// Compares every case and fails with the first lines that differ.
#[derive(Default)]
struct Comparison {
    cases: usize,
    differences: Vec<String>,
}

impl Comparison {
    fn add(&mut self, case: &str, theirs: &[u8], ours: &[u8]) {
        self.cases += 1;
        if theirs == ours {
            return;
        }
        let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
        let mut text = format!("{case}: {} bytes, not {}", ours.len(), theirs.len());
        let mut pairs = theirs.split('\n').zip(ours.split('\n')).enumerate();
        if let Some((line, (theirs, ours))) = pairs.find(|(_, (a, b))| a != b) {
            let _ = write!(text, "\n  line {}\n  theirs {theirs:?}\n  ours   {ours:?}", line + 1);
        }
        self.differences.push(text);
    }

    fn finish(self, least: usize) {
        let shown: Vec<&str> = self.differences.iter().take(8).map(String::as_str).collect();
        assert!(
            self.differences.is_empty(),
            "{} of {} differ\n{}",
            self.differences.len(),
            self.cases,
            shown.join("\n")
        );
        assert!(self.cases >= least, "only {} cases", self.cases);
    }
}

fn compare(comparison: &mut Comparison, pprof: &Pprof, arguments: &[String], sources: &[PathBuf]) {
    let run = ours::Run::new(arguments, sources);
    let names: Vec<_> = sources.iter().map(|s| inputs::name(s)).collect();
    let case = format!("{} {}", arguments.join(" "), names.join(" "));
    match run.prepare() {
        Err(error) => {
            let theirs = pprof.error(arguments, sources);
            comparison.add(&case, theirs.as_bytes(), error.as_bytes());
        }
        Ok(profile) => {
            let raw = pprof.raw(arguments, sources);
            comparison.add(&format!("raw {case}"), &raw, &ours::raw(&profile));
            let proto = pprof.proto(arguments, sources);
            comparison.add(&format!("proto {case}"), &proto, &ours::proto(&profile));
        }
    }
}

fn strings(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|a| (*a).to_owned()).collect()
}

#[test]
fn every_recorded_profile_is_shown_and_written_alike() {
    let pprof = Pprof::install();
    let mut comparison = Comparison::default();
    for source in inputs::recorded() {
        compare(&mut comparison, &pprof, &[], &[source]);
    }
    comparison.finish(100);
}

#[test]
fn older_formats() {
    let pprof = Pprof::install();
    let mut comparison = Comparison::default();
    for source in legacy::write() {
        compare(&mut comparison, &pprof, &[], &[source]);
    }
    comparison.finish(80);
}

#[test]
fn filters() {
    let pprof = Pprof::install();
    let mut comparison = Comparison::default();
    for source in inputs::some() {
        for filter in FILTERS {
            compare(&mut comparison, &pprof, &strings(filter), std::slice::from_ref(&source));
        }
    }
    comparison.finish(300);
}

#[test]
fn merging() {
    let pprof = Pprof::install();
    let mut comparison = Comparison::default();
    for sources in inputs::groups() {
        compare(&mut comparison, &pprof, &[], &sources);
        let [.., first, second] = sources.as_slice() else { continue };
        for options in [
            &["-base"][..],
            &["-diff_base"],
            &["-normalize", "-base"],
            &["-normalize", "-diff_base"],
        ] {
            let mut arguments = strings(options);
            if let Some(last) = arguments.last_mut() {
                let _ = write!(last, "={}", second.display());
            }
            compare(&mut comparison, &pprof, &arguments, std::slice::from_ref(first));
        }
    }
    comparison.finish(60);
}
