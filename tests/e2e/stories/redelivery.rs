//! At least once delivered, once effective.

use std::time::Duration;

use anyhow::Context;
use contracts::api::usage::UsageQuery;
use contracts::events::usage::Meter;
use e2e::{Mailbox, Member, Stack, wait};

use crate::events::Events;

#[tokio::test(flavor = "multi_thread")]
async fn redelivered_events_send_no_second_mail_and_bill_nothing_twice() -> anyhow::Result<()> {
    let stack = Stack::start().await?;
    let mut events = Events::subscribe(&stack.cloud).await?;
    let member = Member::sign_up(&stack).await?;
    let server = servers::start(servers::fixture("acme-notes"));
    let test = member.start_test(server.url(), "click-1").await?;
    let test = member.wait_completed(&test.test_id).await?;
    let report = test.report_id.context("a report")?;
    member.wait_report(&report).await?;
    let mailbox = Mailbox::new(&stack.cloud)?;
    mailbox.wait_for(&member.email, &["Score"]).await?;

    let ready = events.wait_for("report.ready.v1", report.as_str()).await?;
    let raised = events.wait_for("finding.raised.v1", test.test_id.as_str()).await?;
    let used = events.wait_for("usage.recorded.v1", test.test_id.as_str()).await?;
    let settled = settled_usage(&member).await?;
    let mails = mailbox.of(&member.email).await?.len();
    for event in [&ready, &raised, &used, &ready, &raised, &used] {
        events.publish(event).await?;
    }
    // A marker behind the repeated events: once it is billed and mailed, they have been handled.
    let mut marker = used.clone();
    marker["id"] = "marker-usage".into();
    marker["data"]["meter"] = "scans".into();
    marker["data"]["quantity"] = 7.into();
    events.publish(&marker).await?;
    let mut told = raised.clone();
    told["id"] = "marker-mail".into();
    told["data"]["target"] = "https://marker.example".into();
    events.publish(&told).await?;
    mailbox.wait_for(&member.email, &["marker.example"]).await?;
    let billed = wait::until("the marker on the bill", Duration::from_secs(30), || async {
        let totals = settled_usage(&member).await?;
        Ok(totals.iter().any(|(meter, _)| *meter == Meter::Scans).then_some(totals))
    })
    .await?;

    let without_marker: Vec<_> = billed.into_iter().filter(|(meter, _)| *meter != Meter::Scans).collect();
    let alerts =
        |totals: &[(Meter, u64)]| totals.iter().find(|(meter, _)| *meter == Meter::Alerts).map_or(0, |(_, n)| *n);
    let rest = |totals: &[(Meter, u64)]| {
        totals.iter().filter(|(meter, _)| *meter != Meter::Alerts).copied().collect::<Vec<_>>()
    };
    assert_eq!(rest(&without_marker), rest(&settled));
    assert!(alerts(&without_marker) <= alerts(&settled) + 1, "a repeated alert was billed");
    assert_eq!(mailbox.of(&member.email).await?.len(), mails + 1, "a repeated event sent a second mail");
    stack.stop().await
}

/// The totals once two looks in a row agree.
async fn settled_usage(member: &Member) -> anyhow::Result<Vec<(Meter, u64)>> {
    let look = || async {
        let usage = member.client.usage(&UsageQuery::default()).await?;
        anyhow::Ok(usage.totals.iter().map(|total| (total.meter, total.quantity)).collect::<Vec<_>>())
    };
    wait::until("the bill to settle", Duration::from_secs(30), || async {
        let earlier = look().await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mailed = earlier.iter().any(|(meter, _)| *meter == Meter::Alerts);
        Ok((mailed && look().await? == earlier).then_some(earlier))
    })
    .await
}
