//! What a running scan of many repositories leaves behind: each repository that is through, so that the worker after a crash
//! reads only the others.
//!
//! The document goes to the object store first and the item after it, so that an item never names what is not there.

use contracts::api::scans::{DiscoveredMcp, FileFinding, SkippedFile};
use contracts::ids::ScanId;
use serde::{Deserialize, Serialize};

use crate::item::{Item, text};
use crate::keys::{self, Key, sha256_hex};
use crate::scan::partition;
use crate::table::Range;
use crate::{OrgScope, Result, ScanItem, Store, StoreError};

const REPOSITORY_PREFIX: &str = "REPO#";

/// What a scan found in one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScannedRepository {
    /// `acme/backend`.
    pub repository: String,
    /// Its servers.
    pub discovered: Vec<DiscoveredMcp>,
    /// What could not be read of it.
    pub skipped: Vec<SkippedFile>,
    /// What is wrong around its servers.
    #[serde(default)]
    pub findings: Vec<FileFinding>,
}

impl Store {
    /// Checkpoints one repository. Fails with `LeaseLost` for all but the holder of the lease.
    pub async fn save_scanned_repository(
        &self,
        scope: &OrgScope,
        scan: &ScanId,
        worker: &str,
        scanned: &ScannedRepository,
    ) -> Result<()> {
        self.require_lease::<ScanItem>(scope, scan.as_str(), worker).await?;
        let digest = sha256_hex(&[&scanned.repository]);
        let key = object_key(scope, scan, &digest);
        self.put_document(&key, scanned).await?;
        let item = Key { pk: partition(scan), sk: format!("{REPOSITORY_PREFIX}{digest}") };
        // One that is there already was written by an attempt whose answer got lost.
        self.put_new(Item::of_org(item, scope).with("digest", text(digest))).await?;
        Ok(())
    }

    /// Reads the checkpointed repositories of a scan.
    pub async fn scanned_repositories(&self, scope: &OrgScope, scan: &ScanId) -> Result<Vec<ScannedRepository>> {
        let mut repositories = Vec::new();
        for item in self.range(Range::all(partition(scan), REPOSITORY_PREFIX)).await? {
            item.verify(scope)?;
            let key = object_key(scope, scan, item.text("digest")?);
            let scanned = self.get_document(&key).await?;
            repositories.push(scanned.ok_or_else(|| StoreError::damaged(format!("object `{key}`"), "it is missing"))?);
        }
        Ok(repositories)
    }
}

fn object_key(scope: &OrgScope, scan: &ScanId, digest: &str) -> String {
    keys::object(scope, &format!("scans/{scan}/repositories/{digest}.json"))
}
