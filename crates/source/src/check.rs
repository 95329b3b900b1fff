//! The checks of section `MCPA-SRC` (see `CHECKS.md` in this crate's folder), and how a finding is made of what was followed.

use std::ops::Range;

use contracts::api::scans::FileFinding;
use contracts::audit::{CheckId, Finding, Fingerprint, NamedTest, Reference, Triage};
use detect::evidence::{Masker, Sample};

use crate::sinks::Reach;

/// Findings of a file, and samples of a finding.
const MAX_FINDINGS: usize = 100;
const MAX_SAMPLES: usize = 5;
/// What is looked at on each side of a call when it is masked: more than the longest key.
const AROUND_BYTES: usize = 8 * 1024;

/// A check of the section.
#[derive(Debug)]
pub(crate) struct Check {
    /// Permanent: never reused, never renumbered.
    id: &'static str,
    title: &'static str,
    cwe: u32,
    remediation: &'static str,
}

pub(crate) const COMMAND_INJECTION: Check = Check {
    id: "MCPA-SRC-001",
    title: "Argument reaches a shell",
    cwe: 78,
    remediation: "Start the program with a list of arguments and without a shell, and accept only values from an allow-list.",
};
pub(crate) const CODE_INJECTION: Check = Check {
    id: "MCPA-SRC-002",
    title: "Argument is run as code",
    cwe: 95,
    remediation: "Parse the argument as data instead of running it, or run it in a sandbox without files, network and secrets.",
};
pub(crate) const SQL_INJECTION: Check = Check {
    id: "MCPA-SRC-003",
    title: "Argument becomes a part of SQL",
    cwe: 89,
    remediation: "Pass values as parameters of the query, and compare names of tables and columns with a list.",
};
pub(crate) const PATH_TRAVERSAL: Check = Check {
    id: "MCPA-SRC-004",
    title: "Argument becomes a path",
    cwe: 22,
    remediation: "Resolve the path with its links, then make sure that it is inside an allowed folder before it is opened.",
};
pub(crate) const REQUEST_FORGERY: Check = Check {
    id: "MCPA-SRC-005",
    title: "Argument chooses what the server connects to",
    cwe: 918,
    remediation: "Compare the host with a list, or resolve it and refuse private, loopback and link-local addresses.",
};
pub(crate) const DESERIALISATION: Check = Check {
    id: "MCPA-SRC-006",
    title: "Argument is deserialised to objects",
    cwe: 502,
    remediation: "Read data with a format that holds no code: JSON, or YAML with a safe loader.",
};
pub(crate) const TEMPLATE_INJECTION: Check = Check {
    id: "MCPA-SRC-007",
    title: "Argument is used as a template",
    cwe: 1336,
    remediation: "Keep templates in the program and pass arguments as their values.",
};
pub(crate) const ARGUMENT_INJECTION: Check = Check {
    id: "MCPA-SRC-008",
    title: "Argument may be read as an option",
    cwe: 88,
    remediation: "Put `--` before it where the program knows that, or refuse values that begin with `-`.",
};

/// Makes findings of what was followed in a file. Equal ones are one finding with the samples of all.
pub(crate) fn findings(path: &str, text: &str, reaches: &[Reach], masker: &Masker) -> Vec<FileFinding> {
    let mut findings: Vec<FileFinding> = Vec::new();
    for reach in reaches {
        let Ok(id) = reach.check.id.parse::<CheckId>() else { continue };
        let handler = reach.handler.as_deref().unwrap_or_default();
        let location = format!("file:{path}");
        let discriminator = format!("{}:{handler}|{}|{}", reach.what, reach.sink, reach.taint.origin);
        let fingerprint = Fingerprint::new(&id, "files", &location, &discriminator);
        let (around, matched) = around(text, reach.place.start, reach.place.end);
        let evidence = masker.evidence(&Sample::part(around, matched, format!("flow:{}", reach.sink)));
        if let Some(known) = findings.iter_mut().find(|known| known.finding.fingerprint == fingerprint) {
            if reach.severity > known.finding.severity {
                known.finding.message = masker.text(&message(reach));
                known.finding.by_design = reach.by_design.is_some();
            }
            known.finding.severity = known.finding.severity.max(reach.severity);
            known.finding.confidence = known.finding.confidence.max(reach.confidence);
            known.line = known.line.min(Some(reach.place.line));
            if known.finding.evidence.len() < MAX_SAMPLES && !known.finding.evidence.contains(&evidence) {
                known.finding.evidence.push(evidence);
            }
            continue;
        }
        if findings.len() >= MAX_FINDINGS {
            break;
        }
        let finding = Finding {
            fingerprint,
            check: id,
            title: reach.check.title.to_owned(),
            test: NamedTest::SupplyChain,
            severity: reach.severity,
            confidence: reach.confidence,
            location: masker.text(&location),
            message: masker.text(&message(reach)),
            remediation: reach.check.remediation.to_owned(),
            evidence: vec![evidence],
            references: vec![cwe(reach.check.cwe)],
            by_design: reach.by_design.is_some(),
            see: None,
            deduction: 0,
            triage: Triage::default(),
        };
        findings.push(FileFinding { finding, path: path.to_owned(), line: Some(reach.place.line) });
    }
    findings
}

/// One sentence: which argument of what reaches which call, on which way.
fn message(reach: &Reach) -> String {
    let handler = match &reach.handler {
        Some(name) => format!("{} `{name}`", reach.what),
        None => format!("a {}", reach.what),
    };
    let mut message = format!("the argument `{}` of {handler} reaches `{}`", reach.taint.origin, reach.sink);
    if !reach.taint.steps.is_empty() {
        let steps = reach.taint.steps.iter().map(|(line, into)| format!("line {line}: into `{into}`"));
        let steps = steps.collect::<Vec<_>>().join(", ");
        message = format!("{message} ({steps})");
    }
    message += " without a check";
    if let Some(why) = reach.by_design {
        message = format!("{message}; {why}");
    }
    message
}

/// A call with the code around it, and where it is in that: a secret is recognised by what stands before and behind it.
fn around(text: &str, start: usize, end: usize) -> (&str, Range<usize>) {
    let from = text.floor_char_boundary(start.saturating_sub(AROUND_BYTES));
    let to = text.ceil_char_boundary((end + AROUND_BYTES).min(text.len()));
    (&text[from..to], start - from..end - from)
}

fn cwe(number: u32) -> Reference {
    Reference {
        name: format!("CWE-{number}"),
        url: Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
    }
}
