//! What belongs to one organisation does not exist for another.

use std::time::Duration;

use anyhow::Context;
use contracts::api::scans::CreateScan;
use contracts::documents::{UploadedFile, UploadedTree};
use contracts::progress::{ServerMessage, Topic};
use e2e::{Member, Stack};
use futures_util::StreamExt;

#[tokio::test(flavor = "multi_thread")]
async fn another_organisation_gets_404_for_everything() -> anyhow::Result<()> {
    let stack = Stack::start().await?;
    let owner = Member::sign_up(&stack).await?;
    let stranger = Member::sign_up(&stack).await?;
    let server = servers::start(servers::fixture("acme-notes"));
    let test = owner.start_test(server.url(), "click-1").await?;
    let test = owner.wait_completed(&test.test_id).await?;
    let report = test.report_id.context("a report")?;
    owner.wait_report(&report).await?;
    let file = UploadedFile { path: ".mcp.json".to_owned(), text: "{}".to_owned() };
    let scan = CreateScan {
        name: "app".to_owned(),
        tree: Some(UploadedTree { files: vec![file] }),
        github: None,
        upload: None,
    };
    let scan = owner.client.create_scan(&scan, None).await?;

    let answers = [
        ("test", stranger.client.test(&test.test_id).await.err()),
        ("findings", stranger.client.findings(&test.test_id).await.err()),
        ("report", stranger.client.report(&report).await.err()),
        ("scan", stranger.client.scan(&scan.scan_id).await.err()),
        ("findings of the scan", stranger.client.scan_findings(&scan.scan_id).await.err()),
    ];
    for (what, error) in answers {
        let error = error.with_context(|| format!("a stranger reads the {what}"))?;
        assert_eq!(error.status(), Some(404), "{what}: {error}");
    }
    assert!(stranger.client.tests(None, None).await?.items.is_empty());
    assert!(stranger.client.usage(&contracts::api::usage::UsageQuery::default()).await?.totals.is_empty());
    // The same key belongs to another organisation: it must not give the owner's test.
    let own = stranger.start_test(server.url(), "click-1").await?;
    assert_ne!(own.test_id, test.test_id);

    let mut socket = stranger.client.progress().await?;
    socket.subscribe(&Topic::Test(test.test_id.clone()), None).await?;
    let first = tokio::time::timeout(Duration::from_secs(10), socket.next()).await?.context("an answer")??;
    assert!(matches!(&first, ServerMessage::Snapshot { steps, .. } if steps.is_empty()), "{first:?}");
    stack.stop().await
}
