//! `asyncapi.yaml`: who sends which message where (AsyncAPI 3.0).

use serde_json::{Map, Value, json};

use crate::Message;
use crate::catalog::CATALOG;
use crate::commands::{report::ReportRequested, scan::ScanRequested, test::TestRequested};
use crate::events::alert::{AlertSent, ScanAlerted};
use crate::events::finding::FindingRaised;
use crate::events::mcp::McpDiscovered;
use crate::events::report::{ReportFailed, ReportReady};
use crate::events::scan::{ScanCompleted, ScanFailed, ScanStarted};
use crate::events::test::{TestCompleted, TestFailed, TestStarted};
use crate::events::usage::{QuotaExceeded, UsageRecorded};

/// A service and what it does with messages.
pub struct Service {
    /// Name of its folder and package.
    pub name: &'static str,
    /// What it does with which channel.
    pub operations: &'static [Operation],
}

/// One service at one channel.
pub enum Operation {
    /// Consumes a queue.
    Receive {
        /// Short name of the queue: `scan`.
        queue: &'static str,
        /// The `type`s that arrive there.
        messages: &'static [&'static str],
    },
    /// Sends commands to a queue.
    Send {
        /// Short name of the queue.
        queue: &'static str,
        /// The `type`s that it sends.
        messages: &'static [&'static str],
    },
    /// Publishes facts to the topic.
    Publish {
        /// The `type`s that it publishes.
        messages: &'static [&'static str],
    },
}

use Operation::{Publish, Receive, Send};

/// Every service that touches a queue or the topic. A test compares it with `infra/topology.json`.
pub const SERVICES: &[Service] = &[
    Service {
        name: "api",
        operations: &[
            Send { queue: "scan", messages: &[ScanRequested::TYPE] },
            Send { queue: "test", messages: &[TestRequested::TYPE] },
            Send { queue: "report", messages: &[ReportRequested::TYPE] },
            Publish { messages: &[UsageRecorded::TYPE] },
        ],
    },
    Service {
        name: "scan-worker",
        operations: &[
            Receive { queue: "scan", messages: &[ScanRequested::TYPE] },
            Publish {
                messages: &[
                    ScanStarted::TYPE,
                    ScanCompleted::TYPE,
                    ScanFailed::TYPE,
                    McpDiscovered::TYPE,
                    UsageRecorded::TYPE,
                ],
            },
        ],
    },
    Service {
        name: "test-orchestrator",
        operations: &[
            Receive { queue: "test", messages: &[TestRequested::TYPE] },
            Send { queue: "report", messages: &[ReportRequested::TYPE] },
            Publish {
                messages: &[
                    TestStarted::TYPE,
                    FindingRaised::TYPE,
                    TestCompleted::TYPE,
                    TestFailed::TYPE,
                    UsageRecorded::TYPE,
                ],
            },
        ],
    },
    Service {
        name: "report-generator",
        operations: &[
            Receive { queue: "report", messages: &[ReportRequested::TYPE] },
            Publish { messages: &[ReportReady::TYPE, ReportFailed::TYPE, UsageRecorded::TYPE] },
        ],
    },
    Service {
        name: "alert-sender",
        operations: &[
            Receive {
                queue: "alert",
                messages: &[
                    FindingRaised::TYPE,
                    ReportReady::TYPE,
                    ReportFailed::TYPE,
                    TestFailed::TYPE,
                    McpDiscovered::TYPE,
                ],
            },
            Publish { messages: &[AlertSent::TYPE, ScanAlerted::TYPE, UsageRecorded::TYPE] },
        ],
    },
    Service {
        name: "metering-aggregator",
        operations: &[
            Receive { queue: "metering", messages: &[UsageRecorded::TYPE] },
            Publish { messages: &[QuotaExceeded::TYPE] },
        ],
    },
];

const TOPIC: &str = "events";

/// The whole description.
pub(super) fn describe() -> Value {
    let queues = ["scan", "test", "report", "alert", "metering"];
    let mut channels: Map<String, Value> = queues.into_iter().map(|queue| (queue.to_owned(), channel(queue))).collect();
    channels.insert(TOPIC.to_owned(), channel(TOPIC));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "MCP Audit messages",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "CloudEvents 1.0 in structured JSON mode. Delivery is at least once: consumers recognise a \
                            redelivery by `id`. Within a version only optional fields are added, and readers ignore \
                            fields that they do not know. Generated; do not edit.",
            "license": { "name": "Apache-2.0" }
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations(),
        "components": { "messages": messages() }
    })
}

fn channel(name: &str) -> Value {
    let (address, description) = if name == TOPIC {
        ("mcp-audit-{env}-events".to_owned(), "SNS topic: facts, for whoever subscribed.".to_owned())
    } else {
        (
            format!("mcp-audit-{{env}}-{name}-queue"),
            format!("SQS queue `{name}`; after three receives its dead-letter queue."),
        )
    };
    let mut on_channel: Vec<&str> = Vec::new();
    for operation in SERVICES.iter().flat_map(|service| service.operations) {
        let (at, messages) = operation.at();
        on_channel.extend(if at == name { messages } else { &[] });
    }
    // Catalogue order, each once, however many services touch it.
    let messages: Map<String, Value> = CATALOG
        .iter()
        .filter(|entry| on_channel.contains(&entry.wire))
        .map(|entry| (entry.wire.to_owned(), json!({ "$ref": format!("#/components/messages/{}", entry.wire) })))
        .collect();
    json!({
        "address": address,
        "description": description,
        "parameters": { "env": { "description": "The environment: `dev`, `staging`, `prod`." } },
        "messages": messages
    })
}

impl Operation {
    /// The channel's name and the messages that pass.
    fn at(&self) -> (&'static str, &'static [&'static str]) {
        match *self {
            Receive { queue, messages } | Send { queue, messages } => (queue, messages),
            Publish { messages } => (TOPIC, messages),
        }
    }
}

fn operations() -> Map<String, Value> {
    let describe = |service: &Service, operation: &Operation| {
        let (channel, messages) = operation.at();
        let (action, verb) =
            if matches!(operation, Receive { .. }) { ("receive", "consumes") } else { ("send", "sends to") };
        let refs: Vec<Value> =
            messages.iter().map(|wire| json!({ "$ref": format!("#/channels/{channel}/messages/{wire}") })).collect();
        let body = json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{channel}") },
            "summary": format!("{} {verb} `{channel}`", service.name),
            "tags": [{ "name": service.name }],
            "messages": refs
        });
        (format!("{}-{action}-{channel}", service.name), body)
    };
    SERVICES
        .iter()
        .flat_map(|service| service.operations.iter().map(move |operation| describe(service, operation)))
        .collect()
}

fn messages() -> Map<String, Value> {
    let describe = |wire: &str| {
        json!({
            "name": wire,
            "contentType": "application/cloudevents+json",
            "payload": {
                "schemaFormat": "application/schema+json;version=draft-2020-12",
                "schema": { "$ref": format!("./schemas/{wire}.json") }
            }
        })
    };
    CATALOG.iter().map(|entry| (entry.wire.to_owned(), describe(entry.wire))).collect()
}
