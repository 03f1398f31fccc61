//! Options in the addresses of web pages.

use crate::config::{Config, ConfigError, FIELDS, Field};

/// A parameter that is no value of its option; the text is pprof's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("error setting config field {field}: {source}")]
pub struct ParameterError {
    field: &'static str,
    source: ConfigError,
}

impl Config {
    /// Sets the options that an address names; empty parameters are as none.
    ///
    /// # Errors
    /// If a parameter is no value of its option.
    pub fn apply_parameters<'p>(
        &mut self,
        parameter: impl Fn(&str) -> Option<&'p str>,
    ) -> Result<(), ParameterError> {
        for field in FIELDS.iter().filter(|field| !field.parameter.is_empty()) {
            if let Some(value) = parameter(field.parameter).filter(|value| !value.is_empty()) {
                let error = |source| ParameterError { field: field.name, source };
                field.set(self, value).map_err(error)?;
            }
        }
        Ok(())
    }

    /// The parameters for the options that are saved, in order. Those of options that are as ever are empty: an address
    /// need not have them.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let default = Self::default();
        let value = |field: &Field| match field.get(self) {
            value if value == field.get(&default) => String::new(),
            value if field.is_bool() => value[..1].to_owned(),
            value => value,
        };
        let has_parameter = |field: &&Field| field.saved && !field.parameter.is_empty();
        FIELDS.iter().filter(has_parameter).map(|field| (field.parameter, value(field))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_what_is_not_as_ever() {
        let mut config = Config::default();
        let set = [("f", "main"), ("trim", "f"), ("n", "7"), ("g", "lines"), ("i", "")];
        let parameter =
            |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        config.apply_parameters(parameter).unwrap();
        assert_eq!((config.focus.as_str(), config.trim, config.nodecount), ("main", false, 7));
        let mut parameters = config.parameters();
        parameters.retain(|(_, value)| !value.is_empty());
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(parameters, [("n", "7"), ("trim", "f"), ("f", "main"), ("g", "lines")]);
    }

    #[test]
    fn wrong_parameters_are_told_as_pprof_does() {
        let error = Config::default().apply_parameters(|name| (name == "n").then_some("x"));
        assert_eq!(
            error.unwrap_err().to_string(),
            "error setting config field nodecount: strconv.Atoi: parsing \"x\": invalid syntax"
        );
    }
}
