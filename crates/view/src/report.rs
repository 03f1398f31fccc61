//! What all reports share: which value they show, of what total, in which unit.

use std::io::{self, Write};
use std::sync::Arc;

use plumb_profile::{LabelRef, Profile};
use rustc_hash::FxHashMap;

use crate::command::{Command, Format};
use crate::config::Config;
use crate::files::{Files, NoFiles};
use crate::focus::{self, RegexOptionError};
use crate::go_text::base;
use crate::graph::{Frames, Graph, GraphOptions, Limits, NodeOrder, Trimmed};
use crate::header;
use crate::measure::scale;
use crate::pseudo_frames::add_label_frames;
use crate::sample_value::{SampleIndexError, SampleValue};
use crate::values::Values;
use crate::{
    aggregate, callgrind, collapsed, disasm, dot, drawing, flame, growth, list, proto,
    source_paths, speedscope, tags, text, top_proto, traces, tree, weblist,
};

/// What a report says besides itself, for the standard error.
pub type Messages = Vec<String>;

/// Why there is no report; the texts are pprof's.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The value cannot be shown.
    #[error(transparent)]
    SampleIndex(#[from] SampleIndexError),
    /// A filter is no regular expression.
    #[error(transparent)]
    Option(#[from] RegexOptionError),
    /// The argument of a command is no regular expression.
    #[error("parsing argument regexp {argument}: {why}")]
    Argument {
        /// The argument.
        argument: String,
        /// What is wrong with it.
        why: String,
    },
    /// Values are divided by nothing.
    #[error("zero divisor specified")]
    ZeroDivisor,
    /// No such granularity.
    #[error("unexpected granularity")]
    Granularity,
    /// No entry matches the argument.
    #[error("no matches found for regexp: {0}")]
    NoMatch(String),
    /// Growth is asked for without a base.
    #[error("growth needs an older profile to compare with: -diff_base=OLD")]
    NoBase,
    /// Source files or executables say nothing of what is asked for.
    #[error("{0}")]
    File(String),
    /// The report cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A profile, filtered and aggregated, and how it is shown.
#[derive(Debug)]
pub struct Report {
    pub(crate) profile: Profile,
    pub(crate) config: Config,
    pub(crate) format: Format,
    pub(crate) values: Values,
    /// The regular expression of commands that have one, and how it was written.
    pub(crate) argument: Option<(regex::Regex, String)>,
    /// Units of numeric labels by name.
    pub(crate) label_units: FxHashMap<String, String>,
    pub(crate) active_filters: Vec<String>,
    /// Whether text may hold escapes for a terminal.
    pub(crate) is_styled: bool,
    files: Arc<dyn Files>,
}

impl Report {
    /// Prepares a report of a profile.
    ///
    /// # Errors
    /// If an option or the argument cannot be used.
    pub fn new(
        mut profile: Profile,
        command: &Command,
        argument: Option<&str>,
        config: &Config,
        messages: &mut Messages,
    ) -> Result<Self, ReportError> {
        let config = command.overrides(config);
        let (label_units, ignored) = label_units(&profile);
        messages.extend(ignored);
        add_label_frames(&mut profile, &config, messages);
        if config.relative_percentages {
            focus::apply(&mut profile, &label_units, &config, messages)?;
        }
        let value = SampleValue::new(&profile, &config.sample_index, config.mean)?;
        if config.divide_by == 0.0 {
            return Err(ReportError::ZeroDivisor);
        }
        let argument = argument.map(compile_argument).transpose()?;
        let total = value.total(&profile);
        if !config.relative_percentages {
            focus::apply(&mut profile, &label_units, &config, messages)?;
        }
        aggregate::aggregate(&mut profile, &config)?;
        let active_filters = active_filters(&config);
        let (format, values) = (command.format, Values::new(value, total, &config));
        let is_styled = false;
        Ok(Self {
            profile,
            config,
            format,
            values,
            argument,
            label_units,
            active_filters,
            is_styled,
            files: Arc::new(NoFiles),
        })
    }

    /// Lets the report read source files and executables, which some reports are of.
    pub fn set_files(&mut self, files: Arc<dyn Files>) {
        self.files = files;
    }

    pub(crate) fn files(&self) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }

    /// The argument as it was written; empty if there is none.
    pub(crate) fn argument_text(&self) -> &str {
        self.argument.as_ref().map_or("", |(_, text)| text)
    }

    /// The same report for a terminal that shows styles.
    #[must_use]
    pub fn styled(self, is_styled: bool) -> Self {
        Self { is_styled, ..self }
    }

    /// Writes the report.
    ///
    /// # Errors
    /// If nothing matches the argument, or it cannot be written.
    pub fn write(&mut self, out: &mut dyn Write) -> Result<(), ReportError> {
        match self.format {
            Format::Text => text::write(self, out),
            Format::Tree => tree::write(self, out),
            Format::Growth => growth::write(self, out),
            Format::Traces => traces::write(self, out),
            Format::Tags => tags::write(self, out),
            Format::Collapsed => collapsed::write(self, out),
            Format::Comments => header::write_comments(self, out),
            Format::Dot => dot::write(self, out),
            Format::Drawing(image) => drawing::write(self, image, out),
            Format::Callgrind => callgrind::write(self, out),
            Format::TopProto => top_proto::write(self, out),
            Format::Raw => Ok(self.profile.write_raw(out, &header::local_time_with_offset)?),
            Format::Proto => {
                self.divide();
                Ok(proto::write(&self.profile, out)?)
            }
            Format::Flame => flame::write(self, out),
            Format::Speedscope => speedscope::write(self, out),
            Format::List => list::write(self, out),
            Format::Disasm => disasm::write(self, out),
            Format::WebList => weblist::write(self, out),
        }
    }

    /// The graph of the profile, as much of it as is shown; chooses the unit of values by it.
    pub(crate) fn trimmed_graph(&mut self) -> Trimmed {
        source_paths::trim(&mut self.profile, &self.config.trim_path, &self.config.source_path);
        let config = &self.config;
        let options = self.graph_options();
        let is_drawing = self.is_drawing();
        let order = match () {
            () if is_drawing => NodeOrder::Entropy,
            () if config.sort == "cum" => NodeOrder::Cum,
            () => NodeOrder::Flat,
        };
        let limits = Limits {
            nodes: usize::try_from(config.nodecount).unwrap_or(0),
            node_fraction: config.nodefraction,
            edge_fraction: config.edgefraction,
            order,
        };
        let trimmed = Trimmed::new(&self.profile, &options, limits);
        self.choose_unit(&trimmed);
        trimmed
    }

    /// All nodes of the profile, without edges.
    pub(crate) fn whole_graph(&mut self) -> Graph {
        source_paths::trim(&mut self.profile, &self.config.trim_path, &self.config.source_path);
        let options = self.graph_options();
        let frames = Frames::new(&self.profile, options.keeps_object_files);
        Graph::of_nodes(&self.profile, &frames, &options)
    }

    fn is_drawing(&self) -> bool {
        matches!(self.format, Format::Dot | Format::Drawing(_))
    }

    fn graph_options(&self) -> GraphOptions<'_> {
        let config = &self.config;
        let is_drawing = self.is_drawing();
        GraphOptions {
            value: self.values.of.index,
            divisor: self.values.of.divisor,
            keeps_object_files: matches!(
                self.format,
                Format::Raw | Format::List | Format::WebList | Format::Disasm | Format::Callgrind
            ),
            is_call_tree: config.call_tree && (is_drawing || self.format == Format::Callgrind),
            drops_negative: config.drop_negative,
            with_tags: is_drawing,
            unit: &config.unit,
            unit_of_bytes: self.label_units.get("bytes").map_or("", String::as_str),
        }
    }

    /// `minimum` is the unit of the smallest value that is shown, or if the total has another one, that of a hundred
    /// times as much.
    fn choose_unit(&mut self, trimmed: &Trimmed) {
        if self.values.unit != "minimum" || trimmed.graph.shown.is_empty() {
            return;
        }
        let sizes = trimmed.graph.shown_nodes().map(|node| {
            let flat = node.flat.value().wrapping_abs();
            if flat == 0 { node.cum.value().wrapping_abs() } else { flat }
        });
        let smallest = sizes.filter(|&size| size > 0).min().unwrap_or(self.values.total);
        let (smallest, largest) =
            (self.values.divided(smallest), self.values.divided(self.values.total));
        let unit_of = |value: i64| scale(value, &self.values.of.unit, "minimum").1.to_owned();
        let (mut unit, unit_of_largest) = (unit_of(smallest), unit_of(largest));
        if unit != unit_of_largest
            && smallest.wrapping_mul(100) < largest
            && self.format != Format::Callgrind
        {
            unit = unit_of(smallest.wrapping_mul(100));
        }
        self.values.unit = if unit.is_empty() { self.values.of.unit.clone() } else { unit };
    }

    /// What percentages are of.
    pub fn total(&self) -> i64 {
        self.values.total
    }

    /// A value with its unit.
    pub fn format(&self, value: i64) -> String {
        self.values.format(value)
    }

    fn divide(&mut self) {
        if let Some(ratio) = self.values.ratio {
            self.profile.scale_truncating(ratio);
        }
    }

    /// Name of the program, for titles.
    pub(crate) fn title(&self) -> &str {
        match self.profile.program() {
            "" => "",
            file => base(file),
        }
    }
}

/// What a profile is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Lines as above a report.
    pub lines: Vec<String>,
    /// Sum of the sizes of all values.
    pub total: i64,
    /// What is to be said besides.
    pub messages: Messages,
}

/// Says what a profile is of.
///
/// # Errors
/// If the value that the configuration names cannot be shown.
pub fn describe(profile: &Profile, config: &Config) -> Result<Description, ReportError> {
    let (_, messages) = label_units(profile);
    let value = SampleValue::new(profile, &config.sample_index, config.mean)?;
    if config.divide_by == 0.0 {
        return Err(ReportError::ZeroDivisor);
    }
    let total = value.total(profile);
    let values = Values::new(value, total, config);
    let lines = header::profile_lines(profile, &values);
    Ok(Description { lines, total, messages })
}

fn compile_argument(argument: &str) -> Result<(regex::Regex, String), ReportError> {
    match plumb_profile::go_regex(argument) {
        Ok(regex) => Ok((regex, argument.to_owned())),
        Err(error) => {
            let (argument, why) = (argument.to_owned(), error.to_string());
            Err(ReportError::Argument { argument, why })
        }
    }
}

fn active_filters(config: &Config) -> Vec<String> {
    let filters = [
        ("focus", &config.focus),
        ("ignore", &config.ignore),
        ("hide", &config.hide),
        ("show", &config.show),
        ("show_from", &config.show_from),
        ("tagfocus", &config.tagfocus),
        ("tagignore", &config.tagignore),
        ("tagshow", &config.tagshow),
        ("taghide", &config.taghide),
    ];
    let set = filters.iter().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| format!("{name}={value}")).collect()
}

/// The unit of each numeric label: the first one that a sample names, else by the label's name. With what is to be said
/// of labels that have several.
fn label_units(profile: &Profile) -> (FxHashMap<String, String>, Messages) {
    let mut units: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for sample in profile.samples() {
        for label in sample.labels() {
            if let LabelRef::Number { key, unit, .. } = label {
                let known = units.entry(key).or_default();
                if !unit.is_empty() && !known.contains(&unit) {
                    known.push(unit);
                }
            }
        }
    }
    let mut messages = Messages::new();
    let mut names: Vec<_> = units.keys().copied().collect();
    names.sort_unstable();
    for name in names {
        if let [used, others @ ..] = units[name].as_slice()
            && !others.is_empty()
        {
            let mut others = others.to_vec();
            others.sort_unstable();
            let others = others.join(", ");
            messages.push(format!(
                "For tag {name} used unit {used}, also encountered unit(s) {others}"
            ));
        }
    }
    let unit = |name: &str, known: &[&str]| match (known.first(), name) {
        (Some(unit), _) => (*unit).to_owned(),
        (None, "alignment" | "request") => "bytes".to_owned(),
        (None, name) => name.to_owned(),
    };
    let units = units.iter().map(|(name, known)| ((*name).to_owned(), unit(name, known))).collect();
    (units, messages)
}
