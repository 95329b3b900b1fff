//! One function per route.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use contracts::api::auth::{LoginRequest, RefreshRequest, RegisterRequest, RegisterResponse, TokenResponse};
use contracts::api::findings::{FileFindingsPage, FindingsPage};
use contracts::api::problem::Problem;
use contracts::api::reports::{CreateReport, Report};
use contracts::api::scans::{CreateScan, FileFinding, Scan};
use contracts::api::schedules::{PutScanSchedule, ScanSchedule, ScanSchedules};
use contracts::api::tests::{CreateTest, Test};
use contracts::api::uploads::{CreateUpload, Upload};
use contracts::api::usage::{Usage, UsageQuery};
use contracts::api::ws::WsTicket;
use contracts::api::{Page, PageQuery, Status};
use contracts::audit::Finding;
use contracts::ids::{ReportId, ScanId, ScheduleId, TestId};
use reqwest::{Body, Method, RequestBuilder, Response, redirect};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{ClientError, ProgressSocket};

/// Above the API's own limit, so that its answer arrives.
const TIMEOUT: Duration = Duration::from_secs(30);
const DOWNLOAD_TIMEOUT: Duration = Duration::from_mins(2);
/// The largest archive takes this long at 3 Mbit/s.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Largest JSON answer: a page of 200 findings has less than a tenth.
const ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// Largest report file.
const DOWNLOAD_BYTES: usize = 256 * 1024 * 1024;
/// Items of a page where all pages are wanted.
const ALL_PAGES: u32 = 200;
/// Waiting for the end of something begins with short pauses and goes on with longer ones.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A client of the API. Cheap to clone; clones share connections. Its token does not print.
#[derive(Debug, Clone)]
pub struct Client {
    base: Url,
    token: Option<SecretString>,
    http: reqwest::Client,
    /// Has no token and follows redirects.
    downloads: reqwest::Client,
}

impl Client {
    /// A client of the API at `base`: `https://api.example`.
    pub fn new(mut base: Url) -> Result<Self, ClientError> {
        if !matches!(base.scheme(), "http" | "https") || base.cannot_be_a_base() {
            return Err(ClientError::Address(base.to_string()));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let builder = || {
            reqwest::Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .user_agent(concat!("mcp-audit/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            base,
            token: None,
            // The API never redirects a call, and a redirect would take the token elsewhere.
            http: builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build()?,
            downloads: builder().timeout(DOWNLOAD_TIMEOUT).redirect(redirect::Policy::limited(3)).build()?,
        })
    }

    /// The same client, signed in with an access token or API key.
    #[must_use]
    pub fn with_token(&self, token: impl Into<SecretString>) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The address of the API, which ends with `/`.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// `POST /v1/auth/register`
    pub async fn register(&self, request: &RegisterRequest) -> Result<RegisterResponse, ClientError> {
        self.post("v1/auth/register", request, None).await
    }

    /// `POST /v1/auth/login`
    pub async fn login(&self, request: &LoginRequest) -> Result<TokenResponse, ClientError> {
        self.post("v1/auth/login", request, None).await
    }

    /// `POST /v1/auth/refresh`
    pub async fn refresh(&self, request: &RefreshRequest) -> Result<TokenResponse, ClientError> {
        self.post("v1/auth/refresh", request, None).await
    }

    /// `POST /v1/tests`. With the same key the same request starts nothing new.
    pub async fn create_test(&self, request: &CreateTest, idempotency_key: Option<&str>) -> Result<Test, ClientError> {
        self.post("v1/tests", request, idempotency_key).await
    }

    /// `GET /v1/tests`: one page, newest first.
    pub async fn tests(&self, limit: Option<u32>, cursor: Option<&str>) -> Result<Page<Test>, ClientError> {
        self.page("v1/tests", limit, cursor).await
    }

    /// `GET /v1/tests/{test_id}`
    pub async fn test(&self, test: &TestId) -> Result<Test, ClientError> {
        self.get(&format!("v1/tests/{test}"), &()).await
    }

    /// Waits until a test is completed or failed.
    pub async fn wait_for_test(&self, test: &TestId, within: Duration) -> Result<Test, ClientError> {
        ended(format!("test `{test}`"), within, async || {
            let test = self.test(test).await?;
            Ok((test.status, test))
        })
        .await
    }

    /// `GET /v1/tests/{test_id}/findings`: one page, worst first.
    pub async fn findings_page(
        &self,
        test: &TestId,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<FindingsPage, ClientError> {
        self.page(&format!("v1/tests/{test}/findings"), limit, cursor).await
    }

    /// All findings of a test, worst first.
    pub async fn findings(&self, test: &TestId) -> Result<Vec<Finding>, ClientError> {
        all_pages(async |cursor| self.findings_page(test, Some(ALL_PAGES), cursor.as_deref()).await).await
    }

    /// `POST /v1/reports`. With the same key the same request starts nothing new.
    pub async fn create_report(
        &self,
        request: &CreateReport,
        idempotency_key: Option<&str>,
    ) -> Result<Report, ClientError> {
        self.post("v1/reports", request, idempotency_key).await
    }

    /// `GET /v1/reports/{report_id}`
    pub async fn report(&self, report: &ReportId) -> Result<Report, ClientError> {
        self.get(&format!("v1/reports/{report}"), &()).await
    }

    /// Waits until a report is completed or failed.
    pub async fn wait_for_report(&self, report: &ReportId, within: Duration) -> Result<Report, ClientError> {
        ended(format!("report `{report}`"), within, async || {
            let report = self.report(report).await?;
            Ok((report.status, report))
        })
        .await
    }

    /// Downloads a file of a report, or a link of an e-mail (`GET /v1/downloads/{token}`), without the token.
    pub async fn download(&self, url: &Url) -> Result<Bytes, ClientError> {
        let response = done(self.downloads.get(url.clone()).send().await?).await?;
        read(response, DOWNLOAD_BYTES).await
    }

    /// `POST /v1/uploads`. With the same key the same request gives a new address for the same upload.
    pub async fn create_upload(
        &self,
        request: &CreateUpload,
        idempotency_key: Option<&str>,
    ) -> Result<Upload, ClientError> {
        self.post("v1/uploads", request, idempotency_key).await
    }

    /// Sends an archive to the address of its upload, without the token. A file is sent as it is read.
    pub async fn send_archive(&self, upload: &Upload, archive: impl Into<Body>) -> Result<(), ClientError> {
        let mut request = self.downloads.put(upload.put.url.clone()).timeout(UPLOAD_TIMEOUT).body(archive);
        for (name, value) in &upload.put.headers {
            request = request.header(name, value);
        }
        let response = request.send().await?;
        if response.status().is_success() { Ok(()) } else { Err(refusal(response).await) }
    }

    /// `POST /v1/scans`. With the same key the same request starts nothing new.
    pub async fn create_scan(&self, request: &CreateScan, idempotency_key: Option<&str>) -> Result<Scan, ClientError> {
        self.post("v1/scans", request, idempotency_key).await
    }

    /// `GET /v1/scans/{scan_id}`
    pub async fn scan(&self, scan: &ScanId) -> Result<Scan, ClientError> {
        self.get(&format!("v1/scans/{scan}"), &()).await
    }

    /// Waits until a scan is completed or failed.
    pub async fn wait_for_scan(&self, scan: &ScanId, within: Duration) -> Result<Scan, ClientError> {
        ended(format!("scan `{scan}`"), within, async || {
            let scan = self.scan(scan).await?;
            Ok((scan.status, scan))
        })
        .await
    }

    /// `PUT /v1/scan-schedules/{schedule_id}`: makes or replaces a schedule. The same again changes nothing.
    pub async fn put_scan_schedule(
        &self,
        schedule: &ScheduleId,
        request: &PutScanSchedule,
    ) -> Result<ScanSchedule, ClientError> {
        json(self.request(Method::PUT, &format!("v1/scan-schedules/{schedule}"))?.json(request)).await
    }

    /// `GET /v1/scan-schedules`
    pub async fn scan_schedules(&self) -> Result<ScanSchedules, ClientError> {
        self.get("v1/scan-schedules", &()).await
    }

    /// `GET /v1/scan-schedules/{schedule_id}`
    pub async fn scan_schedule(&self, schedule: &ScheduleId) -> Result<ScanSchedule, ClientError> {
        self.get(&format!("v1/scan-schedules/{schedule}"), &()).await
    }

    /// `DELETE /v1/scan-schedules/{schedule_id}`
    pub async fn delete_scan_schedule(&self, schedule: &ScheduleId) -> Result<(), ClientError> {
        let request = self.request(Method::DELETE, &format!("v1/scan-schedules/{schedule}"))?;
        done(request.send().await?).await.map(drop)
    }

    /// `GET /v1/scans/{scan_id}/findings`: one page, worst first.
    pub async fn scan_findings_page(
        &self,
        scan: &ScanId,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<FileFindingsPage, ClientError> {
        self.page(&format!("v1/scans/{scan}/findings"), limit, cursor).await
    }

    /// All findings of a scan, worst first.
    pub async fn scan_findings(&self, scan: &ScanId) -> Result<Vec<FileFinding>, ClientError> {
        all_pages(async |cursor| self.scan_findings_page(scan, Some(ALL_PAGES), cursor.as_deref()).await).await
    }

    /// `GET /v1/usage`
    pub async fn usage(&self, query: &UsageQuery) -> Result<Usage, ClientError> {
        self.get("v1/usage", query).await
    }

    /// `POST /v1/ws-tickets`
    pub async fn ws_ticket(&self) -> Result<WsTicket, ClientError> {
        json(self.request(Method::POST, "v1/ws-tickets")?).await
    }

    /// Opens the progress WebSocket with a ticket of its own.
    pub async fn progress(&self) -> Result<ProgressSocket, ClientError> {
        let ticket = self.ws_ticket().await?;
        ProgressSocket::open(&ticket.url).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> Result<T, ClientError> {
        json(self.request(Method::GET, path)?.query(query)).await
    }

    async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        limit: Option<u32>,
        cursor: Option<&str>,
    ) -> Result<T, ClientError> {
        self.get(path, &PageQuery { limit, cursor: cursor.map(str::to_owned) }).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        idempotency_key: Option<&str>,
    ) -> Result<T, ClientError> {
        let mut request = self.request(Method::POST, path)?.json(body);
        if let Some(key) = idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        json(request).await
    }

    /// Ids have no characters that mean something in a path.
    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        let request = self.http.request(method, self.base.join(path)?);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token.expose_secret()),
            None => request,
        })
    }
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ClientError> {
    let response = done(request.send().await?).await?;
    serde_json::from_slice(&read(response, ANSWER_BYTES).await?).map_err(ClientError::Decode)
}

/// The answer, where it is that of success.
async fn done(response: Response) -> Result<Response, ClientError> {
    if response.status().is_success() { Ok(response) } else { Err(refusal(response).await) }
}

async fn refusal(response: Response) -> ClientError {
    let status = response.status().as_u16();
    match read(response, ANSWER_BYTES).await.map(|body| serde_json::from_slice::<Problem>(&body)) {
        Ok(Ok(problem)) => ClientError::Problem(Box::new(problem)),
        Ok(Err(_)) | Err(_) => ClientError::Status { status },
    }
}

async fn read(mut response: Response, limit_bytes: usize) -> Result<Bytes, ClientError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > limit_bytes {
            return Err(ClientError::TooLarge { limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Reads pages to the last one.
async fn all_pages<T>(
    read: impl AsyncFn(Option<String>) -> Result<Page<T>, ClientError>,
) -> Result<Vec<T>, ClientError> {
    let mut items = Vec::new();
    let mut cursor = None;
    loop {
        let page = read(cursor).await?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(items);
        }
    }
}

/// Polls until the status is final.
async fn ended<T>(
    what: String,
    within: Duration,
    poll: impl AsyncFn() -> Result<(Status, T), ClientError>,
) -> Result<T, ClientError> {
    let polling = async {
        let mut pause = FIRST_PAUSE;
        loop {
            match poll().await? {
                (Status::Completed | Status::Failed, ended) => return Ok(ended),
                (Status::Queued | Status::Running, _) => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    };
    tokio::time::timeout(within, polling).await.unwrap_or(Err(ClientError::Deadline { what, within }))
}
