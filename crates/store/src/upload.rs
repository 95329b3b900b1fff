//! What organisations upload for scans: trees of files, and archives. It may hold their secrets, so it is deleted when its scan
//! is through; what no scan takes expires.

use std::time::Duration;

use contracts::api::uploads::{ArchiveFormat, CreateUpload, PresignedPut, Upload};
use contracts::commands::scan::ScanSource;
use contracts::documents::UploadedTree;
use contracts::ids::{ScanId, UploadId};
use jiff::Timestamp;

use crate::item::{Item, json, number, sortable, text};
use crate::keys::{Key, org_partition, sha256_hex, uploaded_object};
use crate::objects::ObjectBytes;
use crate::table::Range;
use crate::{Created, OrgScope, Result, Store, StoreError};

const PREFIX: &str = "UPLOAD#";
/// How long a scan of an upload may be started. Its object lives longer than a command waits in its queue.
const UPLOAD: Duration = Duration::from_hours(24);

/// A stored upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadItem {
    /// The upload.
    pub upload_id: UploadId,
    /// What was announced. Its digest has small letters.
    pub request: CreateUpload,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when a scan of it may be started.
    pub expires_at: Timestamp,
}

impl UploadItem {
    /// The upload as the API shows it.
    pub fn with_address(self, put: PresignedPut) -> Upload {
        Upload {
            upload_id: self.upload_id,
            file_name: self.request.file_name,
            size_bytes: self.request.size_bytes,
            sha256: self.request.sha256,
            created_at: self.created_at,
            expires_at: self.expires_at,
            put,
        }
    }

    fn from_item(item: &Item) -> Result<Self> {
        let id = item.text("SK")?.strip_prefix(PREFIX).and_then(|id| id.parse().ok());
        let created_at = item.timestamp("created_at")?;
        Ok(Self {
            upload_id: id.ok_or_else(|| item.damaged("SK", "it names no upload"))?,
            request: item.json("request")?,
            created_at,
            expires_at: created_at + UPLOAD,
        })
    }
}

impl Store {
    /// Stores an upload under an id, or finds the one that was stored under it in the last 24 hours.
    pub async fn create_upload(
        &self,
        scope: &OrgScope,
        id: &UploadId,
        request: &CreateUpload,
    ) -> Result<Created<UploadItem>> {
        let now = Timestamp::now();
        let item = Item::of_org(key(scope, id), scope)
            .with("request", json("the upload", request)?)
            .with("created_at", text(sortable(now)))
            .with("ttl", number((now + UPLOAD).as_second()));
        // DynamoDB removes expired items late, sometimes by days.
        let unused = "attribute_not_exists(PK) OR #ttl <= :now";
        let put = self.transact_put(item.clone(), unused, vec![(":now", number(now.as_second()))]);
        if self.transact(vec![put]).await? {
            return UploadItem::from_item(&item).map(Created::New);
        }
        match self.upload(scope, id).await? {
            Some(existing) if existing.request == *request => Ok(Created::Existing(existing)),
            _ => Ok(Created::Conflict),
        }
    }

    /// Reads an upload. `None` where the organisation has no such one, or no longer.
    pub async fn upload(&self, scope: &OrgScope, id: &UploadId) -> Result<Option<UploadItem>> {
        let Some(item) = self.get(key(scope, id)).await? else { return Ok(None) };
        item.verify(scope)?;
        Ok(Some(UploadItem::from_item(&item)?).filter(|upload| upload.expires_at > Timestamp::now()))
    }

    /// Reads the uploads that an organisation asked for in the last 24 hours.
    pub async fn uploads(&self, scope: &OrgScope) -> Result<Vec<UploadItem>> {
        let items = self.range(Range::all(org_partition(scope.org()), PREFIX)).await?;
        let uploads = items.iter().map(UploadItem::from_item).collect::<Result<Vec<_>>>()?;
        Ok(uploads.into_iter().filter(|upload| upload.expires_at > Timestamp::now()).collect())
    }

    /// An address that takes exactly the announced archive, for five minutes.
    pub async fn presign_upload(&self, scope: &OrgScope, upload: &UploadItem) -> Result<PresignedPut> {
        let CreateUpload { file_name, size_bytes, sha256 } = &upload.request;
        let media_type =
            ArchiveFormat::of_name(file_name).map_or("application/octet-stream", ArchiveFormat::media_type);
        let key = archive_key(scope, &upload.upload_id);
        self.presign_put(&self.settings.manifests_bucket, &key, media_type, *size_bytes, sha256.as_deref()).await
    }

    /// Whether an archive was sent to the address of its upload.
    pub async fn has_arrived(&self, scope: &OrgScope, id: &UploadId) -> Result<bool> {
        self.has_object(&self.settings.manifests_bucket, &archive_key(scope, id)).await
    }

    /// Opens an uploaded archive. `None` where it is absent.
    pub async fn archive(&self, scope: &OrgScope, id: &UploadId) -> Result<Option<ObjectBytes>> {
        self.open_object(&self.settings.manifests_bucket, &archive_key(scope, id)).await
    }

    /// Keeps an uploaded tree and returns its key, for [`ScanSource::Upload`].
    pub async fn save_tree(&self, scope: &OrgScope, scan: &ScanId, tree: &UploadedTree) -> Result<String> {
        let json = serde_json::to_string(tree).map_err(|error| StoreError::damaged("the uploaded tree", error))?;
        let key = uploaded_object(scope, &format!("{scan}/tree-{}.json", sha256_hex(&[&json])));
        self.put_object(&self.settings.manifests_bucket, &key, "application/json", json.into_bytes()).await?;
        Ok(key)
    }

    /// Reads an uploaded tree. `None` where it is absent or not the organisation's.
    pub async fn tree(&self, scope: &OrgScope, key: &str) -> Result<Option<UploadedTree>> {
        if !is_of(scope, key) {
            return Ok(None);
        }
        self.get_document(key).await
    }

    /// Deletes what was uploaded for a scan that is through. Doing it again changes nothing.
    pub async fn delete_uploaded(&self, scope: &OrgScope, source: &ScanSource) -> Result<()> {
        let key = match source {
            ScanSource::Upload { object_key } if is_of(scope, object_key) => object_key.clone(),
            ScanSource::Archive(archive) => archive_key(scope, &archive.upload_id),
            ScanSource::Upload { .. } | ScanSource::Folder { .. } | ScanSource::GitHub(_) => return Ok(()),
        };
        self.delete_object(&self.settings.manifests_bucket, &key).await
    }
}

fn key(scope: &OrgScope, id: &UploadId) -> Key {
    Key::in_org(scope, format!("{PREFIX}{id}"))
}

fn archive_key(scope: &OrgScope, id: &UploadId) -> String {
    uploaded_object(scope, id.as_str())
}

fn is_of(scope: &OrgScope, key: &str) -> bool {
    key.starts_with(&uploaded_object(scope, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_has_a_key_of_its_organisation_and_a_day() {
        let scope = |org: &str| OrgScope::new(org.parse().unwrap());
        let id: UploadId = "upload-1".parse().unwrap();
        assert_eq!(archive_key(&scope("org-1"), &id), "uploads/org-1/upload-1");
        assert!(is_of(&scope("org-1"), "uploads/org-1/scan-1/tree-aa.json"));
        for foreign in ["uploads/org-2/scan-1/tree-aa.json", "uploads/org-12/x", "orgs/org-1/scans/1/findings.json"] {
            assert!(!is_of(&scope("org-1"), foreign), "{foreign}");
        }

        let request = CreateUpload { file_name: "a.zip".to_owned(), size_bytes: 7, sha256: None };
        let item = Item::of_org(key(&scope("org-1"), &id), &scope("org-1"))
            .with("request", json("the upload", &request).unwrap())
            .with("created_at", text("2026-11-20T13:00:00.000Z"));
        let upload = UploadItem::from_item(&item).unwrap();
        assert_eq!((upload.upload_id, upload.request), (id, request));
        assert_eq!(upload.expires_at.to_string(), "2026-11-21T13:00:00Z");
    }
}
