//! The routes of the REST API. `api` serves exactly these (a test compares), and `openapi.json` is made from them.

use schemars::{Schema, SchemaGenerator};

use super::{PageQuery, auth, findings, reports, scans, schedules, tests, uploads, usage, ws};

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Public,
    /// A member of the organisation with at least this role.
    Member(auth::Role),
}

/// A JSON body, by its schema.
pub type Body = fn(&mut SchemaGenerator) -> Schema;

/// One route.
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path with parameters in braces.
    pub path: &'static str,
    /// What it does, one line.
    pub summary: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Query parameters, as an object schema.
    pub query: Option<Body>,
    /// Request body.
    pub request: Option<Body>,
    /// Status and body of success.
    pub response: (u16, Option<Body>),
    /// Statuses of failure, each a problem document (RFC 9457).
    pub failures: &'static [u16],
}

fn body<T: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

const VIEWER: Access = Access::Member(auth::Role::Viewer);
const ANALYST: Access = Access::Member(auth::Role::Analyst);

/// All routes.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    Route { method: "POST", path: "/v1/auth/register", summary: "Creates a person and their organisation", access: Access::Public,
        query: None, request: Some(body::<auth::RegisterRequest>), response: (201, Some(body::<auth::RegisterResponse>)), failures: &[400, 409, 429] },
    Route { method: "POST", path: "/v1/auth/login", summary: "Signs in", access: Access::Public,
        query: None, request: Some(body::<auth::LoginRequest>), response: (200, Some(body::<auth::TokenResponse>)), failures: &[400, 401, 429] },
    Route { method: "POST", path: "/v1/auth/refresh", summary: "Renews an access token", access: Access::Public,
        query: None, request: Some(body::<auth::RefreshRequest>), response: (200, Some(body::<auth::TokenResponse>)), failures: &[400, 401, 429] },
    Route { method: "POST", path: "/v1/tests", summary: "Starts a security test; repeatable with the same Idempotency-Key", access: ANALYST,
        query: None, request: Some(body::<tests::CreateTest>), response: (202, Some(body::<tests::Test>)), failures: &[400, 401, 403, 404, 409, 422, 429] },
    Route { method: "GET", path: "/v1/tests", summary: "Lists tests, newest first", access: VIEWER,
        query: Some(body::<PageQuery>), request: None, response: (200, Some(body::<super::Page<tests::Test>>)), failures: &[400, 401, 429] },
    Route { method: "GET", path: "/v1/tests/{test_id}", summary: "Shows a test", access: VIEWER,
        query: None, request: None, response: (200, Some(body::<tests::Test>)), failures: &[401, 404, 429] },
    Route { method: "GET", path: "/v1/tests/{test_id}/findings", summary: "Lists the findings of a test, worst first", access: VIEWER,
        query: Some(body::<PageQuery>), request: None, response: (200, Some(body::<findings::FindingsPage>)), failures: &[400, 401, 404, 429] },
    Route { method: "POST", path: "/v1/reports", summary: "Asks for report files of a finished test", access: ANALYST,
        query: None, request: Some(body::<reports::CreateReport>), response: (202, Some(body::<reports::Report>)), failures: &[400, 401, 403, 404, 409, 422, 429] },
    Route { method: "GET", path: "/v1/reports/{report_id}", summary: "Shows a report with download links", access: VIEWER,
        query: None, request: None, response: (200, Some(body::<reports::Report>)), failures: &[401, 404, 429] },
    Route { method: "GET", path: "/v1/downloads/{token}", summary: "Redirects a link of an e-mail to the report's PDF", access: Access::Public,
        query: None, request: None, response: (302, None), failures: &[404, 429] },
    Route { method: "POST", path: "/v1/uploads", summary: "Asks for an address to upload an archive to, for a scan", access: ANALYST,
        query: None, request: Some(body::<uploads::CreateUpload>), response: (201, Some(body::<uploads::Upload>)), failures: &[400, 401, 403, 409, 422, 429] },
    Route { method: "POST", path: "/v1/scans", summary: "Starts a discovery scan of an uploaded tree or archive, or of GitHub repositories", access: ANALYST,
        query: None, request: Some(body::<scans::CreateScan>), response: (202, Some(body::<scans::Scan>)), failures: &[400, 401, 403, 404, 409, 413, 422, 429] },
    Route { method: "GET", path: "/v1/scans/{scan_id}", summary: "Shows a scan and what it found", access: VIEWER,
        query: None, request: None, response: (200, Some(body::<scans::Scan>)), failures: &[401, 404, 429] },
    Route { method: "GET", path: "/v1/scans/{scan_id}/findings", summary: "Lists what is wrong in the files around the servers of a scan, worst first", access: VIEWER,
        query: Some(body::<PageQuery>), request: None, response: (200, Some(body::<findings::FileFindingsPage>)), failures: &[400, 401, 404, 429] },
    Route { method: "GET", path: "/v1/scan-schedules", summary: "Lists the schedules of scans", access: VIEWER,
        query: None, request: None, response: (200, Some(body::<schedules::ScanSchedules>)), failures: &[401, 429] },
    Route { method: "PUT", path: "/v1/scan-schedules/{schedule_id}", summary: "Makes or replaces a schedule of scans, with an id of the caller's choice", access: ANALYST,
        query: None, request: Some(body::<schedules::PutScanSchedule>), response: (200, Some(body::<schedules::ScanSchedule>)), failures: &[400, 401, 403, 404, 409, 422, 429] },
    Route { method: "GET", path: "/v1/scan-schedules/{schedule_id}", summary: "Shows a schedule of scans", access: VIEWER,
        query: None, request: None, response: (200, Some(body::<schedules::ScanSchedule>)), failures: &[401, 404, 429] },
    Route { method: "DELETE", path: "/v1/scan-schedules/{schedule_id}", summary: "Ends a schedule of scans; what it scanned stays", access: ANALYST,
        query: None, request: None, response: (204, None), failures: &[401, 403, 404, 409, 429] },
    Route { method: "GET", path: "/v1/usage", summary: "Shows metered usage of one month", access: VIEWER,
        query: Some(body::<usage::UsageQuery>), request: None, response: (200, Some(body::<usage::Usage>)), failures: &[400, 401, 429] },
    Route { method: "POST", path: "/v1/ws-tickets", summary: "Issues a single-use ticket for the progress WebSocket", access: VIEWER,
        query: None, request: None, response: (201, Some(body::<ws::WsTicket>)), failures: &[401, 429, 503] },
];
