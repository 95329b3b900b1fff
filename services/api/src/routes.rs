//! The handlers, by resource.

pub(crate) mod auth;
pub(crate) mod downloads;
pub(crate) mod reports;
pub(crate) mod scans;
pub(crate) mod schedules;
pub(crate) mod tests;
pub(crate) mod uploads;
pub(crate) mod usage;
pub(crate) mod ws_tickets;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contracts::api::PageQuery;
use serde::Serialize;

use crate::audit_log::Audited;
use crate::problem::{ApiError, Result};

/// Items of a page where the client does not say.
const PAGE_ITEMS: u32 = 50;

/// How many items a page may have.
fn limit(page: &PageQuery) -> Result<u32> {
    match page.limit.unwrap_or(PAGE_ITEMS) {
        limit @ 1..=200 => Ok(limit),
        _ => Err(ApiError::Invalid("`limit` must be 1 to 200".to_owned())),
    }
}

/// 202: it is stored and will be done.
struct Accepted<T> {
    /// Where to look for it.
    location: String,
    /// Its id, for the audit log.
    id: String,
    body: T,
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        let location = HeaderValue::from_str(&self.location).expect("paths of ours are ASCII");
        let mut response = (StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(self.body)).into_response();
        response.extensions_mut().insert(Audited::subject(&self.id));
        response
    }
}
