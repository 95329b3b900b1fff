//! One received message, whoever received it.

use std::collections::HashMap;
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsMessage, SqsMessageAttribute};
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{Message, MessageAttributeValue, MessageSystemAttributeName};
use jiff::Timestamp;

/// One received message of a queue.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// SQS's own id, not the envelope's.
    pub(crate) id: String,
    /// What this receive of the message is addressed by.
    pub(crate) receipt_handle: String,
    pub(crate) body: String,
    /// 1 for the first receive.
    pub(crate) receive_count: u32,
    pub(crate) sent_at: Option<Timestamp>,
    pub(crate) attributes: HashMap<String, MessageAttributeValue>,
}

impl Delivery {
    /// From the poller. `None` for a message that cannot even be acknowledged, which SQS never sends.
    pub(crate) fn from_receive(message: Message) -> Option<Self> {
        let system = message.attributes.unwrap_or_default();
        let system = |name: MessageSystemAttributeName| system.get(&name).map(String::as_str);
        Some(Self {
            id: message.message_id?,
            receipt_handle: message.receipt_handle?,
            receive_count: receive_count(system(MessageSystemAttributeName::ApproximateReceiveCount)),
            sent_at: sent_at(system(MessageSystemAttributeName::SentTimestamp)),
            body: message.body.unwrap_or_default(),
            attributes: message.message_attributes.unwrap_or_default(),
        })
    }

    /// From Lambda's event source.
    pub(crate) fn from_lambda(message: SqsMessage) -> Option<Self> {
        let system = |name: &str| message.attributes.get(name).map(String::as_str);
        Some(Self {
            receive_count: receive_count(system("ApproximateReceiveCount")),
            sent_at: sent_at(system("SentTimestamp")),
            id: message.message_id?,
            receipt_handle: message.receipt_handle?,
            body: message.body.unwrap_or_default(),
            attributes: message
                .message_attributes
                .into_iter()
                .filter_map(|(name, attribute)| Some((name, attribute_of(attribute)?)))
                .collect(),
        })
    }

    /// How long the message has been in the queue.
    pub(crate) fn queue_age(&self, now: Timestamp) -> Option<Duration> {
        // A clock that is ahead of SQS's must not make a negative age.
        Some(Duration::try_from(now.duration_since(self.sent_at?)).unwrap_or_default())
    }
}

fn receive_count(attribute: Option<&str>) -> u32 {
    attribute.and_then(|count| count.parse().ok()).unwrap_or(1)
}

fn sent_at(attribute: Option<&str>) -> Option<Timestamp> {
    Timestamp::from_millisecond(attribute?.parse().ok()?).ok()
}

fn attribute_of(attribute: SqsMessageAttribute) -> Option<MessageAttributeValue> {
    MessageAttributeValue::builder()
        .data_type(attribute.data_type?)
        .set_string_value(attribute.string_value)
        .set_binary_value(attribute.binary_value.map(|value| Blob::new(value.0)))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poller_and_lambda_see_the_same_message() {
        let polled = Delivery::from_receive(
            Message::builder()
                .message_id("m")
                .receipt_handle("r")
                .body("{}")
                .attributes(MessageSystemAttributeName::ApproximateReceiveCount, "2")
                .attributes(MessageSystemAttributeName::SentTimestamp, "1767225600000")
                .message_attributes(
                    "type",
                    MessageAttributeValue::builder().data_type("String").string_value("x").build().unwrap(),
                )
                .build(),
        )
        .unwrap();
        let invoked: SqsMessage = serde_json::from_value(serde_json::json!({
            "messageId": "m", "receiptHandle": "r", "body": "{}",
            "attributes": { "ApproximateReceiveCount": "2", "SentTimestamp": "1767225600000" },
            "messageAttributes": { "type": { "stringValue": "x", "dataType": "String" } },
        }))
        .unwrap();
        assert_eq!(format!("{polled:?}"), format!("{:?}", Delivery::from_lambda(invoked).unwrap()));
        assert_eq!(polled.receive_count, 2);
        let later = "2026-01-01T00:00:01.5Z".parse().unwrap();
        assert_eq!(polled.queue_age(later), Some(Duration::from_millis(1500)));
        assert_eq!(polled.queue_age("2025-12-31T23:59:59Z".parse().unwrap()), Some(Duration::ZERO));
    }
}
