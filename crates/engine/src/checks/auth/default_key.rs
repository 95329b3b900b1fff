//! Keys that are guessed first: the ones of documentation and of first starts. The guesses take twelve seconds at most,
//! while the other named tests of the same wave go on.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Severity};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::{Instant, sleep_until};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_as, stranger_lists, telling_eras, was_granted};
use crate::checks::rate_limit::throttling::is_throttled;
use crate::checks::subject::over_network;
use crate::probe::{Exchange, Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-013",
    title: "Default or trivial key",
    test: NamedTest::AuthTest,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Ship without a default key, refuse to start with a trivial one, and replace the key that is in use.",
    tags: &[Tag::Cwe(1392), Tag::McpTop10(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const GUESSES: [&str; 12] =
    ["test", "changeme", "admin", "secret", "password", "token", "default", "demo", "dev", "mcp", "123456", "letmein"];
/// From one guess to the next. On this machine, which nobody's lock protects, they follow each other at once.
const PAUSE: Duration = Duration::from_secs(1);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let era = match telling_eras(probe).await? {
        Ok(eras) => eras.first().copied().unwrap_or_default(),
        Err(verdict) => return Ok(verdict),
    };
    let usual = stranger_lists(probe).await?.lists.get(era).and_then(|refusal| refusal.status);
    let (name, scheme) = form(probe.credentials());
    for (number, guess) in (1..).zip(GUESSES) {
        let next = Instant::now() + PAUSE;
        // Given as a credential, so that no template shows the right one.
        let value = format!("{scheme}{guess}");
        let answer = match list_as(probe, era, |request| request.anonymous().header_first(&name, &value)).await {
            Ok(answer) => answer,
            // Not to be answered any more is what a lock looks like, too.
            Err(ProbeError::Unreachable(_) | ProbeError::Timeout(_)) => return Ok(Verdict::PASS),
            Err(error) => return Err(error),
        };
        if was_granted(&answer) {
            let message = "the server accepts a key that is among the first to be guessed";
            let severity = over_network(Severity::Critical, probe.snapshot());
            let seen = Sample::whole(format!("guess {number} of {} was accepted", GUESSES.len()), "default-key");
            let draft = Draft::new(severity, Confidence::Confirmed, format!("header:{name}"), message);
            return Ok(draft.sample(seen.after(answer.request.clone(), answer.status)).into());
        }
        if locks_out(&answer, usual) {
            return Ok(Verdict::PASS);
        }
        if !probe.snapshot().loopback && number < GUESSES.len() {
            sleep_until(next).await;
        }
    }
    Ok(Verdict::PASS)
}

/// The header in which a key is sent, and what stands before it: as in the credential of this test.
fn form(headers: &[(String, SecretString)]) -> (String, String) {
    let Some((name, value)) = headers.first() else { return ("Authorization".to_owned(), "Bearer ".to_owned()) };
    let scheme = match value.expose_secret().split_once(' ') {
        // A key alone is no pair of user and password.
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => "Bearer ".to_owned(),
        Some((scheme, _)) => format!("{scheme} "),
        None => String::new(),
    };
    (name.clone(), scheme)
}

/// Whether the server has had enough: it refuses otherwise than it refuses a random token.
fn locks_out(answer: &Exchange, usual: Option<u16>) -> bool {
    is_throttled(answer) || answer.header("retry-after").is_some() || answer.status != usual
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn guesses_have_the_form_of_the_credential() {
        let form = |name: &str, value: &str| form(&[(name.to_owned(), value.into())]);
        assert_eq!(form("Authorization", "Bearer x"), ("Authorization".to_owned(), "Bearer ".to_owned()));
        assert_eq!(form("Authorization", "Basic dTpw"), ("Authorization".to_owned(), "Bearer ".to_owned()));
        assert_eq!(form("X-Api-Key", "x"), ("X-Api-Key".to_owned(), String::new()));
    }

    #[test]
    fn another_refusal_than_usual_is_a_lock() {
        let usual = answered(401, r#"{"error":"invalid_token"}"#);
        assert!(!locks_out(&usual, Some(401)));
        assert!(locks_out(&usual, Some(403)));
        assert!(locks_out(&answered(429, ""), Some(429)));
        let mut later = usual;
        later.headers.push(("retry-after".to_owned(), "60".to_owned()));
        assert!(locks_out(&later, Some(401)));
    }
}
