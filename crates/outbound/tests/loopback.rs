//! The guarded client against real servers on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use outbound::{Client, Limits, OutboundError, Policy, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A server on a free port, and how often it was asked.
struct Server {
    address: SocketAddr,
    hits: Arc<AtomicUsize>,
}

impl Server {
    async fn start(routes: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let hits = Arc::new(AtomicUsize::new(0));
        let counted = hits.clone();
        let routes = routes.layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
            counted.fetch_add(1, Ordering::SeqCst);
            next.run(request)
        }));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, hits }
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.address).parse().expect("a URL")
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

/// A server that speaks for itself, byte by byte.
async fn raw_server<F>(speak: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Url
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok() {
                tokio::spawn(speak(stream));
            }
        }
    });
    format!("http://{address}/").parse().expect("a URL")
}

fn client(policy: Policy) -> Client {
    let limits = Limits {
        connect: Duration::from_secs(2),
        first_byte: Duration::from_millis(500),
        idle: Duration::from_millis(400),
        total: Duration::from_secs(2),
        max_body_bytes: 1000,
    };
    Client::new(policy, limits).expect("a client")
}

async fn text(client: &Client, request: Request) -> (u16, String) {
    let response = client.request(request).await.expect("an answer");
    (response.status, String::from_utf8(response.body.to_vec()).expect("text"))
}

#[tokio::test]
async fn this_machine_is_reached_only_where_the_policy_says_so() {
    let server = Server::start(Router::new().route("/", get(|| async { "inside" }))).await;
    let by_name: Url = format!("http://localhost:{}/", server.address.port()).parse().expect("a URL");
    let by_number: Url = format!("http://2130706433:{}/", server.address.port()).parse().expect("a URL");
    for url in [server.url("/"), by_name.clone(), by_number] {
        let error = client(Policy::PublicOnly).request(Request::get(url.clone())).await.expect_err("a refusal");
        assert!(matches!(error, OutboundError::Address { .. }), "{url}: {error:?}");
        assert!(error.is_refusal());
        let error = client(Policy::PublicOnly).connect(&url).await.expect_err("a refusal");
        assert!(matches!(error, OutboundError::Address { .. }), "{url}: {error:?}");
    }
    assert_eq!(server.hits(), 0);
    let plain = client(Policy::AllowLoopback).connect(&by_name).await.expect("a connection");
    assert_eq!(plain.peer_addr().ok(), Some(server.address));
    let response = client(Policy::AllowLoopback).request(Request::get(by_name)).await.expect("an answer");
    assert_eq!(response.peer, Some(server.address));
}

#[tokio::test]
async fn redirects_stay_in_the_origin_and_end() {
    let elsewhere = Server::start(Router::new().fallback(|| async { "stolen" })).await;
    let foreign = elsewhere.url("/").to_string();
    let home =
        Server::start(
            Router::new()
                .route(
                    "/hop/{left}",
                    any(|Path(left): Path<u32>| async move {
                        Redirect::temporary(&if left == 1 { "/end".to_owned() } else { format!("/hop/{}", left - 1) })
                    }),
                )
                .route(
                    "/end",
                    any(|headers: HeaderMap, body: String| async move {
                        format!("{:?} {body}", headers.get("authorization"))
                    }),
                )
                .route("/found", any(|| async { (StatusCode::FOUND, [(header::LOCATION, "/end")]) }))
                .route("/away", any(move || async move { Redirect::permanent(&foreign) }))
                .route(
                    "/user",
                    any(|headers: HeaderMap| async move {
                        let host = headers[header::HOST].to_str().expect("a host").to_owned();
                        Redirect::temporary(&format!("http://user@{host}/end"))
                    }),
                ),
        )
        .await;
    let client = client(Policy::AllowLoopback);
    let post = |path: &str| Request::post(home.url(path), "body").header("authorization", "Bearer x");
    assert_eq!(text(&client, post("/hop/3")).await, (200, "Some(\"Bearer x\") body".to_owned()));
    assert_eq!(text(&client, post("/hop/4")).await.0, 307);
    assert_eq!(text(&client, post("/hop/1").without_redirects()).await.0, 307);
    assert_eq!(text(&client, post("/found")).await.0, 302);
    assert_eq!(text(&client, post("/away")).await.0, 308);
    assert_eq!(elsewhere.hits(), 0, "a credential went to another origin");
    assert!(matches!(client.request(post("/user")).await, Err(OutboundError::UserInformation)));
}

#[tokio::test]
async fn what_is_sent_is_what_was_asked_for() {
    let echo = |headers: HeaderMap| async move {
        let values = |name: &str| {
            headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        format!("{:?} {:?} {:?}", values("authorization"), values("accept-encoding"), values("host"))
    };
    let server = Server::start(Router::new().route("/", any(echo))).await;
    let request = Request::post(server.url("/"), "{}")
        .header("Authorization", "a")
        .header("authorization", "b")
        .header("host", "evil.example");
    let (_, seen) = text(&client(Policy::AllowLoopback), request).await;
    assert_eq!(seen, r#"["a", "b"] ["identity"] ["evil.example"]"#);
    let smuggled = Request::get(server.url("/")).header("x", "a\r\nb: c");
    assert!(matches!(client(Policy::AllowLoopback).request(smuggled).await, Err(OutboundError::Request(_))));
}

#[tokio::test]
async fn bodies_are_cut_and_not_unpacked() {
    let endless = || async {
        let chunks = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 300])));
        Response::new(Body::from_stream(chunks))
    };
    let packed = || async { ([(header::CONTENT_ENCODING, "gzip")], "not really packed").into_response() };
    let server = Server::start(Router::new().route("/endless", get(endless)).route("/packed", get(packed))).await;
    let client = client(Policy::AllowLoopback);
    let cut = client.request(Request::get(server.url("/endless"))).await.expect("an answer");
    assert_eq!((cut.body.len(), cut.truncated), (1000, true));
    assert_eq!(text(&client, Request::get(server.url("/packed"))).await.1, "not really packed");
}

#[tokio::test]
async fn silence_and_drips_end_in_time() {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    let silent = raw_server(|stream| async move {
        tokio::time::sleep(Duration::from_mins(1)).await;
        drop(stream);
    })
    .await;
    let stalled = raw_server(|mut stream| async move {
        let _ = stream.write_all(HEAD).await;
        tokio::time::sleep(Duration::from_mins(1)).await;
    })
    .await;
    let dripping = raw_server(|mut stream| async move {
        let _ = stream.write_all(HEAD).await;
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let garbage = raw_server(|mut stream| async move {
        let _ = stream.write_all(b"SSH-2.0-x\r\n").await;
    })
    .await;
    let client = client(Policy::AllowLoopback);
    for (url, expected) in [(silent, "answer"), (stalled, "further byte"), (dripping, "end of the answer")] {
        let error = tokio::time::timeout(Duration::from_secs(5), client.request(Request::get(url)))
            .await
            .expect("an end")
            .expect_err("a limit");
        assert!(
            matches!(error, OutboundError::Timeout { what, .. } if what == expected),
            "{error:?} instead of {expected}"
        );
    }
    assert!(matches!(
        client.request(Request::get(garbage)).await,
        Err(OutboundError::Broken { .. } | OutboundError::Connect { .. })
    ));
    // Port 1 would be refused; a port where nobody listens is unreachable.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let nobody: Url = format!("http://{}/", listener.local_addr().expect("an address")).parse().expect("a URL");
    drop(listener);
    assert!(matches!(client.request(Request::get(nobody)).await, Err(OutboundError::Connect { .. })));
}
