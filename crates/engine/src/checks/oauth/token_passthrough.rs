//! Servers that hand the token of their caller on to somebody else.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use contracts::audit::{Confidence, NamedTest, Need, Severity};
use regex::Regex;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::outputs;
use crate::checks::input::fetching::{NO_ADDRESS, address_slots};
use crate::checks::input::slots::{Probed, Tally};
use crate::checks::token::without_scheme;
use crate::probe::{CallKind, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-018",
    title: "Token passthrough",
    test: NamedTest::Authz,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Never send the caller's token to another service: get a token of your own for that service, issued for it.",
    tags: &[
        Tag::Cwe(522),
        Tag::Cwe(441),
        Tag::McpTop10(1),
        Tag::Agentic(3),
        Tag::Spec("2026-07-28", "Authorization: access token privilege restriction"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Shorter values are found anywhere by chance.
const SHORTEST: usize = 12;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let tokens = tokens(probe);
    if tokens.is_empty() {
        return Ok(Verdict::needs_credentials(
            "no token was given that could be passed on: use `--header 'Authorization: Bearer …'`",
        ));
    }
    let quoted = quoted(probe, &tokens).await?;
    let slots = address_slots(probe);
    if slots.is_empty() {
        return Ok(if quoted.is_empty() { Verdict::not_applicable(NO_ADDRESS) } else { Verdict::Decided(quoted) });
    }
    let listener = match probe.callback().await {
        Ok(listener) => listener,
        Err(reason) if quoted.is_empty() => return Ok(Verdict::needs(Need::Callback, reason)),
        Err(_) => return Ok(Verdict::Decided(quoted)),
    };
    let mut tally = Tally::default();
    let mut sent = Vec::new();
    for slot in &slots {
        let token = listener.issue(probe);
        match slot.send(probe, listener.url(&token), CallKind::Probing).await {
            Ok(Some(reply)) => sent.push((slot, token, reply)),
            Ok(None) => {}
            Err(error) => {
                if !tally.count(Err(error))? {
                    break;
                }
            }
        }
    }
    let waiting: Vec<String> = sent.iter().map(|(_, token, _)| token.clone()).collect();
    if !waiting.iter().all(|token| listener.hit(token).is_some()) {
        listener.linger(&waiting).await;
    }
    for (slot, token, reply) in sent {
        // No argument of ours held the credential, so that nothing but the server can have put it there.
        let hit = listener.hit(&token).filter(|hit| tokens.iter().any(|known| hit.head.contains(known.as_str())));
        let Some(hit) = hit else {
            tally.count(Ok(Probed::Sound))?;
            continue;
        };
        let message = "the tool sends the token of its caller to the address that it fetches";
        let draft = Draft::new(Severity::Critical, Confidence::Confirmed, slot.location(), message)
            .distinct("forwarded")
            .sample(hit.sample().after(reply.request, reply.status));
        tally.count(Ok(Probed::proven(draft)))?;
    }
    if quoted.is_empty() {
        return tally.conclude();
    }
    Ok(match tally.conclude() {
        Ok(Verdict::Decided(drafts)) => drafts.into_iter().chain(quoted).collect(),
        _ => Verdict::Decided(quoted),
    })
}

/// The values of the credentials, without their scheme.
fn tokens(probe: &Probe) -> Vec<String> {
    let values = probe.credentials().iter().map(|(_, secret)| without_scheme(secret.expose_secret()).to_owned());
    values.filter(|value| value.len() >= SHORTEST).collect()
}

/// Failures of tools that quote the token in a form that only who received it can make.
async fn quoted(probe: &Probe, tokens: &[String]) -> Result<Vec<Draft>, ProbeError> {
    let mut drafts = Vec::new();
    for output in outputs(probe).await?.into_iter().filter(|output| output.is_error) {
        let Some((matched, kind)) = tokens.iter().find_map(|token| quotation(&output.text, token)) else { continue };
        // What is left of the token in a mask is still a part of a secret.
        probe.shared().masker.hide(&output.text[matched.clone()], "{{credential}}");
        let message = "the tool failed with a message that quotes the token of its caller in part, as a service does that was sent it";
        let location = output.item().to_owned();
        drafts.push(
            Draft::new(Severity::Medium, Confidence::Tentative, location, message).distinct(kind).sample(
                Sample::part(output.text, matched, format!("token:{kind}")).after(output.request, output.status),
            ),
        );
    }
    Ok(drafts)
}

/// A masked form of a token (`abcd****wxyz`), or the beginning of its digest.
fn quotation(text: &str, token: &str) -> Option<(std::ops::Range<usize>, &'static str)> {
    static MASKED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?P<first>[A-Za-z0-9_.~+/=-]{0,12}?)(?:\*{3,}|\.{3,}|…|•{3,}|[xX]{4,})(?P<last>[A-Za-z0-9_~+/=-]{2,12})",
        )
        .expect("a constant pattern is valid")
    });
    /// Letters that a mask must show, at the end or in all: fewer match by chance.
    const SHOWN_LAST: usize = 4;
    const SHOWN: usize = 6;
    let masked = MASKED.captures_iter(text).find_map(|found| {
        let (first, last) = (found.name("first")?.as_str(), found.name("last")?.as_str());
        let shown = first.len() + last.len();
        let is_ours = token.starts_with(first) && token.ends_with(last);
        let is_enough = last.len() >= SHOWN_LAST || shown >= SHOWN;
        // The mask must hide something, else the token was merely followed by dots.
        (is_ours && is_enough && shown < token.len()).then(|| found.get(0).map(|whole| whole.range())).flatten()
    });
    if let Some(range) = masked {
        return Some((range, "masked"));
    }
    let digest = Sha256::digest(token);
    // Twelve characters each: six bytes in hexadecimal, nine in base64.
    let hexadecimal =
        format!("{:012x}", digest.iter().take(6).fold(0, |number: u64, byte| number << 8 | u64::from(*byte)));
    let base64 = STANDARD_NO_PAD.encode(&digest[..9]);
    let at =
        [&hexadecimal, &base64].into_iter().find_map(|form| text.find(form.as_str()).map(|at| at..at + form.len()));
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=');
    at.map(|found| {
        let end = text[found.end..].find(|letter| !is_part(letter)).map_or(text.len(), |length| found.end + length);
        (found.start..end, "fingerprint")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "pat-Qm4vT9xLw2Rz7Kd1Hs6B";
    const DIGESTS: [&str; 2] = ["45a5baf9052f71cc138e", "RaW6+QUvccwTjotU"];

    #[test]
    fn a_mask_or_a_digest_of_the_token_is_a_quotation() {
        let kind = |text: &str| quotation(text, TOKEN).map(|(_, kind)| kind);
        for text in [
            "Incorrect API key provided: pat-Qm4v****Hs6B.",
            "401 Unauthorized (key pat-…d1Hs6B)",
            "invalid token ******Hs6B",
            "token pat-Q...Hs6B expired",
        ] {
            assert_eq!(kind(text), Some("masked"), "{text}");
        }
        // The beginnings of its SHA-256, as other tools print it.
        for digest in DIGESTS {
            let text = format!("rejected token sha256:{digest}, sorry");
            assert_eq!(quotation(&text, TOKEN), text.find(digest).map(|at| (at..at + digest.len(), "fingerprint")));
        }
        for text in [
            "pat-zzzz****zzzz is not valid",
            "loading ...",
            "****6B",
            "Incorrect API key provided: pat-Qm4v.",
            "wait....done",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}
