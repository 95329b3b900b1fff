//! Snapshots for the tests of checks.

use std::time::Duration;

use contracts::audit::Transport;
use serde_json::{Value, json};

use crate::check::{Check, Draft, Run, Verdict};
use crate::checks::data_exposure::outputs::Output;
use crate::checks::oauth::discovery::Document;
use crate::snapshot::{Era, Item, Snapshot, Tool};
use crate::tool_class::{classify, shared_prefix};
use crate::wire::{Exchange, jsonrpc};

/// A server behind a public URL that speaks the newest revision and lists these tools.
pub(crate) fn server(tools: &[Value]) -> Snapshot {
    let name = |tool: &Value| tool["name"].as_str().unwrap_or_default().to_owned();
    let prefix = shared_prefix(tools.iter().map(name));
    let tool = |raw: &Value| {
        let description = raw["description"].as_str().map(str::to_owned);
        Tool {
            name: name(raw),
            title: raw["title"].as_str().map(str::to_owned),
            class: classify(&name(raw), &prefix, description.as_deref(), &raw["annotations"], &raw["inputSchema"]),
            description,
            input_schema: raw["inputSchema"].clone(),
            output_schema: raw["outputSchema"].clone(),
            annotations: raw["annotations"].clone(),
            raw: raw.clone(),
        }
    };
    Snapshot {
        transport: Transport::StreamableHttp,
        url: Some("https://mcp.example.com/mcp".into()),
        loopback: false,
        command: Vec::new(),
        env: Vec::new(),
        eras: vec![Era { version: "2026-07-28".into(), modern: true }],
        capabilities: json!({"tools": {}}),
        server_info: json!({"name": "sample", "version": "1.0.0"}),
        instructions: None,
        tools: tools.iter().map(tool).collect(),
        prompts: Vec::new(),
        resources: Vec::new(),
        templates: Vec::new(),
        listings: Vec::new(),
        anonymous: None,
    }
}

/// A tool with one string parameter.
pub(crate) fn tool(name: &str, description: &str, parameter: &str) -> Value {
    json!({"name": name, "description": description, "inputSchema": {"type": "object", "properties": {parameter: {"type": "string"}}, "required": [parameter]}})
}

/// A server that is started by a command line, words separated by spaces.
pub(crate) fn launched(command: &str) -> Snapshot {
    launched_with(&command.split_ascii_whitespace().collect::<Vec<_>>(), &[])
}

/// A server that is started by a command with an environment.
pub(crate) fn launched_with(command: &[&str], env: &[(&str, &str)]) -> Snapshot {
    Snapshot {
        transport: Transport::Stdio,
        url: None,
        loopback: true,
        command: command.iter().map(|&word| word.to_owned()).collect(),
        env: env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..server(&[])
    }
}

/// A resource.
pub(crate) fn resource(name: &str, uri: &str) -> Item {
    Item { name: name.into(), uri: uri.into(), description: None, raw: json!({"name": name, "uri": uri}) }
}

/// What a static check finds in a snapshot.
pub(crate) fn findings(check: &Check, snapshot: &Snapshot) -> Vec<Draft> {
    match check.run {
        Run::Static(run) => match run(snapshot) {
            Verdict::Decided(drafts) => drafts,
            other => panic!("{} decided nothing: {other:?}", check.id),
        },
        Run::Probe(_) => panic!("{} is no static check", check.id),
    }
}

/// An answer over HTTP; the messages in its body are read.
pub(crate) fn answered(status: u16, body: &str) -> Exchange {
    let mut exchange = Exchange::silent("POST /mcp".into(), Some(json!(1)), Duration::ZERO);
    exchange.status = Some(status);
    exchange.body = body.to_owned().into();
    exchange.messages = jsonrpc::parse(body.as_bytes()).unwrap_or_default();
    exchange.truncated = None;
    exchange
}

/// One text of an answer to a harmless call.
pub(crate) fn output(text: &str) -> Output {
    Output {
        location: "tool:get#/content/0/text".into(),
        text: text.into(),
        request: "tools/call".into(),
        status: Some(200),
        is_error: false,
        is_benign: true,
    }
}

/// A protected-resource metadata document.
pub(crate) fn resource_metadata(value: Value) -> Document {
    Document { kind: "protected-resource", text: value.to_string(), value }
}
