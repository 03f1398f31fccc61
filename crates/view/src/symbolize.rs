//! Names and lines for profiles that have only addresses, and readable names for those of linkers.

mod cpp;
mod demangle;

use plumb_binary::{ObjectFile, SourceFrame};
use plumb_profile::{Function, Line, Mapping, Profile, StrId};
use rustc_hash::FxHashMap;

use crate::disasm::shift;
use crate::files::Files;
use crate::go_text::base;
use crate::report::Messages;
use demangle::Demangling;

/// Bits of [`Mapping::resolved`].
const FUNCTIONS: u8 = 1;
const FILES: u8 = 2;
const LINES: u8 = 4;
const INLINED: u8 = 8;

/// Mapped files that are none: parts of the kernel, memory that a program made.
const NO_FILES: [&str; 2] = ["/dev/dri/", "/memfd:"];

/// Where names are looked up: the value of `-symbolize`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SymbolizeMode {
    /// In executables on this machine.
    pub is_local: bool,
    /// At the program itself, over the network.
    pub is_remote: bool,
    /// Also where the profile has names already.
    pub is_forced: bool,
    demangling: Demangling,
}

impl SymbolizeMode {
    /// Reads the value of `-symbolize`, with what is to be said of unknown options. `None`: nothing is looked up.
    pub fn parse(text: &str) -> (Option<Self>, Messages) {
        let mut mode = Self {
            is_local: true,
            is_remote: true,
            is_forced: false,
            demangling: Demangling::Short,
        };
        let mut messages = Messages::new();
        for option in text.to_lowercase().split(':') {
            match option {
                "" | "default" | "demangle=default" => {}
                "none" | "no" => return (None, messages),
                "local" | "fastlocal" => (mode.is_local, mode.is_remote) = (true, false),
                "remote" => (mode.is_local, mode.is_remote) = (false, true),
                "force" => mode.is_forced = true,
                other => match Demangling::parse(other) {
                    Some(demangling) => (mode.demangling, mode.is_forced) = (demangling, true),
                    None => {
                        messages
                            .push(format!("ignoring unrecognized symbolization option: {text}"));
                        messages.push("expecting -symbolize=[local|fastlocal|remote|none][:force][:demangle=[none|full|templates|default]".to_owned());
                    }
                },
            }
        }
        (Some(mode), messages)
    }
}

/// Looks up names and lines in executables, then makes names readable. Returns what could not be looked up.
pub fn symbolize(profile: &mut Profile, mode: SymbolizeMode, files: &dyn Files) -> Messages {
    let mut messages = Messages::new();
    if mode.is_local {
        from_files(profile, mode.is_forced, files, &mut messages);
    }
    demangle::demangle(profile, mode.is_forced, mode.demangling);
    messages
}

/// Whether a name is a URL, or looks like one: begins with a scheme.
pub fn has_scheme(name: &str) -> bool {
    scheme(name).is_some()
}

fn scheme(name: &str) -> Option<&str> {
    let (scheme, _) = name.split_once(':')?;
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "+-.".contains(letter);
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    (is_scheme && scheme.chars().all(is_letter)).then_some(scheme)
}

fn from_files(profile: &mut Profile, force: bool, files: &dyn Files, messages: &mut Messages) {
    let mut of_mapping: Vec<Vec<usize>> = vec![Vec::new(); profile.mappings.len()];
    for (at, location) in profile.locations.iter().enumerate() {
        if let Some(locations) = location.mapping.and_then(|m| of_mapping.get_mut(m as usize)) {
            locations.push(at);
        }
    }
    let mut added = Added::default();
    let mut is_missing = false;
    for (at, locations) in of_mapping.iter().enumerate() {
        let mapping = profile.mappings[at];
        let has_names = mapping.resolved & (FUNCTIONS | FILES | LINES) != 0;
        if locations.is_empty() || has_names && !force {
            continue;
        }
        match open(profile, at, &mapping, files) {
            Opened::File(file) => added.name_locations(profile, at, locations, *file),
            Opened::Skipped => {}
            Opened::NoMain => messages.push("Main binary filename not available.".to_owned()),
            Opened::Missing => is_missing = true,
            Opened::Failed(why) => {
                messages.push(why);
                is_missing = true;
            }
            Opened::Other(why) => messages.push(why),
        }
    }
    if is_missing {
        messages.push(
            "Some binary filenames not available. Symbolization may be incomplete.\n\
             Try setting PPROF_BINARY_PATH to the search path for local binaries."
                .to_owned(),
        );
    }
}

/// What became of opening the file of a mapping.
enum Opened {
    File(Box<ObjectFile>),
    /// It is not to be opened.
    Skipped,
    /// The program has no name.
    NoMain,
    /// Another file has no name.
    Missing,
    Failed(String),
    /// It is the file of another build.
    Other(String),
}

fn open(profile: &Profile, at: usize, mapping: &Mapping, files: &dyn Files) -> Opened {
    let (path, build_id) = (profile.text(mapping.file), profile.text(mapping.build_id));
    if path.is_empty() {
        return if at == 0 { Opened::NoMain } else { Opened::Missing };
    }
    let name = base(path);
    let is_no_file = name.starts_with('[')
        || name.starts_with("linux-vdso")
        || path == "//anon"
        || NO_FILES.iter().any(|start| path.starts_with(start));
    let is_url = || scheme(path).is_some_and(|scheme| scheme.to_lowercase().contains("http"));
    if is_no_file || build_id.is_empty() && is_url() {
        return Opened::Skipped;
    }
    let name = match build_id {
        "" => name.to_owned(),
        id => format!("{name} (build ID {id})"),
    };
    let failed = |why: &str| format!("Local symbolization failed for {name}: {why}");
    match files.open(path) {
        Err(error) => Opened::Failed(failed(&error)),
        Ok(file) => {
            let own = file.build_id();
            if !build_id.is_empty() && !own.is_empty() && own != build_id {
                return Opened::Other(failed("build ID mismatch"));
            }
            Opened::File(Box::new(file))
        }
    }
}

/// Functions that were added to a profile, each once.
#[derive(Default)]
struct Added {
    functions: FxHashMap<(String, String), u32>,
    texts: FxHashMap<String, StrId>,
}

impl Added {
    fn name_locations(
        &mut self,
        profile: &mut Profile,
        mapping: usize,
        locations: &[usize],
        mut file: ObjectFile,
    ) {
        profile.unknown.clear();
        let shift = shift(&file, profile.mappings[mapping].start);
        for &at in locations {
            let address = profile.locations[at].address.wrapping_sub(shift);
            let Some(frame) = file.frame(address) else { continue };
            let resolved = &mut profile.mappings[mapping].resolved;
            *resolved |= INLINED;
            for (bit, is_known) in [
                (FUNCTIONS, !frame.function.is_empty()),
                (FILES, !frame.file.is_empty()),
                (LINES, frame.line != 0),
            ] {
                *resolved |= if is_known { bit } else { 0 };
            }
            let line = frame.line;
            let function = self.function(profile, frame);
            let first_line = profile.lines.len() as u32;
            profile.lines.push(Line { function: Some(function), line, column: 0 });
            let location = &mut profile.locations[at];
            (location.first_line, location.line_count) = (first_line, 1);
            location.folded = false;
        }
    }

    fn function(&mut self, profile: &mut Profile, frame: SourceFrame) -> u32 {
        let SourceFrame { function, file, .. } = frame;
        if let Some(&known) = self.functions.get(&(function.clone(), file.clone())) {
            return known;
        }
        let (name, path) = (self.text(profile, &function), self.text(profile, &file));
        let at = profile.functions.len() as u32;
        profile.functions.push(Function {
            id: u64::from(at) + 1,
            name,
            system_name: name,
            file: path,
            start_line: 0,
        });
        self.functions.insert((function, file), at);
        at
    }

    fn text(&mut self, profile: &mut Profile, text: &str) -> StrId {
        if text.is_empty() {
            return StrId::EMPTY;
        }
        *self.texts.entry(text.to_owned()).or_insert_with(|| profile.strings.push(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_as_by_pprof() {
        let mode = |text: &str| SymbolizeMode::parse(text).0;
        assert_eq!(mode("none"), None);
        assert_eq!(mode("local:no"), None);
        let shown = |text: &str| {
            let mode = mode(text).unwrap();
            (mode.is_local, mode.is_remote, mode.is_forced, mode.demangling)
        };
        assert_eq!(shown(""), (true, true, false, Demangling::Short));
        assert_eq!(shown("fastlocal"), (true, false, false, Demangling::Short));
        assert_eq!(shown("Remote:force"), (false, true, true, Demangling::Short));
        assert_eq!(shown("demangle=full"), (true, true, true, Demangling::Full));
        assert_eq!(shown("demangle=default"), (true, true, false, Demangling::Short));
        let (mode, messages) = SymbolizeMode::parse("local:What");
        assert!(mode.is_some());
        assert_eq!(messages[0], "ignoring unrecognized symbolization option: local:What");
        assert_eq!(messages.len(), 2);
    }

    #[test]
    fn urls_have_a_scheme() {
        for (name, is_url) in [
            ("http://localhost/x", true),
            ("C:\\x", true),
            ("/bin/x:y", false),
            ("a b:c", false),
            ("", false),
            ("[vdso]", false),
        ] {
            assert_eq!(has_scheme(name), is_url, "{name}");
        }
    }
}
