//! Servers that hand every client on to another provider under one identity of their own, before their user agreed to
//! that client (confused deputy).

use contracts::audit::{Confidence, NamedTest, Severity, display_url};
use url::Url;

use super::authorization::{Answers, Authorization, Visit, authorization};
use super::issuer::same_site;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-012",
    title: "Consent can be skipped",
    test: NamedTest::AuthTest,
    mode: Mode::Active,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Show a page that names the client and its redirect, and forward to the other provider only after the user agreed to that client.",
    tags: &[
        Tag::Cwe(441),
        Tag::McpTop10(7),
        Tag::Agentic(3),
        Tag::Spec("2025-11-25", "Security best practices: confused deputy"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let answers = match authorization(probe).await? {
        Authorization::Answered(answers) => answers,
        Authorization::NotAsked(verdict) => return Ok(verdict.clone()),
    };
    Ok(judge(answers, probe.url()))
}

fn judge(answers: &Answers, target: Option<&Url>) -> Verdict {
    let forwarded: Vec<_> =
        answers.visits.iter().filter_map(|visit| forwarded(visit, &answers.registration, target)).collect();
    let [(first, identity), (second, other)] = forwarded.as_slice() else { return Verdict::PASS };
    // An identity for each client lets the other provider ask for each client.
    if identity != other || first.host() != second.host() {
        return Verdict::PASS;
    }
    let message = "two clients that the user never agreed to are forwarded to another provider under one client id, without a page in between";
    let step = &answers.visits[0].step;
    let sample = Sample::whole(display_url(first), "oauth:forwarded").after(step.request.clone(), Some(step.status));
    Draft::new(Severity::High, Confidence::Likely, "oauth:authorization-server#authorization_endpoint", message)
        .distinct(answers.issuer.clone())
        .sample(sample)
        .into()
}

/// The other provider that a visit was sent straight to, and the client id that it sees there.
fn forwarded<'a>(visit: &'a Visit, issuer: &Url, target: Option<&Url>) -> Option<(&'a Url, String)> {
    let location = visit.step.location.as_ref()?;
    let is_own = same_site(location, issuer) || target.is_some_and(|target| same_site(location, target));
    let parameter =
        |name: &str| location.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    let identity = parameter("client_id").filter(|identity| !is_own && *identity != visit.client)?;
    // Back at the client's own redirect the flow is over.
    let returns = parameter("redirect_uri").and_then(|url| Url::parse(&url).ok());
    let comes_back = returns.is_none_or(|url| {
        same_site(&url, issuer) || same_site(&url, location) || target.is_some_and(|target| same_site(&url, target))
    });
    comes_back.then_some((location, identity))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::oauth::authorization::Step;

    fn judged(locations: [&str; 2]) -> usize {
        let step = |location: &str| Step { request: String::new(), status: 302, location: Url::parse(location).ok() };
        let registration = Url::parse("https://mcp.example.com/register").expect("a URL");
        let visit = |(client, location): (&str, &str)| Visit { client: client.to_owned(), step: step(location) };
        let answers = Answers {
            registration,
            issuer: String::new(),
            control: [step(""), step("")],
            altered: Vec::new(),
            visits: [("one", locations[0]), ("two", locations[1])].into_iter().map(visit).collect(),
        };
        let target = Url::parse("https://mcp.example.com/mcp").expect("a URL");
        match judge(&answers, Some(&target)) {
            Verdict::Decided(drafts) => drafts.len(),
            other => panic!("not decided: {other:?}"),
        }
    }

    #[test]
    fn only_one_identity_at_another_provider_is_a_deputy() {
        let at = |query: &str| format!("https://accounts.provider.test/authorize?{query}");
        let back = "redirect_uri=https%3A%2F%2Fmcp.example.com%2Fcallback";
        let shared = at(&format!("client_id=proxy&{back}&state=a"));
        assert_eq!(judged([&shared, &at(&format!("client_id=proxy&{back}&state=b"))]), 1);
        assert_eq!(judged([&at("client_id=proxy"), &at("client_id=proxy")]), 1);
        let page = "";
        let own = "https://login.example.com/login?client_id=proxy";
        for other in [
            page,
            own,
            &at(&format!("client_id=another&{back}")),
            &at("state=a"),
            "https://other.test/?client_id=proxy",
        ] {
            assert_eq!(judged([&shared, other]), 0, "{other}");
        }
        assert_eq!(judged([own, own]), 0);
        assert_eq!(judged([&at("client_id=one"), &at("client_id=two")]), 0);
        let onwards = at("client_id=proxy&redirect_uri=https%3A%2F%2Fclient.test%2F");
        assert_eq!(judged([&onwards, &onwards]), 0);
    }
}
