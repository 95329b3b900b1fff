//! Sending: facts to the topic, commands to queues.

use std::collections::HashMap;
use std::error::Error;

use contracts::audit::Severity;
use contracts::envelope::{ContentType, SpecVersion};
use contracts::ids::{MessageId, OrgId};
use contracts::{Envelope, Message};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;
use store::{OrgScope, Store, StoreError};

use crate::BusSettings;
use crate::trace::TraceParent;

/// Largest body that travels in a message; larger data goes to the object store. Below the 256 KiB that SNS takes,
/// attributes included.
const MAX_BODY_BYTES: usize = 200 * 1024;

/// A queue of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Of scan-worker.
    Scan,
    /// Of test-orchestrator.
    Test,
    /// Of report-generator.
    Report,
    /// Of alert-sender.
    Alert,
    /// Of metering-aggregator.
    Metering,
}

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// This process was not told where to send it.
    #[error("no address to send to: set {variable}")]
    NotConfigured {
        /// The environment variable with the address.
        variable: &'static str,
    },
    /// The body is no JSON, such as a map with keys that are no strings.
    #[error("cannot write the message as JSON")]
    Encode(#[source] serde_json::Error),
    /// The data is too large for a message and could not be stored.
    #[error("cannot store the data of a large message")]
    Store(#[source] StoreError),
    /// The topic did not take it.
    #[error("cannot publish to the topic")]
    Publish(#[source] Box<dyn Error + Send + Sync>),
    /// The queue did not take it.
    #[error("cannot send to the queue")]
    Send(#[source] Box<dyn Error + Send + Sync>),
}

/// Sends messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bus {
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    store: Store,
    settings: BusSettings,
}

impl Bus {
    pub(crate) fn new(aws: &aws_config::SdkConfig, store: Store, settings: BusSettings) -> Self {
        Self { sns: aws_sdk_sns::Client::new(aws), sqs: aws_sdk_sqs::Client::new(aws), store, settings }
    }

    /// Publishes a fact to all subscribers. They filter on the attributes `type`, `org` and `severity`.
    pub async fn publish<T: Message>(&self, event: &Envelope<T>) -> Result<(), BusError> {
        let topic = self.topic()?;
        let body = self.body(event).await?;
        let attribute = |value: String| {
            aws_sdk_sns::types::MessageAttributeValue::builder().data_type("String").string_value(value).build()
        };
        let attributes: Result<HashMap<_, _>, _> =
            attributes(event).into_iter().map(|(name, value)| Ok((name.to_owned(), attribute(value)?))).collect();
        let attributes = attributes.map_err(|error: aws_sdk_sns::error::BuildError| BusError::Publish(error.into()))?;
        let message = self.sns.publish().topic_arn(topic).message(body).set_message_attributes(Some(attributes));
        message.send().await.map_err(|error| BusError::Publish(error.into()))?;
        Ok(())
    }

    /// Sends a command to one queue.
    pub async fn send<T: Message>(&self, queue: Queue, command: &Envelope<T>) -> Result<(), BusError> {
        let url = self.queue_url(queue)?;
        let body = self.body(command).await?;
        let attribute = |value: String| {
            aws_sdk_sqs::types::MessageAttributeValue::builder().data_type("String").string_value(value).build()
        };
        let attributes: Result<HashMap<_, _>, _> =
            attributes(command).into_iter().map(|(name, value)| Ok((name.to_owned(), attribute(value)?))).collect();
        let attributes = attributes.map_err(|error: aws_sdk_sqs::error::BuildError| BusError::Send(error.into()))?;
        let message =
            self.sqs.send_message().queue_url(url).message_body(body).set_message_attributes(Some(attributes));
        message.send().await.map_err(|error| BusError::Send(error.into()))?;
        Ok(())
    }

    /// Fails unless the topic is configured. For the start of a service that publishes.
    pub fn require_topic(&self) -> Result<(), BusError> {
        self.topic().map(drop)
    }

    /// Fails unless this queue is configured. For the start of a service that sends to it.
    pub fn require_queue(&self, queue: Queue) -> Result<(), BusError> {
        self.queue_url(queue).map(drop)
    }

    fn topic(&self) -> Result<&str, BusError> {
        self.settings.topic_arn.as_deref().ok_or(BusError::NotConfigured { variable: "MCP_AUDIT_TOPIC_ARN" })
    }

    fn queue_url(&self, queue: Queue) -> Result<&str, BusError> {
        let (url, variable) = match queue {
            Queue::Scan => (&self.settings.scan_queue_url, "MCP_AUDIT_SCAN_QUEUE_URL"),
            Queue::Test => (&self.settings.test_queue_url, "MCP_AUDIT_TEST_QUEUE_URL"),
            Queue::Report => (&self.settings.report_queue_url, "MCP_AUDIT_REPORT_QUEUE_URL"),
            Queue::Alert => (&self.settings.alert_queue_url, "MCP_AUDIT_ALERT_QUEUE_URL"),
            Queue::Metering => (&self.settings.metering_queue_url, "MCP_AUDIT_METERING_QUEUE_URL"),
        };
        url.as_deref().ok_or(BusError::NotConfigured { variable })
    }

    /// The JSON of an envelope. Data that is too large is stored first and only referred to.
    async fn body<T: Message>(&self, event: &Envelope<T>) -> Result<String, BusError> {
        let data = serde_json::value::to_raw_value(&event.data).map_err(BusError::Encode)?;
        let mut wire = Wire::new(event, &data);
        let body = serde_json::to_string(&wire).map_err(BusError::Encode)?;
        if body.len() <= MAX_BODY_BYTES {
            return Ok(body);
        }
        // The same message sent again overwrites the object with the same data.
        let key = store::message_body_key(&event.org, &event.id);
        let bytes = data.get().as_bytes().to_vec();
        self.store.put_message_body(&OrgScope::of_event(event), &key, bytes).await.map_err(BusError::Store)?;
        wire.dataref = Some(key);
        wire.data = None;
        serde_json::to_string(&wire).map_err(BusError::Encode)
    }
}

/// What subscriptions filter on and people see in a queue's console.
fn attributes<T>(event: &Envelope<T>) -> [(&'static str, String); 3] {
    let severity = event.severity.map_or_else(|| "none".to_owned(), |severity| severity.to_string());
    [("type", event.kind.clone()), ("org", event.org.to_string()), ("severity", severity)]
}

/// An [`Envelope`] as it is sent: traced, and with `data` or a reference to it.
#[derive(Serialize)]
struct Wire<'a> {
    specversion: SpecVersion,
    id: &'a MessageId,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    time: Timestamp,
    datacontenttype: ContentType,
    org: &'a OrgId,
    traceparent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
}

impl<'a> Wire<'a> {
    fn new<T>(event: &'a Envelope<T>, data: &'a RawValue) -> Self {
        Self {
            specversion: event.specversion,
            id: &event.id,
            source: &event.source,
            kind: &event.kind,
            subject: event.subject.as_deref(),
            time: event.time,
            datacontenttype: event.datacontenttype,
            org: &event.org,
            traceparent: event.traceparent.clone().unwrap_or_else(|| TraceParent::current().to_string()),
            severity: event.severity,
            dataref: None,
            data: Some(data),
        }
    }
}

#[cfg(test)]
mod tests {
    use contracts::events::test::TestFailed;

    use super::*;

    fn event() -> Envelope<TestFailed> {
        let body = TestFailed {
            test_id: "t-1".parse().unwrap(),
            target: "https://mcp.example".to_owned(),
            reason: "no answer".to_owned(),
        };
        Envelope::new("m-1".parse().unwrap(), "/services/test-orchestrator", "org-1".parse().unwrap(), body)
            .about("t-1")
    }

    #[test]
    fn what_is_sent_is_the_envelope_with_a_trace() {
        let event = event().with_severity(Severity::High);
        let data = serde_json::value::to_raw_value(&event.data).unwrap();
        let sent = serde_json::to_string(&Wire::new(&event, &data)).unwrap();
        let mut received: Envelope<TestFailed> = serde_json::from_str(&sent).unwrap();
        assert!(received.traceparent.take().unwrap().parse::<TraceParent>().is_ok());
        assert_eq!(received, event);
    }

    #[test]
    fn filters_find_a_severity_on_every_message() {
        let expected = [("type", "test.failed.v1"), ("org", "org-1"), ("severity", "none")];
        assert_eq!(attributes(&event()), expected.map(|(name, value)| (name, value.to_owned())));
        assert_eq!(attributes(&event().with_severity(Severity::Critical))[2].1, "critical");
    }
}
