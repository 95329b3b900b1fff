//! Authorization servers that send codes to an address that is only similar to the registered one.

use contracts::audit::{Confidence, NamedTest, Severity, display_url};

use super::authorization::{Answers, Authorization, Step, authorization};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-011",
    title: "Redirect not matched exactly",
    test: NamedTest::AuthTest,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Compare the redirect of a request with the registered ones character by character, and show an error page where none is equal.",
    tags: &[
        Tag::Cwe(601),
        Tag::McpTop10(7),
        Tag::Spec("2026-07-28", "Authorization: open redirection"),
        Tag::Other("OAuth 2.1 section 2.3.1"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(match authorization(probe).await? {
        Authorization::Answered(answers) => judge(answers),
        Authorization::NotAsked(verdict) => verdict.clone(),
    })
}

fn judge(answers: &Answers) -> Verdict {
    let [control, again] = &answers.control;
    if differs(control, again) || differs(again, control) {
        return Verdict::not_assessed(
            "unstable: the authorization server answers the same request otherwise at another time",
        );
    }
    let (mut drafts, mut is_decided) = (Vec::new(), false);
    for (kind, altered, step) in &answers.altered {
        if step.led_to(altered) {
            let message = "the authorization server sends its answer to a redirect that is not the registered one";
            let location = "oauth:authorization-server#authorization_endpoint";
            let sample = Sample::whole(display_url(altered), format!("redirect:{kind}"));
            drafts.push(
                Draft::new(Severity::High, Confidence::Confirmed, location, message)
                    .distinct(format!("{kind}:{}", answers.issuer))
                    .sample(sample.after(step.request.clone(), Some(step.status))),
            );
        }
        is_decided |= differs(control, step);
    }
    if drafts.is_empty() && !is_decided {
        return Verdict::not_assessed(
            "the authorization server answers a wrong redirect like the right one: it may look at it only after the login",
        );
    }
    Verdict::Decided(drafts)
}

/// Whether the server told the altered redirect from the registered one: by a refusal, or by leading elsewhere.
fn differs(control: &Step, step: &Step) -> bool {
    let place = |step: &Step| step.location.as_ref().map(|location| (location.origin(), location.path().to_owned()));
    !step.is_failure() && ((step.is_refusal() && !control.is_refusal()) || place(step) != place(control))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn judged(control: (u16, &str), altered: (u16, &str)) -> Verdict {
        let step = |(status, location): (u16, &str)| Step {
            request: String::new(),
            status,
            location: Url::parse(location).ok(),
        };
        let sent = Url::parse("https://client.example.com/callback/mcpa").expect("a URL");
        judge(&Answers {
            registration: sent.clone(),
            issuer: String::new(),
            control: [step(control), step(control)],
            altered: vec![("path", sent, step(altered))],
            visits: Vec::new(),
        })
    }

    #[test]
    fn a_wrong_redirect_must_lead_nowhere() {
        let right = (302, "https://client.example.com/callback?error=login_required");
        let page = (200, "");
        let login = (302, "https://login.example.com/login?next=a");
        let wrong = (302, "https://client.example.com/callback/mcpa?error=login_required");
        for control in [right, page, login] {
            assert!(matches!(judged(control, wrong), Verdict::Decided(drafts) if drafts.len() == 1));
            assert_eq!(judged(control, (400, "")), Verdict::PASS);
            assert_eq!(judged(control, (302, "https://login.example.com/error")), Verdict::PASS);
        }
        assert_eq!(judged(right, page), Verdict::PASS);
        assert_eq!(judged(page, (500, "")), Verdict::PASS);
        assert!(matches!(judged(page, page), Verdict::NotAssessed(_)));
        assert!(matches!(judged(login, (302, "https://login.example.com/login?next=b")), Verdict::NotAssessed(_)));
        assert!(matches!(judged((400, ""), (400, "")), Verdict::NotAssessed(_)));
        for busy in [429, 502, 503] {
            assert!(matches!(judged(right, (busy, "")), Verdict::NotAssessed(_)), "{busy}");
        }
    }
}
