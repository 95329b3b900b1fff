//! Servers that take a token from the address, where logs, histories and referrers keep it.

use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::ExposeSecret as _;

use super::malformed_credential::credential;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, shown, was_granted};
use crate::checks::subject::over_network;
use crate::checks::token::without_scheme;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-012",
    title: "Token accepted in the URL",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Take tokens from the `Authorization` header only, and refuse requests that carry one in the query.",
    tags: &[Tag::Cwe(598), Tag::McpTop10(1), Tag::Spec("2026-07-28", "Authorization: token requirements")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const NAMES: [&str; 3] = ["access_token", "token", "api_key"];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let (Some(&era), Some(url)) = (guarded.first(), probe.url()) else {
        return Ok(Verdict::not_applicable("the server asks for no credential"));
    };
    let Some(valid) = credential(probe) else {
        return Ok(Verdict::needs_credentials(
            "a valid token is sent in the query: give `--header 'Authorization: Bearer …'`",
        ));
    };
    let token = without_scheme(valid.expose_secret());
    let mut drafts = Vec::new();
    for name in NAMES {
        let mut with_token = url.clone();
        with_token.query_pairs_mut().append_pair(name, token);
        let query = with_token.query().unwrap_or_default();
        let answer = list_as(probe, era, |request| request.anonymous().query(query)).await?;
        if was_granted(&answer) {
            let message = "the server takes the token from the query of the address";
            let severity = over_network(Severity::Medium, probe.snapshot());
            let sample = Sample::whole(shown(&answer), "differential").after(answer.request.clone(), answer.status);
            let draft = Draft::new(severity, Confidence::Confirmed, "server", message);
            drafts.push(draft.distinct(name).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}
