//! Cursors of lists: opaque to callers, bound to one list of one organisation.
//!
//! They are not signed: whoever forges one only moves within a list that they may read anyway, because the organisation
//! in it must be the caller's and the position never becomes more than a sort key inside that list.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{OrgScope, Result, StoreError};

#[derive(Serialize, Deserialize)]
struct Cursor {
    org: String,
    list: String,
    after: String,
}

/// Makes the cursor that continues `list` behind `after`.
pub(crate) fn encode(scope: &OrgScope, list: &str, after: &str) -> String {
    let cursor = Cursor { org: scope.org().to_string(), list: list.to_owned(), after: after.to_owned() };
    let json = serde_json::to_vec(&cursor).expect("three strings are always JSON");
    BASE64_URL_SAFE_NO_PAD.encode(json)
}

/// Returns the position behind which `list` continues.
pub(crate) fn decode(scope: &OrgScope, list: &str, cursor: &str) -> Result<String> {
    let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StoreError::BadCursor)?;
    let cursor: Cursor = serde_json::from_slice(&json).map_err(|_| StoreError::BadCursor)?;
    if cursor.org == scope.org().as_str() && cursor.list == list {
        Ok(cursor.after)
    } else {
        Err(StoreError::BadCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_only_continues_its_own_list() {
        let scope = |org: &str| OrgScope::new(org.parse().unwrap());
        let cursor = encode(&scope("org-1"), "tests", "0198c2");
        assert_eq!(decode(&scope("org-1"), "tests", &cursor).unwrap(), "0198c2");
        let refused = |org, list, cursor: &str| matches!(decode(&scope(org), list, cursor), Err(StoreError::BadCursor));
        assert!(refused("org-2", "tests", &cursor));
        assert!(refused("org-1", "findings/0198c2", &cursor));
        for malformed in ["", "?", "bm8ganNvbg", &cursor[1..]] {
            assert!(refused("org-1", "tests", malformed), "{malformed:?} was accepted");
        }
    }
}
