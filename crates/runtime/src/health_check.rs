//! `--check-health`: asks the service that runs in the same container whether it is healthy. Images of services hold
//! neither a shell nor a client for HTTP, so the program itself is what the orchestrator calls.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Health answers at once, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(3);

/// Fails unless the service that listens at `listen` says that it is healthy.
pub(crate) async fn check(listen: Option<&str>) -> anyhow::Result<()> {
    let listen = listen.context("set MCP_AUDIT_LISTEN as for the service")?;
    let mut address: SocketAddr = listen.parse().with_context(|| format!("read MCP_AUDIT_LISTEN `{listen}`"))?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let status = tokio::time::timeout(PATIENCE, status_line(address)).await.context("no answer in time")??;
    if !status.starts_with("HTTP/1.1 200 ") && !status.starts_with("HTTP/1.0 200 ") {
        bail!("the service answers `{}`", status.trim_end());
    }
    Ok(())
}

async fn status_line(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("connect to {address}"))?;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.context("ask")?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).await.context("read the answer")?;
    Ok(String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    async fn service(status: StatusCode) -> String {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/healthz", get(move || async move { status }));
        tokio::spawn(axum::serve(listener, router).into_future());
        address.to_string()
    }

    #[tokio::test]
    async fn only_a_healthy_answer_counts() {
        check(Some(&service(StatusCode::OK).await)).await.unwrap();
        let draining = check(Some(&service(StatusCode::SERVICE_UNAVAILABLE).await)).await.unwrap_err();
        assert!(draining.to_string().contains("503"), "{draining}");
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(check(Some(&nobody.to_string())).await.is_err());
        assert!(check(Some("here")).await.is_err());
        assert!(check(None).await.is_err());
    }
}
