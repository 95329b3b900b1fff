//! One secret for servers of different owners: each of them can use it at the other.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{audited, neighbours, owner};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::neighbour::{Credential, Neighbour};
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-011",
    title: "Credential reused",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Issue a credential of its own for each server, with no more rights than that server needs, and revoke the shared one.",
    tags: &[Tag::Cwe(522), Tag::McpTop10(1), Tag::Agentic(3)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let neighbours = match neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    neighbours.iter().flat_map(|neighbour| shared(&audited, neighbour)).collect()
}

fn shared(audited: &Neighbour, neighbour: &Neighbour) -> Vec<Draft> {
    // Without knowing both owners nobody can say that they differ.
    let (Some(own), Some(other)) = (owner(audited), owner(neighbour)) else { return Vec::new() };
    if own == other {
        return Vec::new();
    }
    let draft = |credential: &Credential| {
        let again = neighbour.credentials.iter().find(|other| other.digest == credential.digest)?;
        let message = "the same secret is given to a server of another owner";
        let shown = format!("{} here, {} of {}", credential.place, again.place, neighbour.name);
        Some(
            Draft::new(Severity::Medium, Confidence::Confirmed, format!("config:{}", credential.place), message)
                .distinct(neighbour.name.clone())
                .sample(Sample::whole(shown, "same-secret")),
        )
    };
    audited.credentials.iter().filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;
    use crate::checks::cross_mcp::members::tests::KEY;

    #[test]
    fn a_secret_of_two_owners_is_flagged_and_one_of_one_owner_is_not() {
        let with = |url: &str, token: &str| {
            let headers = [("Authorization".to_owned(), format!("Bearer {token}").into())];
            Neighbour::remote("other", &Url::parse(url).expect("a URL"), &headers, &KEY)
        };
        let own = with("https://mcp.acme.example/mcp", "a-token-of-the-user");
        let found = |url: &str, token: &str| shared(&own, &with(url, token)).len();
        assert_eq!(found("https://mcp.other.example/mcp", "a-token-of-the-user"), 1);
        assert_eq!(found("https://mcp.other.example/mcp", "another-token-of-it"), 0);
        assert_eq!(found("https://search.acme.example/mcp", "a-token-of-the-user"), 0);
        assert_eq!(found("http://127.0.0.1:3000/mcp", "a-token-of-the-user"), 0);
    }
}
