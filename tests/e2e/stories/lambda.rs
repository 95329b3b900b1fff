//! A worker as a Lambda function: the same binary as `bootstrap` of a `provided.al2023` zip, behind an SQS event source.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, ensure};
use contracts::Envelope;
use contracts::api::usage::UsageQuery;
use contracts::events::usage::{Meter, UsageRecorded};
use contracts::ids::MessageId;
use e2e::function::zip_of;
use e2e::{Member, Service, Stack, wait};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::events::one_message;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_runs_as_a_lambda_function_and_returns_only_what_failed() -> anyhow::Result<()> {
    let mut stack = Stack::start().await?;
    stack.take(Service::MeteringAggregator)?.stop().await?;
    let member = Member::sign_up(&stack).await?;
    let name = format!("{}-metering", stack.cloud.get("MCP_AUDIT_ENV")?);
    // The emulator of Lambda reads only its own queues.
    let endpoint = stack.cloud.get("AWS_ENDPOINT_URL_LAMBDA")?.to_owned();
    let aws = stack.cloud.aws().await?.into_builder().endpoint_url(&endpoint).build();
    let sqs = aws_sdk_sqs::Client::new(&aws);
    let dead = queue(&sqs, &format!("{name}-dlq"), None).await?;
    let queue = queue(&sqs, &name, Some(&dead.arn)).await?;

    let mut variables: BTreeMap<String, String> =
        stack.cloud.variables().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    variables.insert("AWS_ENDPOINT_URL_SQS".to_owned(), endpoint.clone());
    let function = json!({
        "FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 30,
        "Role": "arn:aws:iam::000000000000:role/lambda",
        "Code": {"ZipFile": base64(&zip_of("metering-aggregator").await?)},
        "Environment": {"Variables": variables},
    });
    post(&format!("{endpoint}/2015-03-31/functions"), &function).await.context("create the function")?;

    let usage = |quantity| {
        let usage = UsageRecorded { meter: Meter::Scans, quantity, occurred_at: Timestamp::now() };
        serde_json::to_string(&Envelope::new(MessageId::random(), "/tests/e2e", member.org.clone(), usage))
    };
    for body in [usage(4)?, "unreadable".to_owned(), usage(5)?] {
        sqs.send_message().queue_url(&queue.url).message_body(body).send().await?;
    }
    let mapping = json!({
        "EventSourceArn": queue.arn, "FunctionName": name, "BatchSize": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    });
    post(&format!("{endpoint}/2015-03-31/event-source-mappings"), &mapping).await.context("map the queue")?;

    wait::until("the function to bill", Duration::from_secs(30), || async {
        let totals = member.client.usage(&UsageQuery::default()).await?.totals;
        Ok(totals.iter().any(|total| total.meter == Meter::Scans && total.quantity == 9).then_some(()))
    })
    .await?;
    let mut lambda = stack.cloud.clone();
    lambda.set("AWS_ENDPOINT_URL", &endpoint);
    let (body, attributes) = one_message(&lambda, &dead.url).await?;
    assert_eq!(body, "unreadable");
    assert!(attributes["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{attributes}");
    let deleted = reqwest::Client::new().delete(format!("{endpoint}/2015-03-31/functions/{name}")).send().await?;
    ensure!(deleted.status().is_success(), "the function stays behind: {}", deleted.status());
    stack.stop().await
}

struct Queue {
    url: String,
    arn: String,
}

async fn queue(sqs: &aws_sdk_sqs::Client, name: &str, dead: Option<&str>) -> anyhow::Result<Queue> {
    use aws_sdk_sqs::types::QueueAttributeName::{QueueArn, RedrivePolicy, VisibilityTimeout};
    let redrive = dead.map(|arn| json!({"deadLetterTargetArn": arn, "maxReceiveCount": 3}).to_string());
    let mut create = sqs.create_queue().queue_name(name).attributes(VisibilityTimeout, "30");
    if let Some(redrive) = redrive {
        create = create.attributes(RedrivePolicy, redrive);
    }
    let url = create.send().await?.queue_url.context("a queue has a URL")?;
    let attributes = sqs.get_queue_attributes().queue_url(&url).attribute_names(QueueArn).send().await?.attributes;
    let arn = attributes.and_then(|mut attributes| attributes.remove(&QueueArn)).context("a queue has an ARN")?;
    Ok(Queue { url, arn })
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

async fn post(url: &str, body: &Value) -> anyhow::Result<()> {
    let answer = reqwest::Client::new().post(url).json(body).send().await?;
    let status = answer.status();
    ensure!(status.is_success(), "{status}: {}", answer.text().await?);
    Ok(())
}
