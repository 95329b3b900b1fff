//! What tests, scans and reports have in common: stored once as `queued`, claimed, then `completed` or `failed`.
//!
//! Attributes: `state` is how far the job is; `status` repeats it while work is left and is the key of GSI2, so that
//! finished jobs leave that index (it stays small, and no constant key becomes hot). `request` is what was asked for,
//! `outcome` what came of it, both JSON.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::api::Status;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::item::{Item, json, number, sortable, text};
use crate::keys::{Key, org_of_partition, sha256_hex};
use crate::table::{Update, Written};
use crate::{OrgScope, Result, Store, StoreError};

/// How long a repeated `Idempotency-Key` is recognised.
const IDEMPOTENCY: Duration = Duration::from_hours(24);

/// How a create ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Created<T> {
    /// It is stored.
    New(T),
    /// The same request with the same key came before; this is what it made.
    Existing(T),
    /// The key was used with a different request within the last 24 hours.
    Conflict,
}

/// A kind of job.
pub(crate) trait Job: Sized {
    /// Start of its sort keys: `TEST#`.
    const PREFIX: &'static str;
    /// What it is called: `test`.
    const NOUN: &'static str;
    /// What was asked for.
    type Request: Serialize + DeserializeOwned;
    /// What came of it.
    type Outcome: Serialize + DeserializeOwned;

    fn assemble(record: Record<Self>) -> Result<Self>;

    fn key(scope: &OrgScope, id: &str) -> Key {
        Key::in_org(scope, format!("{}{id}", Self::PREFIX))
    }

    /// Its key in GSI2. The kind is in it, so that a sweeper of tests reads no scans.
    fn index_status(status: Status) -> AttributeValue {
        text(format!("{}#{status}", Self::NOUN))
    }

    fn from_item(item: &Item) -> Result<Self> {
        Self::assemble(Record {
            request: item.json("request")?,
            status: item.parsed("state")?,
            created_at: item.timestamp("created_at")?,
            finished_at: item.optional_timestamp("finished_at")?,
            outcome: item.optional_json("outcome")?,
            failure: item.optional_text("failure").map(str::to_owned),
            groups: item.text_set("groups").to_vec(),
        })
    }
}

/// The stored form of a job.
pub(crate) struct Record<J: Job> {
    pub(crate) request: J::Request,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
    pub(crate) finished_at: Option<Timestamp>,
    pub(crate) outcome: Option<J::Outcome>,
    pub(crate) failure: Option<String>,
    pub(crate) groups: Vec<String>,
}

/// A job to create.
pub(crate) struct NewJob<'a, J: Job> {
    pub(crate) id: &'a str,
    pub(crate) request: &'a J::Request,
    /// What makes a repetition the same request: the request without ids that each attempt mints anew.
    pub(crate) content: String,
    pub(crate) idempotency_key: Option<&'a str>,
}

impl Store {
    pub(crate) async fn job<J: Job>(&self, scope: &OrgScope, id: &str) -> Result<Option<J>> {
        self.get(J::key(scope, id)).await?.map(|item| J::from_item(&item)).transpose()
    }

    pub(crate) async fn create_job<J: Job>(&self, scope: &OrgScope, job: NewJob<'_, J>) -> Result<Created<J>> {
        let item = Self::queued_item::<J>(scope, job.id, job.request, &job.content)?;
        let content = sha256_hex(&[&job.content]);
        let mut writes = vec![self.transact_put(item.clone(), "attribute_not_exists(PK)", Vec::new())];
        let idempotency =
            job.idempotency_key.map(|key| Key::in_org(scope, format!("IDEMPOTENCY#{}", sha256_hex(&[J::NOUN, key]))));
        if let Some(key) = &idempotency {
            let now = Timestamp::now();
            let expires = now + IDEMPOTENCY;
            let guard = Item::of_org(key.clone(), scope)
                .with("content", text(&content))
                .with("job", text(job.id))
                .with("ttl", number(expires.as_second()));
            // DynamoDB removes expired items late, sometimes by days.
            let unused = "attribute_not_exists(PK) OR #ttl <= :now";
            writes.push(self.transact_put(guard, unused, vec![(":now", number(now.as_second()))]));
        }
        if self.transact(writes).await? {
            return Ok(Created::New(J::from_item(&item)?));
        }
        let guard = match idempotency {
            Some(key) => self.get(key).await?,
            None => None,
        };
        // Without a guard it was the job itself that was there: its id was created before.
        let (existing_id, guarded_content) = match &guard {
            Some(guard) => (guard.text("job")?, Some(guard.text("content")?)),
            None => (job.id, None),
        };
        let existing =
            self.get(J::key(scope, existing_id)).await?.ok_or_else(|| conflict::<J>(existing_id, "missing"))?;
        let existing_content = guarded_content.map_or_else(|| existing.text("content"), Ok)?;
        if existing_content == content {
            Ok(Created::Existing(J::from_item(&existing)?))
        } else {
            Ok(Created::Conflict)
        }
    }

    /// The item of a job that nobody has taken up.
    pub(crate) fn queued_item<J: Job>(scope: &OrgScope, id: &str, request: &J::Request, content: &str) -> Result<Item> {
        Ok(Item::of_org(J::key(scope, id), scope)
            .with("state", text(Status::Queued.to_string()))
            .with("status", J::index_status(Status::Queued))
            .with("created_at", text(sortable(Timestamp::now())))
            .with("request", json(&format!("{} `{id}`", J::NOUN), request)?)
            .with("content", text(sha256_hex(&[content]))))
    }

    /// Ends a job with its outcome. With a `holder`, only for the holder of its lease. Doing it again with the same
    /// outcome is no error, as the answer to the first time may have been lost.
    pub(crate) async fn complete_job<J: Job>(
        &self,
        scope: &OrgScope,
        id: &str,
        holder: Option<&str>,
        outcome: &J::Outcome,
    ) -> Result<()> {
        let what = format!("{} `{id}`", J::NOUN);
        let outcome = json(&what, outcome)?;
        let mut values = vec![
            (":completed", text(Status::Completed.to_string())),
            (":now", text(sortable(Timestamp::now()))),
            (":outcome", outcome.clone()),
            (":queued", text(Status::Queued.to_string())),
            (":running", text(Status::Running.to_string())),
        ];
        values.extend(holder.map(|holder| (":holder", text(holder))));
        let unfinished = "#state IN (:queued, :running)";
        let condition =
            if holder.is_some() { format!("{unfinished} AND #lease_owner = :holder") } else { unfinished.to_owned() };
        let written = self.update(Update {
            key: J::key(scope, id),
            change: "SET #state = :completed, #finished_at = :now, #outcome = :outcome REMOVE #status, #lease_owner, #lease_until",
            condition: &condition,
            values,
        });
        let refused = match written.await? {
            Written::Done(_) => return Ok(()),
            Written::Refused(item) => item.ok_or_else(|| conflict::<J>(id, "missing"))?,
        };
        let status: Status = refused.parsed("state")?;
        let repeated =
            status == Status::Completed && refused.optional_text("outcome") == outcome.as_s().ok().map(String::as_str);
        match status {
            Status::Completed if repeated => Ok(()),
            Status::Queued | Status::Running => Err(StoreError::LeaseLost { what }),
            Status::Completed | Status::Failed => Err(conflict::<J>(id, &status.to_string())),
        }
    }

    /// Ends a job with the reason why it could not be done. The first reason stays.
    pub(crate) async fn fail_job<J: Job>(&self, scope: &OrgScope, id: &str, reason: &str) -> Result<()> {
        let written = self.update(Update {
            key: J::key(scope, id),
            change: "SET #state = :failed, #finished_at = :now, #failure = :reason REMOVE #status, #lease_owner, #lease_until",
            condition: "#state IN (:queued, :running)",
            values: vec![
                (":failed", text(Status::Failed.to_string())),
                (":now", text(sortable(Timestamp::now()))),
                (":reason", text(reason)),
                (":queued", text(Status::Queued.to_string())),
                (":running", text(Status::Running.to_string())),
            ],
        });
        match written.await? {
            Written::Done(_) => Ok(()),
            Written::Refused(Some(item)) if item.text("state")? == Status::Failed.to_string() => Ok(()),
            Written::Refused(Some(item)) => Err(conflict::<J>(id, item.text("state")?)),
            Written::Refused(None) => Err(conflict::<J>(id, "missing")),
        }
    }

    /// Reads queued jobs of all organisations that were created before `older_than` ago, oldest first.
    pub(crate) async fn stale_queued_jobs<J: Job>(
        &self,
        older_than: Duration,
        limit: u32,
    ) -> Result<Vec<(OrgScope, J)>> {
        let queued = self.indexed_until(&J::index_status(Status::Queued), Timestamp::now() - older_than, limit).await?;
        queued.into_iter().map(|(scope, item)| Ok((scope, J::from_item(&item)?))).collect()
    }

    /// Reads items of all organisations from GSI2 under one status, up to a time, the earliest first.
    pub(crate) async fn indexed_until(
        &self,
        status: &AttributeValue,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<(OrgScope, Item)>> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let until = sortable(until);
        let mut start = None;
        let mut items = Vec::new();
        while items.len() < limit {
            let request = self.dynamodb.query().table_name(&self.settings.table).index_name("GSI2");
            let request = request.key_condition_expression("#status = :status AND #created_at <= :until");
            let request = request
                .expression_attribute_names("#status", "status")
                .expression_attribute_names("#created_at", "created_at");
            let request = request.expression_attribute_values(":status", status.clone());
            let request = request.expression_attribute_values(":until", text(&until));
            let request =
                request.limit(i32::try_from(limit - items.len()).unwrap_or(i32::MAX)).set_exclusive_start_key(start);
            let page = request.send().await.map_err(StoreError::unavailable("read the index of what waits"))?;
            for item in page.items.unwrap_or_default().into_iter().map(Item::read) {
                let org =
                    org_of_partition(item.text("PK")?).ok_or_else(|| item.damaged("PK", "it names no organisation"))?;
                items.push((OrgScope::new(org), item));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(items)
    }
}

pub(crate) fn conflict<J: Job>(id: &str, state: &str) -> StoreError {
    StoreError::Conflict { what: format!("{} `{id}`", J::NOUN), state: state.to_owned() }
}
