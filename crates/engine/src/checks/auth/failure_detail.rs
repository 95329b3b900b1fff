//! Refusals that tell a guesser something.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, stranger_lists, was_granted};
use crate::checks::data_exposure::internals;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-015",
    title: "Authentication failure leaks detail",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Answer every failed authentication with the same neutral message and the error codes of RFC 6750; keep the reason in the server's log.",
    tags: &[Tag::Cwe(209), Tag::McpTop10(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// A sentence that names a user or key: `unknown key 'k1'`, `no user "ann"`.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?:user|account|key|kid|key id|client|subject|tenant)\s+(?:\w+\s+){0,2}['"`][^'"`\s]{2,}['"`]"#)
        .expect("a constant pattern is valid")
});

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let stranger = stranger_lists(probe).await?;
    for &era in &guarded {
        // Looks like a JWT and is none, so that the parser of tokens speaks too.
        let malformed = format!("{}.{}.x", probe.canary(), probe.canary());
        let to_malformed = list_as(probe, era, |request| request.anonymous().bearer(&malformed)).await?;
        let to_random = stranger.lists.get(era).map(|answer| (answer, stranger.bearer.as_str()));
        let answers = to_random.into_iter().chain([(&to_malformed, malformed.as_str())]);
        let refusals = answers.filter(|(answer, _)| !was_granted(answer));
        if let Some(draft) = refusals.into_iter().find_map(|(answer, bearer)| leak(answer, bearer)) {
            return Ok(draft.into());
        }
    }
    Ok(Verdict::PASS)
}

/// What a refusal of a bearer gives away.
fn leak(answer: &Exchange, bearer: &str) -> Option<Draft> {
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let text = format!("{challenge}\n{}", answer.text());
    let draft = |severity, kind: &str, message, range: std::ops::Range<usize>| {
        let sample =
            Sample::part(text.clone(), range, format!("leak:{kind}")).after(answer.request.clone(), answer.status);
        Draft::new(severity, Confidence::Confirmed, "header:Authorization", message).distinct(kind).sample(sample)
    };
    if let Some(at) = text.find(bearer) {
        return Some(draft(
            Severity::Medium,
            "echo",
            "the refusal repeats the credential that was sent",
            at..at + bearer.len(),
        ));
    }
    if let Some(hit) = internals::scan(&text) {
        return Some(draft(Severity::Low, "internals", "the refusal shows internals of the server", hit.matched));
    }
    // In JSON text the quotes are escaped.
    let unescaped = text.replace("\\\"", "\"");
    let named = NAMED.find(&unescaped)?;
    let range = text.find(named.as_str()).map_or(0..text.len(), |at| at..at + named.len());
    Some(draft(Severity::Low, "names", "the refusal names a user or key", range))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn an_echo_or_a_name_is_a_leak_and_an_error_code_is_not() {
        let kind =
            |body: &str| leak(&answered(401, body), "mcpatoken").map(|draft| (draft.severity, draft.discriminator));
        assert_eq!(kind(r#"{"error":"token mcpatoken is unknown"}"#), Some((Severity::Medium, "echo".into())));
        assert_eq!(kind(r#"{"error":"no signing key named 'prod-2024'"}"#), Some((Severity::Low, "names".into())));
        assert_eq!(
            kind("Traceback (most recent call last):\n  File \"/srv/auth.py\", line 3"),
            Some((Severity::Low, "internals".into()))
        );
        assert_eq!(
            kind(r#"{"error":"invalid_token","error_description":"the access token is invalid","client_id":"x1"}"#),
            None
        );
    }
}
