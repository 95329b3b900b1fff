//! A person who signed up, and what stories do on their behalf.

use std::time::Duration;

use anyhow::{Context, bail};
use api_client::{Client, ProgressSocket};
use contracts::api::Status;
use contracts::api::auth::{LoginRequest, RegisterRequest};
use contracts::api::reports::Report;
use contracts::api::scans::Scan;
use contracts::api::tests::{CreateTest, Test};
use contracts::audit::Level;
use contracts::ids::{OrgId, ReportId, ScanId, TestId};
use contracts::progress::{ServerMessage, Step, Topic};
use futures_util::StreamExt;
use url::Url;

use crate::{Stack, wait};

/// From the start of a test to its end, with room for a busy machine.
const TEST: Duration = Duration::from_secs(90);

/// A signed-in owner of an organisation of their own.
pub struct Member {
    /// A client that is signed in.
    pub client: Client,
    /// Where the mails go.
    pub email: String,
    /// Their organisation.
    pub org: OrgId,
}

impl Member {
    /// Signs somebody new up.
    pub async fn sign_up(stack: &Stack) -> anyhow::Result<Self> {
        Self::sign_up_at(&stack.api_url).await
    }

    /// Signs somebody new up at an API.
    pub async fn sign_up_at(api_url: &str) -> anyhow::Result<Self> {
        let email = format!("{}@customer.example", TestId::random());
        let password = "Correct-horse-battery-1".to_owned();
        let client = Client::new(Url::parse(api_url)?)?;
        let organization = "Customer Ltd".to_owned();
        let register = RegisterRequest { email: email.clone(), password: password.clone(), organization };
        let registered = client.register(&register).await.context("register")?;
        let tokens = client.login(&LoginRequest { email: email.clone(), password }).await.context("sign in")?;
        Ok(Self { client: client.with_token(tokens.access_token), email, org: registered.org_id })
    }

    /// Starts a level 2 test.
    pub async fn start_test(&self, target: &str, key: &str) -> anyhow::Result<Test> {
        let request =
            CreateTest { target: Some(Url::parse(target)?), level: Level::Two, active: false, discovery_ref: None };
        Ok(self.client.create_test(&request, Some(key)).await?)
    }

    /// Waits for the end of a test by polling, as a dashboard without WebSocket does.
    pub async fn wait_completed(&self, test: &TestId) -> anyhow::Result<Test> {
        let test = self.client.wait_for_test(test, TEST).await?;
        match test.status {
            Status::Completed => Ok(test),
            _ => bail!("the test failed: {}", test.failure.unwrap_or_default()),
        }
    }

    /// Waits for the end of a scan.
    pub async fn wait_scan(&self, scan: &ScanId) -> anyhow::Result<Scan> {
        let ended = || async {
            let scan = self.client.scan(scan).await?;
            Ok(matches!(scan.status, Status::Completed | Status::Failed).then_some(scan))
        };
        let scan = wait::until("the scan", TEST, ended).await?;
        match scan.status {
            Status::Completed => Ok(scan),
            _ => bail!("the scan failed: {}", scan.failure.unwrap_or_default()),
        }
    }

    /// Waits for the files of a report.
    pub async fn wait_report(&self, report: &ReportId) -> anyhow::Result<Report> {
        let report = self.client.wait_for_report(report, TEST).await?;
        match report.status {
            Status::Completed => Ok(report),
            _ => bail!("the report failed: {}", report.failure.unwrap_or_default()),
        }
    }

    /// Opens the WebSocket and follows a test.
    pub async fn follow(&self, test: &TestId) -> anyhow::Result<Follower> {
        let mut socket = self.client.progress().await.context("open the WebSocket")?;
        socket.subscribe(&Topic::Test(test.clone()), None).await?;
        Ok(Follower { socket, waiting: Vec::new() })
    }
}

/// The steps of one test, as a dashboard sees them.
pub struct Follower {
    socket: ProgressSocket,
    /// Steps of a snapshot that were not handed out yet, latest first.
    waiting: Vec<Step>,
}

impl Follower {
    /// The next step.
    pub async fn next(&mut self) -> anyhow::Result<Step> {
        let arrive = async {
            loop {
                if let Some(step) = self.waiting.pop() {
                    return Ok(step);
                }
                match self.socket.next().await.context("the WebSocket ended")?? {
                    ServerMessage::Snapshot { steps, .. } => {
                        self.waiting = steps.into_iter().rev().map(|progress| progress.step).collect();
                    }
                    ServerMessage::Event { step, .. } => return Ok(step.step),
                    ServerMessage::Pong => {}
                    other => bail!("unexpected: {other:?}"),
                }
            }
        };
        tokio::time::timeout(TEST, arrive).await.context("no step within the deadline")?
    }

    /// All steps up to the last one.
    pub async fn into_steps(mut self) -> anyhow::Result<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            let step = self.next().await?;
            let last = step.is_last();
            steps.push(step);
            if last {
                return Ok(steps);
            }
        }
    }
}
