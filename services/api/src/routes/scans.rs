//! `/v1/scans`: discovery of MCP servers in an uploaded tree or archive, or in repositories of GitHub.

use std::collections::HashSet;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::IntoResponse;
use contracts::api::findings::FileFindingsPage;
use contracts::api::scans::{CreateScan, Scan};
use contracts::api::uploads::CreateUpload;
use contracts::api::{PageQuery, Status};
use contracts::commands::scan::{ScanSource, UploadedArchive};
use contracts::documents::UploadedTree;
use contracts::ids::{ScanId, UploadId};
use runtime::Queue;
use store::{Created, NewScan, OrgScope};
use tracing::error;

use super::{Accepted, limit};
use crate::commands;
use crate::extract::{IdempotencyKey, Json, Member, Path, Query};
use crate::problem::{ApiError, Result};
use crate::state::Api;

pub(super) const MAX_NAME_CHARACTERS: usize = 200;
const MAX_FILES: usize = 5_000;
const MAX_TREE_BYTES: usize = 5 * 1024 * 1024;
const MAX_PATH_BYTES: usize = 1_024;

pub(crate) async fn create(
    State(api): State<Api>,
    Member(member): Member,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<CreateScan>,
) -> Result<impl IntoResponse> {
    let name = checked_name(&request.name)?;
    let (scan_id, source) = match (request.tree, request.github, request.upload) {
        (Some(tree), None, None) => {
            check(&tree).map_err(ApiError::Unprocessable)?;
            let scan_id = ScanId::random();
            let object_key = api.store.save_tree(&member.scope, &scan_id, &tree).await?;
            (scan_id, ScanSource::Upload { object_key })
        }
        (None, Some(github), None) => (ScanId::random(), ScanSource::GitHub(github)),
        (None, None, Some(upload)) => {
            let (scan_id, archive) = archive(&api, &member.scope, upload).await?;
            (scan_id, ScanSource::Archive(archive))
        }
        _ => {
            return Err(ApiError::Unprocessable(
                "give one source: `tree` with files, `upload` with the id of an uploaded archive, or `github` with a target such as `acme/backend`"
                    .to_owned(),
            ));
        }
    };
    let scan = NewScan { scan_id, name: name.to_owned(), source, requested_by: Some(member.user) };
    let scan = match api.store.create_scan(&member.scope, scan, key.as_deref()).await? {
        Created::New(scan) => {
            // The scan is stored, so it will run: the sweeper sends the command again if this fails.
            if let Err(error) = api.bus.send(Queue::Scan, &commands::scan_requested(&member.scope, &scan)).await {
                error!(scan.id = %scan.scan_id, "could not send the command for a new scan, the sweeper will: {:#}", anyhow::Error::from(error));
            }
            scan
        }
        Created::Existing(scan) => scan,
        Created::Conflict => {
            return Err(ApiError::Conflict("this `Idempotency-Key` or `upload` was used with another request in the last 24 hours: use a new one for a new request".to_owned()));
        }
    };
    let id = scan.scan_id.to_string();
    Ok(Accepted { location: format!("/v1/scans/{id}"), id, body: scan.with_discovered(Vec::new()) })
}

/// The archive of an upload, and the scan of it. Another organisation's upload looks like none.
async fn archive(api: &Api, scope: &OrgScope, upload_id: UploadId) -> Result<(ScanId, UploadedArchive)> {
    let upload = api.store.upload(scope, &upload_id).await?;
    let upload = upload.ok_or_else(|| ApiError::not_found("upload of the last 24 hours"))?;
    // One upload is one scan, however often it is asked for: the archive is deleted when that scan is through.
    let scan_id = ScanId::derived(&["scan of an upload", scope.org().as_str(), upload_id.as_str()]);
    if api.store.scan(scope, &scan_id).await?.is_none() && !api.store.has_arrived(scope, &upload_id).await? {
        return Err(ApiError::Conflict(
            "the archive has not arrived: send it to the address of the upload first, with the headers given there"
                .to_owned(),
        ));
    }
    let CreateUpload { size_bytes, sha256, .. } = upload.request;
    Ok((scan_id, UploadedArchive { upload_id, size_bytes, sha256 }))
}

pub(crate) async fn show(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<ScanId>,
) -> Result<Answer<Scan>> {
    let scan = api.store.scan(&member.scope, &id).await?.ok_or_else(|| ApiError::not_found("scan"))?;
    if scan.status != Status::Completed {
        return Ok(Answer(scan.with_discovered(Vec::new())));
    }
    let discovered = api.store.discovered(&member.scope, &id).await?.unwrap_or_default();
    let changes = match &scan.source {
        ScanSource::GitHub(_) => api.store.changes(&member.scope, &id).await?,
        // Compared with nothing, so there is nothing to read.
        _ => None,
    };
    Ok(Answer(Scan { changes, ..scan.with_discovered(discovered) }))
}

/// What a scan or a schedule of scans is called.
pub(super) fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if (1..=MAX_NAME_CHARACTERS).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(ApiError::Unprocessable("`name` must have 1 to 200 characters".to_owned()))
    }
}

pub(crate) async fn findings(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<ScanId>,
    Query(page): Query<PageQuery>,
) -> Result<Answer<FileFindingsPage>> {
    let findings = api.store.scan_findings(&member.scope, &id, limit(&page)?, page.cursor.as_deref()).await?;
    findings.map(Answer).ok_or_else(|| ApiError::not_found("scan"))
}

/// Checks what the contract promises to the worker. The text says which file is wrong.
fn check(tree: &UploadedTree) -> Result<(), String> {
    if tree.files.is_empty() {
        return Err("`tree.files` is empty: upload the files that may configure MCP servers".to_owned());
    }
    if tree.files.len() > MAX_FILES {
        return Err(format!(
            "the tree has {} files, more than {MAX_FILES}: upload only files that may configure MCP servers or tell agents what to do, and manifests of their code",
            tree.files.len()
        ));
    }
    let size_bytes: usize = tree.files.iter().map(|file| file.text.len()).sum();
    if size_bytes > MAX_TREE_BYTES {
        return Err(format!(
            "the files have {size_bytes} bytes, more than {MAX_TREE_BYTES}: upload only files that may configure MCP servers or tell agents what to do, and manifests of their code"
        ));
    }
    let mut seen = HashSet::with_capacity(tree.files.len());
    for file in &tree.files {
        if !is_relative(&file.path) {
            return Err(format!(
                "path `{}` is not relative with `/` between its parts and without `..`",
                file.path.escape_debug()
            ));
        }
        if !seen.insert(file.path.as_str()) {
            return Err(format!("path `{}` is there twice", file.path));
        }
    }
    Ok(())
}

fn is_relative(path: &str) -> bool {
    let legal_part = |part: &str| {
        !matches!(part, "" | "." | "..") && !part.chars().any(|character| character == '\\' || character.is_control())
    };
    path.len() <= MAX_PATH_BYTES && path.split('/').all(legal_part)
}

#[cfg(test)]
mod tests {
    use contracts::documents::UploadedFile;

    use super::*;

    fn tree(paths: &[&str]) -> UploadedTree {
        let file = |path: &&str| UploadedFile { path: (*path).to_owned(), text: String::new() };
        UploadedTree { files: paths.iter().map(file).collect() }
    }

    #[test]
    fn paths_stay_inside_the_tree() {
        assert_eq!(check(&tree(&[".mcp.json", "a/.vscode/mcp.json", "a b/…json"])), Ok(()));
        for bad in ["", "/etc/passwd", "a//b", "../x", "a/../b", "./a", "a\\b", "a/\0", "a/"] {
            assert!(check(&tree(&[bad])).is_err(), "{bad:?} was accepted");
        }
        assert!(check(&tree(&["a", "a"])).is_err());
        assert!(check(&tree(&[])).is_err());
        assert!(check(&tree(&[&"x".repeat(1_025)])).is_err());
    }

    #[test]
    fn a_tree_has_a_size() {
        let file = UploadedFile { path: "a".to_owned(), text: "x".repeat(MAX_TREE_BYTES) };
        assert_eq!(check(&UploadedTree { files: vec![file.clone()] }), Ok(()));
        let more = UploadedFile { path: "b".to_owned(), text: "x".to_owned() };
        assert!(check(&UploadedTree { files: vec![file, more] }).is_err());
    }
}
