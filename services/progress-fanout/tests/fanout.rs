//! The fan-out with a real Redis and real WebSocket clients.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod cloud;

use std::time::Duration;

use cloud::{Client, Cloud, step};
use contracts::progress::ServerMessage;
use progress_fanout::Limits;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

#[tokio::test]
async fn a_dashboard_sees_what_was_and_then_what_comes() {
    let cloud = Cloud::start(Limits::default()).await;
    cloud.publish("org-a", "test:t", 0..3).await;
    let mut client = cloud.connect("org-a").await;
    client.subscribe("test:t", None).await;
    let ServerMessage::Snapshot { topic, id: Some(last), steps } = client.next().await else {
        panic!("no snapshot with an id")
    };
    assert_eq!(
        (topic.to_string().as_str(), names(steps.iter().map(|progress| &progress.step))),
        ("test:t", vec![0, 1, 2])
    );

    cloud.publish("org-a", "test:t", 3..6).await;
    let (numbers, ids) = client.events("test:t", 3).await;
    assert_eq!(numbers, [3, 4, 5]);
    assert!(!ids.contains(&last), "{last} was sent twice");
}

#[tokio::test]
async fn joining_in_the_middle_of_a_storm_misses_and_repeats_nothing() {
    const STEPS: u32 = 400;
    let cloud = Cloud::start(Limits { queue: STEPS as usize, ..Limits::default() }).await;
    let writing = cloud.publish("org-a", "scan:s", 0..STEPS);
    let joining = async {
        let mut seen = Vec::new();
        for _ in 0..5 {
            let mut client = cloud.connect("org-a").await;
            client.subscribe("scan:s", None).await;
            let ServerMessage::Snapshot { steps, .. } = client.next().await else { panic!("no snapshot") };
            let mut numbers = names(steps.iter().map(|progress| &progress.step));
            let missing = STEPS as usize - numbers.len();
            numbers.extend(client.events("scan:s", missing).await.0);
            seen.push(numbers);
        }
        seen
    };
    let ((), seen) = tokio::join!(writing, joining);
    for numbers in seen {
        assert_eq!(numbers, (0..STEPS).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn reconnecting_with_the_last_id_loses_nothing_and_a_forgotten_id_asks_to_start_again() {
    let cloud = Cloud::start(Limits::default()).await;
    let mut client = cloud.connect("org-a").await;
    client.subscribe("test:t", None).await;
    assert_eq!(
        client.next().await,
        ServerMessage::Snapshot { topic: "test:t".parse().unwrap(), id: None, steps: Vec::new() }
    );
    cloud.publish("org-a", "test:t", 0..4).await;
    let (_, ids) = client.events("test:t", 2).await;
    drop(client);

    cloud.publish("org-a", "test:t", 4..6).await;
    let mut client = cloud.connect("org-a").await;
    client.subscribe("test:t", Some(&ids[1])).await;
    assert_eq!(client.events("test:t", 4).await.0, [2, 3, 4, 5]);

    client.subscribe("test:t", Some("1-1")).await;
    assert_eq!(client.next().await, ServerMessage::Resync { topic: "test:t".parse().unwrap() });
    client.subscribe("test:t", Some("yesterday")).await;
    assert!(matches!(client.next().await, ServerMessage::Error { detail } if detail.contains("after")));
}

#[tokio::test]
async fn a_foreign_topic_is_empty_and_stays_silent() {
    let cloud = Cloud::start(Limits::default()).await;
    cloud.publish("org-a", "test:t", 0..3).await;
    let mut stranger = cloud.connect("org-b").await;
    stranger.subscribe("test:t", None).await;
    assert_eq!(
        stranger.next().await,
        ServerMessage::Snapshot { topic: "test:t".parse().unwrap(), id: None, steps: Vec::new() }
    );
    cloud.publish("org-a", "test:t", 3..6).await;
    // Its own event comes behind everything that could have leaked, as both topics may share a shard and a socket.
    cloud.publish("org-b", "test:t", 77..78).await;
    assert_eq!(stranger.events("test:t", 1).await.0, [77]);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_told_to_start_again_and_holds_nobody_up() {
    let cloud = Cloud::start(Limits { queue: 8, ..Limits::default() }).await;
    let mut slow = cloud.connect("org-a").await;
    slow.subscribe("test:t", None).await;
    assert!(matches!(slow.next().await, ServerMessage::Snapshot { .. }));
    // Its socket fills up with events that it does not read; long names make that quick.
    let flood = cloud.flood("org-a", "test:t").await;
    let mut fast = cloud.connect("org-a").await;
    fast.subscribe("test:u", None).await;
    assert!(matches!(fast.next().await, ServerMessage::Snapshot { .. }));
    cloud.publish("org-a", "test:u", 0..3).await;
    assert_eq!(fast.events("test:u", 3).await.0, [0, 1, 2]);

    let mut received = 0;
    loop {
        match slow.next().await {
            ServerMessage::Event { .. } => received += 1,
            ServerMessage::Resync { topic } => break assert_eq!(topic.to_string(), "test:t"),
            other => panic!("{other:?}"),
        }
    }
    assert!(received < flood, "nothing was dropped");
    slow.subscribe("test:t", None).await;
    loop {
        if let ServerMessage::Snapshot { steps, .. } = slow.next().await {
            break assert_eq!(steps.len(), flood);
        }
    }
}

#[tokio::test]
async fn an_interruption_of_redis_delays_events_but_loses_none() {
    let cloud = Cloud::start(Limits::default()).await;
    let mut client = cloud.connect("org-a").await;
    client.subscribe("test:t", None).await;
    assert!(matches!(client.next().await, ServerMessage::Snapshot { .. }));
    for round in 0..3 {
        cloud.cut_readers_off().await;
        cloud.publish("org-a", "test:t", round * 5..round * 5 + 5).await;
        assert_eq!(client.events("test:t", 5).await.0, (round * 5..round * 5 + 5).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_ticket_opens_one_connection_and_only_from_a_listed_page() {
    let cloud = Cloud::start(Limits { connections_per_org: 2, ..Limits::default() }).await;
    let ticket = cloud.ticket("org-a").await;
    assert_eq!(cloud.handshake(&ticket, Some("https://evil.example")).await.unwrap_err(), 403);
    let first = cloud.handshake(&ticket, Some("https://app.example")).await.unwrap();
    assert_eq!(cloud.handshake(&ticket, None).await.unwrap_err(), 401, "a ticket was used twice");
    for wrong in ["", "guess", &"x".repeat(500)] {
        assert_eq!(cloud.handshake(wrong, None).await.unwrap_err(), 401);
    }
    let _second = cloud.connect("org-a").await;
    let ticket = cloud.ticket("org-a").await;
    assert_eq!(cloud.handshake(&ticket, None).await.unwrap_err(), 429);
    let _other = cloud.connect("org-b").await;
    drop(first);
    // The place becomes free when the server notices that the client is gone.
    cloud.until(async || cloud.handshake(&cloud.ticket("org-a").await, None).await.is_ok()).await;
}

#[tokio::test]
async fn a_client_hears_what_is_wrong_and_a_flood_ends() {
    let cloud = Cloud::start(Limits::default()).await;
    let mut client = cloud.connect("org-a").await;
    client.send("{\"type\":\"ping\"}").await;
    assert_eq!(client.next().await, ServerMessage::Pong);
    for wrong in ["no json", "{\"type\":\"shout\"}", "{\"type\":\"subscribe\",\"topic\":\"org:x\"}"] {
        client.send(wrong).await;
        assert!(matches!(client.next().await, ServerMessage::Error { .. }), "{wrong} was not refused");
    }
    for number in 0..33 {
        client.subscribe(&format!("test:{number}"), None).await;
        let answer = client.next().await;
        assert_eq!(matches!(answer, ServerMessage::Error { .. }), number == 32, "{answer:?}");
    }
    assert_eq!(flood(client).await, CloseCode::Policy);

    let mut client = cloud.connect("org-a").await;
    client.send(&format!("{{\"type\":\"ping\",\"padding\":\"{}\"}}", "x".repeat(5_000))).await;
    assert_eq!(client.closed().await, None, "a message over 4 KiB was read");
}

async fn flood(mut client: Client) -> CloseCode {
    for _ in 0..200 {
        client.send("{\"type\":\"ping\"}").await;
    }
    client.closed().await.unwrap()
}

#[tokio::test]
async fn shutting_down_says_goodbye_to_everyone() {
    let cloud = Cloud::start(Limits::default()).await;
    let clients = [cloud.connect("org-a").await, cloud.connect("org-b").await];
    cloud.shutdown.cancel();
    for client in clients {
        assert_eq!(client.closed().await, Some(CloseCode::Away));
    }
    tokio::time::timeout(Duration::from_secs(5), cloud.fanout.drained()).await.unwrap();
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_then_given_up() {
    let limits =
        Limits { ping_every: Duration::from_millis(50), idle_timeout: Duration::from_millis(300), ..Limits::default() };
    let cloud = Cloud::start(limits).await;
    let mut lively = cloud.connect("org-a").await;
    let silent = cloud.connect("org-b").await;
    // Reading answers pings; the silent client does not read until the server has long given it up.
    lively.subscribe("test:t", None).await;
    assert!(matches!(lively.next().await, ServerMessage::Snapshot { .. }));
    let reading = lively.next();
    assert!(
        tokio::time::timeout(Duration::from_secs(1), reading).await.is_err(),
        "a client that answers pings was given up"
    );
    assert_eq!(silent.closed().await, None);
}

fn names<'a>(steps: impl Iterator<Item = &'a contracts::progress::Step>) -> Vec<u32> {
    steps.map(step::number).collect()
}
