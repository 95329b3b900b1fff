//! Snapshots for the tests of checks.

use std::time::Duration;

use contracts::audit::Transport;
use serde_json::{Value, json};

use crate::check::{Check, Draft, Run, Verdict};
use crate::checks::data_exposure::outputs::Output;
use crate::checks::oauth::discovery::Document;
use crate::checks::oauth::issuer::{Issuer, Published};
use crate::snapshot::{Item, Snapshot};
use crate::wire::{Exchange, jsonrpc};

/// A server behind a public URL that speaks the newest revision and lists these tools.
pub(crate) fn server(tools: &[Value]) -> Snapshot {
    let mut snapshot = Snapshot::of_definitions(tools);
    snapshot.server_info = json!({"name": "sample", "version": "1.0.0"});
    snapshot
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
        Run::Probe(_) | Run::Reach(_) => panic!("{} is no static check", check.id),
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

/// An authorization server that publishes metadata where RFC 8414 has it.
pub(crate) fn issuer(identifier: &str, value: Value) -> Issuer {
    let document = Document { kind: "authorization-server", text: value.to_string(), value };
    let published = Published::Metadata { document, is_openid: false };
    Issuer { identifier: identifier.to_owned(), is_named: true, published }
}
