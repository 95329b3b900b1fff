//! Ids of Redis stream entries, in their order.

use std::fmt;
use std::str::FromStr;

/// `<milliseconds>-<sequence>`: later entries of a stream have greater ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct EntryId {
    milliseconds: u64,
    sequence: u64,
}

/// A text that no stream gave out.
#[derive(Debug, thiserror::Error)]
#[error("not an id of this service: give back the `id` of the last event")]
pub(crate) struct InvalidEntryId;

impl EntryId {
    /// Before every entry.
    pub(crate) const START: Self = Self { milliseconds: 0, sequence: 0 };
}

impl FromStr for EntryId {
    type Err = InvalidEntryId;
    /// Only the one way in which Redis writes it, so that two texts are never the same id.
    fn from_str(text: &str) -> Result<Self, InvalidEntryId> {
        let (milliseconds, sequence) = text.split_once('-').ok_or(InvalidEntryId)?;
        let id = Self {
            milliseconds: milliseconds.parse().map_err(|_| InvalidEntryId)?,
            sequence: sequence.parse().map_err(|_| InvalidEntryId)?,
        };
        if id.to_string() == text { Ok(id) } else { Err(InvalidEntryId) }
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.milliseconds, self.sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_as_numbers_not_as_text() {
        let id = |text: &str| text.parse::<EntryId>().unwrap();
        assert!(id("9-0") < id("10-0"));
        assert!(id("10-9") < id("10-10"));
        assert!(EntryId::START < id("0-1"));
        assert_eq!(id("1731-4").to_string(), "1731-4");
    }

    #[test]
    fn what_redis_would_read_as_a_command_is_no_id() {
        for text in ["", "1", "-", "+", "$", "(1-1", "1-", "1-2-3", "+1-1", "01-1", "1-1 ", "18446744073709551616-0"] {
            assert!(text.parse::<EntryId>().is_err(), "{text:?} was accepted");
        }
    }
}
