//! Nothing disappears: what cannot be handled lands in the dead-letter queue, alone and with the reason.

use std::time::Duration;

use contracts::Envelope;
use contracts::api::usage::UsageQuery;
use contracts::events::usage::{Meter, UsageRecorded};
use contracts::ids::MessageId;
use e2e::{Member, Stack, wait};
use jiff::Timestamp;

use crate::events::one_message;

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_message_lands_in_the_dead_letter_queue_while_its_neighbours_pass() -> anyhow::Result<()> {
    let stack = Stack::start().await?;
    let member = Member::sign_up(&stack).await?;
    let queue = stack.cloud.get("MCP_AUDIT_METERING_QUEUE_URL")?.to_owned();
    let sqs = aws_sdk_sqs::Client::new(&stack.cloud.aws().await?);
    let usage = |quantity| {
        let usage = UsageRecorded { meter: Meter::Scans, quantity, occurred_at: Timestamp::now() };
        serde_json::to_string(&Envelope::new(MessageId::random(), "/tests/e2e", member.org.clone(), usage))
    };
    for body in [usage(1)?, "no JSON at all".to_owned(), usage(2)?] {
        sqs.send_message().queue_url(&queue).message_body(body).send().await?;
    }

    let (body, attributes) = one_message(&stack.cloud, &format!("{queue}-dlq")).await?;
    assert_eq!(body, "no JSON at all");
    assert!(attributes["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{attributes}");
    wait::until("the neighbours on the bill", Duration::from_secs(30), || async {
        let totals = member.client.usage(&UsageQuery::default()).await?.totals;
        Ok(totals.iter().any(|total| total.meter == Meter::Scans && total.quantity == 3).then_some(()))
    })
    .await?;

    let rejected = usage(0)?;
    sqs.send_message().queue_url(&queue).message_body(&rejected).send().await?;
    let (_, attributes) = wait::until("the rejected message", Duration::from_mins(1), || async {
        let (body, attributes) = one_message(&stack.cloud, &format!("{queue}-dlq")).await?;
        Ok((body == rejected).then_some((body, attributes)))
    })
    .await?;
    assert!(attributes["reason"].as_str().is_some_and(|reason| reason.contains("at least 1")), "{attributes}");
    stack.stop().await
}
