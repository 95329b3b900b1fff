//! `/v1/uploads`: addresses that archives are sent to, for scans.

use axum::Extension;
use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use contracts::api::uploads::{ArchiveFormat, CreateUpload, MAX_ARCHIVE_BYTES};
use contracts::ids::UploadId;
use store::{Created, Plan, UploadItem};

use super::scans::MAX_NAME_CHARACTERS;
use crate::audit_log::Audited;
use crate::extract::{IdempotencyKey, Json, Member};
use crate::problem::{ApiError, Result};
use crate::state::Api;

pub(crate) async fn create(
    State(api): State<Api>,
    Member(member): Member,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<CreateUpload>,
) -> Result<impl IntoResponse> {
    let request = checked(request).map_err(ApiError::Unprocessable)?;
    let scope = &member.scope;
    // The key makes the id, so that a repeated request finds the upload of the first one.
    let (id, existing) = match &key {
        Some(key) => {
            let id = UploadId::derived(&["upload", scope.org().as_str(), key]);
            let existing = api.store.upload(scope, &id).await?;
            (id, existing)
        }
        None => (UploadId::random(), None),
    };
    if existing.is_none() {
        let plan = api.store.organization(scope).await?.map_or(Plan::Free, |organization| organization.plan);
        if let Some(most) = plan.daily_uploads() {
            room_for_one_more(&api.store.uploads(scope).await?, most).map_err(ApiError::Conflict)?;
        }
    }
    let upload = match api.store.create_upload(scope, &id, &request).await? {
        Created::New(upload) | Created::Existing(upload) => upload,
        Created::Conflict => {
            return Err(ApiError::Conflict(
                "this `Idempotency-Key` was used with another request in the last 24 hours: use a new key for a new request"
                    .to_owned(),
            ));
        }
    };
    let put = api.store.presign_upload(scope, &upload).await?;
    Ok((StatusCode::CREATED, Extension(Audited::subject(&id)), Answer(upload.with_address(put))))
}

/// What was announced, in one form. The text says what is wrong with it.
fn checked(request: CreateUpload) -> Result<CreateUpload, String> {
    let CreateUpload { file_name, size_bytes, sha256 } = request;
    let file_name = file_name.trim().to_owned();
    if file_name.chars().count() > MAX_NAME_CHARACTERS || file_name.chars().any(char::is_control) {
        return Err(format!(
            "`file_name` must have 1 to {MAX_NAME_CHARACTERS} characters, none of them a control character"
        ));
    }
    if ArchiveFormat::of_name(&file_name).is_none() {
        return Err(
            "only archives can be uploaded whose name ends with `.zip`, `.tar`, `.tar.gz` or `.tgz`: pack the folder as one of these"
                .to_owned(),
        );
    }
    if size_bytes == 0 {
        return Err("`size_bytes` is 0: an empty file is no archive".to_owned());
    }
    if size_bytes > MAX_ARCHIVE_BYTES {
        return Err(format!(
            "the archive has {size_bytes} bytes, more than {MAX_ARCHIVE_BYTES} (256 MiB): leave out what is built or downloaded, or scan parts of it"
        ));
    }
    let sha256 = sha256.map(|digest| digest.to_ascii_lowercase());
    let is_digest = |digest: &String| digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !sha256.as_ref().is_none_or(is_digest) {
        return Err("`sha256` must be 64 hexadecimal digits, or be left out".to_owned());
    }
    Ok(CreateUpload { file_name, size_bytes, sha256 })
}

/// Each upload may put 256 MiB into the store, whether a scan uses it or not.
fn room_for_one_more(uploads: &[UploadItem], most: usize) -> Result<(), String> {
    if uploads.len() < most {
        return Ok(());
    }
    let first = uploads.iter().map(|upload| upload.expires_at).min();
    let until = first.map(|first| format!(" until {first:.0}")).unwrap_or_default();
    Err(format!(
        "your organisation asked for {} uploads in the last 24 hours, and its plan has {most}: wait{until}",
        uploads.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(file_name: &str, size_bytes: u64, sha256: Option<&str>) -> CreateUpload {
        CreateUpload { file_name: file_name.to_owned(), size_bytes, sha256: sha256.map(str::to_owned) }
    }

    #[test]
    fn an_archive_has_a_format_a_size_and_perhaps_a_digest() {
        let digest = "0A".repeat(32);
        let sound = checked(request(" backend.ZIP ", MAX_ARCHIVE_BYTES, Some(&digest)));
        assert_eq!(sound, Ok(request("backend.ZIP", MAX_ARCHIVE_BYTES, Some(&"0a".repeat(32)))));
        for (name, size, digest, told) in [
            ("backend.7z", 1, None, "`.tar.gz`"),
            ("", 1, None, "`.tar.gz`"),
            ("a\n.zip", 1, None, "control"),
            (&*format!("{}.zip", "x".repeat(200)), 1, None, "200"),
            ("a.zip", 0, None, "empty"),
            ("a.zip", MAX_ARCHIVE_BYTES + 1, None, "256 MiB"),
            ("a.zip", 1, Some("0a"), "64"),
            ("a.zip", 1, Some(&*"0g".repeat(32)), "64"),
        ] {
            let error = checked(request(name, size, digest)).unwrap_err();
            assert!(error.contains(told), "{name}: {error}");
        }
    }

    #[test]
    fn there_is_an_end_to_uploads_and_it_passes() {
        let upload = |hour: u8| UploadItem {
            upload_id: UploadId::random(),
            request: request("a.zip", 1, None),
            created_at: format!("2026-11-20T{hour:02}:00:00Z").parse().unwrap(),
            expires_at: format!("2026-11-21T{hour:02}:00:00Z").parse().unwrap(),
        };
        let uploads = [upload(9), upload(7), upload(8)];
        assert_eq!(room_for_one_more(&uploads, 4), Ok(()));
        let error = room_for_one_more(&uploads, 3).unwrap_err();
        assert!(error.ends_with("its plan has 3: wait until 2026-11-21T07:00:00Z"), "{error}");
    }
}
