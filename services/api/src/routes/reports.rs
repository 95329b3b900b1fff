//! `/v1/reports`: report files of finished tests.

use std::collections::BTreeSet;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::IntoResponse;
use contracts::api::Status;
use contracts::api::reports::{CreateReport, DownloadableFile, Report};
use contracts::documents::ReportFormat;
use contracts::ids::ReportId;
use runtime::Queue;

use super::Accepted;
use crate::commands;
use crate::extract::{IdempotencyKey, Json, Member, Path};
use crate::problem::{ApiError, Result};
use crate::state::Api;

pub(crate) async fn create(
    State(api): State<Api>,
    Member(member): Member,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<CreateReport>,
) -> Result<impl IntoResponse> {
    let formats: Vec<ReportFormat> = request.formats.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    if formats.is_empty() {
        return Err(ApiError::Unprocessable("`formats` must name at least one format".to_owned()));
    }
    let test = api.store.test(&member.scope, &request.test_id).await?.ok_or_else(|| ApiError::not_found("test"))?;
    if test.status != Status::Completed {
        return Err(ApiError::Conflict(format!("the test is {}: a report needs a completed one", test.status)));
    }
    // The key makes the id, so that a repeated request finds the report of the first one.
    let id = match &key {
        Some(key) => ReportId::derived(&["report", member.scope.org().as_str(), key]),
        None => ReportId::random(),
    };
    let report = match api.store.create_report(&member.scope, &id, &request.test_id, &formats).await {
        Ok(report) if report.formats == formats && report.test_id == request.test_id => report,
        Ok(_) | Err(store::StoreError::Conflict { .. }) => {
            return Err(ApiError::Conflict(
                "this `Idempotency-Key` was used with another request: use a new key for a new request".to_owned(),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    if report.status == Status::Queued {
        // Sent again by a repeated request as well, with the same id, in case the first one got no further than here.
        let unavailable = |error| ApiError::Unavailable {
            detail: "the report is stored, but rendering could not be started: repeat the request with the same `Idempotency-Key`",
            source: anyhow::Error::from(error),
        };
        api.bus.send(Queue::Report, &commands::report_requested(&member.scope, &report)).await.map_err(unavailable)?;
    }
    let id = report.report_id.to_string();
    Ok(Accepted { location: format!("/v1/reports/{id}"), id, body: Report::from(report) })
}

pub(crate) async fn show(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<ReportId>,
) -> Result<Answer<Report>> {
    let item = api.store.report(&member.scope, &id).await?.ok_or_else(|| ApiError::not_found("report"))?;
    let mut files = Vec::with_capacity(item.files.len());
    for file in &item.files {
        let url = api.store.presign_report_file(&member.scope, &id, file.format).await?;
        files.push(DownloadableFile { format: file.format, size_bytes: file.size_bytes, url });
    }
    Ok(Answer(Report { files, ..item.into() }))
}
