//! Identifiers. Each is its own type, so that a test is never looked up by the id of a report.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a string is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no identifier: use 1 to 80 letters, digits, `-` or `_`")]
pub struct InvalidId(String);

/// Identifiers become parts of database and object keys, so nothing that separates keys may be in them.
fn checked(id: String) -> Result<String, InvalidId> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (1..=80).contains(&id.len()) && id.bytes().all(legal) { Ok(id) } else { Err(InvalidId(id)) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String", extend("pattern" = "^[A-Za-z0-9_-]{1,80}$"))]
        pub struct $name(String);

        impl $name {
            /// Mints a new identifier; later ones sort after earlier ones (UUID version 7, RFC 9562).
            pub fn random() -> Self {
                Self(Uuid::now_v7().to_string())
            }

            /// Derives the identifier that the same parts always give (UUID version 5), so that a redelivered
            /// message names the same thing again.
            pub fn derived(parts: &[&str]) -> Self {
                Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, parts.join("\u{1f}").as_bytes()).to_string())
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(id: String) -> Result<Self, InvalidId> {
                checked(id).map(Self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(id: &str) -> Result<Self, InvalidId> {
                checked(id.to_owned()).map(Self)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

ids! {
    /// An organisation: the tenant that owns everything else.
    OrgId;
    /// A person who signs in.
    UserId;
    /// A scan: one discovery of MCP servers.
    ScanId;
    /// A schedule of scans.
    ScheduleId;
    /// One MCP server found by a scan.
    McpId;
    /// A security test of one MCP server.
    TestId;
    /// A set of report files of one test.
    ReportId;
    /// An uploaded archive.
    UploadId;
    /// One message: a consumer that sees it twice acts once.
    MessageId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_smuggle_a_key_separator() {
        for bad in ["", "a#b", "a/b", "a b", "é", &"x".repeat(81)] {
            assert!(bad.parse::<TestId>().is_err(), "{bad:?} was accepted");
        }
        assert!(serde_json::from_str::<TestId>("\"ORG#1\"").is_err());
        assert!("0198c2-test_1".parse::<TestId>().is_ok());
    }

    #[test]
    fn derived_ids_depend_on_where_the_parts_end() {
        assert_eq!(TestId::derived(&["a", "b"]), TestId::derived(&["a", "b"]));
        assert_ne!(TestId::derived(&["ab", ""]), TestId::derived(&["a", "b"]));
    }
}
