//! Endpoints that send their callers, and with them credentials, elsewhere.

use contracts::audit::{Confidence, NamedTest, Severity};
use url::Url;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{anonymous_lists, list_with, stranger_lists};
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-017",
    title: "Redirect off origin",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Serve the endpoint where it is announced and answer 401 to callers without a token, instead of redirecting them.",
    tags: &[Tag::Cwe(601), Tag::McpTop10(1)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(target) = probe.snapshot().url.as_deref().and_then(|url| Url::parse(url).ok()) else {
        return Ok(Verdict::not_assessed("the target has no URL"));
    };
    let (anonymous, stranger) = (anonymous_lists(probe).await?, stranger_lists(probe).await?);
    for era in 0..probe.eras().len() {
        let own = list_with(probe, era, |request| request).await?;
        for answer in [Some(&own), anonymous.get(era), stranger.lists.get(era)].into_iter().flatten() {
            if let Some((kind, location)) = departure(&target, answer) {
                let sample =
                    Sample::whole(location, format!("redirect:{kind}")).after(answer.request.clone(), answer.status);
                let message = "the endpoint redirects requests to another origin or to an unencrypted address";
                return Ok(Draft::new(Severity::Medium, Confidence::Confirmed, "server", message)
                    .distinct(kind)
                    .sample(sample)
                    .into());
            }
        }
    }
    Ok(Verdict::PASS)
}

/// Where a redirect leads, if it leaves the origin or the encryption.
fn departure(target: &Url, answer: &Exchange) -> Option<(&'static str, String)> {
    answer.status.filter(|status| (300..400).contains(status))?;
    let location = answer.header("location")?;
    let next = target.join(location).ok()?;
    let kind = match () {
        () if target.scheme() == "https" && next.scheme() == "http" => "downgrade",
        () if next.origin() == target.origin() => return None,
        // From http to https of the same host is what should happen.
        () if next.scheme() == "https" && target.scheme() == "http" && next.host() == target.host() => return None,
        () => "origin",
    };
    Some((kind, location.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn leaving_the_origin_is_named_and_staying_is_not() {
        let target: Url = "https://mcp.example.com/mcp".parse().expect("a URL");
        let kind = |location: &str| {
            let mut answer = answered(307, "");
            answer.headers.push(("Location".into(), location.into()));
            departure(&target, &answer).map(|(kind, _)| kind)
        };
        assert_eq!(kind("https://login.example.net/"), Some("origin"));
        assert_eq!(kind("http://mcp.example.com/mcp"), Some("downgrade"));
        assert_eq!(kind("/mcp/"), None);
        assert_eq!(departure(&target, &answered(200, "")), None);
    }
}
