//! Servers that want to hang the audit, fill its memory, or send it elsewhere.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::rig::{Received, Reply, Rig, error, http, modern, options, result, tool};
use crate::probe::{Cap, ProbeError};
use crate::session::ConnectError;
use crate::snapshot::ListingStop;
use crate::wire::jsonrpc::{MAX_DEPTH, MAX_NODES};

/// Well below what the tests' runner waits for, well above what any limit here needs on a busy machine.
const SOON: Duration = Duration::from_secs(20);

async fn stop_of(list: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> (Option<ListingStop>, u32) {
    let rig =
        Rig::start(move |request| if request.method() == "tools/list" { list(request) } else { modern(request) }).await;
    let session = tokio::time::timeout(SOON, rig.discovered()).await.expect("an end");
    let listing = session.snapshot().listings.first().expect("a listing").clone();
    (listing.stopped, listing.pages)
}

#[tokio::test]
async fn lists_without_end_are_left() {
    let pages = std::sync::atomic::AtomicU32::new(0);
    let next = move || pages.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let same_cursor = stop_of({
        let next = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        move |request| {
            let page = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            result(request, &json!({ "tools": [tool(&format!("t{page}"))], "nextCursor": "again" }))
        }
    });
    assert_eq!(same_cursor.await, (Some(ListingStop::RepeatedCursor), 2));
    let same_page = stop_of(|request| {
        let cursor = request.message["params"]["cursor"].as_str().unwrap_or_default().to_owned();
        result(request, &json!({ "tools": [tool("t")], "nextCursor": cursor + "x" }))
    });
    assert_eq!(same_page.await, (Some(ListingStop::RepeatedPage), 2));
    let no_end = stop_of(move |request| {
        let page = next();
        result(request, &json!({ "tools": [tool(&format!("t{page}"))], "nextCursor": format!("c{page}") }))
    });
    assert_eq!(no_end.await, (Some(ListingStop::TooMany), 100));
    let many = stop_of(|request| {
        result(
            request,
            &json!({ "tools": (0..6000).map(|n| tool(&format!("t{n}"))).collect::<Vec<_>>(), "nextCursor": "c" }),
        )
    });
    assert_eq!(many.await, (Some(ListingStop::TooMany), 1));
}

#[tokio::test]
async fn oversized_answers_are_cut() {
    let huge: fn(&Received) -> Reply = |_| Reply::Endless {
        first: b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"a\":\"".to_vec(),
        again: vec![b'x'; 64 << 10],
        pause: Duration::ZERO,
    };
    let one_event: fn(&Received) -> Reply = |_| Reply::Endless {
        first: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: ".to_vec(),
        again: vec![b'x'; 64 << 10],
        pause: Duration::ZERO,
    };
    let notices: fn(&Received) -> Reply = |_| Reply::Endless {
        first: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec(),
        again: b"data: {\"method\":\"notifications/message\"}\n\n".repeat(50),
        pause: Duration::ZERO,
    };
    let empty_events: fn(&Received) -> Reply = |_| Reply::Endless {
        first: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n".to_vec(),
        again: b"data:\n\n".repeat(500),
        pause: Duration::ZERO,
    };
    let long_error: fn(&Received) -> Reply = |_| http(500, "", &"x".repeat(100 << 10));
    let long_header: fn(&Received) -> Reply =
        |_| http(200, &format!("{}\r\n", format!("x-long: {}\r\n", "x".repeat(7000)).repeat(10).trim_end()), "{}");
    let deep: fn(&Received) -> Reply =
        |_| http(200, "", &format!("{{\"result\":{}{}}}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1)));
    let wide: fn(&Received) -> Reply = |_| http(200, "", &format!("{{\"result\":[{}1]}}", "1,".repeat(MAX_NODES)));
    for (cap, answer) in [
        (Cap::Message, huge),
        (Cap::Event, one_event),
        (Cap::Notifications, notices),
        (Cap::Events, empty_events),
        (Cap::ErrorBody, long_error),
        (Cap::Headers, long_header),
        (Cap::Shape, deep),
        (Cap::Shape, wide),
    ] {
        let rig = Rig::start(
            move |request| if request.method() == "prompts/list" { answer(request) } else { modern(request) },
        )
        .await;
        let session = rig.discovered().await;
        let probe = session.probe();
        let exchange = tokio::time::timeout(SOON, probe.request("prompts/list", Value::Null).send())
            .await
            .expect("an end")
            .expect("an exchange");
        assert_eq!(exchange.truncated, Some(cap));
        assert!(exchange.body.len() <= 9 << 20, "{cap:?}: {} bytes kept", exchange.body.len());
        assert!(
            probe.caps().iter().any(|hit| hit.cap == cap && hit.method == "prompts/list"),
            "{cap:?} was not recorded"
        );
        assert!(
            probe.request("tools/list", Value::Null).send().await.expect("the next answer").result().is_some(),
            "after {cap:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn slow_answers_end_in_time() {
    let drip = |_: &Received| Reply::Endless {
        first: b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec(),
        again: b" ".to_vec(),
        pause: Duration::from_secs(1),
    };
    let stall = |_: &Received| Reply::Endless {
        first: b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: hello\n\n".to_vec(),
        again: Vec::new(),
        pause: Duration::from_hours(1),
    };
    let silence =
        |_: &Received| Reply::Endless { first: Vec::new(), again: Vec::new(), pause: Duration::from_hours(1) };
    let rig = Rig::start(move |request| match request.method() {
        "drip" => drip(request),
        "stall" => stall(request),
        "silence" => silence(request),
        _ => modern(request),
    })
    .await;
    let session = rig.discovered().await;
    let probe = session.probe();
    for (method, limit) in [("drip", 15), ("stall", 15)] {
        let start = Instant::now();
        let exchange = probe.request(method, Value::Null).send().await.expect("an exchange");
        assert_eq!(exchange.truncated, Some(Cap::Time), "{method}");
        assert!(start.elapsed() <= Duration::from_secs(limit + 2), "{method} took {:?}", start.elapsed());
    }
    let start = Instant::now();
    assert!(matches!(probe.request("silence", Value::Null).send().await, Err(ProbeError::Timeout(_))));
    assert!(start.elapsed() <= Duration::from_secs(11));
}

#[tokio::test]
async fn what_is_no_mcp_server_is_told_apart() {
    type Case = (&'static str, fn(&Received) -> Reply, Option<u16>, &'static str);
    let cases: [Case; 5] = [
        ("a web page", |_| http(200, "content-type: text/html\r\n", "<html>hello</html>"), Some(200), "web page"),
        ("an empty object for everything", |request| result(request, &json!({})), Some(200), "no MCP messages"),
        ("nothing there", |_| http(404, "", "not found"), Some(404), "/mcp"),
        ("errors only", |request| error(request, 400, -32600), Some(400), "errors only"),
        (
            "a redirect to another origin",
            |_| http(307, "location: http://127.0.0.2:9/mcp\r\n", ""),
            Some(307),
            "redirects",
        ),
    ];
    for (name, answer, expected_status, expected_hint) in cases {
        let rig = Rig::start(answer).await;
        let refused = tokio::time::timeout(SOON, rig.connect()).await.expect("an end").err().expect("no session");
        let ConnectError::NotMcp { status, hint } = &refused else { panic!("{name}: {refused:?}") };
        assert_eq!(*status, expected_status, "{name}");
        assert!(hint.contains(expected_hint), "{name}: {hint}");
    }
    let rig = Rig::start(|_| Reply::Close(b"220 mail.example ESMTP\r\n".to_vec())).await;
    assert!(matches!(rig.connect().await, Err(ConnectError::Unreachable(_))));
    let hidden = crate::Options { addresses: outbound::Policy::PublicOnly, ..options() };
    assert!(matches!(crate::Session::connect(rig.target(&[]), hidden).await, Err(ConnectError::Refused(_))));
}

#[tokio::test]
async fn a_cancelled_run_stops_at_once() {
    let rig = Rig::start(|request| match request.method() {
        "hang" => Reply::Endless { first: Vec::new(), again: Vec::new(), pause: Duration::from_hours(1) },
        _ => modern(request),
    })
    .await;
    let session = rig.discovered().await;
    let waiting = session.probe().request("hang", Value::Null).send();
    let (answer, ()) = tokio::join!(waiting, async {
        tokio::task::yield_now().await;
        session.cancel();
    });
    assert!(matches!(answer, Err(ProbeError::Stopped)));
    let audit = session.finish(Vec::new());
    assert!(audit.incomplete.iter().any(|reason| reason.contains("stopped")));
    assert!(audit.checks.iter().all(|check| !check.outcome.is_decided()));
}
