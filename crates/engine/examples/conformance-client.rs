//! The client that the official conformance suite drives (`tests/conformance`): the engine's own wire client, which lists
//! what the server offers and calls each tool as the scenario says, or with the arguments of an audit.

use std::collections::BTreeSet;

use engine::check::Mode;
use engine::probe::CallKind;
use engine::{Options, Session, Target};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

/// What a scenario tells its client in `MCP_CONFORMANCE_CONTEXT`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    tool_calls: Vec<ToolCall>,
}

/// A call that a scenario wants to see.
#[derive(Deserialize)]
struct ToolCall {
    name: String,
    arguments: Value,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url: Url = std::env::args().next_back().unwrap_or_default().parse()?;
    let context = match std::env::var("MCP_CONFORMANCE_CONTEXT") {
        Ok(context) => serde_json::from_str(&context)?,
        Err(_) => Context::default(),
    };
    let scenario = std::env::var("MCP_CONFORMANCE_SCENARIO").unwrap_or_default();
    // The tools that an audit would leave alone need their names, which only a first look tells.
    let session = open(&url, BTreeSet::new()).await?;
    let names = session.snapshot().tools.iter().map(|tool| tool.name.clone()).collect();
    session.close().await;
    let session = open(&url, names).await?;
    let probe = session.probe();
    let calls = match scenario.as_str() {
        // The scenario looks at what its first tool's schema became in the client.
        "json-schema-2020-12-preservation" => {
            let schema = probe.snapshot().tools.first().map(|tool| tool.input_schema.clone());
            vec![ToolCall { name: "json_schema_echo".to_owned(), arguments: json!({ "schema": schema }) }]
        }
        _ => context.tool_calls,
    };
    if calls.is_empty() {
        probe.benign_calls().await?;
        probe.read_samples().await?;
    }
    for call in calls {
        let Some(tool) = probe.snapshot().tools.iter().find(|tool| tool.name == call.name) else { continue };
        probe.call(tool, call.arguments, CallKind::Benign).await?;
    }
    session.close().await;
    Ok(())
}

/// A session that has listed everything and may call some tools.
async fn open(url: &Url, allowed_tools: BTreeSet<String>) -> Result<Session, engine::ConnectError> {
    let target = Target::Http { url: url.clone(), headers: Vec::new() };
    let options =
        Options { addresses: outbound::Policy::AllowLoopback, mode: Mode::Active, allowed_tools, ..Options::default() };
    let mut session = Session::connect(target, options).await?;
    session.discover().await?;
    Ok(session)
}
