//! Named configurations: the menu, saving and deleting.

use plumb_view::Config;

use crate::answer::Answer;
use crate::query::Query;
use crate::site::{Refusal, Site};
use hyper::StatusCode;

/// An entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// The parameters of a page with this configuration.
    pub(crate) address: String,
    /// Whether the page has it already.
    pub(crate) is_current: bool,
    /// Whether it can be deleted.
    pub(crate) is_saved: bool,
}

/// pprof's defaults and the saved configurations, for a page with these parameters.
pub(crate) fn menu(site: &Site, parameters: &Query) -> Result<Vec<Entry>, Refusal> {
    let entry = |name: String, config: &Config, is_saved| {
        let mut with = parameters.clone();
        let mut is_current = true;
        for (parameter, value) in config.parameters() {
            if parameters.get(parameter).unwrap_or_default() != value {
                is_current = false;
                with = with.with(parameter, &value);
            }
        }
        Entry { name, address: with.address(), is_current, is_saved }
    };
    let mut menu = vec![entry("Default".to_owned(), &Config::default(), false)];
    let saved = site.settings.read(&site.config)?;
    menu.extend(saved.into_iter().map(|(name, config)| entry(name, &config, true)));
    // If several are as the page is, the last one counts.
    if let Some(last) = menu.iter().rposition(|entry| entry.is_current) {
        menu.iter_mut().enumerate().for_each(|(at, entry)| entry.is_current = at == last);
    }
    Ok(menu)
}

/// Saves the options of an address under parameter `config`.
pub(crate) fn save(site: &Site, parameters: &Query) -> Result<Answer, Refusal> {
    let mut config = site.config.clone();
    config.apply_parameters(|name| parameters.get(name))?;
    site.settings.save(parameters.get("config").unwrap_or_default(), &config)?;
    Ok(Answer::text(StatusCode::OK, ""))
}

/// Deletes the configuration of parameter `config`.
pub(crate) fn delete(site: &Site, parameters: &Query) -> Result<Answer, Refusal> {
    site.settings.delete(parameters.get("config").unwrap_or_default())?;
    Ok(Answer::text(StatusCode::OK, ""))
}
