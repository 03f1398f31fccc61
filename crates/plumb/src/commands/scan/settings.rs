//! What `plumb.toml` and the options say about a scan.

use std::fs;
use std::io;
use std::path::PathBuf;

use plumb_patterns::{CATALOGUE, RULES};
use plumb_report::scan::RuleNames;
use plumb_scan::config::{Config, ConfigError, FILE_NAME};
use plumb_scan::places::with_slashes;
use plumb_scan::{Knowledge, Rule};

use super::SourceError;
use super::paths::Asked;
use crate::user_error::UserError;

/// Names less alike than this (Jaro-Winkler) are no typing errors.
const ALIKE: f64 = 0.75;

/// What a scan goes by.
pub(super) struct Settings {
    pub(super) config: Config,
    /// What stands before a path of a finding, told from the folder of `plumb.toml`.
    lead: String,
    pub(super) rules: Vec<&'static Rule>,
    pub(super) knowledge: Knowledge,
}

impl Settings {
    /// Reads the nearest `plumb.toml` and chooses the rules.
    pub(super) fn new(asked: &Asked, patterns: &[String]) -> Result<Self, UserError> {
        let (config, lead) = read(asked)?;
        let named: Vec<&'static Rule> =
            patterns.iter().map(|id| rule_or_error(id)).collect::<Result<_, _>>()?;
        let is_disabled = |rule: &&Rule| config.scan.disable.iter().any(|id| id == rule.pattern);
        let all = RULES.iter().copied();
        let rules = match named.is_empty() {
            true => all.filter(|rule| !is_disabled(rule)).collect(),
            // What is asked for by name is wanted.
            false => named,
        };
        // The team's own come first: they know their functions better.
        let objects = config.objects().into_iter().chain(CATALOGUE.objects.iter().copied());
        let knowledge =
            Knowledge::new(Vec::leak(objects.collect())).with_advisories((CATALOGUE.advisories)());
        Ok(Self { config, lead, rules, knowledge })
    }

    /// Whether a file, told from the base, is not to be looked at.
    pub(super) fn excludes(&self, file: &str) -> bool {
        self.config.excludes(&format!("{}{file}", self.lead))
    }
}

/// The nearest `plumb.toml` above the base, up to the root of the repository, with the way from its folder to the
/// base.
fn read(asked: &Asked) -> Result<(Config, String), UserError> {
    let base = &asked.places.base;
    let folders = base.ancestors().take_while(|folder| folder.starts_with(&asked.top));
    for folder in folders {
        let path = folder.join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(UserError::Unreadable(path, error)),
        };
        let config =
            Config::parse(&text).map_err(|error| SourceError::Config(path.clone(), error))?;
        if let Some(id) = config.scan.disable.iter().find(|id| rule(id).is_none()) {
            return Err(unknown_in(path, id).into());
        }
        let lead = match base.strip_prefix(folder) {
            Ok(rest) if !rest.as_os_str().is_empty() => format!("{}/", with_slashes(rest)),
            _ => String::new(),
        };
        return Ok((config, lead));
    }
    Ok((Config::default(), String::new()))
}

fn unknown_in(path: PathBuf, id: &str) -> SourceError {
    let key = "scan.disable".to_owned();
    let message = match closest(id) {
        Some(closest) => format!("no rule is called `{id}`; did you mean `{closest}`?"),
        None => format!("no rule is called `{id}`"),
    };
    SourceError::Config(path, ConfigError::Value { key, message })
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
