//! What `plumb.toml` and the options say about a scan.

use std::path::Path;

use plumb_patterns::{CATALOGUE, RULES};
use plumb_report::scan::RuleNames;
use plumb_scan::config::ConfigError;
use plumb_scan::{Knowledge, Rule};

use super::SourceError;
use super::paths::Asked;
use crate::team::Team;
use crate::user_error::UserError;

/// Names less alike than this (Jaro-Winkler) are no typing errors.
const ALIKE: f64 = 0.75;

/// What a scan goes by.
pub(super) struct Settings {
    pub(super) team: Team,
    pub(super) rules: Vec<&'static Rule>,
    pub(super) knowledge: Knowledge,
}

impl Settings {
    /// Reads the nearest `plumb.toml` and chooses the rules.
    pub(super) fn new(asked: &Asked, patterns: &[String]) -> Result<Self, UserError> {
        let team = Team::nearest(&asked.places.base)?;
        let config = &team.config;
        let is_unknown = |id: &&String| rule(id).is_none();
        if let (Some(path), Some(id)) = (&team.path, config.scan.disable.iter().find(is_unknown)) {
            return Err(unknown_in(path, id).into());
        }
        let named: Vec<&'static Rule> =
            patterns.iter().map(|id| rule_or_error(id)).collect::<Result<_, _>>()?;
        let is_disabled = |rule: &&Rule| config.scan.disable.iter().any(|id| id == rule.pattern);
        let all = RULES.iter().copied();
        let rules = match named.is_empty() {
            true => all.filter(|rule| !is_disabled(rule)).collect(),
            // What is asked for by name is wanted.
            false => named,
        };
        let knowledge = team.knowledge().with_advisories((CATALOGUE.advisories)());
        Ok(Self { team, rules, knowledge })
    }

    /// Whether a file, told from the base, is not to be looked at.
    pub(super) fn excludes(&self, file: &str) -> bool {
        self.team.excludes(file)
    }
}

fn unknown_in(path: &Path, id: &str) -> SourceError {
    let key = "scan.disable".to_owned();
    let message = match closest(id) {
        Some(closest) => format!("no rule is called `{id}`; did you mean `{closest}`?"),
        None => format!("no rule is called `{id}`"),
    };
    SourceError::Config(path.to_owned(), ConfigError::Value { key, message })
}

/// The rule of a pattern.
pub(super) fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.pattern == id)
}

fn rule_or_error(id: &str) -> Result<&'static Rule, SourceError> {
    rule(id).ok_or_else(|| SourceError::NoRule { asked: id.to_owned(), closest: closest(id) })
}

fn closest(id: &str) -> Option<&'static str> {
    let alike = |rule: &&Rule| strsim::jaro_winkler(rule.pattern, id);
    let rules =
        RULES.iter().copied().filter(|rule| alike(rule) >= ALIKE || rule.pattern.contains(id));
    rules.max_by(|a, b| alike(a).total_cmp(&alike(b))).map(|rule| rule.pattern)
}

/// What reports tell of rules.
pub(super) fn names(rules: &[&Rule]) -> Vec<RuleNames> {
    let names = |rule: &&Rule| RuleNames { pattern: rule.pattern, linters: rule.linters };
    rules.iter().map(names).collect()
}
