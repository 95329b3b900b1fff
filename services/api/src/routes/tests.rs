//! `/v1/tests`: security tests and their findings.

use axum::Json as Answer;
use axum::extract::State;
use axum::response::IntoResponse;
use contracts::api::findings::FindingsPage;
use contracts::api::tests::{CreateTest, Test};
use contracts::api::{Page, PageQuery};
use contracts::ids::TestId;
use runtime::Queue;
use store::{Created, NewTest};
use tracing::error;

use super::{Accepted, limit};
use crate::extract::{IdempotencyKey, Json, Member, Path, Query};
use crate::problem::{ApiError, Result};
use crate::state::Api;
use crate::{commands, target};

const KEY_REUSED: &str =
    "this `Idempotency-Key` was used with another request in the last 24 hours: use a new key for a new request";

pub(crate) async fn create(
    State(api): State<Api>,
    Member(member): Member,
    IdempotencyKey(key): IdempotencyKey,
    Json(request): Json<CreateTest>,
) -> Result<impl IntoResponse> {
    let discovered = match &request.discovery_ref {
        // A reference to another organisation's scan looks like one to nothing.
        Some(reference) => {
            let discovered = api.store.discovered_mcp(&member.scope, reference).await?;
            Some(discovered.ok_or_else(|| ApiError::not_found("discovered MCP server"))?)
        }
        None => None,
    };
    let target = target::of_test(request.target, discovered.as_ref())?;
    target::check(&target, api.targets)?;
    let test = NewTest {
        test_id: TestId::random(),
        target,
        level: request.level,
        active: request.active,
        discovery_ref: request.discovery_ref,
        requested_by: Some(member.user),
    };
    let test = match api.store.create_test(&member.scope, test, key.as_deref()).await? {
        Created::New(test) => {
            // The test is stored, so it will run: the sweeper sends the command again if this fails.
            if let Err(error) = api.bus.send(Queue::Test, &commands::test_requested(&member.scope, &test)).await {
                error!(test.id = %test.test_id, "could not send the command for a new test, the sweeper will: {:#}", anyhow::Error::from(error));
            }
            test
        }
        Created::Existing(test) => test,
        Created::Conflict => return Err(ApiError::Conflict(KEY_REUSED.to_owned())),
    };
    let id = test.test_id.to_string();
    Ok(Accepted { location: format!("/v1/tests/{id}"), id, body: Test::from(test) })
}

pub(crate) async fn list(
    State(api): State<Api>,
    Member(member): Member,
    Query(page): Query<PageQuery>,
) -> Result<Answer<Page<Test>>> {
    let page = api.store.tests(&member.scope, limit(&page)?, page.cursor.as_deref()).await?;
    Ok(Answer(Page { items: page.items.into_iter().map(Test::from).collect(), next_cursor: page.next_cursor }))
}

pub(crate) async fn show(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<TestId>,
) -> Result<Answer<Test>> {
    let test = api.store.test(&member.scope, &id).await?.ok_or_else(|| ApiError::not_found("test"))?;
    Ok(Answer(test.into()))
}

pub(crate) async fn findings(
    State(api): State<Api>,
    Member(member): Member,
    Path(id): Path<TestId>,
    Query(page): Query<PageQuery>,
) -> Result<Answer<FindingsPage>> {
    let findings = api.store.findings(&member.scope, &id, limit(&page)?, page.cursor.as_deref()).await?;
    findings.map(Answer).ok_or_else(|| ApiError::not_found("test"))
}
