//! Checks of the packages that a server is made of. What they object to is found before, from files and advisories that
//! the caller has ([`contracts::packages`]); here it becomes findings, or the reason why there is no verdict.

#[cfg(test)]
mod tests;

use contracts::audit::{NamedTest, Need, Reference, Severity};
use contracts::packages::{Advisory, Gap, Issue, IssueKind, Packages, Place};

use crate::check::{Carriers, Check, Draft, Mode, ProbeFuture, Run, Sample, Tag, Verdict};
use crate::probe::Probe;

pub(crate) const VULNERABLE_SERVER: Check = Check {
    id: "MCPA-SC-001",
    title: "Advertised version has advisories",
    remediation: "Upgrade the server to the repaired version that the finding names, or ask its vendor whether the repair is already in this build.",
    worst: Severity::Critical,
    tags: &[Tag::Cwe(1395), Tag::McpTop10(4), Tag::LlmTop10(4), Tag::Agentic(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::VulnerableServer)),
    ..OF_PACKAGES
};

pub(crate) const VULNERABLE_DEPENDENCY: Check = Check {
    id: "MCPA-SC-002",
    title: "Vulnerable dependency",
    remediation: "Upgrade the package to the repaired version that the finding names, along the dependency path where another package asks for it, and lock again.",
    worst: Severity::Critical,
    tags: &[Tag::Cwe(1395), Tag::McpTop10(4), Tag::LlmTop10(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::VulnerableDependency)),
    ..OF_PACKAGES
};

pub(crate) const LOOK_ALIKE: Check = Check {
    id: "MCPA-SC-005",
    title: "Look-alike package",
    remediation: "Make sure who publishes the package; if you meant the well-known one, replace the name and treat what ran as untrusted.",
    worst: Severity::High,
    tags: &[Tag::Cwe(1357), Tag::McpTop10(4), Tag::McpTop10(9), Tag::Agentic(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::LookAlike)),
    ..OF_PACKAGES
};

pub(crate) const INSTALL_SCRIPT: Check = Check {
    id: "MCPA-SC-006",
    title: "Code that runs on installation",
    remediation: "Install without scripts (`--ignore-scripts`, wheels only), and allow those of single packages after looking at them.",
    worst: Severity::Low,
    tags: &[Tag::Cwe(829), Tag::McpTop10(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::InstallScript)),
    ..OF_PACKAGES
};

pub(crate) const UNLOCKED: Check = Check {
    id: "MCPA-SC-007",
    title: "Dependencies are not locked",
    remediation: "Commit a lock file with hashes and install from it alone (`npm ci`, `uv sync --locked`, `pip install --require-hashes`).",
    worst: Severity::Low,
    tags: &[Tag::Cwe(1357), Tag::McpTop10(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::Unlocked)),
    ..OF_PACKAGES
};

pub(crate) const UNTRUSTED_SOURCE: Check = Check {
    id: "MCPA-SC-008",
    title: "Packages from an untrusted source",
    remediation: "Fetch packages from a single index over https whose certificate is checked; a private one may mirror the public one.",
    worst: Severity::High,
    tags: &[Tag::Cwe(829), Tag::Cwe(319), Tag::McpTop10(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::UntrustedSource)),
    ..OF_PACKAGES
};

pub(crate) const MALICIOUS: Check = Check {
    id: "MCPA-SC-013",
    title: "Known-malicious package",
    remediation: "Remove the package, replace every secret of the machines where it was installed, and look for what it left behind.",
    worst: Severity::Critical,
    tags: &[Tag::Cwe(506), Tag::McpTop10(4), Tag::Agentic(4)],
    run: Run::Reach(|probe| told(probe, IssueKind::Malicious)),
    ..OF_PACKAGES
};

/// What these checks share.
const OF_PACKAGES: Check = Check {
    id: "",
    title: "",
    test: NamedTest::SupplyChain,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Info,
    remediation: "",
    tags: &[],
    run: Run::Static(|_| Verdict::PASS),
};

/// The most identifiers of one advisory that are referred to.
const MAX_IDENTIFIERS: usize = 10;
/// The most gaps that one reason tells.
const MAX_GAPS: usize = 3;

fn told(probe: &Probe, kind: IssueKind) -> ProbeFuture<'_> {
    Box::pin(std::future::ready(Ok(verdict(probe.options().packages.as_ref(), kind))))
}

/// What is known of one kind of issue. Where something could not be looked at, silence is no pass.
fn verdict(packages: Option<&Packages>, kind: IssueKind) -> Verdict {
    let Some(packages) = packages else {
        return Verdict::needs(
            Need::Source,
            "no source data: give the folder with the server's manifests, and advisories",
        );
    };
    let drafts: Vec<Draft> = packages.issues.iter().filter(|issue| issue.kind == kind).map(draft).collect();
    if !drafts.is_empty() {
        return Verdict::Decided(drafts);
    }
    let (failed, not_given): (Vec<&Gap>, Vec<&Gap>) =
        packages.gaps.iter().filter(|gap| gap.kinds.contains(&kind)).partition(|gap| gap.failed);
    match (not_given.as_slice(), failed.as_slice()) {
        ([], []) => Verdict::PASS,
        // What was not given is to be given first; then the rest shows.
        ([], failed) => Verdict::not_assessed(reasons(failed)),
        (not_given, _) => Verdict::needs(Need::Source, reasons(not_given)),
    }
}

fn reasons(gaps: &[&Gap]) -> String {
    let shown: Vec<&str> = gaps.iter().take(MAX_GAPS).map(|gap| gap.reason.as_str()).collect();
    let more = gaps.len().saturating_sub(MAX_GAPS);
    if more == 0 { shown.join("; ") } else { format!("{}; {more} more like these", shown.join("; ")) }
}

fn draft(issue: &Issue) -> Draft {
    let location = match &issue.place {
        Place::File { path, .. } => format!("file:{path}"),
        Place::Launch => "config:command".to_owned(),
        Place::Server => "server".to_owned(),
    };
    let line = match issue.place {
        Place::File { line, .. } => line,
        Place::Launch | Place::Server => None,
    };
    let draft = Draft::new(issue.severity, issue.confidence, location, &issue.reason)
        .distinct(&issue.subject)
        .on_line(line)
        .referring(issue.advisory.iter().flat_map(references));
    samples(issue).into_iter().fold(draft, Draft::sample)
}

/// The package, how it came there, and what is known about its weakness.
fn samples(issue: &Issue) -> Vec<Sample> {
    let mut samples = Vec::new();
    samples.extend(issue.package.iter().map(|package| Sample::whole(package, "package")));
    if issue.path.len() > 1 {
        samples.push(Sample::whole(issue.path.join(" > "), "dependency-path"));
    }
    if let Some(advisory) = &issue.advisory {
        samples.push(Sample::whole(known_as(advisory), "advisory"));
        samples.extend(rating(advisory).map(|rating| Sample::whole(rating, "rating")));
        samples.extend(repair(advisory).map(|repair| Sample::whole(repair, "repair")));
    }
    if samples.is_empty() {
        samples.push(Sample::whole(&issue.subject, "subject"));
    }
    samples
}

fn known_as(advisory: &Advisory) -> String {
    let names = std::iter::once(&advisory.id).chain(&advisory.aliases).take(MAX_IDENTIFIERS);
    let names = names.map(String::as_str).collect::<Vec<_>>().join(", ");
    if advisory.summary.is_empty() { names } else { format!("{names}: {}", advisory.summary) }
}

/// How bad it is: by its vector, by its probability, and by what happened.
fn rating(advisory: &Advisory) -> Option<String> {
    let mut parts: Vec<String> = advisory.cvss.iter().cloned().collect();
    parts.extend(advisory.epss.map(|probability| format!("EPSS {:.1} %", probability * 100.0)));
    parts.extend(advisory.known_exploited.then(|| "known to be exploited".to_owned()));
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The versions without the weakness, the nearest first. Malware has none that would do.
fn repair(advisory: &Advisory) -> Option<String> {
    match (&advisory.fixed, &advisory.upgrade) {
        _ if advisory.malicious => None,
        (Some(fixed), Some(upgrade)) if fixed != upgrade => {
            Some(format!("{fixed}; {upgrade} is the first without any known advisory"))
        }
        (Some(fixed), _) => Some(fixed.clone()),
        (None, upgrade) => upgrade.as_ref().map(|upgrade| format!("{upgrade}, the first without any known advisory")),
    }
}

/// The records of an advisory, where to read them.
fn references(advisory: &Advisory) -> impl Iterator<Item = Reference> {
    let names = std::iter::once(&advisory.id).chain(&advisory.aliases);
    // The address is ours; what a database calls a record must not lead elsewhere.
    let names = names.filter(|name| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte))
    });
    names
        .take(MAX_IDENTIFIERS)
        .map(|name| Reference { name: name.clone(), url: Some(format!("https://osv.dev/vulnerability/{name}")) })
}
