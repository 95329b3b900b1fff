//! What a server that fetches addresses needs: one request to a port of this machine, and nowhere else.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest answer that is read.
const MAX_BYTES: u64 = 64 << 10;

/// The host, port and path of a plain HTTP address. One with a blank or a control character is none.
pub(crate) fn parts(url: &str) -> Option<(&str, u16, &str)> {
    if url.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
        return None;
    }
    let rest = url.strip_prefix("http://")?;
    let (authority, path) = rest.split_once('/')?;
    let (host, port) = authority.rsplit_once(':')?;
    Some((host, port.parse().ok()?, path))
}

/// Asks a port of 127.0.0.1 for a path, with more lines of a header, both of which are sent as they are: the answer.
pub(crate) fn get(port: u16, path: &str, lines: &str) -> Option<String> {
    get_from(Ipv4Addr::LOCALHOST, port, path, lines)
}

/// The same for any address of this machine for itself.
pub(crate) fn get_from(address: Ipv4Addr, port: u16, path: &str, lines: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Some(address).filter(Ipv4Addr::is_loopback)?, port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let request = format!("GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.take(MAX_BYTES).read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Where an answer sends on to.
pub(crate) fn location(answer: &str) -> Option<&str> {
    answer.lines().find_map(|line| line.strip_prefix("Location: "))
}
