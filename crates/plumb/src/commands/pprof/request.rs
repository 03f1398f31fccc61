//! What a command line asks for: which report of which sources.

use plumb_view::{COMMANDS, Command, Config, FIELDS, Slot, command_named};

use super::Failure;
use super::flags::Flags;

/// What is to be done.
pub(super) struct Request {
    pub(super) sources: Sources,
    /// The report; none: the shell or the web pages.
    pub(super) report: Option<Wanted>,
    pub(super) pages: Option<Pages>,
    pub(super) config: Config,
}

/// A report, of what an expression matches if it takes one.
pub(super) struct Wanted {
    pub(super) command: &'static Command,
    pub(super) argument: Option<String>,
}

/// Where web pages are served.
pub(super) struct Pages {
    /// `[host]:[port]`.
    pub(super) address: String,
    pub(super) opens_browser: bool,
}

/// Where profiles come from.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) profiles: Vec<String>,
    /// The profiles to compare with.
    pub(super) bases: Vec<String>,
    /// Whether bases are shown as such, and not only subtracted.
    pub(super) is_difference: bool,
    pub(super) normalize: bool,
    /// File that is taken for the program.
    pub(super) executable: Option<String>,
    pub(super) build_id: String,
    /// Where names are looked up.
    pub(super) symbolize: String,
    pub(super) comment: String,
    /// Ignore the profile's own lists of frames to drop.
    pub(super) all_frames: bool,
    pub(super) fetching: Fetching,
}

/// How profiles are fetched.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    /// How long the server is to look.
    pub(super) seconds: Option<u64>,
    /// How long an answer may take, in seconds.
    pub(super) timeout: Option<u64>,
    /// PEM files: certificate and key of the client, roots.
    pub(super) certificate: String,
    pub(super) key: String,
    pub(super) roots: String,
}

/// Flags that choose a value, with the value.
const VALUES: [(&str, &str); 7] = [
    ("total_delay", "delay"),
    ("mean_delay", "delay"),
    ("contentions", "contentions"),
    ("inuse_space", "inuse_space"),
    ("inuse_objects", "inuse_objects"),
    ("alloc_space", "alloc_space"),
    ("alloc_objects", "alloc_objects"),
];

impl Request {
    pub(super) fn new(flags: Flags) -> Result<Self, Failure> {
        if flags.sources.is_empty() {
            return Err("no profile source specified".into());
        }
        let mut profiles = flags.sources.clone();
        let executable = (profiles.len() > 1 && super::disk::is_executable(&profiles[0]))
            .then(|| profiles.remove(0));
        let mut config = config(&flags)?;
        let report = wanted(&flags)?;
        let opens_browser = !flags.is_set("no_browser");
        let address = flags.text("http").filter(|address| !address.is_empty());
        let pages = address.map(|address| Pages { address: address.to_owned(), opens_browser });
        if report.is_some() && pages.is_some() {
            return Err("-http is not compatible with an output format on the command line".into());
        }
        if !opens_browser && pages.is_none() {
            return Err("-no_browser only makes sense with -http".into());
        }
        choose_value(&flags, &mut config);
        let (bases, difference) = (flags.texts("base"), flags.texts("diff_base"));
        if !bases.is_empty() && !difference.is_empty() {
            return Err("-base and -diff_base flags cannot both be specified".into());
        }
        let is_difference = !difference.is_empty();
        let bases = if is_difference { difference } else { bases };
        if config.normalize && bases.is_empty() {
            return Err("must have base profile to normalize by".into());
        }
        let text = |name: &str| flags.text(name).unwrap_or_default().to_owned();
        let positive = |name: &str| flags.text(name)?.parse().ok().filter(|&seconds| seconds > 0);
        let sources = Sources {
            profiles,
            bases,
            is_difference,
            normalize: config.normalize,
            executable,
            build_id: text("buildid"),
            symbolize: text("symbolize"),
            comment: text("add_comment"),
            all_frames: flags.is_set("all_frames"),
            fetching: Fetching {
                seconds: positive("seconds"),
                timeout: positive("timeout"),
                certificate: text("tls_cert"),
                key: text("tls_key"),
                roots: text("tls_ca"),
            },
        };
        Ok(Self { sources, report, pages, config })
    }
}

/// The options that flags set.
fn config(flags: &Flags) -> Result<Config, Failure> {
    let mut config = Config::default();
    for field in &FIELDS {
        let mut chosen = field.choices.iter().copied().filter(|choice| flags.is_set(choice));
        if let Some(choice) = chosen.next() {
            if let Some(other) = chosen.next() {
                return Err(format!("conflicting options set: [{choice} {other}]").into());
            }
            field.set(&mut config, choice)?;
        }
        if let Some(value) = flags.text(field.name).filter(|_| field.choices.is_empty()) {
            match field.slot(&mut config) {
                Slot::Text(slot) => value.clone_into(slot),
                Slot::Bool(slot) => *slot = flags.is_set(field.name),
                Slot::Int(_) | Slot::Float(_) => field.set(&mut config, value)?,
            }
        }
    }
    Ok(config)
}

/// The report that is asked for.
fn wanted(flags: &Flags) -> Result<Option<Wanted>, Failure> {
    let mut wanted = None;
    for command in &COMMANDS {
        let argument = match command.has_argument {
            true => flags.text(command.name).filter(|argument| !argument.is_empty()).map(Some),
            false => flags.is_set(command.name).then_some(None),
        };
        let Some(argument) = argument else { continue };
        if wanted.is_some() {
            return Err("must set at most one output format".into());
        }
        let command = command_named(command.name).unwrap_or(command);
        wanted = Some(Wanted { command, argument: argument.map(str::to_owned) });
    }
    Ok(wanted)
}

/// The old flags for values; the first that is set wins.
fn choose_value(flags: &Flags, config: &mut Config) {
    for (flag, value) in VALUES {
        if !flags.is_set(flag) {
            continue;
        }
        if config.sample_index.is_empty() {
            value.clone_into(&mut config.sample_index);
        } else {
            eprintln!("Multiple value selections, ignoring -{flag}");
        }
    }
    config.mean |= flags.is_set("mean_delay");
}
