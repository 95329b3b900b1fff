//! Servers of every era that mean well, however odd their answers look.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contracts::audit::Transport;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use super::rig::{Received, Reply, Rig, error, events, http, json_answer, legacy, modern, options, result};
use crate::obstacle::Obstacle;
use crate::probe::{CallKind, ClientIdentity, ProbeError};
use crate::session::{ConnectError, Session};
use crate::snapshot::Era;
use crate::wire::record::lock;

fn era(version: &str) -> Era {
    Era { version: version.to_owned(), modern: version == "2026-07-28" }
}

#[tokio::test]
async fn each_era_is_found_and_spoken_as_it_wants() {
    let rig = Rig::start(modern).await;
    let session = rig.discovered().await;
    let snapshot = session.snapshot();
    assert_eq!(
        (&snapshot.eras[..], snapshot.transport, snapshot.loopback),
        (&[era("2026-07-28")][..], Transport::StreamableHttp, true)
    );
    assert_eq!((snapshot.tools.len(), snapshot.server_field("name"), snapshot.anonymous), (2, Some("rig"), Some(true)));
    let list = rig.received().into_iter().find(|request| request.method() == "tools/list").expect("a list");
    assert_eq!(
        (list.header("mcp-protocol-version"), list.header("mcp-method")),
        (Some("2026-07-28"), Some("tools/list"))
    );
    assert_eq!(list.message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"], "2026-07-28");

    let rig = Rig::start(legacy).await;
    let session = rig.discovered().await;
    assert_eq!(session.snapshot().eras, [era("2025-06-18")]);
    let list = rig.received().into_iter().find(|request| request.method() == "tools/list").expect("a list");
    assert_eq!(
        (list.header("mcp-session-id"), list.header("mcp-protocol-version")),
        (Some("session-1"), Some("2025-06-18"))
    );
    assert_eq!(list.message.get("params"), None);
    session.close().await;
    let end = rig.received().pop().expect("a last request");
    assert_eq!((end.http_method.as_str(), end.header("mcp-session-id")), ("DELETE", Some("session-1")));

    let both =
        |request: &Received| if request.header("mcp-method").is_some() { modern(request) } else { legacy(request) };
    let rig = Rig::start(both).await;
    assert_eq!(rig.discovered().await.snapshot().eras, [era("2026-07-28"), era("2025-06-18")]);
}

#[tokio::test]
async fn odd_answers_are_understood() {
    type Oddity = fn(&Received) -> Reply;
    let oddities: [(&str, Oddity); 6] = [
        ("a stream without a final line end", |request| {
            events(&format!(
                "data: {}",
                json!({ "jsonrpc": "2.0", "id": request.message["id"], "result": { "tools": [{ "name": "odd" }] } })
            ))
        }),
        ("a byte order mark before events", |request| {
            events(&format!(
                "\u{feff}id: 0\ndata:\n\ndata: {}\n\n",
                json!({ "id": request.message["id"], "result": { "tools": [{ "name": "odd" }] } })
            ))
        }),
        ("a byte order mark before JSON", |request| {
            http(
                200,
                "content-type: application/json\r\n",
                &format!(
                    "\u{feff}{}",
                    json!({ "id": request.message["id"], "result": { "tools": [{ "name": "odd" }] } })
                ),
            )
        }),
        ("an id as a string", |request| {
            json_answer(&json!({ "id": request.message["id"].to_string(), "result": { "tools": [{ "name": "odd" }] } }))
        }),
        ("a response in a batch", |request| {
            json_answer(
                &json!([{ "method": "notifications/message" }, { "id": request.message["id"], "result": { "tools": [{ "name": "odd" }] } }]),
            )
        }),
        ("202 with a body", |request| {
            http(
                202,
                "",
                &json!({ "id": request.message["id"], "result": { "tools": [{ "name": "odd" }] } }).to_string(),
            )
        }),
    ];
    for (oddity, answer) in oddities {
        let rig =
            Rig::start(move |request| if request.method() == "tools/list" { answer(request) } else { modern(request) })
                .await;
        let session = rig.discovered().await;
        let names: Vec<&str> = session.snapshot().tools.iter().map(|tool| tool.name.as_str()).collect();
        assert_eq!(names, ["odd"], "{oddity}");
    }
}

#[tokio::test]
async fn the_rest_of_a_stream_that_ended_early_is_asked_for() {
    let asked = Mutex::new(Value::Null);
    let rig = Rig::start(move |request| match (request.http_method.as_str(), request.method()) {
        (_, "tools/list") if request.header("mcp-method").is_none() => {
            *asked.lock().expect("one at a time") = request.message["id"].clone();
            events("id: 7\nretry: 10\ndata:\n\n")
        }
        ("GET", _) if request.header("last-event-id") == Some("7") => events(&format!(
            "id: 8\ndata: {}\n\n",
            json!({ "id": *asked.lock().expect("one at a time"), "result": { "tools": [{ "name": "late" }] } })
        )),
        _ => legacy(request),
    })
    .await;
    let session = rig.discovered().await;
    assert_eq!(session.snapshot().tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>(), ["late"]);
    let rest = rig.received().into_iter().find(|request| request.header("last-event-id").is_some()).expect("a GET");
    assert_eq!((rest.header("mcp-session-id"), rest.header("content-type")), (Some("session-1"), None));
}

#[tokio::test]
async fn malformed_tools_are_kept() {
    let definitions = json!([{ "name": "get_it", "vendor": { "kept": true } }, { "description": "nameless" }, 7]);
    let rig = Rig::start(move |request| {
        if request.method() == "tools/list" {
            result(request, &json!({ "tools": definitions }))
        } else {
            modern(request)
        }
    })
    .await;
    let session = rig.discovered().await;
    let tools = &session.snapshot().tools;
    assert_eq!((tools.len(), tools[0].raw["vendor"]["kept"].as_bool(), tools[1].name.as_str()), (3, Some(true), ""));
}

#[tokio::test]
async fn requests_of_a_legacy_server_are_answered() {
    let rig = Rig::start(|request| match request.method() {
        "tools/list" => {
            let ask = |id: &str, method: &str| {
                format!("data: {}\n\n", json!({ "jsonrpc": "2.0", "id": id, "method": method }))
            };
            let answer = json!({ "id": request.message["id"], "result": { "tools": [] } });
            events(&format!("{}{}data: {answer}\n\n", ask("p", "ping"), ask("s", "sampling/createMessage")))
        }
        "" => http(202, "", ""),
        _ => legacy(request),
    })
    .await;
    let session = rig.discovered().await;
    let answers: Vec<Value> = rig
        .received()
        .into_iter()
        .filter(|request| request.method().is_empty())
        .map(|request| request.message)
        .collect();
    assert_eq!((&answers[0]["id"], &answers[0]["result"]), (&json!("p"), &json!({})));
    assert_eq!((&answers[1]["id"], &answers[1]["error"]["code"]), (&json!("s"), &json!(-32601)));
    assert_eq!(session.probe().unsolicited().len(), 2);
}

#[tokio::test]
async fn a_forgotten_session_is_opened_again_once() {
    let rig = Rig::start(|request| {
        let sessions = |id: &str| request.header("mcp-session-id") == Some(id);
        match request.method() {
            "prompts/list" if sessions("session-1") => http(404, "", ""),
            _ => legacy(request),
        }
    })
    .await;
    let session = rig.discovered().await;
    let answer = session.probe().request("prompts/list", Value::Null).send().await.expect("an answer");
    assert_eq!(answer.status, Some(404), "the server forgets every session");
    assert_eq!(rig.received_methods().iter().filter(|method| *method == "initialize").count(), 2);
}

#[tokio::test]
async fn credentials_stay_home_and_out_of_sight() {
    let rig = Rig::start(|request| match request.header("authorization") {
        Some("Bearer very-secret") => modern(request),
        _ => http(401, "www-authenticate: Bearer resource_metadata=\"https://rig.example/meta\"\r\n", ""),
    })
    .await;
    let refused = rig.connect().await.err().expect("a refusal");
    assert!(
        matches!(&refused, ConnectError::NeedsCredentials { given: false, challenge: Some(challenge) } if challenge.contains("rig.example")),
        "{refused:?}"
    );
    let wrong = Session::connect(rig.target(&[("Authorization", "Bearer wrong-one")]), options())
        .await
        .err()
        .expect("a refusal");
    assert!(matches!(wrong, ConnectError::NeedsCredentials { given: true, .. }));

    let mut session = Session::connect(rig.target(&[("Authorization", "Bearer very-secret")]), options())
        .await
        .expect("a connection");
    session.discover().await.expect("a listing");
    assert_eq!(session.snapshot().anonymous, Some(false));
    let probe = session.probe();
    let list =
        probe.request("tools/list", Value::Null).header("x-echo", "very-secret").send().await.expect("an answer");
    assert!(
        list.request.contains("x-echo: {{credential}}") && !list.request.contains("very-secret"),
        "{}",
        list.request
    );
    assert_eq!(probe.request("tools/list", Value::Null).anonymous().send().await.expect("an answer").status, Some(401));
    assert_eq!(
        probe.request("tools/list", Value::Null).bearer("other").send().await.expect("an answer").status,
        Some(401)
    );
    let metadata = format!("{}/meta", rig.origin).parse().expect("a URL");
    assert_eq!(probe.fetch(&metadata).await.expect("an answer").status, Some(401));
}

#[tokio::test]
async fn a_probe_changes_exactly_what_it_says() {
    let rig = Rig::start(modern).await;
    let session = rig.discovered().await;
    let probe = session.probe();
    let plain = || probe.request("tools/list", Value::Null);
    plain().replace_header("Mcp-Method", "tools/call").send().await.expect("an answer");
    plain().without_meta("io.modelcontextprotocol/protocolVersion").content_type(None).send().await.expect("an answer");
    plain().body("[1,2").path("/other/").query("a=b").http_method("PUT").send().await.expect("an answer");
    plain()
        .client(&ClientIdentity { name: "other".to_owned(), ..ClientIdentity::default() })
        .id(json!("x"))
        .send()
        .await
        .expect("an answer");
    let sent = rig.received();
    let [method, meta, raw, client] = &sent[sent.len() - 4..] else { panic!("four requests") };
    assert_eq!((method.header("mcp-method"), method.method()), (Some("tools/call"), "tools/list"));
    assert!(
        meta.message["params"]["_meta"].get("io.modelcontextprotocol/protocolVersion").is_none()
            && meta.header("content-type").is_none()
    );
    assert_eq!((raw.http_method.as_str(), raw.path.as_str(), &raw.message), ("PUT", "/other/?a=b", &Value::Null));
    assert_eq!(
        (&client.message["params"]["_meta"]["io.modelcontextprotocol/clientInfo"]["name"], &client.message["id"]),
        (&json!("other"), &json!("x"))
    );
}

#[tokio::test]
async fn the_class_table_cannot_be_passed_by() {
    let rig = Rig::start(|request| match request.method() {
        "tools/list" => {
            let tool = |name: &str| json!({ "name": name, "inputSchema": { "type": "object", "properties": { "id": { "type": "string" } }, "required": ["id"] } });
            result(request, &json!({ "tools": [tool("get_user"), tool("delete_user"), tool("create_user")] }))
        }
        "tools/call" if request.message["params"]["arguments"]["id"].is_string() => modern(request),
        "tools/call" => error(request, 200, -32602),
        _ => modern(request),
    })
    .await;
    let session = rig.discovered().await;
    let probe = session.probe();
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "delete_user", "arguments": {} } });
    let raw = probe.request("tools/list", Value::Null).body(json!([call]).to_string()).send().await;
    assert!(matches!(raw, Err(ProbeError::NotPermitted)));
    for (tool, kind) in
        [(1, CallKind::Benign), (2, CallKind::Benign), (2, CallKind::SchemaInvalid), (0, CallKind::Probing)]
    {
        let answer = probe.call(&probe.snapshot().tools[tool], json!({ "id": "1" }), kind).await;
        assert!(matches!(answer, Err(ProbeError::NotPermitted)), "{tool} {kind:?}");
    }
    assert_eq!(probe.benign_calls().await.expect("calls").len(), 1);
    assert_eq!(probe.invalid_calls().await.expect("calls").len(), 2);
    probe.benign_calls().await.expect("the same calls");
    let called: Vec<Value> = rig
        .received()
        .into_iter()
        .filter(|request| request.method() == "tools/call")
        .map(|request| request.message["params"]["name"].clone())
        .collect();
    assert_eq!(called, ["get_user", "get_user", "get_user"]);
}

#[tokio::test]
async fn a_resumed_session_lists_nothing() {
    let rig = Rig::start(legacy).await;
    let session = rig.discovered().await;
    let state = serde_json::to_string(&session.state()).expect("a state");
    session.close().await;
    let before = rig.received().len();
    let resumed = Session::resume(rig.target(&[]), options(), serde_json::from_str(&state).expect("a state"))
        .await
        .expect("a connection");
    assert_eq!(rig.received_methods()[before..], ["initialize", "notifications/initialized"]);
    assert_eq!(resumed.snapshot().tools.len(), 2);
    let answer = resumed.probe().request("tools/list", Value::Null).send().await.expect("an answer");
    assert!(answer.result().is_some());
}

/// A server of the oldest transport: answers come on the stream of its connection.
async fn sse_server(endpoint: &'static str) -> Rig {
    let (sender, _) = broadcast::channel::<String>(64);
    Rig::start(move |request| {
        if request.http_method == "GET" {
            let first = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: endpoint\ndata: {endpoint}\n\n"
            );
            return Reply::Feed { first: first.into_bytes(), feed: sender.subscribe() };
        }
        let answer = match (request.path.as_str(), request.method()) {
            ("/mcp", _) => return http(405, "", ""),
            (_, "initialize") => json!({ "protocolVersion": "2024-11-05", "capabilities": {}, "serverInfo": {} }),
            (_, "tools/list") => json!({ "tools": [{ "name": "old" }] }),
            _ => return http(202, "", "Accepted"),
        };
        // Nobody may listen any more.
        let _ = sender.send(format!(
            "event: message\ndata: {}\n\n",
            json!({ "jsonrpc": "2.0", "id": request.message["id"], "result": answer })
        ));
        http(202, "", "Accepted")
    })
    .await
}

#[tokio::test]
async fn the_oldest_transport_is_spoken_within_its_origin() {
    let rig = sse_server("/messages?session=0123456789").await;
    let session = rig.discovered().await;
    let snapshot = session.snapshot();
    assert_eq!(
        (snapshot.transport, &snapshot.eras[..], snapshot.tools.len()),
        (Transport::HttpSse, &[era("2024-11-05")][..], 1)
    );
    let fresh = session.probe().relist_fresh(None).await.expect("a second stream");
    assert_eq!(fresh.tools[0].name, "old");
    let opened = rig.received().iter().filter(|request| request.http_method == "GET").count();
    assert_eq!(opened, 2);

    for foreign in ["http://other.example/messages", "//other.example/m", "https://127.0.0.1/messages"] {
        let rig = sse_server(foreign).await;
        let refused = rig.connect().await.expect("an obstacle");
        assert!(matches!(refused.obstacle(), Some(Obstacle::ForeignEndpoint { .. })), "{foreign}");
    }
}

#[tokio::test]
async fn listening_to_an_endless_stream_ends_when_the_probe_says_so() {
    let rig = Rig::start(|request| match request.http_method.as_str() {
        "GET" => Reply::Endless {
            first: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec(),
            again: b"data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n".to_vec(),
            pause: Duration::from_millis(20),
        },
        _ => legacy(request),
    })
    .await;
    let session = rig.discovered().await;
    let heard = session
        .probe()
        .request("", Value::Null)
        .http_method("GET")
        .read_for(Duration::from_millis(300))
        .send()
        .await
        .expect("a stream");
    assert!(
        heard.messages.len() > 3 && heard.truncated.is_none(),
        "{} messages, {:?}",
        heard.messages.len(),
        heard.truncated
    );
    assert!(heard.total < Duration::from_secs(2));
}

/// The question comes on the stream of the session, and the call waits for what is said to it there.
#[tokio::test]
async fn a_question_on_the_stream_of_a_session_is_declined() {
    let (asking, telling) = (broadcast::channel::<String>(8).0, broadcast::channel::<String>(8).0);
    let (askable, waiting) = (AtomicBool::new(false), Mutex::new(Value::Null));
    let rig = Rig::start(move |request| {
        let stream = |feed| {
            let first = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_vec();
            Reply::Feed { first, feed }
        };
        // Whoever waits for an answer gets this one.
        let tell = |result: Value| {
            let message = json!({ "jsonrpc": "2.0", "id": *lock(&waiting), "result": result });
            telling.send(format!("data: {message}\n\n")).is_ok()
        };
        let wait = || {
            *lock(&waiting) = request.message["id"].clone();
            stream(telling.subscribe())
        };
        let asks = askable.load(Ordering::Relaxed);
        match (request.http_method.as_str(), request.method()) {
            ("GET", _) => {
                let listening = stream(asking.subscribe());
                tell(json!({ "tools": [{ "name": "get_it" }] }));
                listening
            }
            // Nothing is called before the stream is there.
            (_, "tools/list") if asks && asking.receiver_count() == 0 => wait(),
            (_, "tools/call") if asks => {
                let called = wait();
                let question = json!({ "jsonrpc": "2.0", "id": "q", "method": "sampling/createMessage", "params": {} });
                asking.send(format!("data: {question}\n\n")).expect("a client that listens");
                called
            }
            (_, "") => {
                let declined = request.message["result"]["role"] == "assistant";
                assert!(!declined || tell(json!({ "content": [] })), "nobody waits for the call");
                http(202, "", "")
            }
            _ => {
                let capabilities = &request.message["params"]["capabilities"];
                askable.fetch_or(capabilities["sampling"].is_object(), Ordering::Relaxed);
                legacy(request)
            }
        }
    })
    .await;
    let session = rig.discovered().await;
    let dialog = session.probe().dialog().await.expect("a dialog");
    let asked: Vec<&str> = dialog.questions.iter().map(|asked| asked.method.as_str()).collect();
    assert!(asked.iter().all(|method| *method == "sampling/createMessage") && !asked.is_empty(), "{asked:?}");
    assert_eq!((dialog.silent, dialog.called > 0), (0, true));
}
