//! What `plumb pprof` prints: a profile filtered, aggregated and shown as text, tree, graph or another profile.
//!
//! The oracle is `go tool pprof`: for the same profile and options, what is written is equal to the byte. Where this crate
//! differs inside is speed. pprof builds the whole graph anew for each cut; here nodes are weighed once, since their
//! weight does not depend on which others are left out, and edges and labels are made only for reports that show them.

mod aggregate;
mod callgrind;
mod collapsed;
mod columns;
mod command;
mod config;
mod config_url;
mod diagram;
mod disasm;
mod dot;
mod drawing;
mod files;
mod flame;
mod focus;
mod go_text;
mod graph;
mod growth;
mod header;
mod list;
mod measure;
mod proto;
mod pseudo_frames;
mod report;
mod sample_value;
mod sampling;
mod source_paths;
mod source_text;
mod speedscope;
mod stack_tree;
mod stacks;
mod style;
mod symbolize;
mod tags;
mod text;
mod top_proto;
mod traces;
mod tree;
mod values;
mod weblist;
mod xml;

pub use command::{COMMANDS, Command, Format, Image, Target, command_named};
pub use config::{Config, ConfigError, FIELDS, Field, Slot, choice_help, field};
pub use config_url::ParameterError;
pub use files::{Files, NoFiles};
pub use focus::RegexOptionError;
pub use go_text::{base, clean, float};
pub use measure::{label, percentage, scale, scaled_label};
pub use proto::write as write_profile;
pub use report::{Description, Messages, Report, ReportError, describe};
pub use sample_value::{SampleIndexError, sample_type};
pub use stack_tree::{
    Amount, Branch, Found, ROOT, Source, SourceId, SourceTotal, StackTree, Stacks, TreeLimits,
    TreeNode,
};
pub use symbolize::{SymbolizeMode, has_scheme, symbolize};
pub use text::TextItem;
