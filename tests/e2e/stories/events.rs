//! A subscriber of the topic that keeps what it sees, to check facts and to deliver them again.

use std::time::Duration;

use anyhow::Context;
use aws_sdk_sns::types::MessageAttributeValue;
use e2e::{Cloud, wait};
use serde_json::Value;

/// A queue on the topic that nobody else reads.
pub(crate) struct Events {
    sqs: aws_sdk_sqs::Client,
    sns: aws_sdk_sns::Client,
    topic: String,
    queue: String,
    seen: Vec<Value>,
}

impl Events {
    /// Subscribes to everything.
    pub(crate) async fn subscribe(cloud: &Cloud) -> anyhow::Result<Self> {
        let aws = cloud.aws().await?;
        let (sqs, sns) = (aws_sdk_sqs::Client::new(&aws), aws_sdk_sns::Client::new(&aws));
        let topic = cloud.get("MCP_AUDIT_TOPIC_ARN")?.to_owned();
        let name = format!("{}-spy", cloud.get("MCP_AUDIT_ENV")?);
        let queue = sqs.create_queue().queue_name(&name).send().await?.queue_url.context("a queue has a URL")?;
        let arn = topic.replace(":sns:", ":sqs:").rsplit_once(':').context("an ARN")?.0.to_owned() + ":" + &name;
        let subscribe = sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(arn);
        subscribe.attributes("RawMessageDelivery", "true").send().await?;
        Ok(Self { sqs, sns, topic, queue, seen: Vec::new() })
    }

    /// Waits for the first event of a type about a subject.
    pub(crate) async fn wait_for(&mut self, kind: &str, subject: &str) -> anyhow::Result<Value> {
        let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
        loop {
            let about = |event: &&Value| event["type"] == kind && event["subject"] == subject;
            if let Some(event) = self.seen.iter().find(about) {
                return Ok(event.clone());
            }
            anyhow::ensure!(tokio::time::Instant::now() < deadline, "waited in vain for {kind} about {subject}");
            self.receive().await?;
        }
    }

    /// What was received so far.
    pub(crate) fn seen(&self) -> &[Value] {
        &self.seen
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        let receive = self.sqs.receive_message().queue_url(&self.queue).max_number_of_messages(10).wait_time_seconds(2);
        for message in receive.send().await?.messages.unwrap_or_default() {
            self.seen.push(serde_json::from_str(message.body().context("a message has a body")?)?);
            let receipt = message.receipt_handle().context("a message has a receipt")?;
            self.sqs.delete_message().queue_url(&self.queue).receipt_handle(receipt).send().await?;
        }
        Ok(())
    }

    /// Publishes an event, new or again.
    pub(crate) async fn publish(&self, event: &Value) -> anyhow::Result<()> {
        let mut publish = self.sns.publish().topic_arn(&self.topic).message(event.to_string());
        for name in ["type", "org", "severity"] {
            let value = event[name].as_str().unwrap_or("none");
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
            publish = publish.message_attributes(name, value);
        }
        publish.send().await?;
        Ok(())
    }
}

/// Waits for a message in a queue that nobody else reads: its body and attributes as JSON.
pub(crate) async fn one_message(cloud: &Cloud, queue_url: &str) -> anyhow::Result<(String, Value)> {
    let sqs = aws_sdk_sqs::Client::new(&cloud.aws().await?);
    wait::until(format!("a message in {queue_url}"), Duration::from_secs(30), || async {
        let receive = sqs.receive_message().queue_url(queue_url).wait_time_seconds(1).message_attribute_names("All");
        let Some(message) = receive.send().await?.messages.unwrap_or_default().into_iter().next() else {
            return Ok(None);
        };
        let attributes = message.message_attributes.unwrap_or_default();
        let attributes = attributes.into_iter().map(|(name, value)| (name, Value::from(value.string_value))).collect();
        Ok(Some((message.body.unwrap_or_default(), Value::Object(attributes))))
    })
    .await
}
