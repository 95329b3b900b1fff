//! The same servers over standard input and output: one message per line.

mod beside;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};

use crate::answer::{Application, Caller, MODERN, Outcome};
use crate::flaw::Flaw;
use crate::http::message;
use crate::json;
use crate::server::{Protocol, Server};

/// Serves until the input ends.
pub async fn serve(server: Server) -> std::io::Result<()> {
    let mut output = tokio::io::stdout();
    let application = Application::new(server);
    if application.server.has(Flaw::Banner) {
        write(&mut output, "Notes server 1.4.2 is ready").await?;
    }
    if application.server.has(Flaw::LogsSecret) {
        let line = format!("connected to the archive with {}", ["AKIA", "Q3EXM7WLT", "5ZRKV2P"].concat());
        write(&mut tokio::io::stderr(), &line).await?;
    }
    beside::start(&application.server).await?;
    let mut handshake = Handshake::default();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        application.server.think().await;
        if let Some(answer) = answer(&application, &mut handshake, &line) {
            write(&mut output, &answer.to_string()).await?;
        }
    }
    if application.server.has(Flaw::OutlivesInput) {
        std::future::pending::<()>().await;
    }
    Ok(())
}

async fn write(output: &mut (impl AsyncWrite + Unpin), line: &str) -> std::io::Result<()> {
    output.write_all(format!("{line}\n").as_bytes()).await?;
    output.flush().await
}

/// How far a client of the revisions with a handshake has come.
#[derive(Debug, Default)]
struct Handshake {
    client: String,
    is_ready: bool,
}

/// The answer to a line; `None` for a notification.
fn answer(application: &Application, handshake: &mut Handshake, line: &str) -> Option<Value> {
    let Ok(value) = json::parse(line.as_bytes()) else {
        return Some(Outcome::failure(400, -32700, "the line is not one JSON message").response(&Value::Null).1);
    };
    let message = match message(&value) {
        Ok(message) => message,
        Err(outcome) => return Some(outcome.response(&Value::Null).1),
    };
    let Some(id) = message.id else {
        handshake.is_ready |= message.method == "notifications/initialized";
        return None;
    };
    let protocol = application.server.protocol;
    let revision = message.params["_meta"]["io.modelcontextprotocol/protocolVersion"].as_str();
    let outcome = match revision {
        Some(revision) if protocol != Protocol::Legacy => {
            let caller = Caller {
                modern: true,
                client: message.params["_meta"]["io.modelcontextprotocol/clientInfo"]["name"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                capabilities: message.params["_meta"]["io.modelcontextprotocol/clientCapabilities"].clone(),
                ..Caller::default()
            };
            if revision != MODERN && !application.server.has(Flaw::AnyRevision) {
                Outcome::unsupported(revision, &application.revisions())
            } else if !message.params["_meta"]["io.modelcontextprotocol/clientCapabilities"].is_object() {
                Outcome::failure(400, -32602, "the client capabilities are missing in `_meta`")
            } else {
                application.answer(&caller, message.method, message.params)
            }
        }
        _ if protocol == Protocol::Modern => {
            Outcome::failure(400, -32602, "the protocol version is missing in `_meta`")
        }
        _ if message.method == "initialize" => {
            message.params["clientInfo"]["name"].as_str().unwrap_or_default().clone_into(&mut handshake.client);
            Outcome::Result(application.initialize(message.params))
        }
        _ if !handshake.is_ready && message.method != "ping" => {
            Outcome::failure(400, -32600, "the handshake is not finished")
        }
        _ => application.answer(
            &Caller { modern: false, client: handshake.client.clone(), ..Caller::default() },
            message.method,
            message.params,
        ),
    };
    Some(outcome.response(id).1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tool::Tool;

    #[test]
    fn both_kinds_of_revisions_are_spoken() {
        let application = Application::new(Server::new("notes").tool(Tool::saying(
            "get_time",
            "Returns the time of day.",
            json!({}),
            "noon",
        )));
        let mut handshake = Handshake::default();
        let mut send = |method: &str, params: Value| {
            answer(
                &application,
                &mut handshake,
                &json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string(),
            )
            .expect("an answer")
        };
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {} });
        assert_eq!(send("server/discover", json!({ "_meta": meta }))["result"]["resultType"], "complete");
        assert_eq!(send("tools/list", json!({}))["error"]["code"], -32600);
        assert_eq!(
            send("initialize", json!({ "protocolVersion": "1900-01-01" }))["result"]["protocolVersion"],
            "2025-11-25"
        );
        assert!(
            answer(&application, &mut handshake, r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).is_none()
        );
        let call = json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": { "name": "get_time", "arguments": {} } }).to_string();
        assert_eq!(
            answer(&application, &mut handshake, &call).expect("an answer")["result"]["content"][0]["text"],
            "noon"
        );
        assert_eq!(answer(&application, &mut handshake, "not json").expect("an answer")["error"]["code"], -32700);
    }
}
