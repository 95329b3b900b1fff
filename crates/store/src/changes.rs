//! What is known of the servers of one source from scan to scan.
//!
//! An item of each source names the scan that was compared last. A scan takes that place only from the scan that it was
//! compared with itself, so that scans of one source form a line, and each new server is new in one of them.

use contracts::api::changes::ScanChanges;
use contracts::api::scans::DiscoveredMcp;
use contracts::github::GitHubSource;
use contracts::ids::ScanId;
use jiff::Timestamp;

use crate::item::{Item, sortable, text};
use crate::keys::{self, Key, sha256_hex};
use crate::table::{Update, Written};
use crate::{OrgScope, Result, ScanItem, Store, StoreError};

/// The scan of a source that was compared last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastScan {
    /// The scan.
    pub scan_id: ScanId,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// What a scan leaves for the next of its source.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// What it was compared with; absent for the first.
    pub last: Option<&'a LastScan>,
    /// How it differs from that; absent for the first.
    pub changes: Option<&'a ScanChanges>,
    /// All servers that are known now: those that it saw, and those that it could not look for.
    pub known: &'a [DiscoveredMcp],
}

impl Store {
    /// Reads which scan of a source was compared last.
    pub async fn last_scan_of(&self, scope: &OrgScope, source: &GitHubSource) -> Result<Option<LastScan>> {
        let Some(item) = self.get(source_key(scope, source)).await? else { return Ok(None) };
        Ok(Some(LastScan { scan_id: item.parsed("scan")?, created_at: item.timestamp("scanned_at")? }))
    }

    /// Reads the servers that were known after a scan.
    pub async fn known_servers(&self, scope: &OrgScope, scan: &ScanId) -> Result<Vec<DiscoveredMcp>> {
        let key = known_key(scope, scan);
        self.get_document(&key).await?.ok_or_else(|| StoreError::damaged(format!("object `{key}`"), "it is missing"))
    }

    /// Keeps how a scan differs from the one before, and makes it the last of its source. `false` where another scan of the
    /// source did so in between: compare with that one. Fails with `LeaseLost` for all but the holder of the scan's lease.
    pub async fn save_comparison(
        &self,
        scope: &OrgScope,
        source: &GitHubSource,
        scan: &ScanItem,
        worker: &str,
        comparison: Comparison<'_>,
    ) -> Result<bool> {
        let id = &scan.scan_id;
        self.require_lease::<ScanItem>(scope, id.as_str(), worker).await?;
        // Before the item, which then never names what is not there.
        self.put_document(&known_key(scope, id), &comparison.known).await?;
        if let Some(changes) = comparison.changes {
            self.put_document(&changes_key(scope, id), changes).await?;
        }
        let key = source_key(scope, source);
        let (asked, scanned_at) = (text(id.as_str()), text(sortable(scan.created_at)));
        let Some(last) = comparison.last else {
            let item = Item::of_org(key, scope).with("scan", asked).with("scanned_at", scanned_at);
            return Ok(matches!(self.put_new(item).await?, Written::Done(_)));
        };
        let moved = Update {
            key,
            change: "SET #scan = :scan, #scanned_at = :at",
            condition: "#scan = :last",
            values: vec![(":scan", asked), (":at", scanned_at), (":last", text(last.scan_id.as_str()))],
        };
        Ok(matches!(self.update(moved).await?, Written::Done(_)))
    }

    /// Reads how a scan differs from the one before it; `None` where it was compared with none.
    pub async fn changes(&self, scope: &OrgScope, scan: &ScanId) -> Result<Option<ScanChanges>> {
        self.get_document(&changes_key(scope, scan)).await
    }
}

/// The item of a source. GitHub does not tell names apart by their case, and branches it does.
fn source_key(scope: &OrgScope, source: &GitHubSource) -> Key {
    let GitHubSource { target, include_archived, include_forks } = source;
    let lower = |name: &str| name.to_ascii_lowercase();
    let digest = sha256_hex(&[
        "github",
        &lower(target.owner()),
        &target.repository().map(lower).unwrap_or_default(),
        target.reference().unwrap_or_default(),
        &include_archived.to_string(),
        &include_forks.to_string(),
    ]);
    Key::in_org(scope, format!("SOURCE#{digest}"))
}

fn known_key(scope: &OrgScope, scan: &ScanId) -> String {
    keys::object(scope, &format!("scans/{scan}/known.json"))
}

fn changes_key(scope: &OrgScope, scan: &ScanId) -> String {
    keys::object(scope, &format!("scans/{scan}/changes.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_same_however_its_names_are_written() {
        let scope = OrgScope::new("org-1".parse().unwrap());
        let source = |target: &str, include_forks| {
            let source = GitHubSource { target: target.parse().unwrap(), include_archived: false, include_forks };
            source_key(&scope, &source).sk
        };
        assert_eq!(source("acme/backend", false), source("Acme/Backend", false));
        let others =
            [("acme", false), ("acme/backend", true), ("acme/backend@main", false), ("acme/backend@Main", false)];
        for (target, include_forks) in others {
            assert_ne!(source("acme/backend", false), source(target, include_forks), "{target}");
        }
        assert_ne!(source("acme/backend@main", false), source("acme/backend@Main", false));
    }
}
