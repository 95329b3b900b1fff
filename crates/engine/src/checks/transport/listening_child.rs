//! Child processes that speak over pipes and open network ports beside them.

use std::net::SocketAddr;
use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};
use crate::processes::{members, sockets};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-020",
    title: "Child process opens network ports",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Stdio,
    worst: Severity::Medium,
    remediation: "Open no port from a server that speaks over standard input and output; where one is needed, bind it to loopback and ask for a secret.",
    tags: &[Tag::Cwe(1327), Tag::McpTop10(9)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Ports that are asked whether they want a credential.
const MOST_ASKED: usize = 4;
/// How long a port may take to answer.
const ANSWER: Duration = Duration::from_secs(1);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(group) = probe.process_group() else {
        return Ok(Verdict::not_assessed("the process of the server is not known"));
    };
    let Some(members) = members(group) else {
        return Ok(Verdict::not_applicable("only Linux tells which process listens on which port"));
    };
    let Some(sockets) = sockets(&members) else {
        return Ok(Verdict::not_assessed("the system does not let us see the descriptors of the server"));
    };
    let listening: Vec<SocketAddr> =
        sockets.iter().filter(|socket| socket.listens).map(|socket| socket.local).collect();
    let (local, reachable): (Vec<SocketAddr>, Vec<SocketAddr>) =
        listening.into_iter().partition(|address| address.ip().is_loopback());
    let mut drafts = Vec::new();
    if !reachable.is_empty() {
        let message = "the server speaks over pipes and also listens on a port that other machines may reach";
        drafts.push(draft(Severity::Medium, "network", message, &reachable));
    }
    let mut open = Vec::new();
    // The loopback interface of a child without a network is not ours: somebody else may answer there.
    let asked = if probe.is_isolated() { 0 } else { MOST_ASKED };
    for address in local.into_iter().take(asked) {
        if timeout(ANSWER, answers_anybody(address)).await.is_ok_and(|answers| answers.unwrap_or(false)) {
            open.push(address);
        }
    }
    if !open.is_empty() {
        let message = "the server speaks over pipes and also answers everybody on this machine on a port";
        drafts.push(draft(Severity::Low, "loopback", message, &open));
    }
    Ok(Verdict::Decided(drafts))
}

fn draft(severity: Severity, kind: &str, message: &str, addresses: &[SocketAddr]) -> Draft {
    let shown = addresses.iter().map(SocketAddr::to_string).collect::<Vec<_>>().join(", ");
    Draft::new(severity, Confidence::Confirmed, "server", message)
        .distinct(kind)
        .sample(Sample::whole(format!("listens on {shown}"), format!("socket:{kind}")))
}

/// Whether a port answers a plain request with anything but a demand for a credential. What says nothing may be anything.
async fn answers_anybody(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut head = [0; 12];
    let mut read = 0;
    while read < head.len() {
        match stream.read(&mut head[read..]).await? {
            0 => break,
            more => read += more,
        }
    }
    Ok(is_open(&head[..read]))
}

fn is_open(head: &[u8]) -> bool {
    let refuses =
        head.starts_with(b"HTTP/") && head.get(9..12).is_some_and(|status| matches!(status, b"401" | b"403" | b"407"));
    !head.is_empty() && !refuses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demand_for_a_credential_closes_a_port() {
        for (head, open) in [
            (&b"HTTP/1.1 200"[..], true),
            (b"HTTP/1.1 404", true),
            (b"-ERR unknown", true),
            (b"HTTP/1.1 401", false),
            (b"HTTP/1.1 403", false),
            (b"", false),
        ] {
            assert_eq!(is_open(head), open, "{}", String::from_utf8_lossy(head));
        }
    }
}
