//! `make demo`: two audits through the API, from the click to the invoice.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use api_client::Client;
use contracts::api::auth::{LoginRequest, RegisterRequest};
use contracts::api::reports::Report;
use contracts::api::tests::{CreateTest, Test};
use contracts::api::{Status, usage::UsageQuery};
use contracts::audit::{Level, Severity};
use contracts::documents::ReportFormat;
use contracts::ids::TestId;
use contracts::progress::ServerMessage;
use e2e::stack::free_address;
use e2e::{Cloud, Mailbox, Process, Stack, cloud, wait};
use futures_util::StreamExt;
use url::Url;

use crate::screen;

/// From the start of a test to its report.
const TEST: Duration = Duration::from_mins(2);

/// Runs the demo on resources of its own, and stops what it started.
pub(crate) async fn run() -> anyhow::Result<()> {
    let started = Instant::now();
    let stack = Stack::on(Cloud::own().await?).await?;
    screen::title("All services run on the local cloud");
    screen::row("API", &stack.api_url);
    screen::row("Logs", &stack.logs().display().to_string());

    let vulnerable = servers::start(servers::fixture("acme-notes"));
    let (everything, public) = public_server().await?;

    let email = format!("demo-{}@mcp-audit.example", TestId::random());
    let client = sign_up(&stack, &email).await?;
    let targets = [("a deliberately vulnerable server", Url::parse(vulnerable.url())?), ("a public server", public)];
    for (what, target) in targets {
        screen::title(&format!("Testing {what}: {target}"));
        let test = audit(&client, target).await?;
        show(&client, &test).await?;
        let mail = Mailbox::new(&stack.cloud)?.wait_for(&email, &["Score", &test.target]).await?;
        screen::row("E-mail", &format!("{} → {}", mail.subject, mail.to.join(", ")));
    }
    show_mails(&stack, &email).await?;
    show_usage(&client).await?;

    everything.stop_at_once().await?;
    stack.stop().await?;
    screen::title("Where to look next");
    screen::line("README.md      what everything is for, and the command line: mcp-audit test <url>");
    screen::line("make up        keeps all of this running; contracts/openapi.json describes the API");
    screen::line(&format!("took {} s", started.elapsed().as_secs()));
    Ok(())
}

/// The reference server of the MCP project, from npm, over streamable HTTP.
async fn public_server() -> anyhow::Result<(Process, Url)> {
    let address = free_address()?;
    let port = address.rsplit(':').next().unwrap_or_default().to_owned();
    let log = cloud::root().join("target/local-logs/server-everything.log");
    let program = cloud::root().join("tests/node/node_modules/.bin/mcp-server-everything");
    let mut command = tokio::process::Command::new(program);
    command.arg("streamableHttp").env("PORT", &port);
    let process = Process::spawn("server-everything", &mut command, &log)?;
    wait::until(format!("server-everything to listen on {address}"), Duration::from_secs(20), || async {
        Ok(tokio::net::TcpStream::connect(&address).await.ok())
    })
    .await?;
    Ok((process, Url::parse(&format!("http://{address}/mcp"))?))
}

async fn sign_up(stack: &Stack, email: &str) -> anyhow::Result<Client> {
    let password = "Demo-password-of-this-run-1".to_owned();
    let client = Client::new(Url::parse(&stack.api_url)?)?;
    let register =
        RegisterRequest { email: email.to_owned(), password: password.clone(), organization: "Demo Ltd".to_owned() };
    client.register(&register).await.context("register")?;
    let tokens = client.login(&LoginRequest { email: email.to_owned(), password }).await.context("sign in")?;
    Ok(client.with_token(tokens.access_token))
}

/// Starts a level 2 test and prints its live progress until it ends.
async fn audit(client: &Client, target: Url) -> anyhow::Result<Test> {
    let request = CreateTest { target, level: Level::Two, active: false, discovery_ref: None };
    let test = client.create_test(&request, Some(&TestId::random().to_string())).await.context("start the test")?;
    let topic = contracts::progress::Topic::Test(test.test_id.clone());
    let mut socket = client.progress().await.context("open the WebSocket")?;
    socket.subscribe(&topic, None).await?;
    let follow = async {
        while let Some(message) = socket.next().await {
            let steps = match message? {
                ServerMessage::Snapshot { steps, .. } => steps,
                ServerMessage::Event { step, .. } => vec![step],
                ServerMessage::Resync { .. } => bail!("the WebSocket asked to start again"),
                ServerMessage::Error { detail } => bail!("the WebSocket refused: {detail}"),
                ServerMessage::Pong => Vec::new(),
            };
            for step in &steps {
                screen::step(step);
                if step.step.is_last() {
                    return Ok(());
                }
            }
        }
        bail!("the WebSocket ended before the test")
    };
    tokio::time::timeout(TEST, follow).await.context("the test took too long")??;
    finished(client, &test.test_id).await
}

async fn finished(client: &Client, test: &TestId) -> anyhow::Result<Test> {
    wait::until("the test to end", TEST, || async {
        let test = client.test(test).await?;
        match test.status {
            Status::Completed => Ok(Some(test)),
            Status::Failed => bail!("the test failed: {}", test.failure.unwrap_or_default()),
            _ => Ok(None),
        }
    })
    .await
}

async fn show(client: &Client, test: &Test) -> anyhow::Result<()> {
    let findings = client.findings(&test.test_id).await?;
    let score = test.score.as_ref().context("a completed test has a score")?;
    let grade = score.grade.map_or("no grade".to_owned(), |grade| grade.to_string());
    screen::row("Score", &format!("{} of 100, grade {grade}, coverage {} %", score.total, score.coverage.percent()));
    screen::row("Findings", &findings.len().to_string());
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Low) {
        screen::line(&format!("  {:<9} {} {} ({})", finding.severity, finding.check, finding.title, finding.location));
    }
    let quiet = findings.iter().filter(|finding| finding.severity <= Severity::Low).count();
    if quiet > 0 {
        screen::line(&format!("  and {quiet} low or informational"));
    }
    let report_id = test.report_id.clone().context("a completed test has a report")?;
    let report: Report = wait::until("the report", TEST, || async {
        let report = client.report(&report_id).await?;
        match report.status {
            Status::Completed => Ok(Some(report)),
            Status::Failed => bail!("the report failed: {}", report.failure.unwrap_or_default()),
            _ => Ok(None),
        }
    })
    .await?;
    let file = report.files.iter().find(|file| file.format == ReportFormat::Pdf).context("the report has a PDF")?;
    let bytes = client.download(&file.url).await?;
    let path = cloud::root().join("target/demo").join(format!("{}.pdf", test.test_id));
    save(&path, &bytes)?;
    screen::row("PDF", &path.display().to_string());
    Ok(())
}

fn save(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes).with_context(|| format!("write {}", path.display()))
}

async fn show_mails(stack: &Stack, email: &str) -> anyhow::Result<()> {
    screen::title("The e-mails as received");
    for mail in Mailbox::new(&stack.cloud)?.of(email).await? {
        screen::row("Subject", &mail.subject);
        for line in mail.text.lines() {
            screen::line(&format!("  | {line}"));
        }
    }
    Ok(())
}

async fn show_usage(client: &Client) -> anyhow::Result<()> {
    screen::title("Usage of this month");
    let usage = wait::until("the usage of both tests", Duration::from_mins(1), || async {
        let usage = client.usage(&UsageQuery::default()).await?;
        let complete = |meter: &str, least: u64| {
            usage.totals.iter().any(|total| total.meter.to_string() == meter && total.quantity >= least)
        };
        Ok((complete("tests", 2) && complete("report_files", 8) && complete("alerts", 2)).then_some(usage))
    })
    .await?;
    for total in &usage.totals {
        screen::row(&total.meter.to_string(), &total.quantity.to_string());
    }
    Ok(())
}
