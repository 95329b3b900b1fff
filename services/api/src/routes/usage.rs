//! `/v1/usage`: what was used in a month.

use axum::Json as Answer;
use axum::extract::State;
use contracts::api::usage::{Usage, UsageQuery};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::extract::{Member, Query};
use crate::problem::Result;
use crate::state::Api;

pub(crate) async fn show(
    State(api): State<Api>,
    Member(member): Member,
    Query(query): Query<UsageQuery>,
) -> Result<Answer<Usage>> {
    let month = query.month.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string());
    let totals = api.store.usage(&member.scope, &month).await?;
    Ok(Answer(Usage { month, totals }))
}
