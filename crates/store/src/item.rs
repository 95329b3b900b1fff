//! One item of the table: typed access to its attributes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::keys::Key;
use crate::{OrgScope, Result, StoreError};

/// DynamoDB allows 400 KB with names and keys; the rest of an item needs far less than the difference.
const JSON_LIMIT_BYTES: usize = 380_000;

pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// Attributes with the key in front.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item(Attributes);

impl Item {
    /// Starts an item of an organisation; `org` is what reads of shared partitions verify.
    pub(crate) fn of_org(key: Key, scope: &OrgScope) -> Self {
        Self::new(key).with("org", text(scope.org().as_str()))
    }

    pub(crate) fn new(key: Key) -> Self {
        Self(key.into())
    }

    pub(crate) fn read(attributes: Attributes) -> Self {
        Self(attributes)
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn into_attributes(self) -> Attributes {
        self.0
    }

    pub(crate) fn optional_text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str> {
        self.optional_text(name).ok_or_else(|| self.damaged(name, "the text is missing"))
    }

    pub(crate) fn number(&self, name: &str) -> Result<u64> {
        let number = self.0.get(name).and_then(|value| value.as_n().ok());
        let number = number.ok_or_else(|| self.damaged(name, "the number is missing"))?;
        number.parse().map_err(|error| self.damaged(name, error))
    }

    /// Members of a string set; empty where it is absent, as DynamoDB knows no empty set.
    pub(crate) fn text_set(&self, name: &str) -> &[String] {
        self.0.get(name).and_then(|value| value.as_ss().ok()).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn timestamp(&self, name: &str) -> Result<Timestamp> {
        self.text(name)?.parse().map_err(|error: jiff::Error| self.damaged(name, error))
    }

    pub(crate) fn optional_timestamp(&self, name: &str) -> Result<Option<Timestamp>> {
        if self.0.contains_key(name) { self.timestamp(name).map(Some) } else { Ok(None) }
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        serde_json::from_str(self.text(name)?).map_err(|error| self.damaged(name, error))
    }

    pub(crate) fn optional_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        if self.0.contains_key(name) { self.json(name).map(Some) } else { Ok(None) }
    }

    pub(crate) fn parsed<T>(&self, name: &str) -> Result<T>
    where
        T: std::str::FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        self.text(name)?.parse().map_err(|error| self.damaged(name, error))
    }

    /// Fails unless the item belongs to the scope: the second lock behind the key, for partitions that carry no
    /// organisation (`TEST#…`, `SCAN#…`).
    pub(crate) fn verify(&self, scope: &OrgScope) -> Result<()> {
        if self.text("org")? == scope.org().as_str() {
            Ok(())
        } else {
            Err(self.damaged("org", "it belongs to another organisation"))
        }
    }

    pub(crate) fn damaged(
        &self,
        attribute: &str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StoreError {
        let part = |name| self.optional_text(name).unwrap_or("?");
        StoreError::damaged(format!("attribute `{attribute}` of item `{}` / `{}`", part("PK"), part("SK")), source)
    }
}

impl From<Key> for Attributes {
    fn from(key: Key) -> Self {
        HashMap::from([("PK".to_owned(), AttributeValue::S(key.pk)), ("SK".to_owned(), AttributeValue::S(key.sk))])
    }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A time with milliseconds always, so that texts sort as the times do.
pub(crate) fn sortable(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// The JSON text of `value`; `what` names it where it is too large for an item.
pub(crate) fn json<T: Serialize>(what: &str, value: &T) -> Result<AttributeValue> {
    let json = serde_json::to_string(value).map_err(|error| StoreError::damaged(what, error))?;
    if json.len() > JSON_LIMIT_BYTES {
        return Err(StoreError::TooLarge {
            what: what.to_owned(),
            size_bytes: json.len(),
            limit_bytes: JSON_LIMIT_BYTES,
        });
    }
    Ok(AttributeValue::S(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_text() {
        let time = |text: &str| sortable(text.parse().unwrap());
        assert_eq!(time("2026-11-20T13:00:00Z"), "2026-11-20T13:00:00.000Z");
        assert!(time("2026-11-20T13:00:00Z") < time("2026-11-20T13:00:00.5Z"));
        assert!(time("2026-11-20T13:00:00.5Z") < time("2026-11-20T13:00:01Z"));
    }

    #[test]
    fn another_organisations_item_is_refused() {
        let scope = |org: &str| OrgScope::new(org.parse().unwrap());
        let item = Item::of_org(Key::in_org(&scope("org-1"), "TEST#1"), &scope("org-1"));
        item.verify(&scope("org-1")).unwrap();
        assert!(item.verify(&scope("org-2")).is_err());
        assert!(Item::read(Attributes::new()).verify(&scope("org-1")).is_err());
    }

    #[test]
    fn what_no_item_can_hold_is_refused_by_name() {
        let error = json("finding `mcpa1-1`", &"x".repeat(400_000)).unwrap_err();
        assert!(matches!(&error, StoreError::TooLarge { what, .. } if what == "finding `mcpa1-1`"), "{error}");
    }
}
