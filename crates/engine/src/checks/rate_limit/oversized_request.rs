//! Requests that are larger or deeper than any sane one, and are read all the same.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_method, survives, unstable_control, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError, Request};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-007",
    title: "Oversized request processed",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Refuse bodies above what the server's largest request needs (413), and JSON that is nested deeper than its schemas (400), before parsing them.",
    tags: &[Tag::Cwe(400), Tag::Cwe(674), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const LARGE_BYTES: usize = 5 << 20;
const DEEP: usize = 2_000;
/// Stands where the nested value goes, which no JSON value of ours could hold.
const PLACE: &str = "\"mcpa-nested\"";
/// How long the server may think about such a request.
const PATIENCE: Duration = Duration::from_secs(10);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if let Err(verdict) = control(probe, 0).await? {
        return Ok(verdict);
    }
    let modern = probe.is_modern();
    let method = list_method(probe.snapshot(), modern);
    let mut drafts = Vec::new();
    for (kind, oversized) in [("size", large as fn(Request<'_>) -> Request<'_>), ("depth", deep)] {
        let sent = oversized(probe.request(method, json!({}))).first_byte(PATIENCE).send().await;
        let fate = match sent {
            Ok(answer) if was_granted(&answer) => Fate::Processed,
            Ok(_) => Fate::Refused,
            // The child is started again for the next request, so its end shows here only.
            Err(ProbeError::Unreachable(_)) if !probe.is_http() => Fate::Lost,
            // Servers close the connection on a body that they do not want; that is no crash if they live on.
            Err(error @ (ProbeError::Unreachable(_) | ProbeError::Timeout(_))) => {
                match survives(probe, 0, was_granted).await {
                    None => return Ok(unstable_control()),
                    Some(true) if matches!(error, ProbeError::Timeout(_)) => Fate::Held,
                    Some(true) => Fate::Refused,
                    Some(false) => Fate::Lost,
                }
            }
            Err(error) => return Err(error),
        };
        drafts.extend(
            judge(fate, kind, probe.snapshot(), probe.is_http())
                .map(|draft| Draft { location: format!("method:{method}"), ..draft }),
        );
        if fate == Fate::Lost {
            return Ok(Verdict::Decided(drafts));
        }
    }
    Ok(Verdict::Decided(drafts))
}

fn large(request: Request<'_>) -> Request<'_> {
    request.meta("mcpa/padding", json!("a".repeat(LARGE_BYTES)))
}

fn deep(request: Request<'_>) -> Request<'_> {
    let request = request.meta("mcpa/nested", json!("mcpa-nested"));
    let body = String::from_utf8_lossy(&request.current_body()).into_owned();
    let nested = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    request.body(body.replace(PLACE, &nested))
}

/// What became of an oversized request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Refused,
    Processed,
    /// Never answered, while others were.
    Held,
    /// The server with it.
    Lost,
}

fn judge(fate: Fate, kind: &str, snapshot: &Snapshot, is_http: bool) -> Option<Draft> {
    let shown = if kind == "size" { "a body of 5 MiB" } else { "JSON of 2 000 levels" };
    let (severity, message) = match fate {
        Fate::Refused => return None,
        // The only client of a child process is its parent, which would harm itself.
        Fate::Processed | Fate::Held if !is_http => return None,
        Fate::Processed => (Severity::Low, format!("the server processes {shown}")),
        Fate::Held => (Severity::Low, format!("the server never answers {shown}, and never refuses it")),
        Fate::Lost => (Severity::High, format!("the server is gone after {shown}")),
    };
    let draft = Draft::new(over_network(severity, snapshot), Confidence::Confirmed, "server", message);
    Some(draft.distinct(kind).sample(Sample::whole(shown, format!("oversized:{kind}"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{launched, server};

    #[test]
    fn a_crash_is_worse_than_patience_and_a_refusal_is_right() {
        let public = server(&[]);
        let of =
            |fate, snapshot: &Snapshot, is_http| judge(fate, "size", snapshot, is_http).map(|draft| draft.severity);
        assert_eq!(of(Fate::Lost, &public, true), Some(Severity::High));
        assert_eq!(of(Fate::Processed, &public, true), Some(Severity::Low));
        assert_eq!(of(Fate::Held, &public, true), Some(Severity::Low));
        assert_eq!(of(Fate::Refused, &public, true), None);
        let child = launched("server");
        assert_eq!(of(Fate::Processed, &child, false), None);
        assert_eq!(of(Fate::Lost, &child, false), Some(Severity::Medium));
    }
}
