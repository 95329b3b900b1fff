//! `make infra-apply-local`: applies the infrastructure to an emulator of AWS, proves what only an apply can prove, and
//! runs the product on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use contracts::audit::Severity;
use contracts::documents::ReportFormat;
use contracts::ids::TestId;
use e2e::applied::{Difference, Emulator, Known, Product, Resources, Workspace};
use e2e::function::zip_of;
use e2e::{Mailbox, Member, cloud};
use serde_json::{Value, json};

use crate::screen;

/// Lambda services: what becomes `<service>.zip`.
const FUNCTIONS: &[&str] = &["alert-sender", "api", "metering-aggregator", "report-generator", "scan-worker"];

/// Applies, looks, uses and tears down.
pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = cloud::root().join("target/infra-local");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("clear the folder of the last run")?;
    }
    let artifacts = folder.join("artifacts");
    zips(&artifacts).await?;
    let known = Known::read()?;

    screen::title("An MCP server: infra/examples/mcp_minimal");
    let server = folder.join("mcp_minimal");
    let emulator = Emulator::start(&server.join("emulator")).await?;
    let workspace = Workspace::open(&server, "mcp_minimal", &emulator, &known).await?;
    let mut differences = prove(&workspace, &known).await?;
    keeps_dead_letters(&workspace.resources().await?)?;
    screen::line("#4 what the server fails at goes to a queue that is there");
    workspace.tear_down().await?;
    screen::line("torn down with the override");
    emulator.stop().await?;

    screen::title("The platform: infra/examples/platform_dev");
    let platform = folder.join("platform_dev");
    let emulator = Emulator::start(&platform.join("emulator")).await?;
    let workspace = Workspace::open(&platform, "platform_dev", &emulator, &known).await?;
    workspace.set(&variables(&artifacts, &BTreeMap::new(), true))?;
    differences.extend(prove(&workspace, &known).await?);
    let stale = known.stale(&differences);
    ensure!(stale.is_empty(), "the emulator keeps what infra/policy/emulator.json says it does not: {stale:?}");

    screen::title("The product on it");
    let settings = Product::settings(&emulator, &workspace.resources().await?)?;
    workspace.set(&variables(&artifacts, &settings, true))?;
    let resources = workspace.apply().await?;
    let product = Product::start(&resources, &platform.join("logs")).await?;
    audit(&emulator, &resources).await?;
    product.stop().await?;

    workspace.set(&variables(&artifacts, &settings, false))?;
    workspace.tear_down().await?;
    screen::line("torn down with the override");
    emulator.stop().await
}

/// Applies an example; a second plan must find nothing but what is known of the emulator, and a destroy must be refused.
/// Returns what the emulator did not keep.
async fn prove(workspace: &Workspace, known: &Known) -> anyhow::Result<BTreeSet<Difference>> {
    let resources = workspace.apply().await?;
    screen::line(&format!("{} resources applied", resources.count()));
    let differences = workspace.differences().await?;
    let unknown = known.unknown(&differences);
    ensure!(unknown.is_empty(), "a second plan would change what was just applied: {unknown:?}");
    let lost = differences.len();
    screen::line(&format!(
        "X13 planned again: nothing to change, but for {lost} settings that the emulator does not keep"
    ));
    workspace.destroy_is_refused().await?;
    screen::line("#7 destroy refused, nothing lost");
    Ok(differences)
}

/// The function of an MCP server has a dead letter queue, and it was made.
fn keeps_dead_letters(resources: &Resources) -> anyhow::Result<()> {
    let queues: Vec<&Value> = resources.of("aws_sqs_queue").map(|queue| &queue["arn"]).collect();
    let functions: Vec<&Value> = resources.of("aws_lambda_function").collect();
    ensure!(!functions.is_empty(), "there is no function");
    for function in functions {
        let target = &function["dead_letter_config"][0]["target_arn"];
        ensure!(queues.contains(&target), "{} sends dead letters to {target}", function["function_name"]);
    }
    Ok(())
}

/// One test through the API: findings, mail, PDF.
async fn audit(emulator: &Emulator, resources: &Resources) -> anyhow::Result<()> {
    let vulnerable = servers::start(servers::fixture("acme-notes"));
    let member = Member::sign_up_at(&Product::api_url(emulator, resources)?).await?;
    let test = member.start_test(vulnerable.url(), TestId::random().as_str()).await.context("start the test")?;
    let test = member.wait_completed(&test.test_id).await?;
    let findings = member.client.findings(&test.test_id).await?;
    let worst = findings.first().context("a vulnerable server has findings")?;
    ensure!(worst.severity == Severity::Critical, "the worst finding is {}", worst.severity);
    screen::row("Findings", &findings.len().to_string());

    let report = member.wait_report(test.report_id.as_ref().context("a completed test has a report")?).await?;
    let pdf = report.files.iter().find(|file| file.format == ReportFormat::Pdf).context("the report has a PDF")?;
    let bytes = member.client.download(&pdf.url).await?;
    let pages = pdf_extract::extract_text_from_mem(&bytes).context("read the PDF")?;
    ensure!(pages.contains(worst.check.as_str()), "the PDF does not mention {}", worst.check);
    screen::row("PDF", &format!("{} bytes, with {}", bytes.len(), worst.check));

    let mailbox = Mailbox::at(&format!("{}/_ministack/ses/messages", emulator.url()));
    let mail = mailbox.wait_for(&member.email, &["Score", &test.target]).await?;
    let link = mail.text.lines().find(|line| line.contains("/v1/downloads/")).context("a link to the PDF")?;
    let mailed = reqwest::get(link).await?.error_for_status().context("follow the link of the mail")?.bytes().await?;
    ensure!(mailed == bytes, "the link of the mail leads to another file");
    screen::row("E-mail", &mail.subject);
    Ok(())
}

fn variables(artifacts: &Path, settings: &BTreeMap<&'static str, String>, protected: bool) -> Value {
    json!({
        "emulator": true,
        "architecture": std::env::consts::ARCH,
        "artifacts_dir": artifacts,
        "container_images": {"test-orchestrator": format!("mcp-audit/test-orchestrator@sha256:{}", "0".repeat(64))},
        "enable_cache": false,
        "enable_cdn": false,
        "tasks_enabled": false,
        "public_url": settings.get("MCP_AUDIT_PUBLIC_URL").map_or("https://api.example", String::as_str),
        "extra_environment": settings,
        "deletion_protection": protected,
    })
}

/// The built programs as what Lambda takes.
async fn zips(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    for service in FUNCTIONS {
        fs::write(folder.join(format!("{service}.zip")), zip_of(service).await?).context("write a zip")?;
    }
    Ok(())
}
