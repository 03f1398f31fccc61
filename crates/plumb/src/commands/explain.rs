//! `plumb explain`: a pattern of the catalogue.

use clap::{Args, ValueEnum};
use plumb_evidence::Pattern;
use plumb_patterns::CATALOGUE;
use plumb_report::{Kept, explain};

use crate::exit_code::Outcome;
use crate::screen::{self, Colour};
use crate::user_error::UserError;

/// Names less alike than this (Jaro-Winkler) are no typing errors.
const ALIKE: f64 = 0.75;

/// Explain a leak pattern: what shows, why it leaks, the fix, how to prevent it
#[derive(Args)]
pub(crate) struct Explain {
    /// The pattern, as findings name it; all are listed without it
    pattern: Option<String>,

    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: PageFormat,

    /// When to print in colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Colour,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum PageFormat {
    /// For reading in a terminal
    #[default]
    Terminal,
    /// A page
    Markdown,
}

impl Explain {
    pub(super) fn run(self) -> Result<Outcome, UserError> {
        let options = screen::options(self.color, false, Kept::Nowhere);
        let pattern = self.pattern.as_deref().map(find).transpose()?;
        screen::print(&match (pattern, self.format) {
            (Some(pattern), PageFormat::Terminal) => explain::terminal(pattern, &options),
            (Some(pattern), PageFormat::Markdown) => explain::markdown(pattern),
            (None, PageFormat::Terminal) => explain::list(&CATALOGUE, &options),
            (None, PageFormat::Markdown) => explain::list_markdown(&CATALOGUE),
        })?;
        Ok(Outcome::Fine)
    }
}

fn find(asked: &str) -> Result<&'static Pattern, UserError> {
    CATALOGUE.pattern(asked).ok_or_else(|| {
        let alike = |pattern: &&'static Pattern| strsim::jaro_winkler(pattern.id, asked);
        let patterns = CATALOGUE.patterns.iter().copied();
        let closest = patterns
            .filter(|pattern| alike(pattern) >= ALIKE || pattern.id.contains(asked))
            .max_by(|a, b| alike(a).total_cmp(&alike(b)));
        UserError::UnknownPattern { asked: asked.to_owned(), closest: closest.map(|p| p.id) }
    })
}
