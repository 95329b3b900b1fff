//! JSON Web Tokens whose signature nobody checks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::malformed_credential::credential;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, shown, was_granted};
use crate::checks::subject::over_network;
use crate::checks::token::decoded;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-005",
    title: "JWT is not verified",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Pin the algorithm, look the key up among those of the issuer, and verify the signature before any claim is read.",
    tags: &[Tag::Cwe(347), Tag::McpTop10(7), Tag::Spec("2026-07-28", "Authorization: token handling")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = guarded_eras(probe).await?.map(|eras| eras.first().copied().unwrap_or_default());
    let era = match guarded {
        Ok(era) => era,
        Err(verdict) => return Ok(verdict),
    };
    let Some(valid) = credential(probe) else {
        return Ok(Verdict::needs_credentials("a valid JWT is changed: give `--header 'Authorization: Bearer …'`"));
    };
    let forged = valid.expose_secret().strip_prefix("Bearer ").and_then(forgeries);
    let Some(forged) = forged else {
        return Ok(Verdict::not_applicable("the credential is no JSON Web Token"));
    };
    let mut drafts = Vec::new();
    for (name, token) in forged {
        // Given as a credential, so that no template shows what is left of the valid one.
        let value = format!("Bearer {token}");
        let answer = list_as(probe, era, |request| request.anonymous().header_first("Authorization", &value)).await?;
        if was_granted(&answer) {
            let message = "the server accepts a token whose signature does not fit it";
            let severity = over_network(Severity::Critical, probe.snapshot());
            let sample =
                Sample::whole(shown(&answer), format!("jwt:{name}")).after(answer.request.clone(), answer.status);
            let draft = Draft::new(severity, Confidence::Confirmed, "header:Authorization", message);
            drafts.push(draft.distinct(name).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// Tokens with the claims of a valid one and without its signature; `None` where it is no JWT (RFC 7519).
fn forgeries(token: &str) -> Option<Vec<(&'static str, String)>> {
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { return None };
    let decoded = decoded(header)?;
    decoded.get("alg")?;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let header_with = |key: &str, value: Value| {
        let mut changed = decoded.clone();
        changed[key] = value;
        encode(changed.to_string().as_bytes())
    };
    // A blank behind the object changes no claim, and every signature.
    let mut padded = URL_SAFE_NO_PAD.decode(claims).ok()?;
    padded.push(b' ');
    Some(vec![
        ("alg-none", format!("{}.{claims}.", header_with("alg", json!("none")))),
        ("no-signature", format!("{header}.{claims}.")),
        ("changed-claims", format!("{header}.{}.{signature}", encode(&padded))),
        ("unknown-key", format!("{}.{claims}.{signature}", header_with("kid", json!("mcpa-unknown-key")))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tokens_of_three_parts_are_forged_and_none_keeps_both_text_and_signature() {
        let token = format!(
            "{}.{}.c2ln",
            URL_SAFE_NO_PAD.encode("{\"alg\":\"HS256\"}"),
            URL_SAFE_NO_PAD.encode("{\"sub\":\"a\"}")
        );
        let forged = forgeries(&token).expect("a JWT");
        assert_eq!(forged.len(), 4);
        assert!(forged.iter().all(|(_, forged)| *forged != token && forged.split('.').count() == 3));
        assert!(forgeries("opaque-token").is_none() && forgeries("a.b.c").is_none());
    }
}
