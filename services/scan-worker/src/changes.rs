//! How a scan differs from the one before it: found before the scan ends, told after.

use anyhow::{Context, bail};
use contracts::api::scans::DiscoveredMcp;
use contracts::events::mcp::McpDiscovered;
use contracts::github::GitHubSource;
use discovery::Discovery;
use store::{Comparison, LastScan, OrgScope, ScanItem, Store};

use crate::compare::compare;

/// How often other scans of the same source may end between reading the last one and taking its place.
const ATTEMPTS: usize = 5;

/// Compares what a scan found with the last scan of its source, and keeps both. A scan that did so before it was interrupted
/// keeps what it told then.
pub(crate) async fn keep(
    store: &Store,
    scope: &OrgScope,
    source: &GitHubSource,
    scan: &ScanItem,
    worker: &str,
    found: &Discovery,
) -> anyhow::Result<()> {
    for _ in 0..ATTEMPTS {
        let last = store.last_scan_of(scope, source).await.context("read the last scan of the source")?;
        if last.as_ref().is_some_and(|last| last.scan_id == scan.scan_id) {
            return Ok(());
        }
        let before = known(store, scope, last.as_ref()).await?;
        let compared = compare(last.as_ref().zip(before), found);
        let comparison = Comparison { last: last.as_ref(), changes: compared.changes.as_ref(), known: &compared.known };
        let saved = store.save_comparison(scope, source, scan, worker, comparison).await;
        if saved.context("keep what differs from the last scan")? {
            return Ok(());
        }
    }
    bail!("other scans of the same source end all the time")
}

async fn known(store: &Store, scope: &OrgScope, last: Option<&LastScan>) -> anyhow::Result<Option<Vec<DiscoveredMcp>>> {
    let Some(last) = last else { return Ok(None) };
    let known = store.known_servers(scope, &last.scan_id).await;
    Ok(Some(known.context("read the servers that were known")?))
}

/// The event about the servers of a completed scan that are new; `None` where none are.
pub(crate) async fn discovered(
    store: &Store,
    scope: &OrgScope,
    scan: &ScanItem,
) -> anyhow::Result<Option<McpDiscovered>> {
    let changes = store.changes(scope, &scan.scan_id).await.context("read what differs from the last scan")?;
    let Some(changes) = changes.filter(|changes| changes.counts.new > 0) else { return Ok(None) };
    Ok(Some(McpDiscovered {
        scan_id: scan.scan_id.clone(),
        name: scan.name.clone(),
        previous_at: changes.previous_at,
        counts: changes.counts,
        mcps: changes.new,
    }))
}
