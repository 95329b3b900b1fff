//! The progress WebSocket.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use contracts::progress::{ClientMessage, ServerMessage, Topic};
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::ClientError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// An open connection: a stream of what the server says. It ends when the connection does. Reading it also answers the
/// server's pings, so a connection that is not read is given up after a minute.
#[derive(Debug)]
pub struct ProgressSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl ProgressSocket {
    /// Opens the URL of a ticket.
    pub async fn open(url: &str) -> Result<Self, ClientError> {
        let connecting = connect_async_tls_with_config(url, None, true, Some(connector(url)?));
        let connected = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await;
        let connected = connected.map_err(|_| ClientError::WebSocket("no answer in time".to_owned()))?;
        let (socket, _) = connected.map_err(refused)?;
        Ok(Self { socket })
    }

    /// Follows a topic: from the beginning, or behind the id of the last event that was seen.
    pub async fn subscribe(&mut self, topic: &Topic, after: Option<&str>) -> Result<(), ClientError> {
        self.send(&ClientMessage::Subscribe { topic: topic.clone(), after: after.map(str::to_owned) }).await
    }

    /// Stops following a topic.
    pub async fn unsubscribe(&mut self, topic: &Topic) -> Result<(), ClientError> {
        self.send(&ClientMessage::Unsubscribe { topic: topic.clone() }).await
    }

    /// Asks for a `pong`.
    pub async fn ping(&mut self) -> Result<(), ClientError> {
        self.send(&ClientMessage::Ping).await
    }

    /// Says goodbye.
    pub async fn close(mut self) -> Result<(), ClientError> {
        self.socket.close(None).await.map_err(broken)
    }

    async fn send(&mut self, message: &ClientMessage) -> Result<(), ClientError> {
        let json = serde_json::to_string(message).map_err(ClientError::Decode)?;
        self.socket.send(Message::text(json)).await.map_err(broken)
    }
}

impl Stream for ProgressSocket {
    type Item = Result<ServerMessage, ClientError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let message = match ready!(self.socket.poll_next_unpin(context)) {
                Some(Ok(message)) => message,
                Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) | None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(error)))),
            };
            match message {
                Message::Text(json) => {
                    return Poll::Ready(Some(serde_json::from_str(&json).map_err(ClientError::Decode)));
                }
                // The library has answered a ping, and ends the stream after a close.
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Binary(_) | Message::Frame(_) => {}
            }
        }
    }
}

/// TLS with the certificates that this machine trusts, as the rest of the client has it.
fn connector(url: &str) -> Result<Connector, ClientError> {
    if url.starts_with("ws://") {
        return Ok(Connector::Plain);
    }
    let tls = |error: rustls::Error| ClientError::Tls(error.into());
    // Named, because a process may link more than one provider.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(tls)?;
    let config = config.with_platform_verifier().map_err(tls)?.with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

/// A handshake that was refused with a problem document says why.
fn refused(error: Error) -> ClientError {
    let Error::Http(response) = error else { return broken(error) };
    let status = response.status().as_u16();
    let problem = response.body().as_deref().and_then(|body| serde_json::from_slice(body).ok());
    problem.map_or(ClientError::Status { status }, |problem| ClientError::Problem(Box::new(problem)))
}

fn broken(error: impl std::fmt::Display) -> ClientError {
    ClientError::WebSocket(error.to_string())
}
