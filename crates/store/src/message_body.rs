//! Bodies of messages that are too large for a queue; the envelope's `dataref` is their key.

use contracts::ids::{MessageId, OrgId};

use crate::{OrgScope, Result, Store, StoreError};

/// Key for the body of a message of this organisation.
pub fn message_body_key(org: &OrgId, message: &MessageId) -> String {
    format!("{}{message}.json", prefix(&OrgScope::new(org.clone())))
}

impl Store {
    /// Keeps a body under a key that [`message_body_key`] made for the same organisation.
    pub async fn put_message_body(&self, scope: &OrgScope, key: &str, body: Vec<u8>) -> Result<()> {
        if !key.starts_with(&prefix(scope)) {
            return Err(StoreError::Conflict {
                what: format!("message body `{key}`"),
                state: "outside the organisation's prefix".to_owned(),
            });
        }
        self.put_object(self.message_bucket(), key, "application/json", body).await
    }

    /// Reads a body. `None` where it is absent or not the organisation's.
    pub async fn message_body(&self, scope: &OrgScope, key: &str) -> Result<Option<Vec<u8>>> {
        if !key.starts_with(&prefix(scope)) {
            return Ok(None);
        }
        self.get_object(self.message_bucket(), key).await
    }

    /// Exports expire after 30 days, longer than a message can live.
    fn message_bucket(&self) -> &str {
        self.settings.exports_bucket.as_ref().unwrap_or(&self.settings.manifests_bucket)
    }
}

fn prefix(scope: &OrgScope) -> String {
    crate::keys::object(scope, "messages/")
}
