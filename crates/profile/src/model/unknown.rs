//! Fields that this version does not know, kept so that writing a profile loses nothing.

use std::collections::BTreeMap;

/// The message that a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Message {
    Profile,
    PeriodType,
    SampleType(usize),
    Sample(usize),
    /// Sample and position of the label in it.
    Label(usize, usize),
    Mapping(usize),
    Location(usize),
    Line(usize),
    Function(usize),
}

/// Unknown fields of all messages of a profile, as they stood in the input. Positions are those of the tables as
/// read: whoever changes the order of a table, or wants to drop what cannot be looked into, clears them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UnknownFields {
    bytes: BTreeMap<Message, Vec<u8>>,
}

impl UnknownFields {
    /// Whether the input had none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Adds a field with its tag.
    pub(crate) fn add(&mut self, message: Message, field: &[u8]) {
        self.bytes.entry(message).or_default().extend_from_slice(field);
    }

    /// The fields of a message, one after the other.
    pub(crate) fn of(&self, message: Message) -> &[u8] {
        if self.bytes.is_empty() {
            return &[];
        }
        self.bytes.get(&message).map_or(&[], Vec::as_slice)
    }
}
