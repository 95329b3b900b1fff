//! Schedules of scans: each is an item of its organisation, and in GSI2 under the time when it is due next.
//!
//! One transaction moves a schedule to its next occurrence and stores the scan of this one: no occurrence is lost between the
//! two, and of several that look at the same time one starts it.

use aws_sdk_dynamodb::types::AttributeValue;
use contracts::commands::scan::ScanSource;
use contracts::github::GitHubSource;
use contracts::ids::{MessageId, ScanId, ScheduleId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Item, json, number, sortable, text};
use crate::job::Job;
use crate::keys::{Key, org_partition, sha256_hex};
use crate::scan::content;
use crate::table::{Range, Update, Written};
use crate::{NewScan, OrgScope, Result, ScanItem, Store, StoreError};

const PREFIX: &str = "SCHEDULE#";
/// The key of all schedules in GSI2. What other items have as `created_at`, the range key there, is when one is due next.
const INDEX: &str = "schedule";
/// Schedules of one organisation. Each costs a look at its repositories up to 720 times a month.
pub const MAX_SCHEDULES: usize = 20;

/// A schedule to store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewSchedule {
    /// Chosen by whoever makes it.
    pub schedule_id: ScheduleId,
    /// What its scans are called.
    pub name: String,
    /// What they read.
    pub github: GitHubSource,
    /// Hours between two of them, at least 1.
    pub every_hours: u16,
    /// What they are counted from; the time of storing where it is absent.
    pub starts_at: Option<Timestamp>,
}

/// A stored schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleItem {
    /// The schedule.
    pub schedule_id: ScheduleId,
    /// What its scans are called.
    pub name: String,
    /// What they read.
    pub github: GitHubSource,
    /// Hours between two of them.
    pub every_hours: u16,
    /// What they are counted from.
    pub starts_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// The next occurrence.
    pub next_at: Timestamp,
    /// The scan of the last one.
    pub last_scan: Option<ScanId>,
    /// Differs after each change, so that an occurrence of what the schedule was is none of what it is.
    revision: String,
}

/// What of a schedule only its owner changes.
#[derive(Debug, Serialize, Deserialize)]
struct Terms {
    schedule_id: ScheduleId,
    name: String,
    github: GitHubSource,
    every_hours: u16,
    starts_at: Timestamp,
    created_at: Timestamp,
}

impl Store {
    /// Makes or replaces a schedule. The same again changes nothing; anything else counts its occurrences anew. `None`
    /// where it would be one more than [`MAX_SCHEDULES`] of the organisation.
    pub async fn save_schedule(
        &self,
        scope: &OrgScope,
        schedule: &NewSchedule,
        now: Timestamp,
    ) -> Result<Option<ScheduleItem>> {
        let id = &schedule.schedule_id;
        let what = || format!("schedule `{id}`");
        let asked = serde_json::to_string(schedule).map_err(|error| StoreError::damaged(what(), error))?;
        let asked = sha256_hex(&[&asked]);
        let stored = self.get(key(scope, id)).await?;
        if let Some(item) = stored.as_ref().filter(|item| item.optional_text("content") == Some(&asked)) {
            return read(item).map(Some);
        }
        let earlier = stored.as_ref().map(read).transpose()?;
        let (terms, next_at) = schedule.terms(earlier.as_ref().map(|earlier| earlier.created_at), now);
        let values = vec![
            (":request", json(&what(), &terms)?),
            (":content", text(asked)),
            (":revision", text(MessageId::random().as_str())),
            (":next", text(sortable(next_at))),
        ];
        let in_the_way = || StoreError::Conflict { what: what(), state: "being changed by another request".to_owned() };
        if earlier.is_some() {
            let change = "SET #request = :request, #content = :content, #revision = :revision, #created_at = :next";
            let condition = "attribute_exists(PK)";
            return match self.update(Update { key: key(scope, id), change, condition, values }).await? {
                Written::Done(item) => read(&item).map(Some),
                Written::Refused(_) => Err(in_the_way()),
            };
        }
        let named = |item: Item, (name, value): (&str, AttributeValue)| match name {
            ":next" => item.with("created_at", value),
            name => item.with(name.trim_start_matches(':'), value),
        };
        let item = Item::of_org(key(scope, id), scope).with("status", text(INDEX));
        let item = values.into_iter().fold(item, named);
        // The list lets one transaction know how many there are.
        let listed = Update {
            key: list_key(scope),
            change: "ADD #ids :ids SET #org = :org",
            condition: "attribute_not_exists(#ids) OR size(#ids) < :max",
            values: vec![
                (":ids", AttributeValue::Ss(vec![id.to_string()])),
                (":org", text(scope.org().as_str())),
                (":max", number(MAX_SCHEDULES as u64)),
            ],
        };
        let writes =
            vec![self.transact_put(item.clone(), "attribute_not_exists(PK)", Vec::new()), self.transact_update(listed)];
        if self.transact(writes).await? {
            return read(&item).map(Some);
        }
        match self.get(key(scope, id)).await? {
            Some(_) => Err(in_the_way()),
            None => Ok(None),
        }
    }

    /// Reads a schedule.
    pub async fn schedule(&self, scope: &OrgScope, schedule: &ScheduleId) -> Result<Option<ScheduleItem>> {
        self.get(key(scope, schedule)).await?.as_ref().map(read).transpose()
    }

    /// Reads all schedules of an organisation, by id.
    pub async fn schedules(&self, scope: &OrgScope) -> Result<Vec<ScheduleItem>> {
        self.range(Range::all(org_partition(scope.org()), PREFIX)).await?.iter().map(read).collect()
    }

    /// Ends a schedule; `false` where there is none. Scans that it started go on.
    pub async fn delete_schedule(&self, scope: &OrgScope, schedule: &ScheduleId) -> Result<bool> {
        let unlisted = Update {
            key: list_key(scope),
            change: "DELETE #ids :ids",
            condition: "attribute_exists(PK)",
            values: vec![(":ids", AttributeValue::Ss(vec![schedule.to_string()]))],
        };
        let deleted = self.transact_delete(key(scope, schedule), "attribute_exists(PK)");
        self.transact(vec![deleted, self.transact_update(unlisted)]).await
    }

    /// Reads schedules of *all* organisations that are due at `now`, the longest overdue first: for the tick, as
    /// [`Store::stale_queued_tests`]. Each comes with the scope of its owner.
    pub async fn due_schedules(&self, now: Timestamp, limit: u32) -> Result<Vec<(OrgScope, ScheduleItem)>> {
        let due = self.indexed_until(&text(INDEX), now, limit).await?;
        due.into_iter().map(|(scope, item)| Ok((scope, read(&item)?))).collect()
    }

    /// Stores the scan of the occurrence that is due, and moves the schedule on to the next after `now`, so that scans that
    /// were missed are done once. `None` where somebody else did so, or changed or ended the schedule.
    pub async fn start_scheduled_scan(
        &self,
        scope: &OrgScope,
        schedule: &ScheduleItem,
        now: Timestamp,
    ) -> Result<Option<ScanItem>> {
        let id = &schedule.schedule_id;
        let due = sortable(schedule.next_at);
        let scan_id = ScanId::derived(&["scheduled", scope.org().as_str(), id.as_str(), &schedule.revision, &due]);
        let source = ScanSource::GitHub(schedule.github.clone());
        let scan = NewScan { scan_id: scan_id.clone(), name: schedule.name.clone(), source, requested_by: None };
        let item = Self::queued_item::<ScanItem>(scope, scan_id.as_str(), &scan, &content(&scan)?)?;
        let next = next_after(schedule.starts_at, schedule.every_hours, now);
        let mut moved = schedule.moved_to(scope, "SET #created_at = :next, #scan = :scan", next);
        moved.values.push((":scan", text(scan_id.as_str())));
        let writes =
            vec![self.transact_put(item.clone(), "attribute_not_exists(PK)", Vec::new()), self.transact_update(moved)];
        Ok(if self.transact(writes).await? { Some(ScanItem::from_item(&item)?) } else { None })
    }

    /// Lets the occurrence that is due wait, behind those of others. Nothing happens where somebody else moved, changed or
    /// ended the schedule.
    pub async fn postpone_schedule(&self, scope: &OrgScope, schedule: &ScheduleItem, until: Timestamp) -> Result<()> {
        self.update(schedule.moved_to(scope, "SET #created_at = :next", until)).await.map(drop)
    }
}

impl ScheduleItem {
    /// A change that moves the schedule to another time, where it is as it was read.
    fn moved_to<'a>(&self, scope: &OrgScope, change: &'a str, next: Timestamp) -> Update<'a> {
        Update {
            key: key(scope, &self.schedule_id),
            change,
            condition: "#revision = :revision AND #created_at = :due",
            values: vec![
                (":next", text(sortable(next))),
                (":revision", text(&self.revision)),
                (":due", text(sortable(self.next_at))),
            ],
        }
    }
}

impl NewSchedule {
    /// What is stored, with the first occurrence.
    fn terms(&self, created_at: Option<Timestamp>, now: Timestamp) -> (Terms, Timestamp) {
        let starts_at = self.starts_at.unwrap_or(now);
        let next_at = if starts_at >= now { starts_at } else { next_after(starts_at, self.every_hours, now) };
        let terms = Terms {
            schedule_id: self.schedule_id.clone(),
            name: self.name.clone(),
            github: self.github.clone(),
            every_hours: self.every_hours,
            starts_at,
            created_at: created_at.unwrap_or(now),
        };
        (terms, next_at)
    }
}

/// The first occurrence after a time.
fn next_after(starts_at: Timestamp, every_hours: u16, after: Timestamp) -> Timestamp {
    let period = i64::from(every_hours.max(1)) * 3_600_000;
    let (start, after) = (starts_at.as_millisecond(), after.as_millisecond());
    let next = if start > after { start } else { start + ((after - start) / period + 1) * period };
    // Only at the end of all time there is none.
    Timestamp::from_millisecond(next).unwrap_or(Timestamp::MAX)
}

fn read(item: &Item) -> Result<ScheduleItem> {
    let Terms { schedule_id, name, github, every_hours, starts_at, created_at } = item.json("request")?;
    let last_scan = item.optional_text("scan").map(str::parse).transpose();
    Ok(ScheduleItem {
        schedule_id,
        name,
        github,
        every_hours,
        starts_at,
        created_at,
        next_at: item.timestamp("created_at")?,
        last_scan: last_scan.map_err(|error| item.damaged("scan", error))?,
        revision: item.text("revision")?.to_owned(),
    })
}

fn key(scope: &OrgScope, schedule: &ScheduleId) -> Key {
    Key::in_org(scope, format!("{PREFIX}{schedule}"))
}

/// The item with the ids of all schedules of an organisation.
fn list_key(scope: &OrgScope) -> Key {
    Key::in_org(scope, "SCHEDULES")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn occurrences_are_counted_from_the_start_whenever_somebody_looks() {
        let next = |every_hours, after: &str| next_after(time("2026-11-02T02:00:00Z"), every_hours, time(after));
        for (every_hours, after, expected) in [
            (24, "2026-11-01T00:00:00Z", "2026-11-02T02:00:00Z"),
            (24, "2026-11-02T02:00:00Z", "2026-11-03T02:00:00Z"),
            (24, "2026-11-03T01:59:59.999Z", "2026-11-03T02:00:00Z"),
            (1, "2026-11-02T02:00:00.001Z", "2026-11-02T03:00:00Z"),
            // Days of downtime later there is one next occurrence, and it is in the future.
            (24, "2026-11-09T17:12:00Z", "2026-11-10T02:00:00Z"),
            (168, "2026-11-29T00:00:00Z", "2026-11-30T02:00:00Z"),
            (720, "2027-03-01T00:00:00Z", "2027-03-02T02:00:00Z"),
        ] {
            assert_eq!(next(every_hours, after), time(expected), "every {every_hours} hours after {after}");
        }
        assert_eq!(next_after(Timestamp::MIN, 1, Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn a_schedule_begins_at_once_or_at_the_next_time_that_was_asked_for() {
        let now = time("2026-11-02T12:00:00Z");
        let first = |starts_at: Option<&str>| {
            let schedule = NewSchedule {
                schedule_id: "nightly".parse().unwrap(),
                name: "acme".to_owned(),
                github: GitHubSource { target: "acme".parse().unwrap(), include_archived: false, include_forks: false },
                every_hours: 24,
                starts_at: starts_at.map(time),
            };
            schedule.terms(None, now).1
        };
        assert_eq!(first(None), now);
        assert_eq!(first(Some("2026-11-02T12:00:00Z")), now);
        assert_eq!(first(Some("2026-01-01T02:00:00Z")), time("2026-11-03T02:00:00Z"));
        assert_eq!(first(Some("2026-12-24T02:00:00Z")), time("2026-12-24T02:00:00Z"));
    }
}
