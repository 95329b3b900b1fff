//! Other addresses of the same server, in front of which no guard stands.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{guarded_eras, list_as, shown, was_granted};
use crate::checks::subject::over_network;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AUTH-008",
    title: "Unprotected twin endpoint",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Put one guard in front of all routes and all revisions, and compare paths only after they were normalised.",
    tags: &[Tag::Cwe(288), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(verdict),
    };
    let (Some(&era), Some(url)) = (guarded.first(), probe.url()) else {
        return Ok(Verdict::not_applicable("the server asks for no credential"));
    };
    let severity = over_network(Severity::Critical, probe.snapshot());
    let mut drafts = Vec::new();
    for (name, path) in twins(url.path()) {
        let answer = list_as(probe, era, |request| request.anonymous().path(&path)).await?;
        if was_granted(&answer) {
            let message =
                "the server refuses callers without a credential at its endpoint and serves them at another address";
            let sample =
                Sample::whole(shown(&answer), format!("twin:{name}")).after(answer.request.clone(), answer.status);
            drafts.push(Draft::new(severity, Confidence::Confirmed, "server", message).distinct(name).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// Other spellings of a path, and the paths that servers of other revisions have.
fn twins(path: &str) -> Vec<(&'static str, String)> {
    let bare = path.trim_end_matches('/');
    let slash = if path.ends_with('/') { bare.to_owned() } else { format!("{path}/") };
    let all = [
        ("slash", slash),
        ("doubled-slash", format!("/{path}")),
        ("upper-case", path.to_ascii_uppercase()),
        ("parameter", format!("{bare};x")),
        ("sse", "/sse".to_owned()),
        ("messages", "/messages".to_owned()),
        ("mcp", "/mcp".to_owned()),
    ];
    all.into_iter().filter(|(_, twin)| twin != path && !twin.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_itself_is_no_twin() {
        let paths = |path: &str| twins(path).into_iter().map(|(_, twin)| twin).collect::<Vec<_>>();
        assert_eq!(paths("/mcp"), ["/mcp/", "//mcp", "/MCP", "/mcp;x", "/sse", "/messages"]);
        assert!(!paths("/").contains(&"/".to_owned()));
    }
}
