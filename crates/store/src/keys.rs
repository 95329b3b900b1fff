//! Keys of items and objects. Identifiers cannot contain `#` or `/` (`contracts::ids`), so no id leaves its place.

use contracts::ids::{OrgId, UserId};
use sha2::{Digest, Sha256};

use crate::OrgScope;

/// Primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    /// An item in the organisation's own partition.
    pub(crate) fn in_org(scope: &OrgScope, sk: impl Into<String>) -> Self {
        Self { pk: org_partition(scope.org()), sk: sk.into() }
    }

    pub(crate) fn profile(user: &UserId) -> Self {
        Self { pk: user_partition(user), sk: "PROFILE".to_owned() }
    }

    pub(crate) fn membership(user: &UserId, org: &OrgId) -> Self {
        Self { pk: user_partition(user), sk: format!("ORG#{org}") }
    }

    /// The item that makes an effect happen once. An id that is not of our own making (it could hold a separator or an
    /// address) goes in as its digest.
    pub(crate) fn once(scope: &OrgScope, consumer: &str, id: &str) -> Self {
        let id = match id.parse::<contracts::ids::MessageId>() {
            Ok(id) => String::from(id),
            Err(_) => sha256_hex(&[id]),
        };
        Self { pk: format!("ONCE#{consumer}#{}#{id}", scope.org()), sk: "ONCE".to_owned() }
    }
}

pub(crate) fn org_partition(org: &OrgId) -> String {
    format!("ORG#{org}")
}

pub(crate) fn user_partition(user: &UserId) -> String {
    format!("USER#{user}")
}

/// The organisation of a partition made by [`org_partition`].
pub(crate) fn org_of_partition(partition: &str) -> Option<OrgId> {
    partition.strip_prefix("ORG#")?.parse().ok()
}

/// Key of an object of ours below the organisation's prefix.
pub(crate) fn object(scope: &OrgScope, path: &str) -> String {
    format!("{}{path}", object_prefix(scope))
}

/// Key of an object that an organisation uploaded. Those of all organisations have one beginning, as rules of expiry go by it
/// (`infra/topology.json`).
pub(crate) fn uploaded_object(scope: &OrgScope, path: &str) -> String {
    format!("uploads/{}/{path}", scope.org())
}

/// Where all other objects of an organisation are.
pub(crate) fn object_prefix(scope: &OrgScope) -> String {
    format!("orgs/{}/", scope.org())
}

/// SHA-256 in hexadecimal. The unit separator keeps `["ab", "c"]` and `["a", "bc"]` apart.
pub(crate) fn sha256_hex(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1f}").as_bytes());
    digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_outside_neither_leaves_its_place_nor_shows_an_address() {
        let scope = OrgScope::new("org-1".parse().unwrap());
        assert_eq!(Key::once(&scope, "alert", "event-1").pk, "ONCE#alert#org-1#event-1");
        for hostile in ["event#org-2", "someone@mcp-audit.example", ""] {
            let key = Key::once(&scope, "alert", hostile).pk;
            let id = key.strip_prefix("ONCE#alert#org-1#").unwrap();
            assert!(id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{hostile:?} became {key}");
        }
    }

    #[test]
    fn only_partitions_of_organisations_name_one() {
        assert_eq!(org_of_partition("ORG#org-1"), Some("org-1".parse().unwrap()));
        for other in ["USER#org-1", "ORG#", "ORG#a#b"] {
            assert_eq!(org_of_partition(other), None, "{other}");
        }
    }
}
