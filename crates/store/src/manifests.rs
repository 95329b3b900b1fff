//! What scans keep of the code of servers, for tests that read no repository again.

use contracts::documents::Manifests;
use contracts::ids::ScanId;

use crate::keys::{self, sha256_hex};
use crate::{OrgScope, Result, ScanItem, Store};

impl Store {
    /// Keeps the manifests of one folder. Whoever scans it again writes the same object. Fails with `LeaseLost` for all but
    /// the holder of the lease, so that nothing changes behind a finished scan.
    pub async fn save_manifests(
        &self,
        scope: &OrgScope,
        scan: &ScanId,
        worker: &str,
        manifests: &Manifests,
    ) -> Result<()> {
        self.require_lease::<ScanItem>(scope, scan.as_str(), worker).await?;
        self.put_document(&object_key(scope, scan, &manifests.folder), manifests).await
    }

    /// Reads the manifests that a scan kept of a folder. `None` where there are none.
    pub async fn manifests(&self, scope: &OrgScope, scan: &ScanId, folder: &str) -> Result<Option<Manifests>> {
        self.get_document(&object_key(scope, scan, folder)).await
    }
}

/// A folder of a repository may have any name, so its digest stands for it.
fn object_key(scope: &OrgScope, scan: &ScanId, folder: &str) -> String {
    keys::object(scope, &format!("scans/{scan}/manifests/{}.json", sha256_hex(&[folder])))
}
