//! Addresses in authorization metadata that attack the client that opens them.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;
use url::Url;

use super::discovery::{Discovery, addresses, is_loopback, without_authorization};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-OAU-007",
    title: "Weaponised endpoint value",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Emit plain https URLs only. If you did not write this value, treat the server as compromised.",
    tags: &[
        Tag::Cwe(78),
        Tag::Cwe(79),
        Tag::McpTop10(4),
        Tag::Agentic(5),
        Tag::Spec("2025-11-25", "Security best practices: URL validation"),
        Tag::Other("CVE-2025-6514"),
    ],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// What a shell or a browser would run: substitution, separators, quotes, script schemes.
static RUNS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)^\s*(?:javascript|data|vbscript|ms-[\w-]+|cmd|powershell):|\$\(|`|["'<>|;]|&&"#)
        .expect("a constant pattern is valid")
});

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(judge(discovery(probe).await?))
}

/// The verdict on what was published.
pub(crate) fn judge(found: &Discovery) -> Verdict {
    if !found.refuses && found.documents.is_empty() {
        return without_authorization();
    }
    let draft = |(location, address): (String, String)| {
        let (severity, kind, message) = fault(&address)?;
        Some(
            Draft::new(severity, Confidence::Confirmed, location, message)
                .distinct(kind)
                .sample(Sample::whole(address, format!("url:{kind}"))),
        )
    };
    addresses(found).into_iter().filter_map(draft).collect()
}

/// What is dangerous about an address, judged on its raw text: parsers repair what a shell would run.
fn fault(address: &str) -> Option<(Severity, &'static str, &'static str)> {
    if RUNS.is_match(address) {
        return Some((
            Severity::Critical,
            "code",
            "an address in the authorization metadata contains code that a client's shell or browser could run",
        ));
    }
    if address.starts_with("\\\\") || address.contains(['\r', '\n', ' ', '\t']) {
        return Some((
            Severity::High,
            "form",
            "an address in the authorization metadata is a network path or contains blanks or line breaks",
        ));
    }
    let Ok(url) = Url::parse(address) else {
        return Some((Severity::High, "form", "an address in the authorization metadata is no URL"));
    };
    let plain = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    (!plain).then_some((
        Severity::High,
        "scheme",
        "an address in the authorization metadata has a scheme other than https",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_forms_and_schemes_are_named_and_plain_urls_are_not() {
        let kind = |address: &str| fault(address).map(|(_, kind, _)| kind);
        for code in [
            "javascript:alert(1)",
            "https://a.example/$(calc)",
            "https://a.example/`id`",
            "https://a.example/a;b",
            "https://a.example/\"x",
            "a|b",
        ] {
            assert_eq!(kind(code), Some("code"), "{code}");
        }
        for form in ["\\\\host\\share", "https://a.example/a b", "https://a.example/\r\nX: y", "/authorize"] {
            assert_eq!(kind(form), Some("form"), "{form}");
        }
        for scheme in ["http://a.example/authorize", "file:///etc/hosts"] {
            assert_eq!(kind(scheme), Some("scheme"), "{scheme}");
        }
        for plain in ["https://a.example/authorize?a=b&c=%24%28d%29", "http://127.0.0.1:9000/token"] {
            assert_eq!(kind(plain), None, "{plain}");
        }
    }
}
