//! One test, from the click to the invoice.

use std::time::Duration;

use anyhow::Context;
use contracts::api::usage::UsageQuery;
use contracts::audit::Severity;
use contracts::documents::ReportFormat;
use contracts::events::usage::Meter;
use contracts::progress::{Phase, Step};
use e2e::{Mailbox, Member, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_vulnerable_server_reaches_the_dashboard_the_report_the_inbox_and_the_bill() -> anyhow::Result<()> {
    let stack = Stack::start().await?;
    let member = Member::sign_up(&stack).await?;
    let server = servers::start(servers::fixture("acme-notes"));

    let test = member.start_test(server.url(), "click-1").await?;
    let again = member.start_test(server.url(), "click-1").await?;
    assert_eq!(again.test_id, test.test_id, "a repeated click started a second test");

    let steps = member.follow(&test.test_id).await?.into_steps().await?;
    let phases: Vec<_> =
        steps.iter().filter_map(|step| if let Step::Phase { phase } = step { Some(*phase) } else { None }).collect();
    assert_eq!(phases, [Phase::Connect, Phase::DiscoverTools, Phase::Level1, Phase::Level2, Phase::Aggregate]);
    assert!(matches!(steps.last(), Some(Step::TestCompleted { .. })), "{:?}", steps.last());

    let test = member.wait_completed(&test.test_id).await?;
    let findings = member.client.findings(&test.test_id).await?;
    let worst = findings.first().context("a vulnerable server has findings")?;
    assert_eq!(worst.severity, Severity::Critical);
    assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)), "worst come first");

    let report = member.wait_report(test.report_id.as_ref().context("a report")?).await?;
    assert_eq!(report.files.len(), 4);
    let pdf = report.files.iter().find(|file| file.format == ReportFormat::Pdf).context("a PDF")?;
    let report_text = pdf_text(&member.client.download(&pdf.url).await?)?;
    for finding in &findings {
        assert!(report_text.contains(finding.check.as_str()), "the PDF does not mention {}", finding.check);
    }

    let mailbox = Mailbox::new(&stack.cloud)?;
    let alert = mailbox.wait_for(&member.email, &["Critical"]).await?;
    assert!(alert.text.contains(worst.check.as_str()) || alert.text.contains("MCPA-"), "{}", alert.text);
    let summary = mailbox.wait_for(&member.email, &["Score"]).await?;
    let link = summary.text.lines().find(|line| line.contains("/v1/downloads/")).context("a link to the PDF")?;
    let mailed = reqwest::get(link).await?.error_for_status()?.bytes().await?;
    assert_eq!(pdf_text(&mailed)?, report_text, "the link of the mail leads to another report");

    let criticals = findings.iter().filter(|finding| finding.severity == Severity::Critical).count() as u64;
    let expected = [(Meter::Tests, 1), (Meter::ReportFiles, 4), (Meter::Alerts, criticals + 1)];
    let mut totals = Vec::new();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while expected.iter().any(|meter| !totals.contains(meter)) {
        assert!(tokio::time::Instant::now() < deadline, "billed {totals:?} instead of {expected:?}");
        let usage = member.client.usage(&UsageQuery::default()).await?;
        totals = usage.totals.iter().map(|total| (total.meter, total.quantity)).collect();
    }
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_ends_in_a_failure_that_people_can_act_on() -> anyhow::Result<()> {
    let stack = Stack::start().await?;
    let member = Member::sign_up(&stack).await?;
    let nobody = e2e::stack::free_address()?;
    let test = member.start_test(&format!("http://{nobody}/mcp"), "click-1").await?;
    let steps = member.follow(&test.test_id).await?.into_steps().await?;
    let Some(Step::Failed { reason }) = steps.last() else { panic!("{:?}", steps.last()) };
    assert!(reason.contains("check that the server is running"), "{reason}");
    let mail = Mailbox::new(&stack.cloud)?.wait_for(&member.email, &["Test failed"]).await?;
    assert!(mail.text.contains("Nothing was assessed"), "{}", mail.text);
    stack.stop().await
}

/// What a PDF says.
pub(crate) fn pdf_text(bytes: &[u8]) -> anyhow::Result<String> {
    pdf_extract::extract_text_from_mem(bytes).context("read the PDF back")
}
