//! Tokens that outlive their own dates.

use contracts::audit::{Confidence, NamedTest, Severity};
use jiff::Timestamp;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{granted_to, shown, telling_eras};
use crate::checks::subject::over_network;
use crate::checks::token::Claims;
use crate::probe::{Exchange, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-006",
    title: "Expired or not-yet-valid token accepted",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Refuse a token after its `exp` and before its `nbf` with 401 and `invalid_token`, with at most two minutes for clocks that differ.",
    tags: &[Tag::Cwe(613), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: token handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How far clocks may differ, in seconds.
const SKEW: i64 = 120;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let eras = match telling_eras(probe).await? {
        Ok(eras) => eras,
        Err(verdict) => return Ok(verdict),
    };
    let now = Timestamp::now().as_second();
    let own = Claims::of(probe.credentials());
    if let Some(when) = own.as_ref().map(|claims| when(claims, now))
        && matches!(when, When::Past | When::Future)
        && let Some(answer) = granted_to(probe, &eras, probe.credentials()).await?
    {
        return Ok(accepted(probe, when, &answer));
    }
    let Some(expired) = probe.expired_credential() else {
        return Ok(Verdict::needs_credentials(match own.and_then(|claims| claims.time("exp")) {
            Some(end) if end > now => format!(
                "the token of this test is valid for {} s more, which is not waited for: give one that has expired, `--expired-credential 'Authorization: Bearer …'`",
                end - now
            ),
            _ => "a token that has expired is sent: give one, `--expired-credential 'Authorization: Bearer …'`"
                .to_owned(),
        }));
    };
    if Claims::of(expired).is_some_and(|claims| when(&claims, now) != When::Past) {
        return Ok(Verdict::needs_credentials(
            "the token of `--expired-credential` has not been expired for two minutes: give an older one",
        ));
    }
    let answer = granted_to(probe, &eras, expired).await?;
    Ok(answer.map_or(Verdict::PASS, |answer| accepted(probe, When::Past, &answer)))
}

fn accepted(probe: &Probe, when: When, answer: &Exchange) -> Verdict {
    let (kind, message) = if when == When::Future {
        ("not-yet-valid", "the server accepts a token that is not valid yet")
    } else {
        ("expired", "the server accepts a token that has expired")
    };
    let severity = over_network(Severity::High, probe.snapshot());
    let sample = Sample::whole(shown(answer), format!("token:{kind}")).after(answer.request.clone(), answer.status);
    Draft::new(severity, Confidence::Confirmed, "header:Authorization", message).distinct(kind).sample(sample).into()
}

/// When a token is good for something, clocks that differ allowed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// Its end is behind us.
    Past,
    /// Now, or nearly so.
    Now,
    /// Its beginning is before us.
    Future,
}

fn when(claims: &Claims, now: i64) -> When {
    let time = |name| claims.time(name);
    match () {
        () if time("exp").is_some_and(|end| end.saturating_add(SKEW) < now) => When::Past,
        () if time("nbf").is_some_and(|beginning| beginning > now.saturating_add(SKEW)) => When::Future,
        () => When::Now,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::token::bearer;

    #[test]
    fn clocks_may_differ_by_two_minutes() {
        let when = |claims: Value| when(&Claims::of(&bearer(&claims)).expect("claims"), 10_000);
        assert_eq!(when(json!({ "exp": 9_879 })), When::Past);
        assert_eq!(when(json!({ "exp": 9_881 })), When::Now);
        assert_eq!(when(json!({ "exp": 20_000, "nbf": 10_121 })), When::Future);
        assert_eq!(when(json!({ "exp": 20_000, "nbf": 10_119 })), When::Now);
        assert_eq!(when(json!({})), When::Now);
    }
}
