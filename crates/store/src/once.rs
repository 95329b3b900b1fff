//! Effects that must happen once, such as an e-mail, although messages arrive at least once.
//!
//! `claim` before the effect, `settle` after it. Who finds the claim of an earlier attempt that never settled cannot know
//! whether the effect happened, and has to decide: the time of that claim helps.

use std::time::Duration;

use contracts::api::Status;
use jiff::Timestamp;

use crate::item::{Item, number, sortable, text};
use crate::keys::Key;
use crate::table::{Update, Written};
use crate::{OrgScope, Result, Store, StoreError};

/// How long an effect is remembered. A message lives 4 days in its queue (usage: 14) and 14 in the dead-letter queue,
/// from where it may be sent again as a new one: longer than all that.
pub(crate) const REMEMBERED: Duration = Duration::from_hours(35 * 24);

/// Whether an effect has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Once {
    /// No: this caller does it, then settles.
    First,
    /// Yes.
    Done,
    /// Somebody began and did not settle: still at it, or crashed before or after the effect.
    Unknown {
        /// When they began.
        since: Timestamp,
    },
}

impl Store {
    /// Asks to do the effect that `consumer` has on behalf of `id`: an event, or an event and a recipient.
    pub async fn claim(&self, scope: &OrgScope, consumer: &str, id: &str) -> Result<Once> {
        let now = Timestamp::now();
        let item = once_item(scope, consumer, id, now).with("state", text(Status::Running.to_string()));
        let refused = match self.put_new(item).await? {
            Written::Done(_) => return Ok(Once::First),
            Written::Refused(Some(item)) => item,
            // Between our write and the answer it was released: whoever did that may do it now.
            Written::Refused(None) => return Ok(Once::Unknown { since: now }),
        };
        match refused.text("state")? {
            state if state == Status::Completed.to_string() => Ok(Once::Done),
            _ => Ok(Once::Unknown { since: refused.timestamp("since")? }),
        }
    }

    /// Records that the effect happened.
    pub async fn settle(&self, scope: &OrgScope, consumer: &str, id: &str) -> Result<()> {
        let written = self.update(Update {
            key: Key::once(scope, consumer, id),
            change: "SET #state = :completed",
            condition: "attribute_exists(PK)",
            values: vec![(":completed", text(Status::Completed.to_string()))],
        });
        match written.await? {
            Written::Done(_) => Ok(()),
            Written::Refused(_) => Err(StoreError::Conflict {
                what: format!("the claim of {consumer} on `{id}`"),
                state: "missing".to_owned(),
            }),
        }
    }

    /// Gives a claim back. Only for effects that certainly did not happen; a settled one stays.
    pub async fn release(&self, scope: &OrgScope, consumer: &str, id: &str) -> Result<()> {
        use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
        let request = self
            .dynamodb
            .delete_item()
            .table_name(&self.settings.table)
            .set_key(Some(Key::once(scope, consumer, id).into()));
        let request = request.condition_expression("#state = :running").expression_attribute_names("#state", "state");
        match request.expression_attribute_values(":running", text(Status::Running.to_string())).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if matches!(error.as_service_error(), Some(DeleteItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::unavailable("give a claim back")(error)),
        }
    }
}

/// The item that makes an effect happen once.
pub(crate) fn once_item(scope: &OrgScope, consumer: &str, id: &str, now: Timestamp) -> Item {
    Item::of_org(Key::once(scope, consumer, id), scope)
        .with("since", text(sortable(now)))
        .with("ttl", number((now + REMEMBERED).as_second()))
}
