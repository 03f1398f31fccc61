//! Who calls what in the executable, as a case holds it.

use std::collections::BTreeMap;
use std::sync::Arc;

use plumb_evidence::calls::{Call, Calls, Made};
use plumb_evidence::code::Frame;
use serde::{Deserialize, Serialize};

/// The calls, with each text once: numbers are places in `texts`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallsRecord {
    /// Names of functions and files.
    pub texts: Vec<String>,
    /// Caller, file, line, and callee if it is known.
    #[serde(default)]
    pub calls: Vec<(usize, usize, u32, Option<usize>)>,
    /// Function, file and line that make a pool, and the pool's type.
    #[serde(default)]
    pub made: Vec<(usize, usize, u32, usize)>,
    /// Functions that may be called without their name.
    #[serde(default)]
    pub referenced: Vec<usize>,
    /// Functions of which not all callers are told.
    #[serde(default)]
    pub unfinished: Vec<usize>,
}

/// Numbers texts in the order in which they come.
#[derive(Default)]
struct Texts<'a> {
    numbers: BTreeMap<&'a str, usize>,
    texts: Vec<String>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> usize {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text.to_owned());
            self.texts.len() - 1
        })
    }
}

impl From<&Calls> for CallsRecord {
    fn from(calls: &Calls) -> Self {
        let mut texts = Texts::default();
        let numbered = calls.calls.iter().map(|Call { at, callee }| {
            let (caller, file) = (texts.number(&at.function), texts.number(&at.file));
            (caller, file, at.line, callee.as_deref().map(|callee| texts.number(callee)))
        });
        let numbered = numbered.collect();
        let made = calls.made.iter().map(|Made { at, of }| {
            (texts.number(&at.function), texts.number(&at.file), at.line, texts.number(of))
        });
        let made = made.collect();
        let referenced = calls.referenced.iter().map(|name| texts.number(name)).collect();
        let unfinished = calls.unfinished.iter().map(|name| texts.number(name)).collect();
        Self { texts: texts.texts, calls: numbered, made, referenced, unfinished }
    }
}

impl From<CallsRecord> for Calls {
    /// What refers to a text that is not there is left out.
    fn from(record: CallsRecord) -> Self {
        let texts: Vec<Arc<str>> = record.texts.into_iter().map(Into::into).collect();
        let text = |number: usize| texts.get(number).cloned();
        let call = |(caller, file, line, callee): (usize, usize, u32, Option<usize>)| {
            let at = Frame { function: text(caller)?, file: text(file)?, line };
            let callee = match callee {
                Some(number) => Some(text(number)?),
                None => None,
            };
            Some(Call { at, callee })
        };
        let made = |(function, file, line, of): (usize, usize, u32, usize)| {
            let at = Frame { function: text(function)?, file: text(file)?, line };
            Some(Made { at, of: text(of)? })
        };
        Self {
            calls: record.calls.into_iter().filter_map(call).collect(),
            made: record.made.into_iter().filter_map(made).collect(),
            referenced: record.referenced.into_iter().filter_map(text).collect(),
            unfinished: record.unfinished.into_iter().filter_map(text).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_the_calls_back() {
        let frame = |line| Frame { function: "main.f".into(), file: "f.go".into(), line };
        let calls = Calls {
            calls: vec![
                Call { at: frame(3), callee: Some("net.Dial".into()) },
                Call { at: frame(4), callee: None },
            ],
            made: vec![Made { at: frame(5), of: "net/http.Transport".into() }],
            referenced: ["main.f".into()].into(),
            unfinished: ["net.Dial".into()].into(),
        };
        let text = serde_json::to_string(&CallsRecord::from(&calls)).unwrap();
        let record: CallsRecord = serde_json::from_str(&text).unwrap();
        assert_eq!(Calls::from(record), calls);
    }

    #[test]
    fn what_refers_to_nothing_is_left_out() {
        let record = CallsRecord {
            texts: vec!["main.f".to_owned()],
            calls: vec![(0, 0, 1, Some(7)), (7, 0, 1, None), (0, 0, 2, None)],
            made: vec![(0, 0, 1, 7), (0, 0, 1, 0)],
            referenced: vec![9],
            unfinished: vec![0],
        };
        let calls = Calls::from(record);
        assert_eq!(calls.calls.len(), 1);
        assert_eq!(calls.made.len(), 1);
        assert!(calls.referenced.is_empty());
    }
}
