//! How much harm a configured server could do, from its configuration alone.

use contracts::api::scans::{McpKind, Risk};
use url::Url;

use crate::known::Known;
use crate::package::Package;

/// What is known about a server.
pub(crate) struct Facts<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: McpKind,
    pub(crate) address: Option<&'a Url>,
    pub(crate) command: &'a [String],
    pub(crate) package: Option<&'a Package>,
    pub(crate) known: Option<Known>,
    pub(crate) secret_inline: bool,
}

/// Words in names and commands that tell of a power, and the reason that people read.
const POWERS: &[(&[&str], &str)] = &[
    (&["shell", "bash", "terminal", "exec", "desktop-commander", "powershell"], "shell"),
    (&["filesystem", "files", "fs"], "filesystem"),
    (
        &[
            "postgres",
            "postgresql",
            "mysql",
            "sqlite",
            "mongo",
            "mongodb",
            "redis",
            "database",
            "sql",
            "snowflake",
            "bigquery",
        ],
        "database",
    ),
    (&["browser", "playwright", "puppeteer", "fetch", "http", "scrape", "crawl"], "network"),
];

/// Whether this is the name of a power.
#[cfg(test)]
pub(crate) fn is_power(name: &str) -> bool {
    POWERS.iter().any(|(_, reason)| *reason == name)
}

/// The risk and its reasons: a secret, a shell or clear text is high, anything else worth a look is medium.
pub(crate) fn judge(facts: &Facts<'_>) -> (Risk, Vec<String>) {
    let mut reasons: Vec<&str> = match facts.known {
        Some(known) => known.powers.iter().map(String::as_str).collect(),
        None => guessed_powers(facts),
    };
    if let Some(url) = facts.address {
        let local = is_local(url);
        reasons.extend((!local && url.scheme() == "http").then_some("remote http"));
        reasons.extend((!local && url.scheme() == "https").then_some("remote"));
    }
    // What is built here has the version that it has, and is published by whoever builds it.
    if facts.kind != McpKind::Built {
        reasons.extend(facts.package.is_some_and(|package| package.version.is_none()).then_some("unpinned"));
        let published = facts.package.is_some() || facts.address.is_some_and(|url| !is_local(url));
        reasons.extend((published && facts.known.is_none()).then_some("unknown publisher"));
    }
    reasons.extend(facts.secret_inline.then_some("inline secret"));
    let severe = |reason: &&str| matches!(*reason, "shell" | "remote http" | "inline secret");
    let risk = match reasons.iter().any(severe) {
        true => Risk::High,
        false if reasons.is_empty() => Risk::Low,
        false => Risk::Medium,
    };
    (risk, reasons.into_iter().map(str::to_owned).collect())
}

/// Powers by words of the name, the package and the arguments. The program itself does not count: `bash start.sh` says
/// nothing about what the server offers.
fn guessed_powers<'r>(facts: &Facts<'_>) -> Vec<&'r str> {
    let package = facts.package.map(|package| package.name.as_str());
    let arguments = facts.command.iter().skip(1).map(String::as_str).filter(|word| !word.contains("://"));
    let text =
        std::iter::once(facts.name).chain(package).chain(arguments).collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let holds = |mark: &&str| if mark.contains('-') { text.contains(mark) } else { words.contains(mark) };
    POWERS.iter().filter(|(marks, _)| marks.iter().any(&holds)).map(|(_, reason)| *reason).collect()
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || name == "host.docker.internal"
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{known, package};

    fn judged(name: &str, url: Option<&str>, command: &str) -> (Risk, String) {
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        let package = package::of(&command);
        let address = known::address(url, &command, package.as_ref());
        let known = known::of(address.as_ref(), package.as_ref());
        let facts = Facts {
            name,
            kind: McpKind::Configured,
            address: address.as_ref(),
            command: &command,
            package: package.as_ref(),
            known,
            secret_inline: false,
        };
        let (risk, reasons) = judge(&facts);
        (risk, reasons.join(", "))
    }

    #[test]
    fn each_reason_is_told() {
        let cases = [
            ("a", None, "python server.py", Risk::Low, ""),
            ("memory", None, "npx @modelcontextprotocol/server-memory@1.0.0", Risk::Low, ""),
            ("a", None, "npx -y @modelcontextprotocol/server-filesystem", Risk::Medium, "filesystem, unpinned"),
            ("a", None, "npx -y acme-thing@1.0.0", Risk::Medium, "unknown publisher"),
            ("run-shell", None, "python server.py", Risk::High, "shell"),
            ("a", None, "bash start.sh", Risk::Low, ""),
            ("a", Some("http://mcp.acme.example/mcp"), "", Risk::High, "remote http, unknown publisher"),
            ("a", Some("https://mcp.linear.app/mcp"), "", Risk::Medium, "network, remote"),
            ("a", Some("http://localhost:1/mcp"), "", Risk::Low, ""),
            ("a", Some("http://127.0.0.1.evil.example/mcp"), "", Risk::High, "remote http, unknown publisher"),
        ];
        for (name, url, command, risk, reasons) in cases {
            assert_eq!(judged(name, url, command), (risk, reasons.to_owned()), "{name} {url:?} {command}");
        }
    }
}
