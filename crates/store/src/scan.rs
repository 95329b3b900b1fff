//! Scans, and the MCP servers that they found.

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::api::Status;
use contracts::api::scans::{DiscoveredMcp, FileFinding, SkippedFile};
use contracts::commands::scan::ScanSource;
use contracts::commands::test::DiscoveryRef;
use contracts::ids::{ScanId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Item, json};
use crate::job::{Created, Job, NewJob, Record};
use crate::keys::Key;
use crate::lease::Claim;
use crate::table::Range;
use crate::{OrgScope, Result, Store, StoreError};

const MCP_PREFIX: &str = "MCP#";
/// What skipped files may take up in the scan's item, counted as if every character were escaped.
const SKIPPED_BYTES: usize = 350_000;

/// A scan to store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewScan {
    /// A random id.
    pub scan_id: ScanId,
    /// What is scanned, for people.
    pub name: String,
    /// Where to look.
    pub source: ScanSource,
    /// Who asked for it; absent where a machine did.
    pub requested_by: Option<UserId>,
}

/// A stored scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanItem {
    /// The scan.
    pub scan_id: ScanId,
    /// What is scanned, for people.
    pub name: String,
    /// Where it looks.
    pub source: ScanSource,
    /// Who asked for it; absent where a machine did.
    pub requested_by: Option<UserId>,
    /// How far it is.
    pub status: Status,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How many MCP servers it found, once completed; [`Store::discovered`] reads them.
    pub discovered: Option<u32>,
    /// Files that configure MCP servers but could not be read.
    pub skipped: Vec<SkippedFile>,
    /// How many findings it has, once completed; [`Store::scan_findings`] reads them.
    pub findings: Option<u32>,
    /// Why it failed.
    pub failure: Option<String>,
}

/// What comes of a scan that a worker wants to run.
pub type ScanClaim = Claim<ScanItem>;

/// What a completed scan is summed up to in its item.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ScanOutcome {
    discovered: u32,
    skipped: Vec<SkippedFile>,
    #[serde(default)]
    findings: u32,
}

impl Job for ScanItem {
    const PREFIX: &'static str = "SCAN#";
    const NOUN: &'static str = "scan";
    type Request = NewScan;
    type Outcome = ScanOutcome;

    fn assemble(record: Record<Self>) -> Result<Self> {
        let NewScan { scan_id, name, source, requested_by } = record.request;
        let (discovered, skipped, findings) = match record.outcome {
            Some(outcome) => (Some(outcome.discovered), outcome.skipped, Some(outcome.findings)),
            None => (None, Vec::new(), None),
        };
        Ok(Self {
            scan_id,
            name,
            source,
            requested_by,
            status: record.status,
            created_at: record.created_at,
            finished_at: record.finished_at,
            discovered,
            skipped,
            findings,
            failure: record.failure,
        })
    }
}

impl ScanItem {
    /// The scan as the API shows it, with what [`Store::discovered`] read.
    pub fn with_discovered(self, discovered: Vec<DiscoveredMcp>) -> contracts::api::scans::Scan {
        contracts::api::scans::Scan {
            scan_id: self.scan_id,
            name: self.name,
            status: self.status,
            created_at: self.created_at,
            discovered,
            skipped: self.skipped,
            findings: Vec::new(),
            changes: None,
            finding_count: self.findings,
            failure: self.failure,
        }
    }
}

/// For scans that have found nothing yet; see [`ScanItem::with_discovered`].
impl From<ScanItem> for contracts::api::scans::Scan {
    fn from(item: ScanItem) -> Self {
        item.with_discovered(Vec::new())
    }
}

impl Store {
    /// Stores a scan as `queued`. With an idempotency key, a repetition within 24 hours finds the first one.
    pub async fn create_scan(
        &self,
        scope: &OrgScope,
        scan: NewScan,
        idempotency_key: Option<&str>,
    ) -> Result<Created<ScanItem>> {
        let content = content(&scan)?;
        let id = scan.scan_id.as_str();
        self.create_job(scope, NewJob { id, request: &scan, content, idempotency_key }).await
    }

    /// Reads a scan.
    pub async fn scan(&self, scope: &OrgScope, scan: &ScanId) -> Result<Option<ScanItem>> {
        self.job(scope, scan.as_str()).await
    }

    /// Takes a scan for `worker`, which names one process.
    pub async fn claim_scan(
        &self,
        scope: &OrgScope,
        scan: &ScanId,
        worker: &str,
        lease: Duration,
    ) -> Result<ScanClaim> {
        self.claim_job(scope, scan.as_str(), worker, lease).await
    }

    /// Extends the lease; `false` where the worker lost it and has to stop.
    pub async fn renew_scan(&self, scope: &OrgScope, scan: &ScanId, worker: &str, lease: Duration) -> Result<bool> {
        self.renew_job::<ScanItem>(scope, scan.as_str(), worker, lease).await
    }

    /// Ends a scan with what it found. Needs no lease: the same tree gives the same servers, whoever looks.
    pub async fn complete_scan(
        &self,
        scope: &OrgScope,
        scan: &ScanId,
        discovered: &[DiscoveredMcp],
        skipped: &[SkippedFile],
        findings: &[FileFinding],
    ) -> Result<()> {
        let item = |mcp: &DiscoveredMcp| {
            let sk = format!("{MCP_PREFIX}{}", mcp.mcp_id);
            let what = format!("the entry of MCP server `{}` in `{}`", mcp.name, mcp.config_path);
            let item = Item::of_org(Key { pk: partition(scan), sk: sk.clone() }, scope).with("mcp", json(&what, mcp)?);
            Ok((sk, item))
        };
        let items = discovered.iter().map(item).collect::<Result<BTreeMap<_, _>>>()?;
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let unfinished =
            self.scan(scope, scan).await?.is_some_and(|scan| matches!(scan.status, Status::Queued | Status::Running));
        if unfinished {
            self.replace_range(scope, partition(scan), MCP_PREFIX, items).await?;
            self.save_scan_findings(scope, scan, findings).await?;
        }
        let findings = u32::try_from(findings.len()).unwrap_or(u32::MAX);
        let outcome = ScanOutcome { discovered: count, skipped: bounded(skipped), findings };
        self.complete_job::<ScanItem>(scope, scan.as_str(), None, &outcome).await
    }

    /// Ends a scan with the reason why it could not be done; the first reason stays.
    pub async fn fail_scan(&self, scope: &OrgScope, scan: &ScanId, reason: &str) -> Result<()> {
        self.fail_job::<ScanItem>(scope, scan.as_str(), reason).await
    }

    /// Reads what a scan found, by file, line and name. `None` where the organisation has no such scan.
    pub async fn discovered(&self, scope: &OrgScope, scan: &ScanId) -> Result<Option<Vec<DiscoveredMcp>>> {
        if self.scan(scope, scan).await?.is_none() {
            return Ok(None);
        }
        let mut discovered = Vec::new();
        for item in self.range(Range::all(partition(scan), MCP_PREFIX)).await? {
            item.verify(scope)?;
            discovered.push(item.json::<DiscoveredMcp>("mcp")?);
        }
        discovered.sort_by(|a, b| (&a.config_path, a.line, &a.name).cmp(&(&b.config_path, b.line, &b.name)));
        Ok(Some(discovered))
    }

    /// Reads one server that a scan found. `None` where the organisation has no such scan, or the scan no such server.
    pub async fn discovered_mcp(&self, scope: &OrgScope, reference: &DiscoveryRef) -> Result<Option<DiscoveredMcp>> {
        // The partition is not the organisation's own: whose scan it is comes first, so that a stranger's is as none.
        if self.scan(scope, &reference.scan_id).await?.is_none() {
            return Ok(None);
        }
        let key = Key { pk: partition(&reference.scan_id), sk: format!("{MCP_PREFIX}{}", reference.mcp_id) };
        let Some(item) = self.get(key).await? else { return Ok(None) };
        item.verify(scope)?;
        item.json("mcp").map(Some)
    }

    /// Reads scans of *all* organisations that are still `queued` after `older_than`, oldest first: for the sweeper, as
    /// [`Store::stale_queued_tests`].
    pub async fn stale_queued_scans(&self, older_than: Duration, limit: u32) -> Result<Vec<(OrgScope, ScanItem)>> {
        self.stale_queued_jobs(older_than, limit).await
    }
}

/// What makes a repeated request for a scan the same.
pub(crate) fn content(scan: &NewScan) -> Result<String> {
    let content = serde_json::to_string(&(&scan.name, content_of(&scan.source)));
    content.map_err(|error| StoreError::damaged("the requested scan", error))
}

/// What makes two sources the same. A repeated request uploads its tree under the new scan's id; the digest in the key's
/// last segment stays.
fn content_of(source: &ScanSource) -> ScanSource {
    match source {
        ScanSource::Upload { object_key } => {
            let file_name = object_key.rsplit('/').next().unwrap_or(object_key);
            ScanSource::Upload { object_key: file_name.to_owned() }
        }
        ScanSource::Archive(_) | ScanSource::Folder { .. } | ScanSource::GitHub(_) => source.clone(),
    }
}

/// As many skipped files as the item holds, and a last entry that counts the others.
fn bounded(skipped: &[SkippedFile]) -> Vec<SkippedFile> {
    let mut bytes = 0;
    let fits = skipped.iter().take_while(|file| {
        // JSON makes up to six bytes of a control character.
        bytes += 6 * (file.path.len() + file.reason.len()) + 40;
        bytes <= SKIPPED_BYTES
    });
    let mut kept = fits.cloned().collect::<Vec<_>>();
    if kept.len() < skipped.len() {
        let reason = format!("and {} more files could not be read", skipped.len() - kept.len());
        kept.push(SkippedFile { path: "…".to_owned(), reason });
    }
    kept
}

pub(crate) fn partition(scan: &ScanId) -> String {
    format!("SCAN#{scan}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_upload_is_the_same_request() {
        let upload = |key: &str| content_of(&ScanSource::Upload { object_key: key.to_owned() });
        assert_eq!(upload("uploads/o/1/tree-aa.json"), upload("uploads/o/2/tree-aa.json"));
        assert_ne!(upload("uploads/o/1/tree-aa.json"), upload("uploads/o/1/tree-bb.json"));
    }

    #[test]
    fn skipped_files_that_do_not_fit_are_counted() {
        let skipped = |count| vec![SkippedFile { path: "p".repeat(900), reason: "r".repeat(100) }; count];
        assert_eq!(bounded(&skipped(3)), skipped(3));
        let kept = bounded(&skipped(5_000));
        assert!(json("a scan", &kept).is_ok());
        assert_eq!(
            kept.last().unwrap().reason,
            format!("and {} more files could not be read", 5_000 - (kept.len() - 1))
        );
    }
}
