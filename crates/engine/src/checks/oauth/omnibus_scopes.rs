//! Scopes that give everything at once.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::discovery::{Discovery, parameter, without_authorization};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-015",
    title: "Omnibus scopes",
    test: NamedTest::Authz,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Offer a small base scope and one scope per kind of action, and ask for more only when a call needs it (step-up).",
    tags: &[
        Tag::Cwe(272),
        Tag::McpTop10(2),
        Tag::Agentic(3),
        Tag::Spec("2025-11-25", "Security best practices: scope minimization"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// More scopes than this in one challenge ask for everything.
const MOST_SCOPES: usize = 20;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?))
}

/// The verdict on what was published.
pub(crate) fn judge(found: &Discovery) -> Verdict {
    if !found.refuses && found.documents.is_empty() {
        return without_authorization();
    }
    let challenge = found.challenge.as_deref().and_then(|challenge| parameter(challenge, "scope")).unwrap_or_default();
    let asked: Vec<&str> = challenge.split_ascii_whitespace().collect();
    let draft = |location: &str, kind: &str, message: &str, shown: String| {
        Draft::new(Severity::Medium, Confidence::Confirmed, location, message)
            .distinct(kind)
            .sample(Sample::whole(shown, format!("scope:{kind}")))
    };
    let mut drafts = Vec::new();
    let everything = "a scope gives everything that the server can do";
    drafts.extend(
        asked
            .iter()
            .filter(|scope| is_omnibus(scope))
            .map(|scope| draft("oauth:challenge#scope", "omnibus", everything, (*scope).to_owned())),
    );
    for document in &found.documents {
        let offered = document.list("scopes_supported");
        drafts.extend(offered.iter().filter(|scope| is_omnibus(scope)).map(|scope| {
            draft("oauth:protected-resource#scopes_supported", "omnibus", everything, (*scope).to_owned())
        }));
    }
    if asked.len() > MOST_SCOPES {
        drafts.push(draft(
            "oauth:challenge#scope",
            "many",
            "the challenge asks for more than 20 scopes at once",
            challenge.clone(),
        ));
    }
    Verdict::Decided(drafts)
}

/// `*`, `all`, `full…`, `admin…`, `root`; also as the last part of a qualified scope: `mcp:*`, `files.all`.
fn is_omnibus(scope: &str) -> bool {
    let last = scope.rsplit([':', '.', '/']).next().unwrap_or(scope);
    [scope, last].into_iter().map(str::to_ascii_lowercase).any(|scope| {
        matches!(scope.as_str(), "*" | "all" | "root") || scope.starts_with("full") || scope.starts_with("admin")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::resource_metadata;

    #[test]
    fn scopes_for_everything_are_flagged_and_narrow_ones_are_not() {
        for scope in ["*", "all", "full_access", "admin", "root", "mcp:*", "files.all"] {
            assert!(is_omnibus(scope), "{scope}");
        }
        for scope in ["files:read", "openid", "profile", "allowlist:read", "https://api.example.com/mail.read"] {
            assert!(!is_omnibus(scope), "{scope}");
        }
        let many = (0..21).map(|number| format!("s{number}")).collect::<Vec<_>>().join(" ");
        let found = Discovery {
            challenge: Some(format!("Bearer scope=\"{many}\"")),
            documents: vec![resource_metadata(json!({"scopes_supported": ["admin", "read"]}))],
            ..Discovery::default()
        };
        let Verdict::Decided(drafts) = judge(&found) else { panic!("not decided") };
        assert_eq!(drafts.iter().map(|draft| draft.discriminator.as_str()).collect::<Vec<_>>(), ["omnibus", "many"]);
    }
}
