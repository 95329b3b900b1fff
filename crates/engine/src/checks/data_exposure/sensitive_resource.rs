//! Resources whose names say that they hold credentials or private databases. They are not read.

use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::resource_at;
use crate::snapshot::{Item, Snapshot};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-007",
    title: "Sensitive resource on offer",
    test: NamedTest::DataExposure,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Exclude credential files, version control folders, password stores and database files from the resources that the server offers.",
    tags: &[Tag::Cwe(538), Tag::McpTop10(10)],
    run: Run::Static(check),
};

/// Names that mean credentials or private stores wherever they stand.
static FILES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    compiled(&[
        ("environment-file", r"(?i)(^|[/\\:])\.env(\.[a-z]+)?$"),
        (
            "key-file",
            r"(?i)(\bid_(rsa|dsa|ecdsa|ed25519)$|\.(pem|p12|pfx|jks|keystore|ppk)$|[/\\]\.ssh([/\\]|$)|[/\\]\.gnupg([/\\]|$)|\bprivate[_-]?key\b)",
        ),
        (
            "cloud-credentials",
            r"(?i)([/\\]\.aws[/\\]|[/\\]\.kube[/\\]config|[/\\]\.azure[/\\]|application_default_credentials|[/\\]\.docker[/\\]config\.json|service[_-]?account[^/]*\.json$)",
        ),
        ("version-control", r"(?i)([/\\]\.git([/\\]|$)|\.git-credentials$)"),
        (
            "stored-password",
            r"(?i)(\.kdbx$|[/\\]\.(netrc|pgpass|npmrc|pypirc|htpasswd)$|^file:///etc/(passwd|shadow)$|[/\\]login data$|[/\\]logins\.json$)",
        ),
        ("database-file", r"(?i)\.(sqlite3?|db|mdb|sql|dump|bak)(\.gz)?$"),
    ])
});
/// Words that mean credentials unless the resource is a page about them.
static WORDS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)(^|[^a-z])(credentials?|secrets?|passwords?|passwd|htpasswd|confidential)([^a-z]|$)"));
static DOCUMENTATION: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)(\.(md|mdx|html?|rst|adoc)$|[/\\:](docs?|documentation|guides?|help|wiki|reference)[/\\]|\b(guide|policy|policies|documentation|how[ -]to|reference|tutorial|best practices|handling)\b)",
    )
});
static SAMPLE_FILE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?i)\.env\.(example|sample|template|dist|defaults?)$"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern is valid")
}

fn compiled(patterns: &[(&'static str, &str)]) -> Vec<(&'static str, Regex)> {
    patterns.iter().map(|(kind, pattern)| (*kind, regex(pattern))).collect()
}

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |resource: &Item| {
        let (kind, text) = kind(resource)?;
        let message = "the server offers a resource whose name says that it holds credentials or a private store";
        Some(
            Draft::new(Severity::Medium, Confidence::Likely, resource_at(resource, ""), message)
                .distinct(kind)
                .sample(Sample::whole(text, format!("name:{kind}"))),
        )
    };
    snapshot.resources.iter().chain(&snapshot.templates).filter_map(draft).collect()
}

/// What a resource's URI or name says that it holds, and which of the two says it.
fn kind(resource: &Item) -> Option<(&'static str, &str)> {
    let path = resource.uri.split(['?', '#']).next().unwrap_or_default();
    let texts = [path, resource.name.as_str()];
    let file = texts.into_iter().filter(|text| !SAMPLE_FILE.is_match(text)).find_map(|text| {
        let (kind, _) = FILES.iter().find(|(_, pattern)| pattern.is_match(text))?;
        Some((*kind, text))
    });
    let is_documentation = texts.iter().any(|text| DOCUMENTATION.is_match(text));
    file.or_else(|| {
        texts.into_iter().find(|text| !is_documentation && WORDS.is_match(text)).map(|text| ("credential-name", text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, resource, server};

    #[test]
    fn credential_files_are_flagged_and_pages_about_them_are_not() {
        let flagged = |name: &str, uri: &str| {
            let mut snapshot = server(&[]);
            snapshot.resources = vec![resource(name, uri)];
            findings(&CHECK, &snapshot).into_iter().map(|draft| draft.discriminator).next()
        };
        let cases = [
            ("settings", "file:///srv/app/.env", Some("environment-file")),
            ("settings", "file:///srv/app/.env.example", None),
            ("key", "file:///home/x/.ssh/id_ed25519", Some("key-file")),
            ("db", "file:///srv/users.sqlite", Some("database-file")),
            ("head", "file:///srv/.git/HEAD", Some("version-control")),
            ("Production passwords", "vault://production", Some("credential-name")),
            ("Password policy", "docs://security", None),
            ("secrets", "https://example.com/docs/secrets.md", None),
            ("notes", "notes://today", None),
            ("environment", "config://environment", None),
        ];
        for (name, uri, expected) in cases {
            assert_eq!(flagged(name, uri).as_deref(), expected, "{name} {uri}");
        }
    }
}
