//! Tokens that may be guessed without end.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use super::throttling::{is_throttled, slowed_down};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, was_granted};
use crate::checks::subject::over_network;
use crate::checks::token::without_scheme;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-003",
    title: "Credential guessing is not throttled",
    test: NamedTest::RateLimit,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Slow down and then refuse callers who send wrong credentials, and issue only random tokens of at least 128 bits.",
    tags: &[Tag::Cwe(307), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many guesses, within how long.
const GUESSES: usize = 30;
const WINDOW: Duration = Duration::from_secs(30);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = guarded_eras(probe).await?.map(|eras| eras.first().copied().unwrap_or_default());
    let era = match guarded {
        Ok(era) => era,
        Err(verdict) => return Ok(verdict),
    };
    let deadline = Instant::now() + WINDOW;
    let mut times = Vec::with_capacity(GUESSES);
    let mut last = None;
    for _ in 0..GUESSES {
        // 43 characters, as many as 256 bits have in base64: never the token by chance.
        let bearer = format!("{}{}Zz0", probe.canary(), probe.canary());
        let guess = list_as(probe, era, |request| request.anonymous().bearer(&bearer).burst());
        let answer = match tokio::time::timeout_at(deadline, guess).await {
            Ok(Ok(answer)) => answer,
            // A connection that is closed on us, or an answer that does not come, is a limit too.
            Ok(Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_))) => return Ok(Verdict::PASS),
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                return Ok(Verdict::not_assessed(
                    "the server needed more than 30 seconds for 30 guesses, so nothing can be said about a limit",
                ));
            }
        };
        if is_throttled(&answer) {
            return Ok(Verdict::PASS);
        }
        if was_granted(&answer) {
            return Ok(Verdict::not_applicable(
                "the server takes a token that nobody issued, so there is nothing to guess",
            ));
        }
        if answer.status != Some(401) {
            // Another answer after some guesses is what a lockout looks like.
            return Ok(if times.is_empty() {
                Verdict::not_applicable("the server does not refuse a wrong token with status 401")
            } else {
                Verdict::PASS
            });
        }
        times.push(answer.total);
        last = Some(answer);
    }
    let Some(last) = last.filter(|_| !slowed_down(&times)) else { return Ok(Verdict::PASS) };
    let is_random = probe.credentials().iter().any(|(_, value)| cannot_be_guessed(value.expose_secret()));
    let severity = over_network(if is_random { Severity::Low } else { Severity::Medium }, probe.snapshot());
    let message = "the server refuses 30 wrong tokens in a row at full speed and sets no limit";
    let sample = Sample::whole("30 wrong tokens refused, none delayed", "rate").after(last.request, last.status);
    Ok(Draft::new(severity, Confidence::Likely, "header:Authorization", message).sample(sample).into())
}

/// Whether a credential is one that no number of guesses finds: signed, or as long as 256 random bits are.
fn cannot_be_guessed(credential: &str) -> bool {
    const HEXADECIMAL: usize = 64;
    const BASE64: usize = 43;
    let token = without_scheme(credential);
    let is_hexadecimal = token.bytes().all(|byte| byte.is_ascii_hexdigit());
    let signed = || {
        let header = token.split('.').next().and_then(|header| URL_SAFE_NO_PAD.decode(header).ok());
        token.split('.').count() == 3 && header.is_some_and(|header| header.starts_with(b"{"))
    };
    token.len() >= if is_hexadecimal { HEXADECIMAL } else { BASE64 } || signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_random_and_signed_tokens_cannot_be_guessed() {
        assert!(cannot_be_guessed(&format!("Bearer {}", "0a".repeat(32))));
        assert!(cannot_be_guessed(&format!("Bearer {}", "aZ9-_".repeat(9))));
        assert!(cannot_be_guessed("Bearer eyJhbGciOiJFUzI1NiJ9.e30.c2ln"));
        assert!(!cannot_be_guessed(&format!("Bearer {}", "0a".repeat(16))));
        assert!(!cannot_be_guessed("Bearer winter-2026"));
    }
}
