//! Tests: one item each in the organisation's partition.

use std::collections::BTreeSet;
use std::time::Duration;

use contracts::api::{Page, Status};
use contracts::audit::{Level, NamedTest, Score, SeverityCounts, TestResult, display_url};
use contracts::commands::test::DiscoveryRef;
use contracts::ids::{ReportId, TestId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::job::{Created, Job, NewJob, Record};
use crate::keys::org_partition;
use crate::lease::Claim;
use crate::table::Range;
use crate::{OrgScope, Result, Store, StoreError, cursor};

/// Items of one page (`PageQuery`).
pub(crate) const PAGE_ITEMS: std::ops::RangeInclusive<u32> = 1..=200;

/// A test to store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewTest {
    /// A random id, so that lists sort by age.
    pub test_id: TestId,
    /// The server's endpoint.
    pub target: Url,
    /// Which checks to run.
    pub level: Level,
    /// Whether probing calls are allowed.
    pub active: bool,
    /// The discovered MCP that it belongs to.
    pub discovery_ref: Option<DiscoveryRef>,
    /// Who asked for it; absent where a machine did.
    pub requested_by: Option<UserId>,
}

/// A stored test.
#[derive(Debug, Clone, PartialEq)]
pub struct TestItem {
    /// The test.
    pub test_id: TestId,
    /// The server's endpoint, as it was given.
    pub target: Url,
    /// Which checks run.
    pub level: Level,
    /// Whether probing calls are allowed.
    pub active: bool,
    /// The discovered MCP that it belongs to.
    pub discovery_ref: Option<DiscoveryRef>,
    /// Who asked for it; absent where a machine did.
    pub requested_by: Option<UserId>,
    /// How far it is.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// The checkpoint: named tests whose group is saved.
    pub saved_groups: BTreeSet<NamedTest>,
    /// Score, once completed.
    pub score: Option<Score>,
    /// Findings by severity, once completed.
    pub findings: Option<SeverityCounts>,
    /// Verdicts of the named tests, once completed.
    pub tests: Vec<TestResult>,
    /// Its report, once completed.
    pub report_id: Option<ReportId>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// What comes of a test that a worker wants to run.
pub type TestClaim = Claim<TestItem>;

/// What a completed test is summed up to in its item.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TestOutcome {
    pub(crate) score: Score,
    pub(crate) findings: SeverityCounts,
    pub(crate) tests: Vec<TestResult>,
    pub(crate) report_id: ReportId,
}

impl Job for TestItem {
    const PREFIX: &'static str = "TEST#";
    const NOUN: &'static str = "test";
    type Request = NewTest;
    type Outcome = TestOutcome;

    fn assemble(record: Record<Self>) -> Result<Self> {
        let NewTest { test_id, target, level, active, discovery_ref, requested_by } = record.request;
        let groups = record.groups.iter().map(|group| group.parse()).collect::<Result<_, _>>();
        let saved_groups =
            groups.map_err(|error| StoreError::damaged(format!("checkpoint of test `{test_id}`"), error))?;
        let (score, findings, tests, report_id) = match record.outcome {
            Some(outcome) => (Some(outcome.score), Some(outcome.findings), outcome.tests, Some(outcome.report_id)),
            None => (None, None, Vec::new(), None),
        };
        Ok(Self {
            test_id,
            target,
            level,
            active,
            discovery_ref,
            requested_by,
            status: record.status,
            created_at: record.created_at,
            finished_at: record.finished_at,
            saved_groups,
            score,
            findings,
            tests,
            report_id,
            failure: record.failure,
        })
    }
}

impl From<TestItem> for contracts::api::tests::Test {
    fn from(item: TestItem) -> Self {
        Self {
            target: display_url(&item.target),
            test_id: item.test_id,
            level: item.level,
            active: item.active,
            status: item.status,
            created_at: item.created_at,
            finished_at: item.finished_at,
            score: item.score,
            findings: item.findings,
            tests: item.tests,
            report_id: item.report_id,
            failure: item.failure,
        }
    }
}

impl Store {
    /// Stores a test as `queued`. With an idempotency key, a repetition within 24 hours finds the first one.
    pub async fn create_test(
        &self,
        scope: &OrgScope,
        test: NewTest,
        idempotency_key: Option<&str>,
    ) -> Result<Created<TestItem>> {
        let body = (&test.target, test.level, test.active, &test.discovery_ref);
        let content = serde_json::to_string(&body).map_err(|error| StoreError::damaged("the requested test", error))?;
        let id = test.test_id.as_str();
        self.create_job(scope, NewJob { id, request: &test, content, idempotency_key }).await
    }

    /// Reads a test.
    pub async fn test(&self, scope: &OrgScope, test: &TestId) -> Result<Option<TestItem>> {
        self.job(scope, test.as_str()).await
    }

    /// Lists tests, newest first: their ids begin with the time (UUID version 7). `limit` is brought into 1 to 200.
    pub async fn tests(&self, scope: &OrgScope, limit: u32, cursor: Option<&str>) -> Result<Page<TestItem>> {
        let limit = limit.clamp(*PAGE_ITEMS.start(), *PAGE_ITEMS.end()) as usize;
        let after = match cursor {
            Some(cursor) => {
                let id: TestId = cursor::decode(scope, "tests", cursor)?.parse().map_err(|_| StoreError::BadCursor)?;
                Some(format!("{}{id}", TestItem::PREFIX))
            }
            None => None,
        };
        // One more than asked for tells whether there is another page.
        let range = Range {
            partition: org_partition(scope.org()),
            prefix: TestItem::PREFIX,
            after,
            newest_first: true,
            limit: Some(limit + 1),
        };
        let items = self.range(range).await?;
        let has_more = items.len() > limit;
        let items = items.iter().take(limit).map(TestItem::from_item).collect::<Result<Vec<_>>>()?;
        let last = items.last().filter(|_| has_more);
        let next_cursor = last.map(|item| cursor::encode(scope, "tests", item.test_id.as_str()));
        Ok(Page { items, next_cursor })
    }

    /// Takes a test for `worker`, which names one process.
    pub async fn claim_test(
        &self,
        scope: &OrgScope,
        test: &TestId,
        worker: &str,
        lease: Duration,
    ) -> Result<TestClaim> {
        self.claim_job(scope, test.as_str(), worker, lease).await
    }

    /// Extends the lease; `false` where the worker lost it and has to stop.
    pub async fn renew_test(&self, scope: &OrgScope, test: &TestId, worker: &str, lease: Duration) -> Result<bool> {
        self.renew_job::<TestItem>(scope, test.as_str(), worker, lease).await
    }

    /// Ends a test with the reason why it could not be done; the first reason stays.
    pub async fn fail_test(&self, scope: &OrgScope, test: &TestId, reason: &str) -> Result<()> {
        self.fail_job::<TestItem>(scope, test.as_str(), reason).await
    }

    /// Reads tests of *all* organisations that are still `queued` after `older_than`, oldest first.
    ///
    /// The only read across tenants: the sweeper re-sends commands that were stored but never reached the queue, and
    /// nobody else knows which organisations have any. Each test comes with the scope of its owner, and the sweeper does
    /// nothing but send that owner's command again.
    pub async fn stale_queued_tests(&self, older_than: Duration, limit: u32) -> Result<Vec<(OrgScope, TestItem)>> {
        self.stale_queued_jobs(older_than, limit).await
    }
}
