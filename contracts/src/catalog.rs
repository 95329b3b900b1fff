//! Every message that crosses a queue or the topic: struct, name on the wire and schema from one line each.

use schemars::{JsonSchema, Schema};
use serde::{Serialize, de::DeserializeOwned};

use crate::{commands, events};

/// A body that travels in an [`Envelope`](crate::Envelope).
pub trait Message: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// CloudEvents `type`: `<noun>.<past tense>.v1` for facts, `<noun>.requested.v1` for commands.
    const TYPE: &'static str;
}

/// One line of the catalogue.
pub struct Entry {
    /// Name on the wire.
    pub wire: &'static str,
    /// Name of the Rust struct.
    pub name: &'static str,
    /// JSON Schema 2020-12 of the body.
    pub schema: fn() -> Schema,
    /// Whether a JSON text is a body of this type; the error says why not.
    pub parse: fn(&str) -> Result<(), serde_json::Error>,
}

macro_rules! catalog {
    ($($message:path => $wire:literal,)*) => {
        $(impl Message for $message { const TYPE: &'static str = $wire; })*

        /// All messages, in the order of the source.
        pub const CATALOG: &[Entry] = &[$(Entry {
            wire: $wire,
            name: stringify!($message),
            schema: || schemars::schema_for!(crate::Envelope<$message>),
            parse: |json| serde_json::from_str::<crate::Envelope<$message>>(json).map(drop),
        }),*];
    };
}

catalog! {
    commands::scan::ScanRequested => "scan.requested.v1",
    commands::test::TestRequested => "test.requested.v1",
    commands::report::ReportRequested => "report.requested.v1",
    events::scan::ScanStarted => "scan.started.v1",
    events::scan::ScanCompleted => "scan.completed.v1",
    events::scan::ScanFailed => "scan.failed.v1",
    events::mcp::McpDiscovered => "mcp.discovered.v1",
    events::test::TestStarted => "test.started.v1",
    events::test::TestCompleted => "test.completed.v1",
    events::test::TestFailed => "test.failed.v1",
    events::finding::FindingRaised => "finding.raised.v1",
    events::report::ReportReady => "report.ready.v1",
    events::report::ReportFailed => "report.failed.v1",
    events::alert::AlertSent => "alert.sent.v1",
    events::alert::ScanAlerted => "scan.alerted.v1",
    events::usage::UsageRecorded => "usage.recorded.v1",
    events::usage::QuotaExceeded => "quota.exceeded.v1",
}
