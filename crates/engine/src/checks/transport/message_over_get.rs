//! Messages in the address of a GET, which any page can make a browser send.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::json;
use url::form_urlencoded::Serializer;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, list_with, shown, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-008",
    title: "Message over GET executes",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Execute messages from the body of a POST only, and answer 405 to anything else.",
    tags: &[Tag::Cwe(650), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// A GET may open a stream on which nothing comes.
const STREAM: Duration = Duration::from_millis(300);
const FIRST_BYTE: Duration = Duration::from_secs(2);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let method = list_method(probe.snapshot(), probe.is_modern());
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": {} }).to_string();
    let query = |pairs: &[(&str, &str)]| Serializer::new(String::new()).extend_pairs(pairs).finish();
    let forms = [
        ("members", query(&[("jsonrpc", "2.0"), ("id", "1"), ("method", method), ("params", "{}")])),
        ("whole", query(&[("message", &message)])),
    ];
    let mut drafts = Vec::new();
    for (name, query) in forms {
        let sent = list_with(probe, 0, |request| {
            request.id(json!(1)).http_method("GET").query(&query).read_for(STREAM).first_byte(FIRST_BYTE)
        });
        let answer = match sent.await {
            Ok(answer) => answer,
            // A stream that stays silent has executed nothing.
            Err(ProbeError::Timeout(_)) => continue,
            Err(error) => return Err(error),
        };
        if was_granted(&answer) {
            let message = "the server executes a message that stands in the address of a GET";
            let severity = over_network(Severity::Medium, probe.snapshot());
            let sample =
                Sample::whole(shown(&answer), format!("get:{name}")).after(answer.request.clone(), answer.status);
            let draft = Draft::new(severity, Confidence::Confirmed, format!("method:{method}"), message);
            drafts.push(draft.distinct(name).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}
