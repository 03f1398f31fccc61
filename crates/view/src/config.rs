//! The options of a report, with pprof's names, defaults and URL parameters.

use crate::go_text::float;

/// The options of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// File to write to; empty: the standard output.
    pub output: String,
    /// Leave out entries below zero.
    pub drop_negative: bool,
    /// A tree of calls instead of a graph.
    pub call_tree: bool,
    /// Percentages of what filters leave.
    pub relative_percentages: bool,
    /// Unit of values: one by name, `minimum` or `auto`.
    pub unit: String,
    /// Without the description of the profile.
    pub compact_labels: bool,
    /// Where source files are searched, separated by `:`.
    pub source_path: String,
    /// Prefixes that are cut from source paths, separated by `:`.
    pub trim_path: String,
    /// Assembly in Intel's syntax.
    pub intel_syntax: bool,
    /// Values divided by the first one of each sample.
    pub mean: bool,
    /// Value to report, by name or position; empty: the profile's default.
    pub sample_index: String,
    /// What values are divided by.
    pub divide_by: f64,
    /// Scale to the base profile.
    pub normalize: bool,
    /// Order of entries.
    pub sort: String,
    /// Labels that become frames at the root, separated by commas.
    pub tagroot: String,
    /// Labels that become frames at the leaf, separated by commas.
    pub tagleaf: String,
    /// Most entries; 0: all, −1: what suits the report.
    pub nodecount: i64,
    /// Share of the total below which entries are left out.
    pub nodefraction: f64,
    /// Share of the total below which edges are left out.
    pub edgefraction: f64,
    /// Whether anything is left out.
    pub trim: bool,
    /// Only samples with a matching frame.
    pub focus: String,
    /// Only samples without a matching frame.
    pub ignore: String,
    /// Frames below the matching one are cut.
    pub prune_from: String,
    /// Matching frames are left out.
    pub hide: String,
    /// Only matching frames.
    pub show: String,
    /// Frames above the highest match are cut.
    pub show_from: String,
    /// Only samples with a matching label.
    pub tagfocus: String,
    /// Only samples without a matching label.
    pub tagignore: String,
    /// Only labels with a matching name.
    pub tagshow: String,
    /// Only labels without a matching name.
    pub taghide: String,
    /// Inlined functions count for their caller.
    pub noinlines: bool,
    /// Columns beside lines.
    pub showcolumns: bool,
    /// What is one entry; empty: functions.
    pub granularity: String,
    /// How far sampled values may be off, beside them. pprof has no such option.
    pub error: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            output: String::new(),
            drop_negative: false,
            call_tree: false,
            relative_percentages: false,
            unit: "minimum".to_owned(),
            compact_labels: false,
            source_path: String::new(),
            trim_path: String::new(),
            intel_syntax: false,
            mean: false,
            sample_index: String::new(),
            divide_by: 1.0,
            normalize: false,
            sort: "flat".to_owned(),
            tagroot: String::new(),
            tagleaf: String::new(),
            nodecount: -1,
            nodefraction: 0.005,
            edgefraction: 0.001,
            trim: true,
            focus: String::new(),
            ignore: String::new(),
            prune_from: String::new(),
            hide: String::new(),
            show: String::new(),
            show_from: String::new(),
            tagfocus: String::new(),
            tagignore: String::new(),
            tagshow: String::new(),
            taghide: String::new(),
            noinlines: false,
            showcolumns: false,
            granularity: String::new(),
            error: false,
        }
    }
}

/// An option.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name, as a flag and in the shell.
    pub name: &'static str,
    /// Its parameter in the URLs of the web pages; empty if it has none.
    pub parameter: &'static str,
    /// Whether it belongs to a saved configuration.
    pub saved: bool,
    /// What it may be, if that is limited; each is a flag of its own.
    pub choices: &'static [&'static str],
    /// The first line says what it does.
    pub help: &'static str,
    /// Whether pprof has no such option.
    pub is_own: bool,
    slot: fn(&mut Config) -> Slot<'_>,
}

/// The place of an option in a [`Config`].
#[derive(Debug)]
pub enum Slot<'c> {
    /// Yes or no.
    Bool(&'c mut bool),
    /// A whole number.
    Int(&'c mut i64),
    /// A number.
    Float(&'c mut f64),
    /// A text.
    Text(&'c mut String),
}

macro_rules! field {
    ($kind:ident $name:ident, $parameter:literal, $saved:literal, $help:literal) => {
        field!($kind $name, $parameter, $saved, &[], $help)
    };
    ($kind:ident $name:ident, $parameter:literal, $saved:literal, $choices:expr, $help:literal) => {
        Field {
            name: stringify!($name),
            parameter: $parameter,
            saved: $saved,
            choices: $choices,
            help: $help,
            is_own: false,
            slot: |config| Slot::$kind(&mut config.$name),
        }
    };
}

/// All options, in pprof's order, and then plumb's own.
pub const FIELDS: [Field; 34] = [
    field!(Text output, "", false, "Output filename for file-based outputs\n"),
    field!(Bool drop_negative, "dropneg", true, "Ignore negative differences\nDo not show any locations with values <0.\n"),
    field!(Bool call_tree, "calltree", true, "Create a context-sensitive call tree\nTreat locations reached through different paths as separate.\n"),
    field!(Bool relative_percentages, "rel", true, "Show percentages relative to focused subgraph\nIf unset, percentages are relative to full graph before focusing\nto facilitate comparison with original graph.\n"),
    field!(Text unit, "unit", true, "Measurement units to display\nScale the sample values to this unit.\nFor time-based profiles, use seconds, milliseconds, nanoseconds, etc.\nFor memory profiles, use megabytes, kilobytes, bytes, etc.\nUsing auto will scale each value independently to the most natural unit.\n"),
    field!(Bool compact_labels, "compact", true, "Show minimal headers"),
    field!(Text source_path, "", false, "Search path for source files"),
    field!(Text trim_path, "", false, "Path to trim from source paths before search"),
    field!(Bool intel_syntax, "intel", true, "Show assembly in Intel syntax\nOnly applicable to commands `disasm` and `weblist`\n"),
    field!(Bool mean, "mean", true, "Average sample value over first value (count)\nFor memory profiles, report average memory per allocation.\nFor time-based profiles, report average time per event.\n"),
    field!(Text sample_index, "si", false, "Sample value to report (0-based index or name)\nProfiles contain multiple values per sample.\nUse sample_index=i to select the ith value (starting at 0).\n"),
    field!(Float divide_by, "", false, "Ratio to divide all samples before visualization\nDivide all samples values by a constant, eg the number of processors or jobs.\n"),
    field!(Bool normalize, "norm", true, "Scales profile based on the base profile.\n"),
    field!(Text sort, "sort", true, &["cum", "flat"], ""),
    field!(Text tagroot, "", true, "Adds pseudo stack frames for labels key/value pairs at the callstack root.\nA comma-separated list of label keys.\nThe first key creates frames at the new root.\n"),
    field!(Text tagleaf, "", true, "Adds pseudo stack frames for labels key/value pairs at the callstack leaf.\nA comma-separated list of label keys.\nThe last key creates frames at the new leaf.\n"),
    field!(Int nodecount, "n", true, "Max number of nodes to show\nUses heuristics to limit the number of locations to be displayed.\nOn graphs, dotted edges represent paths through nodes that have been removed.\n"),
    field!(Float nodefraction, "nf", true, "Hide nodes below <f>*total"),
    field!(Float edgefraction, "ef", true, "Hide edges below <f>*total"),
    field!(Bool trim, "trim", true, "Honor nodefraction/edgefraction/nodecount defaults\nSet to false to get the full profile, without any trimming.\n"),
    field!(Text focus, "f", true, "Restricts to samples going through a node matching regexp\nDiscard samples that do not include a node matching this regexp.\nMatching includes the function name, filename or object name.\n"),
    field!(Text ignore, "i", true, "Skips paths going through any nodes matching regexp\nIf set, discard samples that include a node matching this regexp.\nMatching includes the function name, filename or object name.\n"),
    field!(Text prune_from, "prunefrom", true, "Drops any functions below the matched frame.\nIf set, any frames matching the specified regexp and any frames\nbelow it will be dropped from each sample.\n"),
    field!(Text hide, "h", true, "Skips nodes matching regexp\nDiscard nodes that match this location.\nOther nodes from samples that include this location will be shown.\nMatching includes the function name, filename or object name.\n"),
    field!(Text show, "s", true, "Only show nodes matching regexp\nIf set, only show nodes that match this location.\nMatching includes the function name, filename or object name.\n"),
    field!(Text show_from, "sf", true, "Drops functions above the highest matched frame.\nIf set, all frames above the highest match are dropped from every sample.\nMatching includes the function name, filename or object name.\n"),
    field!(Text tagfocus, "tf", true, "Restricts to samples with tags in range or matched by regexp\nUse name=value syntax to limit the matching to a specific tag.\nNumeric tag filter examples: 1kb, 1kb:10kb, memory=32mb:\nString tag filter examples: foo, foo.*bar, mytag=foo.*bar\n"),
    field!(Text tagignore, "ti", true, "Discard samples with tags in range or matched by regexp\nUse name=value syntax to limit the matching to a specific tag.\nNumeric tag filter examples: 1kb, 1kb:10kb, memory=32mb:\nString tag filter examples: foo, foo.*bar, mytag=foo.*bar\n"),
    field!(Text tagshow, "ts", true, "Only consider tags matching this regexp\nDiscard tags that do not match this regexp\n"),
    field!(Text taghide, "th", true, "Skip tags matching this regexp\nDiscard tags that match this regexp\n"),
    field!(Bool noinlines, "noinlines", true, "Ignore inlines.\nAttributes inlined functions to their first out-of-line caller.\n"),
    field!(Bool showcolumns, "showcolumns", true, "Show column numbers at the source code line level.\n"),
    field!(Text granularity, "g", true, &["functions", "filefunctions", "files", "lines", "addresses"], ""),
    Field {
        is_own: true,
        ..field!(
            Bool error,
            "error",
            true,
            "Show how far sampled values may be off\nHeap and CPU profiles are samples: the true value lies within the error in 95 of 100 cases.\n"
        )
    },
];

/// What the choices of options with a limited number of them mean.
pub fn choice_help(choice: &str) -> &'static str {
    match choice {
        "flat" => "Sort entries based on own weight\n",
        "cum" => "Sort entries based on cumulative weight\n",
        "functions" => {
            "Aggregate at the function level.\nIgnores the filename where the function was defined.\n"
        }
        "filefunctions" => {
            "Aggregate at the function level.\nTakes into account the filename where the function was defined.\n"
        }
        "files" => "Aggregate at the file level.",
        "lines" => "Aggregate at the source code line level.",
        "addresses" => {
            "Aggregate at the address level.\nIncludes functions' addresses in the output.\n"
        }
        _ => "",
    }
}

/// The option of a name, or the one that has the name as a choice.
pub fn field(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name || field.choices.contains(&name))
}

/// Why an option cannot be set; the texts are pprof's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A choice that there is not.
    #[error("invalid {field:?} value {value:?}")]
    Choice {
        /// The option.
        field: &'static str,
        /// What it was to be.
        value: String,
    },
    /// Not a number.
    #[error("strconv.{parser}: parsing {value:?}: invalid syntax")]
    Number {
        /// What Go reads it with.
        parser: &'static str,
        /// What was no number.
        value: String,
    },
    /// Not a yes or no.
    #[error("illegal value \"{0}\" for bool variable")]
    Bool(String),
    /// No such option.
    #[error("unknown config field {0:?}")]
    Unknown(String),
}

impl Field {
    /// Whether it is set without a value.
    pub fn is_bool(&self) -> bool {
        matches!((self.slot)(&mut Config::default()), Slot::Bool(_))
    }

    /// Where it is kept.
    pub fn slot<'c>(&self, config: &'c mut Config) -> Slot<'c> {
        (self.slot)(config)
    }

    /// Its value as text.
    pub fn get(&self, config: &Config) -> String {
        match (self.slot)(&mut config.clone()) {
            Slot::Bool(value) => value.to_string(),
            Slot::Int(value) => value.to_string(),
            Slot::Float(value) => float(*value),
            Slot::Text(value) => value.clone(),
        }
    }

    /// Sets it from text.
    ///
    /// # Errors
    /// If the text is no value of it.
    pub fn set(&self, config: &mut Config, value: &str) -> Result<(), ConfigError> {
        if !self.choices.is_empty() && !self.choices.contains(&value) {
            return Err(ConfigError::Choice { field: self.name, value: value.to_owned() });
        }
        let wrong = |parser| ConfigError::Number { parser, value: value.to_owned() };
        match (self.slot)(config) {
            Slot::Bool(slot) => *slot = boolean(value)?,
            Slot::Int(slot) => *slot = value.parse().map_err(|_| wrong("Atoi"))?,
            Slot::Float(slot) => *slot = value.parse().map_err(|_| wrong("ParseFloat"))?,
            Slot::Text(slot) => value.clone_into(slot),
        }
        Ok(())
    }
}

impl Config {
    /// Sets an option, or chooses one of the choices of an option.
    ///
    /// # Errors
    /// If there is no such option or the text is no value of it.
    pub fn configure(&mut self, name: &str, value: &str) -> Result<(), ConfigError> {
        let unknown = || ConfigError::Unknown(name.to_owned());
        let field = field(name).ok_or_else(unknown)?;
        if field.name == name {
            return field.set(self, value);
        }
        match value {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => field.set(self, name),
            _ => Err(unknown()),
        }
    }
}

/// Yes or no, in pprof's words; nothing means yes.
fn boolean(text: &str) -> Result<bool, ConfigError> {
    match text.to_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" | "" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err(ConfigError::Bool(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set_by_name_or_choice() {
        let mut config = Config::default();
        for (name, value) in
            [("nodecount", "5"), ("trim", "no"), ("cum", "true"), ("lines", "1"), ("unit", "mb")]
        {
            config.configure(name, value).unwrap();
        }
        let expected = Config {
            nodecount: 5,
            trim: false,
            sort: "cum".to_owned(),
            granularity: "lines".to_owned(),
            unit: "mb".to_owned(),
            ..Config::default()
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn what_cannot_be_set_is_told_as_pprof_does() {
        let mut config = Config::default();
        for (name, value, text) in [
            ("nodecount", "x", "strconv.Atoi: parsing \"x\": invalid syntax"),
            ("trim", "maybe", "illegal value \"maybe\" for bool variable"),
            ("sort", "up", "invalid \"sort\" value \"up\""),
            ("nope", "1", "unknown config field \"nope\""),
            ("cum", "false", "unknown config field \"cum\""),
        ] {
            let error = config.configure(name, value).unwrap_err();
            assert_eq!(error.to_string(), text);
        }
        assert_eq!(config, Config::default());
    }

    #[test]
    fn values_read_back() {
        let config = Config::default();
        for field in &FIELDS {
            let mut other = Config::default();
            let value = field.get(&config);
            if !value.is_empty() {
                field.set(&mut other, &value).unwrap();
            }
            assert_eq!(other, config, "{}", field.name);
        }
    }
}
