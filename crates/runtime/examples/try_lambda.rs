#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout, unused)]
use aws_sdk_sqs::types::{MessageSystemAttributeName as M, QueueAttributeName as A};
use axum::{
    Router,
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use clap::Parser;
use contracts::Envelope;
use contracts::events::test::TestFailed;
use runtime::*;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
struct H;
impl Handler for H {
    type Message = TestFailed;
    async fn handle(&self, event: Envelope<TestFailed>) -> Result<(), Failure> {
        println!("HANDLE {} {:?}", event.id, event.traceparent);
        match event.data.reason.as_str() {
            "retry" => Err(anyhow::anyhow!("cannot yet"))?,
            "reject" => Err(reject("bad")),
            "panic" => panic!("oh no"),
            _ => Ok(()),
        }
    }
}
#[derive(Parser)]
struct S {
    #[command(flatten)]
    worker: Settings,
}
fn ev(id: &str, reason: &str) -> Envelope<TestFailed> {
    let mut e = Envelope::new(
        id.parse().unwrap(),
        "/services/try",
        "org-try".parse().unwrap(),
        TestFailed { test_id: "t-1".parse().unwrap(), target: "x".into(), reason: reason.into() },
    );
    e.traceparent = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into());
    e
}
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tokio::task::LocalSet::new().run_until(go()).await
}
async fn go() -> anyhow::Result<()> {
    let mut s = S::parse().worker;
    let sqs = aws_sdk_sqs::Client::new(&aws_config::load_from_env().await);
    let tag = std::process::id();
    let dlq = sqs.create_queue().queue_name(format!("tryl-{tag}-dlq")).send().await?.queue_url.unwrap();
    let arn = sqs.get_queue_attributes().queue_url(&dlq).attribute_names(A::QueueArn).send().await?.attributes.unwrap()
        [&A::QueueArn]
        .clone();
    let q = sqs
        .create_queue()
        .queue_name(format!("tryl-{tag}"))
        .attributes(A::VisibilityTimeout, "30")
        .attributes(A::RedrivePolicy, format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":3}}"#))
        .send()
        .await?
        .queue_url
        .unwrap();
    let qarn = arn.replace("-dlq", "");
    s.bus.test_queue_url = Some(q.clone());
    let parts = Parts::connect("try-lambda", s.clone()).await?;
    for (id, r) in [("m-ok", "ok"), ("m-rej", "reject"), ("m-retry", "retry"), ("m-panic", "panic")] {
        parts.bus.send(Queue::Test, &ev(id, r)).await?;
    }
    sqs.send_message().queue_url(&q).message_body("junk").send().await?;
    let mut records = vec![];
    while records.len() < 5 {
        for m in sqs
            .receive_message()
            .queue_url(&q)
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .message_system_attribute_names(M::All)
            .send()
            .await?
            .messages
            .unwrap_or_default()
        {
            records.push(serde_json::json!({"messageId": m.message_id, "receiptHandle": m.receipt_handle, "body": m.body, "eventSourceARN": qarn, "eventSource":"aws:sqs", "awsRegion":"us-east-1",
             "attributes": m.attributes.unwrap().iter().map(|(k,v)|(k.as_str().to_string(), v.clone())).collect::<std::collections::HashMap<_,_>>(),
             "messageAttributes": m.message_attributes.unwrap_or_default().iter().map(|(k,v)|(k.clone(), serde_json::json!({"stringValue": v.string_value, "dataType": v.data_type, "stringListValues":[], "binaryListValues":[]}))).collect::<std::collections::HashMap<_,_>>()}));
        }
    }
    println!(
        "IDS {:?}",
        records.iter().map(|r| format!("{} {:.60}", r["messageId"], r["body"].as_str().unwrap())).collect::<Vec<_>>()
    );
    let event = Arc::new(Mutex::new(Some(serde_json::json!({"Records": records}).to_string())));
    let stop = parts.shutdown.clone();
    let app = Router::new()
        .route(
            "/2018-06-01/runtime/invocation/next",
            get(move || {
                let e = event.clone();
                async move {
                    let body = e.lock().unwrap().take();
                    match body {
                        Some(b) => (
                            [
                                ("lambda-runtime-aws-request-id", "r1"),
                                ("lambda-runtime-deadline-ms", "99999999999999"),
                                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:0:function:f"),
                                ("content-type", "application/json"),
                            ],
                            b,
                        )
                            .into_response(),
                        None => {
                            std::future::pending::<()>().await;
                            unreachable!()
                        }
                    }
                }
            }),
        )
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(move |b: String| {
                let stop = stop.clone();
                async move {
                    println!("RESPONSE {b}");
                    stop.cancel();
                    StatusCode::ACCEPTED
                }
            }),
        )
        .route(
            "/2018-06-01/runtime/invocation/{id}/error",
            post(|b: String| async move {
                println!("ERROR {b}");
                StatusCode::ACCEPTED
            }),
        );
    let l = tokio::net::TcpListener::bind("127.0.0.1:18998").await?;
    tokio::spawn(async move { axum::serve(l, app).await });
    let hl = tokio::net::TcpListener::bind("127.0.0.1:18996").await?;
    let p2 = parts.clone();
    let web = tokio::task::spawn_local(async move {
        serve_http(
            Router::new().route(
                "/v1/x/{id}",
                get(|| async {
                    tokio::time::sleep(Duration::from_millis(800)).await;
                    "hi"
                }),
            ),
            hl,
            &p2,
        )
        .await
    });
    let ask = |path: &'static str| {
        tokio::spawn(async move {
            use tokio::io::*;
            let mut c = tokio::net::TcpStream::connect("127.0.0.1:18996").await.unwrap();
            c.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
                .await
                .unwrap();
            let mut b = String::new();
            c.read_to_string(&mut b).await.unwrap();
            b
        })
    };
    println!("HEALTH {}", ask("/healthz").await?.lines().next().unwrap());
    println!("X {}", ask("/v1/x/1").await?.lines().last().unwrap());
    println!("NONE {}", ask("/nope").await?.lines().next().unwrap());
    println!(
        "METRICS {:?}",
        ask("/metrics").await?.lines().filter(|l| l.contains("http_requests_total")).collect::<Vec<_>>()
    );
    let late = ask("/v1/x/2");
    tokio::time::sleep(Duration::from_millis(200)).await;
    run(H, parts.clone()).await?;
    println!("LATE {}", late.await?.lines().last().unwrap());
    web.await??;
    println!("WEB STOPPED");
    let t = Instant::now();
    let dead = sqs
        .receive_message()
        .queue_url(&dlq)
        .max_number_of_messages(10)
        .message_attribute_names("All")
        .wait_time_seconds(1)
        .send()
        .await?
        .messages
        .unwrap_or_default();
    for d in &dead {
        println!(
            "DEAD {:.50} {:?}",
            d.body().unwrap(),
            d.message_attributes.as_ref().unwrap().keys().collect::<Vec<_>>()
        );
    }
    // Redis that is not there
    let bad = ProgressPublisher::new(Some(&"redis://127.0.0.1:1".to_owned().into())).unwrap();
    for _ in 0..3 {
        let t = Instant::now();
        bad.publish(
            &"org-try".parse().unwrap(),
            &"test:t-try".parse().unwrap(),
            contracts::progress::Step::Discovered { name: "x".into() },
        )
        .await;
        println!("PROGRESS {:?}", t.elapsed());
    }
    let t = Instant::now();
    for _ in 0..100 {
        parts
            .progress
            .publish(
                &"org-try".parse().unwrap(),
                &"test:t-try2".parse().unwrap(),
                contracts::progress::Step::Discovered { name: "x".into() },
            )
            .await;
    }
    println!("PROGRESS x100 {:?}", t.elapsed());
    let mut c = redis_client::connect(s.redis_url.as_ref().unwrap())?;
    let key = progress::topic_stream(&"org-try".parse().unwrap(), &"test:t-try2".parse().unwrap());
    let n: i64 = redis::cmd("XLEN").arg(&key).query_async(&mut c).await?;
    let ttl: i64 = redis::cmd("TTL").arg(&key).query_async(&mut c).await?;
    let shard =
        progress::shard_stream(progress::shard_of(&"org-try".parse().unwrap(), &"test:t-try2".parse().unwrap()));
    let r: redis::streams::StreamRangeReply =
        redis::cmd("XREVRANGE").arg(&shard).arg("+").arg("-").arg("COUNT").arg(1).query_async(&mut c).await?;
    println!("STREAM {n} {ttl} {:?}", progress::ShardEntry::decode(&r.ids[0].map)?);
    redis::cmd("DEL").arg(&key).query_async::<()>(&mut c).await?;
    // a fact to the topic
    if s.bus.topic_arn.is_some() {
        let mut e = ev("m-try-fact", "x");
        e.kind = "try.v1".into();
        parts.bus.publish(&e).await?;
        println!("PUBLISHED");
    }
    sqs.delete_queue().queue_url(&q).send().await?;
    sqs.delete_queue().queue_url(&dlq).send().await?;
    Ok(())
}
