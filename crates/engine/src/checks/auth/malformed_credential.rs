//! Servers that only look whether something like a credential is there.

use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::{ExposeSecret as _, SecretString};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, shown, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-004",
    title: "Malformed credentials are accepted",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Refuse a request unless it carries exactly one `Authorization` header with one well-formed, verified credential.",
    tags: &[Tag::Cwe(287), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Credentials that no issuer would give out.
const MALFORMED: [&str; 4] = ["Bearer", "Bearer null", "Bearer undefined", "Basic Og=="];
/// Characters that are kept of a valid credential.
const KEPT: usize = 8;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    for &era in &guarded {
        for value in MALFORMED {
            let answer = list_as(probe, era, |request| request.anonymous().header("Authorization", value)).await?;
            if was_granted(&answer) {
                return Ok(accepted(probe, &answer));
            }
        }
        let Some(valid) = credential(probe) else { continue };
        if let Some(cut) = cut(&valid) {
            // Given as a credential, so that no template shows what is left of it.
            let answer = list_as(probe, era, |request| request.anonymous().header_first("Authorization", &cut)).await?;
            if was_granted(&answer) {
                return Ok(accepted(probe, &answer));
            }
        }
        // The invalid one in front: whoever takes the last one trusts what a proxy did not see.
        let last = list_as(probe, era, |request| request.header_first("Authorization", "Bearer null")).await?;
        if was_granted(&last) {
            return Ok(two_headers(
                probe,
                &last,
                Severity::Critical,
                "the server accepts a request with two credentials although the first is invalid",
            ));
        }
        let first = list_as(probe, era, |request| request.header("Authorization", "Bearer null")).await?;
        if was_granted(&first) {
            return Ok(two_headers(
                probe,
                &first,
                Severity::Low,
                "the server accepts a request with two credentials and takes the first",
            ));
        }
    }
    Ok(Verdict::PASS)
}

fn accepted(probe: &Probe, answer: &Exchange) -> Verdict {
    let severity = over_network(Severity::Critical, probe.snapshot());
    let sample = Sample::whole(shown(answer), "differential").after(answer.request.clone(), answer.status);
    let message = "the server refuses callers without a credential but accepts a malformed one";
    Draft::new(severity, Confidence::Confirmed, "header:Authorization", message)
        .distinct("malformed")
        .sample(sample)
        .into()
}

/// Two `Authorization` headers, one of them valid: an ambiguity that a proxy and the server may resolve differently.
fn two_headers(probe: &Probe, answer: &Exchange, severity: Severity, message: &str) -> Verdict {
    let sample = Sample::whole(shown(answer), "differential").after(answer.request.clone(), answer.status);
    let draft =
        Draft::new(over_network(severity, probe.snapshot()), Confidence::Confirmed, "header:Authorization", message);
    draft.distinct("two-headers").sample(sample).into()
}

/// The valid `Authorization` of the target.
pub(super) fn credential(probe: &Probe) -> Option<SecretString> {
    let (_, value) = probe.credentials().iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    Some(value.clone())
}

/// A credential of which only the beginning is left; `None` where nothing would be missing.
fn cut(credential: &SecretString) -> Option<String> {
    let value = credential.expose_secret();
    let (scheme, token) = value.split_once(' ').unwrap_or(("", value));
    let beginning: String = token.chars().take(KEPT).collect();
    let is_shorter = beginning.len() < token.len();
    is_shorter.then(|| if scheme.is_empty() { beginning } else { format!("{scheme} {beginning}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_of_a_credential_is_left() {
        let cut = |credential: &str| cut(&SecretString::from(credential));
        assert_eq!(cut("Bearer abcdefghijkl").as_deref(), Some("Bearer abcdefgh"));
        assert_eq!(cut("abcdefghijkl").as_deref(), Some("abcdefgh"));
        assert_eq!(cut("Bearer abcdefgh"), None);
    }
}
