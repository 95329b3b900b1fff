//! How much harm a configured server could do, from its configuration alone.

use contracts::api::scans::Risk;
use url::Url;

use crate::package::Package;

/// What is known about a server.
pub(crate) struct Facts<'a> {
    pub(crate) url: Option<&'a str>,
    pub(crate) command: &'a [String],
    pub(crate) package: Option<&'a Package>,
    pub(crate) secret_inline: bool,
}

/// Words in names and commands that tell of a power, and the reason that people read.
const POWERS: &[(&[&str], &str)] = &[
    (&["shell", "bash", "terminal", "exec", "desktop-commander"], "shell"),
    (&["filesystem", "files"], "filesystem"),
    (&["postgres", "mysql", "sqlite", "mongo", "redis", "database"], "database"),
    (&["browser", "playwright", "puppeteer", "fetch"], "network"),
];

/// The risk and its reasons: a secret, a shell or clear text is high, anything else worth a look is medium.
pub(crate) fn judge(name: &str, facts: &Facts<'_>) -> (Risk, Vec<&'static str>) {
    let words = format!("{name} {}", facts.command.join(" ")).to_ascii_lowercase();
    let mut reasons: Vec<&'static str> = POWERS
        .iter()
        .filter(|(marks, _)| marks.iter().any(|mark| words.contains(mark)))
        .map(|(_, reason)| *reason)
        .collect();
    if let Some(url) = facts.url.and_then(|url| Url::parse(url).ok()) {
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        reasons.extend((!local && url.scheme() == "http").then_some("remote http"));
        reasons.extend((!local && url.scheme() == "https").then_some("remote"));
    }
    reasons.extend(facts.package.is_some_and(|package| package.version.is_none()).then_some("unpinned"));
    reasons.extend(facts.secret_inline.then_some("inline secret"));
    let severe = |reason: &&str| matches!(*reason, "shell" | "remote http" | "inline secret");
    let risk = match reasons.iter().any(severe) {
        true => Risk::High,
        false if reasons.is_empty() => Risk::Low,
        false => Risk::Medium,
    };
    (risk, reasons)
}
