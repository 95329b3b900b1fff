//! Failed authentication that does not look like one.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, shown, stranger_lists, was_granted};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-014",
    title: "Wrong status for failed authentication",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Low,
    remediation: "Answer a missing or invalid token with 401 and a `WWW-Authenticate` header, before anything else looks at the request.",
    tags: &[Tag::Cwe(755), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: error handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let stranger = stranger_lists(probe).await?;
    for answer in guarded.iter().filter_map(|&era| stranger.lists.get(era)).filter(|answer| !was_granted(answer)) {
        if let Some((kind, message)) = answer.status.and_then(fault) {
            let sample = Sample::whole(shown(answer), "status").after(answer.request.clone(), answer.status);
            let draft = Draft::new(Severity::Low, Confidence::Confirmed, "header:Authorization", message);
            return Ok(draft.distinct(kind).sample(sample).into());
        }
    }
    Ok(Verdict::PASS)
}

/// What is wrong with a status that refuses an invalid token.
fn fault(status: u16) -> Option<(&'static str, &'static str)> {
    match status {
        200..=299 => Some(("success", "the server answers an invalid token with a success status and an error inside")),
        300..=399 => Some(("redirect", "the server answers an invalid token with a redirect instead of a refusal")),
        500..=599 => Some(("failure", "the server fails on an invalid token instead of refusing it")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_fine_and_everything_else_is_named() {
        let kinds = [200, 302, 500, 400, 401, 403].map(|status| fault(status).map(|(kind, _)| kind));
        assert_eq!(kinds, [Some("success"), Some("redirect"), Some("failure"), None, None, None]);
    }
}
