//! `/v1/scan-schedules`: scans that are repeated. The caller chooses the id, so `PUT` is repeatable as it is.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use contracts::api::schedules::{EVERY_HOURS, PutScanSchedule, ScanSchedule, ScanSchedules};
use contracts::ids::{InvalidId, ScheduleId};
use jiff::{SignedDuration, Timestamp};
use store::{MAX_SCHEDULES, NewSchedule, ScheduleItem};

use super::scans::checked_name;
use crate::extract::{Json, Member, Path};
use crate::problem::{ApiError, Result};
use crate::state::Api;

/// How far ahead the first scan may be. What is further is a typing error, and would be noticed by nobody.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

pub(crate) async fn put(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<String>,
    Json(request): Json<PutScanSchedule>,
) -> Result<Answer<ScanSchedule>> {
    // Said here, as elsewhere an id comes from an answer of ours.
    let id = id.parse().map_err(|error: InvalidId| ApiError::NotFound(error.to_string()))?;
    let now = Timestamp::now();
    let schedule = checked(id, request, now)?;
    let saved = api.store.save_schedule(&member.scope, &schedule, now).await?;
    let full = || {
        ApiError::Unprocessable(format!(
            "your organisation has {MAX_SCHEDULES} schedules, which is the most: delete one, or let one scan a whole account instead of its repositories"
        ))
    };
    saved.map(shown).map(Answer).ok_or_else(full)
}

pub(crate) async fn list(State(api): State<Api>, Member(member): Member) -> Result<Answer<ScanSchedules>> {
    let schedules = api.store.schedules(&member.scope).await?;
    Ok(Answer(ScanSchedules { items: schedules.into_iter().map(shown).collect() }))
}

pub(crate) async fn show(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<ScheduleId>,
) -> Result<Answer<ScanSchedule>> {
    let schedule = api.store.schedule(&member.scope, &id).await?;
    schedule.map(shown).map(Answer).ok_or_else(not_found)
}

pub(crate) async fn delete(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<ScheduleId>,
) -> Result<StatusCode> {
    let deleted = api.store.delete_schedule(&member.scope, &id).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(not_found()) }
}

fn not_found() -> ApiError {
    ApiError::not_found("schedule of scans")
}

fn checked(schedule_id: ScheduleId, request: PutScanSchedule, now: Timestamp) -> Result<NewSchedule> {
    let PutScanSchedule { name, github, every_hours, starts_at } = request;
    let name = checked_name(&name)?.to_owned();
    if !EVERY_HOURS.contains(&every_hours) {
        return Err(ApiError::Unprocessable(
            "`every_hours` must be 1 to 720: 24 is daily, 168 weekly, 720 every 30 days".to_owned(),
        ));
    }
    if starts_at.is_some_and(|starts_at| starts_at.duration_since(now) > AHEAD) {
        return Err(ApiError::Unprocessable(
            "`starts_at` is more than a year ahead: give the time of the first scan, or of one that would have been in the past".to_owned(),
        ));
    }
    Ok(NewSchedule { schedule_id, name, github, every_hours, starts_at })
}

fn shown(schedule: ScheduleItem) -> ScanSchedule {
    ScanSchedule {
        schedule_id: schedule.schedule_id,
        name: schedule.name,
        github: schedule.github.into(),
        every_hours: schedule.every_hours,
        starts_at: schedule.starts_at,
        created_at: schedule.created_at,
        next_at: schedule.next_at,
        last_scan_id: schedule.last_scan,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(changes: &serde_json::Value) -> Result<NewSchedule, String> {
        let mut request =
            serde_json::json!({ "name": " acme, nightly ", "github": { "target": "acme" }, "every_hours": 24 });
        request.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let request = serde_json::from_value(request).map_err(|error| error.to_string())?;
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        checked("nightly".parse().unwrap(), request, now).map_err(|error| error.to_string())
    }

    #[test]
    fn a_schedule_is_checked_before_it_is_stored() {
        assert_eq!(check(&serde_json::json!({})).unwrap().name, "acme, nightly");
        assert!(check(&serde_json::json!({ "every_hours": 720, "starts_at": "2020-02-29T02:00:00Z" })).is_ok());
        for (bad, part) in [
            (serde_json::json!({ "name": " " }), "`name`"),
            (serde_json::json!({ "every_hours": 0 }), "`every_hours`"),
            (serde_json::json!({ "every_hours": 721 }), "`every_hours`"),
            (serde_json::json!({ "starts_at": "2028-01-01T00:00:00Z" }), "`starts_at`"),
            (serde_json::json!({ "github": { "target": "acme/../x" } }), "`acme/backend`"),
            (serde_json::json!({ "tree": { "files": [] } }), "`tree`"),
        ] {
            let error = check(&bad).unwrap_err();
            assert!(error.contains(part), "{bad}: {error}");
        }
    }
}
