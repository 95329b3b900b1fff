//! The CloudEvents 1.0 envelope (structured JSON mode) around every message.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Message;
use crate::audit::Severity;
use crate::ids::{MessageId, OrgId};

/// One message with its context attributes (CloudEvents 1.0.2, section 3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope<T> {
    /// Always `1.0`.
    pub specversion: SpecVersion,
    /// Unique per message; a redelivery carries the same id.
    pub id: MessageId,
    /// The service that sent it, as a URI reference: `/services/api`.
    pub source: String,
    /// Name and version of the body's contract: `test.completed.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about: the id of the test, scan or report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When it happened (RFC 3339).
    pub time: Timestamp,
    /// Always `application/json`.
    pub datacontenttype: ContentType,
    /// Extension: the organisation that the message belongs to.
    pub org: OrgId,
    /// Extension: W3C trace context, so that one trace spans all services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// Extension: what subscribers filter on where a message has a severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Extension `dataref`: key of the object that holds `data` where it is too large for a queue. On the wire `data` is
    /// absent then; the runtime puts it back before a handler sees the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataref: Option<String>,
    /// The body.
    pub data: T,
}

/// The one supported `specversion`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum SpecVersion {
    /// CloudEvents 1.0.x
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// The one supported `datacontenttype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum ContentType {
    /// JSON, UTF-8.
    #[default]
    #[serde(rename = "application/json")]
    Json,
}

impl<T: Message> Envelope<T> {
    /// Starts a new chain of messages: what a request from outside causes.
    pub fn new(id: MessageId, source: &str, org: OrgId, data: T) -> Self {
        Self {
            specversion: SpecVersion::V1,
            id,
            source: source.to_owned(),
            kind: T::TYPE.to_owned(),
            subject: None,
            time: Timestamp::now(),
            datacontenttype: ContentType::Json,
            org,
            traceparent: None,
            severity: None,
            dataref: None,
            data,
        }
    }

    /// Continues a chain: same organisation and trace, and an id that depends only on the cause, the type and `key`,
    /// so that a redelivered cause publishes the same message, which consumers recognise.
    pub fn caused_by<C>(cause: &Envelope<C>, source: &str, key: &str, data: T) -> Self {
        let id = MessageId::derived(&[cause.id.as_str(), T::TYPE, key]);
        Self { traceparent: cause.traceparent.clone(), ..Self::new(id, source, cause.org.clone(), data) }
    }

    /// Says what the message is about.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "`about(id)` and `about(&id)` both read well")]
    pub fn about(mut self, subject: impl ToString) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// Sets the severity that subscribers filter on.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }
}
