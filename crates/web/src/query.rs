//! The parameters of an address.

use url::form_urlencoded::{Serializer, parse};

/// Parameters in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let owned = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            (name.into_owned(), value.into_owned())
        };
        Self { pairs: parse(text.as_bytes()).map(owned).collect() }
    }

    /// The first value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All parameters.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same with another value of a parameter; without it if that is empty.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut pairs = self.pairs.clone();
        pairs.retain(|(key, _)| key != name);
        if !value.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        Self { pairs }
    }

    /// As it stands in an address: `?` and what follows. Never empty, since an empty address would keep the parameters
    /// of the page that it stands in.
    pub(crate) fn address(&self) -> String {
        let mut text = Serializer::for_suffix("?".to_owned(), 1);
        text.extend_pairs(self.pairs().filter(|(_, value)| !value.is_empty()));
        text.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn parameters_are_read_changed_and_written() {
        let query = Query::parse("f=a%7Cb+c&si=x&f=later&empty=");
        assert_eq!((query.get("f"), query.get("n")), (Some("a|b c"), None));
        let other = query.with("f", "^d$").with("si", "");
        assert_eq!(other.address(), "?f=%5Ed%24");
        assert_eq!(Query::default().address(), "?");
    }
}
