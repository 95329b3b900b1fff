//! The one answer that a plan needs of AWS: whose account this is. Served on loopback, so that no plan needs an account.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

/// The account that plans are made for.
pub const ACCOUNT: &str = "123456789012";

const LONGEST_BODY: u64 = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts answering `GetCallerIdentity` for as long as the program runs; refuses everything else.
pub fn start() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away has no use for an answer.
            std::thread::spawn(move || drop(answer(&stream)));
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream).take(LONGEST_BODY);
    let mut length = 0_u64;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
        }
    }
    let mut body = String::new();
    reader.take(length.min(LONGEST_BODY)).read_to_string(&mut body)?;
    let (status, text) = if body.contains("Action=GetCallerIdentity") {
        ("200 OK", identity())
    } else {
        ("501 Not Implemented", "<ErrorResponse><Error><Code>NotImplemented</Code></Error></ErrorResponse>".to_owned())
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )?;
    Ok(())
}

fn identity() -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
         <Arn>arn:aws:iam::{ACCOUNT}:user/plan</Arn><UserId>AIDAPLAN</UserId><Account>{ACCOUNT}</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>plan</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(body: &str) -> String {
        let mut stream = TcpStream::connect(start().expect("it starts")).expect("it listens");
        write!(stream, "POST / HTTP/1.1\r\nHost: sts\r\nContent-Length: {}\r\n\r\n{body}", body.len()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    }

    #[test]
    fn tells_the_account_and_nothing_else() {
        let identity = ask("Action=GetCallerIdentity&Version=2011-06-15");
        assert!(identity.starts_with("HTTP/1.1 200") && identity.contains(ACCOUNT), "{identity}");
        assert!(ask("Action=ListUsers").starts_with("HTTP/1.1 501"));
    }
}
