//! Leases: which worker is on a job, and until when. Clocks of workers must agree to within a few seconds, as leases of
//! minutes allow.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::api::Status;
use jiff::Timestamp;

use crate::item::{Item, number, text};
use crate::job::Job;
use crate::table::{Update, Written};
use crate::{OrgScope, Result, Store, StoreError};

/// Whether a worker may go on with a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim<T> {
    /// It may: the job was queued, its lease had expired, or the worker has it already.
    Claimed(Box<T>),
    /// Another worker has it.
    Busy {
        /// When that lease ends, unless it is renewed.
        until: Timestamp,
    },
    /// There is nothing left to do.
    Finished(Status),
    /// There is no such job in this organisation.
    Missing,
}

impl Store {
    /// Takes the lease of a job. `worker` names one process, so that a message that comes back to it goes on at once.
    pub(crate) async fn claim_job<J: Job>(
        &self,
        scope: &OrgScope,
        id: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Claim<J>> {
        let now = Timestamp::now();
        let written = self.update(Update {
            key: J::key(scope, id),
            change: "SET #state = :running, #status = :index, #lease_owner = :worker, #lease_until = :until",
            condition: "#state = :queued OR (#state = :running AND (#lease_owner = :worker OR #lease_until <= :now))",
            values: vec![
                (":running", text(Status::Running.to_string())),
                (":queued", text(Status::Queued.to_string())),
                (":index", J::index_status(Status::Running)),
                (":worker", text(worker)),
                (":until", milliseconds(now + lease)),
                (":now", milliseconds(now)),
            ],
        });
        let refused = match written.await? {
            Written::Done(item) => return Ok(Claim::Claimed(Box::new(J::from_item(&item)?))),
            Written::Refused(Some(item)) => item,
            Written::Refused(None) => return Ok(Claim::Missing),
        };
        match refused.parsed("state")? {
            finished @ (Status::Completed | Status::Failed) => Ok(Claim::Finished(finished)),
            Status::Queued | Status::Running => Ok(Claim::Busy { until: lease_until(&refused)? }),
        }
    }

    /// Extends the lease of a job; `false` where the worker no longer holds it.
    pub(crate) async fn renew_job<J: Job>(
        &self,
        scope: &OrgScope,
        id: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<bool> {
        let written = self.update(Update {
            key: J::key(scope, id),
            change: "SET #lease_until = :until",
            condition: HELD,
            values: held(worker, vec![(":until", milliseconds(Timestamp::now() + lease))]),
        });
        Ok(matches!(written.await?, Written::Done(_)))
    }

    /// Fails unless the worker holds the lease now.
    pub(crate) async fn require_lease<J: Job>(&self, scope: &OrgScope, id: &str, worker: &str) -> Result<()> {
        let item = self.get(J::key(scope, id)).await?;
        let held = item.is_some_and(|item| {
            item.optional_text("lease_owner") == Some(worker)
                && item.optional_text("state") == Some(&Status::Running.to_string())
        });
        if held { Ok(()) } else { Err(lost::<J>(id)) }
    }
}

/// The condition that the worker holds the lease, with [`held`]. An expired lease that nobody took is still held.
pub(crate) const HELD: &str = "#state = :running AND #lease_owner = :worker";

/// The values of [`HELD`] behind those of the change.
pub(crate) fn held<'a>(worker: &str, mut values: Vec<(&'a str, AttributeValue)>) -> Vec<(&'a str, AttributeValue)> {
    values.extend([(":running", text(Status::Running.to_string())), (":worker", text(worker))]);
    values
}

pub(crate) fn lost<J: Job>(id: &str) -> StoreError {
    StoreError::LeaseLost { what: format!("{} `{id}`", J::NOUN) }
}

fn milliseconds(time: Timestamp) -> AttributeValue {
    number(time.as_millisecond())
}

fn lease_until(item: &Item) -> Result<Timestamp> {
    let milliseconds = item.number("lease_until")?;
    let milliseconds = i64::try_from(milliseconds).map_err(|error| item.damaged("lease_until", error))?;
    Timestamp::from_millisecond(milliseconds).map_err(|error| item.damaged("lease_until", error))
}
