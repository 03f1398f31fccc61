//! What is answered to which request.

use std::sync::Arc;

use hyper::{Method, StatusCode};
use plumb_profile::Profile;
use plumb_view::{
    Config, Description, Files, Messages, ParameterError, Report, ReportError, Stacks,
    command_named, describe,
};
use serde_json::json;

use crate::answer::{Answer, HTML};
use crate::page::{self, PAGES, Page};
use crate::query::Query;
use crate::recent::Recent;
use crate::settings::{Settings, SettingsError};
use crate::{assets, compare, configs, flame, text, top};

/// Most filtered copies of the stacks that are kept: the one looked at and the one before.
const MOST_STACKS: usize = 2;

/// Most answers that are kept, and the bytes they may take.
const MOST_ANSWERS: usize = 64;
const MOST_ANSWER_BYTES: usize = 16 << 20;

/// Most descriptions of the profile that are kept: some of each of its values.
const MOST_DESCRIPTIONS: usize = 16;

/// Why a request is not answered with what it wants.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("{0}")]
    Search(String),
    #[error("there is no report {0:?}")]
    NoReport(String),
    #[error("no such page")]
    NotFound,
    #[error("method not allowed")]
    Method,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoReport(_) => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A profile and the pages that show it.
#[derive(Debug)]
pub struct Site {
    pub(crate) profile: Profile,
    /// The options of the command line.
    pub(crate) config: Config,
    pub(crate) settings: Settings,
    /// Whether there are values below zero, as in a difference.
    pub(crate) is_difference: bool,
    files: Arc<dyn Files>,
    stacks: Recent<Arc<(Stacks, Messages)>>,
    answers: Recent<Answer>,
    descriptions: Recent<Arc<Description>>,
}

impl Site {
    /// Pages of a profile. `settings` is the file of named configurations; see
    /// [`default_settings_path`](crate::default_settings_path).
    /// `files` are what source and assembly are read from.
    pub fn new(
        profile: Profile,
        config: Config,
        settings: Option<std::path::PathBuf>,
        files: Arc<dyn Files>,
    ) -> Self {
        let is_difference = profile.samples().any(|s| s.values().iter().any(|&value| value < 0));
        Self {
            profile,
            config,
            settings: Settings::new(settings),
            is_difference,
            files,
            stacks: Recent::new(MOST_STACKS, usize::MAX),
            answers: Recent::new(MOST_ANSWERS, MOST_ANSWER_BYTES),
            descriptions: Recent::new(MOST_DESCRIPTIONS, usize::MAX),
        }
    }

    /// Answers a request. `path` begins with `/`; `query` is what stands behind `?`.
    pub(crate) fn answer(&self, method: &Method, path: &str, query: &str) -> Answer {
        let Some(inner) = path.strip_prefix("/ui/") else {
            let query = if query.is_empty() { String::new() } else { format!("?{query}") };
            return Answer::redirect(StatusCode::TEMPORARY_REDIRECT, format!("/ui/{query}"));
        };
        if let Some(name) = inner.strip_prefix("static/") {
            return assets::find(name).unwrap_or_else(|| Answer::status(StatusCode::NOT_FOUND));
        }
        let parameters = Query::parse(query);
        let is_reading = matches!(*method, Method::GET | Method::HEAD);
        let answer = match inner {
            "saveconfig" if *method == Method::POST => configs::save(self, &parameters),
            "deleteconfig" if *method == Method::DELETE || *method == Method::POST => {
                configs::delete(self, &parameters)
            }
            "saveconfig" | "deleteconfig" => Err(Refusal::Method),
            _ if !is_reading => Err(Refusal::Method),
            "" | "flamegraph2" | "flamegraphold" => {
                let location = Query::parse(query).address();
                let to = format!("flamegraph{}", location.trim_end_matches('?'));
                Ok(Answer::redirect(StatusCode::MOVED_PERMANENTLY, to))
            }
            "download" => self.download(),
            name => self.page_or_data(name, query, &parameters),
        };
        match answer {
            Ok(answer) => answer,
            Err(refusal) if inner.ends_with(".json") => {
                let status = refusal.status();
                Answer { status, ..Answer::json(&json!({ "error": refusal.to_string() })) }
            }
            Err(refusal) => Answer::text(refusal.status(), &refusal.to_string()),
        }
    }

    fn page_or_data(&self, name: &str, query: &str, parameters: &Query) -> Result<Answer, Refusal> {
        let data = name.strip_suffix(".json");
        let page = |name: &str| PAGES.iter().find(|page| page.path == name);
        match data {
            None => {
                let page = page(name).ok_or(Refusal::NotFound)?;
                let config = self.config(parameters)?;
                Ok(Answer::new(HTML, page::html(self, page, parameters, &config)?.into_bytes()))
            }
            Some(name) => self.kept(&format!("{name}?{query}"), || {
                let config = self.config(parameters)?;
                match name {
                    "search" => flame::search(self, parameters, config),
                    name => self.data(page(name).ok_or(Refusal::NotFound)?, parameters, config),
                }
            }),
        }
    }

    fn data(&self, page: &Page, parameters: &Query, config: Config) -> Result<Answer, Refusal> {
        match page.path {
            "flamegraph" => flame::data(self, parameters, config),
            "top" => top::data(self, config),
            "compare" => compare::data(self, config),
            "graph" => text::graph(self, config),
            name => text::data(self, name, parameters, config),
        }
    }

    /// The options of an address.
    fn config(&self, parameters: &Query) -> Result<Config, Refusal> {
        let mut config = self.config.clone();
        config.apply_parameters(|name| parameters.get(name))?;
        Ok(config)
    }

    /// What was answered to the same question, or else an answer that is kept.
    fn kept(
        &self,
        question: &str,
        answer: impl FnOnce() -> Result<Answer, Refusal>,
    ) -> Result<Answer, Refusal> {
        if let Some(answer) = self.answers.get(question) {
            return Ok(answer);
        }
        let answer = answer()?;
        let bytes = answer.body.len() + question.len();
        self.answers.put(question.to_owned(), answer.clone(), bytes);
        Ok(answer)
    }

    /// A report of the profile, of a filtered copy.
    pub(crate) fn report(
        &self,
        command: &str,
        argument: Option<&str>,
        config: &Config,
    ) -> Result<(Report, Messages), Refusal> {
        let unknown = || Refusal::NoReport(command.to_owned());
        let command = command_named(command).ok_or_else(unknown)?;
        let mut messages = Messages::new();
        let mut report =
            Report::new(self.profile.clone(), command, argument, config, &mut messages)?;
        report.set_files(Arc::clone(&self.files));
        Ok((report, messages))
    }

    /// The stacks that the filters leave.
    pub(crate) fn stacks(&self, config: &Config) -> Result<Arc<(Stacks, Messages)>, Refusal> {
        let key = format!("{config:?}");
        if let Some(stacks) = self.stacks.get(&key) {
            return Ok(stacks);
        }
        let (report, mut messages) = self.report("traces", None, config)?;
        if config.mean {
            messages.push("Means do not add up along stacks: these are sums".to_owned());
        }
        let stacks = Arc::new((report.into_stacks(), messages));
        self.stacks.put(key, Arc::clone(&stacks), 0);
        Ok(stacks)
    }

    /// What the profile is of. It takes a look at every sample, and each page needs it.
    pub(crate) fn description(&self, config: &Config) -> Result<Arc<Description>, Refusal> {
        let Config { sample_index, mean, divide_by, unit, .. } = config;
        let key = format!("{mean} {divide_by} {unit} {sample_index}");
        if let Some(description) = self.descriptions.get(&key) {
            return Ok(description);
        }
        let description = Arc::new(describe(&self.profile, config)?);
        self.descriptions.put(key, Arc::clone(&description), 0);
        Ok(description)
    }

    /// The profile as it was read.
    fn download(&self) -> Result<Answer, Refusal> {
        let (mut report, _) = self.report("proto", None, &Config::default())?;
        let mut body = Vec::new();
        report.write(&mut body)?;
        let answer = Answer::new("application/vnd.google.protobuf+gzip", body);
        Ok(Answer { file_name: Some("profile.pb.gz"), ..answer })
    }
}
