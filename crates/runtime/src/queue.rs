//! The queue that a worker consumes, and its dead-letter queue.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName};
use serde::{Deserialize, Deserializer};

use crate::delivery::Delivery;

/// Most characters of a reason in the dead-letter queue.
const MAX_REASON_LENGTH: usize = 256;

/// Most message attributes that SQS accepts.
const MAX_ATTRIBUTES: usize = 10;

/// Longest time that a message is hidden: an hour below the 12 hours that SQS counts from the receive.
const MAX_HIDDEN: Duration = Duration::from_hours(11);

/// A queue with a dead-letter queue. One without is refused at the start: its rejected messages would be lost.
#[derive(Debug)]
pub(crate) struct ConsumedQueue {
    client: Client,
    url: String,
    /// How long a received message stays hidden unless its visibility is extended.
    pub(crate) visibility_timeout: Duration,
    /// Receives after which SQS itself moves a message to the dead-letter queue.
    pub(crate) max_receives: u32,
    dead_letter_url: String,
}

/// The attribute `RedrivePolicy`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    #[serde(deserialize_with = "number_or_text")]
    max_receive_count: u32,
}

/// AWS documents a number and also answers with one in quotes.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    number.and_then(|number| number.try_into().ok()).ok_or_else(|| serde::de::Error::custom("no number"))
}

impl ConsumedQueue {
    /// Reads what the worker must know about its queue.
    pub(crate) async fn open(client: Client, url: &str) -> anyhow::Result<Self> {
        let attributes = client
            .get_queue_attributes()
            .queue_url(url)
            .attribute_names(QueueAttributeName::VisibilityTimeout)
            .attribute_names(QueueAttributeName::RedrivePolicy)
            .send()
            .await
            .with_context(|| {
                format!("cannot read the attributes of `{url}`: check QUEUE_URL and sqs:GetQueueAttributes")
            })?
            .attributes
            .unwrap_or_default();
        let visibility_timeout = attributes
            .get(&QueueAttributeName::VisibilityTimeout)
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs)
            .ok_or_else(|| anyhow!("`{url}` has no visibility timeout"))?;
        let redrive = attributes
            .get(&QueueAttributeName::RedrivePolicy)
            .ok_or_else(|| anyhow!("`{url}` has no dead-letter queue: give it a redrive policy"))?;
        let redrive: RedrivePolicy = serde_json::from_str(redrive).context("read the redrive policy")?;
        let dead_letter_url = url_of(&client, &redrive.dead_letter_target_arn).await?;
        Ok(Self {
            client,
            url: url.to_owned(),
            visibility_timeout,
            max_receives: redrive.max_receive_count,
            dead_letter_url,
        })
    }

    /// Same, for a queue that is known by its ARN.
    pub(crate) async fn open_arn(client: Client, arn: &str) -> anyhow::Result<Self> {
        let url = url_of(&client, arn).await?;
        Self::open(client, &url).await
    }

    /// Receives up to `max` messages (SQS gives at most 10), waiting for the first one.
    pub(crate) async fn receive(&self, max: usize, wait_seconds: u8) -> anyhow::Result<Vec<Delivery>> {
        let received = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(max.min(10))?)
            .wait_time_seconds(wait_seconds.into())
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_attribute_names("All")
            .send()
            .await?;
        Ok(received.messages.unwrap_or_default().into_iter().filter_map(Delivery::from_receive).collect())
    }

    /// Acknowledges a message.
    pub(crate) async fn delete(&self, delivery: &Delivery) -> anyhow::Result<()> {
        self.client.delete_message().queue_url(&self.url).receipt_handle(&delivery.receipt_handle).send().await?;
        Ok(())
    }

    /// Hides a message for `duration` from now; zero gives it to the next receiver.
    pub(crate) async fn hide(&self, delivery: &Delivery, duration: Duration) -> anyhow::Result<()> {
        // Rounded up, as a wait of half a second that becomes none would be a busy loop.
        let seconds = duration.min(MAX_HIDDEN).as_secs_f64().ceil();
        #[expect(clippy::cast_possible_truncation, reason = "at most 11 hours")]
        let seconds = seconds as i32;
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(&delivery.receipt_handle)
            .visibility_timeout(seconds)
            .send()
            .await?;
        Ok(())
    }

    /// Copies a message to the dead-letter queue. The caller acknowledges the original afterwards, never before.
    pub(crate) async fn bury(&self, delivery: &Delivery, service: &str, reason: &str) -> anyhow::Result<()> {
        self.client
            .send_message()
            .queue_url(&self.dead_letter_url)
            .message_body(&delivery.body)
            .set_message_attributes(Some(dead_letter_attributes(delivery, service, reason)?))
            .send()
            .await?;
        Ok(())
    }
}

async fn url_of(client: &Client, arn: &str) -> anyhow::Result<String> {
    // arn:partition:sqs:region:account:name
    let mut parts = arn.split(':').skip(4);
    let (Some(account), Some(name), None) = (parts.next(), parts.next(), parts.next()) else {
        anyhow::bail!("`{arn}` is no ARN of a queue");
    };
    let found = client.get_queue_url().queue_name(name).queue_owner_aws_account_id(account).send().await;
    let found =
        found.with_context(|| format!("cannot find the queue `{name}`: check that it exists and sqs:GetQueueUrl"))?;
    found.queue_url.ok_or_else(|| anyhow!("the queue `{name}` has no URL"))
}

/// The original attributes, as many as fit, and why the message is where it is.
fn dead_letter_attributes(
    delivery: &Delivery,
    service: &str,
    reason: &str,
) -> anyhow::Result<HashMap<String, MessageAttributeValue>> {
    let ours = [
        ("reason", sanitised(reason)),
        ("rejected_by", service.to_owned()),
        ("original_message_id", delivery.id.clone()),
    ];
    let mut attributes: HashMap<_, _> = delivery
        .attributes
        .iter()
        .filter(|(name, _)| ours.iter().all(|(our_name, _)| our_name != name))
        .take(MAX_ATTRIBUTES - ours.len())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    for (name, value) in ours {
        let value = MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
        attributes.insert(name.to_owned(), value);
    }
    Ok(attributes)
}

/// Makes a text acceptable as an attribute: no control characters, no non-characters, not too long, not empty.
fn sanitised(reason: &str) -> String {
    let is_legal = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    // A line break separates words, so it becomes a space instead of nothing.
    let spaced = reason.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c });
    let reason: String = spaced.filter(is_legal).take(MAX_REASON_LENGTH).collect();
    if reason.trim().is_empty() { "no reason given".to_owned() } else { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_always_a_legal_attribute() {
        for (reason, expected) in [
            ("no such tool", "no such tool"),
            ("line\nbreak\u{0}\u{1b}[31m", "line break[31m"),
            ("\u{7}\u{85}", "no reason given"),
            ("", "no reason given"),
            ("wide \u{1f600}\u{ffff}", "wide \u{1f600}"),
        ] {
            assert_eq!(sanitised(reason), expected);
        }
        assert_eq!(sanitised(&"é".repeat(300)).chars().count(), 256);
    }

    #[test]
    fn a_dead_letter_keeps_its_attributes_within_the_limit() {
        let text =
            |value: &str| MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap();
        let delivery = Delivery {
            id: "m-1".to_owned(),
            receipt_handle: "r".to_owned(),
            body: String::new(),
            receive_count: 1,
            sent_at: None,
            attributes: (0..10)
                .map(|n| (format!("a{n}"), text("x")))
                .chain([("reason".to_owned(), text("old"))])
                .collect(),
        };
        let attributes = dead_letter_attributes(&delivery, "alert-sender", "bad").unwrap();
        assert_eq!(attributes.len(), 10);
        assert_eq!(attributes["reason"], text("bad"));
        assert_eq!(attributes["rejected_by"], text("alert-sender"));
        assert_eq!(attributes["original_message_id"], text("m-1"));
    }

    #[test]
    fn a_redrive_policy_is_read_in_both_spellings() {
        for count in ["3", "\"3\""] {
            let policy =
                format!(r#"{{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:0:q-dlq","maxReceiveCount":{count}}}"#);
            assert_eq!(serde_json::from_str::<RedrivePolicy>(&policy).unwrap().max_receive_count, 3);
        }
    }
}
