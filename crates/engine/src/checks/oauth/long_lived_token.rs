//! Access tokens that stay good for a thief.

use contracts::audit::{Confidence, NamedTest, Severity};
use jiff::Timestamp;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::token::Claims;
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-019",
    title: "Long-lived access token",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Issue access tokens that live for an hour or less, and let clients refresh them.",
    tags: &[Tag::Cwe(613), Tag::McpTop10(1), Tag::Spec("2026-07-28", "Authorization: token theft")],
    run: Run::Probe(|probe| Box::pin(async { Ok(check(probe)) })),
};

/// Longest life of an access token, in seconds.
const LONGEST: i64 = 24 * 60 * 60;

fn check(probe: &Probe) -> Verdict {
    if !probe.has_credential() {
        return Verdict::needs_credentials(
            "the dates of a token are read: give one, `--header 'Authorization: Bearer …'`",
        );
    }
    let Some(claims) = Claims::of(probe.credentials()) else {
        return Verdict::not_applicable("the credential is opaque and does not say how long it lives");
    };
    judge(&claims, Timestamp::now().as_second()).into_iter().collect()
}

/// What is wrong with the life of a token.
fn judge(claims: &Claims, now: i64) -> Option<Draft> {
    let draft = |severity, kind: &str, message: &str, shown: String| {
        Draft::new(severity, Confidence::Confirmed, "header:Authorization", message)
            .distinct(kind)
            .sample(Sample::whole(shown, format!("jwt:{kind}")))
    };
    let Some(end) = claims.time("exp") else {
        let message = "the access token never expires";
        return Some(draft(Severity::Medium, "no-expiry", message, "no claim `exp`".to_owned()));
    };
    // Where it does not say when it was issued, what is left of its life is the least that it has.
    let life = end.saturating_sub(claims.time("iat").unwrap_or(now));
    (life > LONGEST).then(|| {
        let message = "the access token lives for more than a day";
        draft(Severity::Low, "long-lived", message, format!("valid for {} hours", life / 3_600))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::token::bearer;

    #[test]
    fn a_day_is_long_enough() {
        let now = 1_800_000_000;
        let severity = |claims: Value| {
            judge(&Claims::of(&bearer(&claims)).expect("claims"), now)
                .map(|draft| (draft.severity, draft.discriminator))
        };
        assert_eq!(
            severity(json!({ "iat": now, "exp": now + LONGEST + 1 })),
            Some((Severity::Low, "long-lived".into()))
        );
        assert_eq!(severity(json!({ "exp": now + LONGEST + 1 })), Some((Severity::Low, "long-lived".into())));
        assert_eq!(severity(json!({ "iat": now })), Some((Severity::Medium, "no-expiry".into())));
        assert_eq!(severity(json!({ "iat": now - 60, "exp": now + LONGEST - 60 })), None);
    }
}
