//! `/v1/downloads`: the links of e-mails, which work without signing in.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use contracts::documents::ReportFormat;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use store::link;

use crate::audit_log::Audited;
use crate::extract::Path;
use crate::problem::{ApiError, Result};
use crate::state::Api;

/// Redirects to the report's PDF. A link that is made up, expired, or of a report that is gone looks the same.
pub(crate) async fn redirect(State(api): State<Api>, Path(token): Path<String>) -> Result<Response> {
    let gone = || {
        ApiError::NotFound(
            "this link is invalid or has expired: sign in and open the report in the dashboard".to_owned(),
        )
    };
    let allowed = link::verify(api.link_key.expose_secret().as_bytes(), &token, Timestamp::now()).ok_or_else(gone)?;
    let report = api.store.report(&allowed.scope, &allowed.report_id).await?.ok_or_else(gone)?;
    if !report.files.iter().any(|file| file.format == ReportFormat::Pdf) {
        return Err(gone());
    }
    let url = api.store.presign_report_file(&allowed.scope, &allowed.report_id, ReportFormat::Pdf).await?;
    let location = HeaderValue::from_str(url.as_str()).map_err(|error| ApiError::Internal(error.into()))?;
    let mut response = (StatusCode::FOUND, [(header::LOCATION, location)]).into_response();
    let org = Some(allowed.scope.org().clone());
    response.extensions_mut().insert(Audited { org, ..Audited::subject(&allowed.report_id) });
    Ok(response)
}
