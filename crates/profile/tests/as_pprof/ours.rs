//! The same with this crate, in the order in which pprof's driver works.

use std::fs;
use std::path::{Path, PathBuf};

use plumb_profile::{
    BaseOptions, LabelFrames, Limits, NameFilter, Profile, combine, go_regex, subtract_base,
};
use regex::Regex;

pub(crate) struct Run<'a> {
    arguments: &'a [String],
    sources: &'a [PathBuf],
}

impl<'a> Run<'a> {
    pub(crate) fn new(arguments: &'a [String], sources: &'a [PathBuf]) -> Self {
        Self { arguments, sources }
    }

    fn value(&self, name: &str) -> Option<&'a str> {
        let value = |a: &'a String| a.strip_prefix('-')?.strip_prefix(name)?.strip_prefix('=');
        self.arguments.iter().find_map(value)
    }

    fn regex(&self, name: &str) -> Option<Regex> {
        self.value(name).map(|pattern| go_regex(pattern).unwrap())
    }

    pub(crate) fn prepare(&self) -> Result<Profile, String> {
        let sources = self.sources.iter().map(|p| read(p)).collect::<Result<Vec<_>, _>>()?;
        let mut profile = combine(sources).map_err(|e| fetching("source", "", &e))?;
        let base = self.value("base").or_else(|| self.value("diff_base"));
        if let Some(base) = base {
            let options = BaseOptions {
                keep_apart: self.value("diff_base").is_some(),
                normalize: self.arguments.iter().any(|a| a == "-normalize"),
            };
            let base =
                combine(vec![read(Path::new(base))?]).map_err(|e| fetching("base", ",", &e))?;
            profile = subtract_base(profile, base, options).map_err(|e| e.to_string())?;
        }
        profile.remove_uninteresting().unwrap();
        self.filter(&mut profile);
        Ok(profile)
    }

    fn filter(&self, profile: &mut Profile) {
        let keys = |name| -> Vec<&str> {
            self.value(name).unwrap_or_default().split(',').filter(|k| !k.is_empty()).collect()
        };
        let (root, leaf) = (keys("tagroot"), keys("tagleaf"));
        let frames = LabelFrames { root: &root, leaf: &leaf };
        profile.add_label_frames(frames, |number, unit| format!("{number}{}", unit.unwrap_or("")));
        let [focus, ignore, hide, show] =
            ["focus", "ignore", "hide", "show"].map(|name| self.regex(name));
        profile.filter_by_name(NameFilter {
            focus: focus.as_ref(),
            ignore: ignore.as_ref(),
            hide: hide.as_ref(),
            show: show.as_ref(),
        });
        if let Some(regex) = self.regex("show_from") {
            profile.show_from(&regex);
        }
        let [show, hide] = ["tagshow", "taghide"].map(|name| self.regex(name));
        profile.filter_labels(show.as_ref(), hide.as_ref());
        if let Some(regex) = self.regex("prune_from") {
            profile.prune_from(&regex);
        }
    }
}

fn fetching(what: &str, end: &str, error: &dyn std::fmt::Display) -> String {
    format!("problem fetching {what} profiles: {error}{end}")
}

fn read(path: &Path) -> Result<Profile, String> {
    let bytes = fs::read(path).unwrap();
    let mut profile =
        Profile::parse_as_pprof(&bytes, &Limits::default()).map_err(|e| e.to_string())?;
    profile.ensure_mapping();
    Ok(profile)
}

pub(crate) fn raw(profile: &Profile) -> Vec<u8> {
    let mut out = Vec::new();
    let utc = |nanos: i64| {
        let time = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap();
        time.strftime("%Y-%m-%d %H:%M:%S%.f +0000 UTC").to_string()
    };
    profile.write_raw(&mut out, &utc).unwrap();
    out
}

pub(crate) fn proto(profile: &Profile) -> Vec<u8> {
    let mut out = Vec::new();
    profile.write_as_pprof(&mut out).unwrap();
    out
}
