//! What a child does on the network beside its pipes.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::flaw::Flaw;
use crate::server::Server;

/// An address for documents (RFC 5737), where nobody is.
const FAR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 443);
/// How long to wait before it is contacted again.
const PAUSE: Duration = Duration::from_millis(10);

/// Opens the ports and connections of a server. They last as long as its process.
pub(super) async fn start(server: &Server) -> std::io::Result<()> {
    for (flaw, address) in
        [(Flaw::ListensToNetwork, Ipv4Addr::UNSPECIFIED), (Flaw::ListensToMachine, Ipv4Addr::LOCALHOST)]
    {
        if server.has(flaw) {
            tokio::spawn(greet(TcpListener::bind((address, 0)).await?));
        }
    }
    let was_asked = std::env::var_os("DO_NOT_TRACK").is_some_and(|value| value == "1");
    if server.has(Flaw::ContactsInternet) || (server.has(Flaw::CountsUsers) && !was_asked) {
        tokio::spawn(contact());
    }
    Ok(())
}

/// Answers everybody.
async fn greet(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let mut request = [0; 1024];
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
        // Who hangs up early wants no answer.
        if stream.read(&mut request).await.is_ok() {
            let _ = stream.write_all(answer).await;
        }
    }
}

/// Connects, and stays connected where somebody answers.
async fn contact() {
    loop {
        if let Ok(mut stream) = TcpStream::connect(FAR).await {
            let mut nothing = [0; 1];
            let _ = stream.read(&mut nothing).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
