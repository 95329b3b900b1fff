//! `make demo`: two audits through the API, from the click to the invoice.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use contracts::api::tests::Test;
use contracts::api::usage::UsageQuery;
use contracts::audit::Severity;
use contracts::documents::ReportFormat;
use contracts::ids::TestId;
use e2e::stack::free_address;
use e2e::{Cloud, Mailbox, Member, Process, Stack, cloud, wait};
use url::Url;

use crate::screen;

/// Runs the demo on resources of its own, and stops what it started.
pub(crate) async fn run() -> anyhow::Result<()> {
    let started = Instant::now();
    let stack = Stack::on(Cloud::own().await?).await?;
    screen::title("All services run on the local cloud");
    screen::row("API", &stack.api_url);
    screen::row("Logs", &stack.logs().display().to_string());

    let vulnerable = servers::start(servers::fixture("acme-notes"));
    let (everything, public) = public_server().await?;

    let member = Member::sign_up(&stack).await?;
    let targets = [("a deliberately vulnerable server", Url::parse(vulnerable.url())?), ("a public server", public)];
    for (what, target) in targets {
        screen::title(&format!("Testing {what}: {target}"));
        let test = audit(&member, &target).await?;
        show(&member, &test).await?;
        let mail = Mailbox::new(&stack.cloud)?.wait_for(&member.email, &["Score", &test.target]).await?;
        screen::row("E-mail", &format!("{} → {}", mail.subject, mail.to.join(", ")));
    }
    show_mails(&stack, &member.email).await?;
    show_usage(&member).await?;

    everything.kill().await?;
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

/// Starts a level 2 test and prints its live progress until it ends.
async fn audit(member: &Member, target: &Url) -> anyhow::Result<Test> {
    let test = member.start_test(target.as_str(), TestId::random().as_str()).await.context("start the test")?;
    let mut follower = member.follow(&test.test_id).await?;
    loop {
        let step = follower.next().await?;
        screen::step(&step);
        if step.is_last() {
            return member.wait_completed(&test.test_id).await;
        }
    }
}

async fn show(member: &Member, test: &Test) -> anyhow::Result<()> {
    let findings = member.client.findings(&test.test_id).await?;
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
    let report = member.wait_report(&report_id).await?;
    let file = report.files.iter().find(|file| file.format == ReportFormat::Pdf).context("the report has a PDF")?;
    let bytes = member.client.download(&file.url).await?;
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

async fn show_usage(member: &Member) -> anyhow::Result<()> {
    screen::title("Usage of this month");
    let usage = wait::until("the usage of both tests", Duration::from_mins(1), || async {
        let usage = member.client.usage(&UsageQuery::default()).await?;
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
