//! The checks, and how a file raises a finding: masked, with a fingerprint, equal ones merged.

use std::ops::Range;

use contracts::api::scans::FileFinding;
use contracts::audit::{CheckId, Confidence, Finding, Fingerprint, NamedTest, Reference, Severity, Triage};
use detect::evidence::{Masker, Sample};

use crate::document::Lines;

/// A check of section `MCPA-CFG`.
#[derive(Debug)]
pub(super) struct Check {
    /// Permanent: never reused, never renumbered.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) cwe: u32,
    pub(super) remediation: &'static str,
}

pub(super) const HIDDEN_CHARACTERS: Check = Check {
    id: "MCPA-CFG-001",
    title: "Hidden characters in instructions",
    cwe: 1007,
    remediation: "Remove the characters, and look at who added them and what they say: nobody who reads the file sees them.",
};
pub(super) const AGAINST_THE_USER: Check = Check {
    id: "MCPA-CFG-002",
    title: "Instructions that work against the user",
    cwe: 1427,
    remediation: "Remove the instruction: an agent must not keep from its user what it does, nor set other instructions aside.",
};
pub(super) const CONCEALED_ORDERS: Check = Check {
    id: "MCPA-CFG-003",
    title: "Orders concealed from readers",
    cwe: 451,
    remediation: "Write what the agent is meant to do in plain sight, or remove it.",
};
pub(super) const DOWNLOADED_CODE: Check = Check {
    id: "MCPA-CFG-004",
    title: "Downloaded code is run",
    cwe: 494,
    remediation: "Install a pinned version from a package registry, or download the file, compare its digest, then run it.",
};
pub(super) const EMBEDDED_PAYLOAD: Check = Check {
    id: "MCPA-CFG-005",
    title: "Encoded command",
    cwe: 506,
    remediation: "Decode it without running it, look at what it does, and remove it or write it in plain text.",
};
pub(super) const BROAD_PERMISSION: Check = Check {
    id: "MCPA-CFG-006",
    title: "Actions need no approval",
    cwe: 269,
    remediation: "Name the single commands and tools that need no approval, and let people confirm the others.",
};
pub(super) const RUNS_ON_OPENING: Check = Check {
    id: "MCPA-CFG-007",
    title: "Command runs when the folder is opened",
    cwe: 829,
    remediation: "Let people start the command, or make sure that everybody who opens the folder expects it.",
};
pub(super) const SENDS_DATA_OUT: Check = Check {
    id: "MCPA-CFG-008",
    title: "Command sends private data out",
    cwe: 200,
    remediation: "Remove the command, find out what it has sent already, and replace the credentials that it could read.",
};
pub(super) const LINK_LEADS_OUT: Check = Check {
    id: "MCPA-CFG-009",
    title: "Configuration is a link that leads out of the folder",
    cwe: 61,
    remediation: "Put a regular file in its place: what the link names is another file on every machine.",
};
pub(super) const OTHERS_MAY_WRITE: Check = Check {
    id: "MCPA-CFG-010",
    title: "Everybody on the machine may change the file",
    cwe: 732,
    remediation: "Take the right to write from others: chmod o-w, or `mcp-audit fix`.",
};
pub(super) const SECRET: Check = Check {
    id: "MCPA-CFG-011",
    title: "Secret in a configuration",
    cwe: 522,
    remediation: "Put a reference such as ${VAR} in its place, keep the value in a secret store, and replace the secret: it was readable.",
};

/// Findings of one check at one place keep so many samples; and one file so many findings.
const MAX_SAMPLES: usize = 5;
const MAX_FINDINGS: usize = 100;

/// A finding before it is masked.
pub(super) struct Draft {
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    /// One sentence; quotes nothing of the file.
    pub(super) message: String,
    /// What makes two findings of the check different in one file.
    pub(super) discriminator: String,
    pub(super) sample: Sample,
    pub(super) line: Option<u32>,
}

/// A file while it is judged.
pub(super) struct Judged<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    masker: &'a Masker,
    lines: Lines,
    findings: Vec<FileFinding>,
}

impl<'a> Judged<'a> {
    pub(super) fn new(path: &'a str, text: &'a str, masker: &'a Masker) -> Self {
        Self { path, text, masker, lines: Lines::new(text), findings: Vec::new() }
    }

    /// The line of a byte of the text.
    pub(super) fn line_of(&self, offset: usize) -> u32 {
        self.lines.of(offset)
    }

    /// A sample of the text itself.
    pub(super) fn sample(&self, matched: Range<usize>, detector: impl Into<String>) -> Sample {
        Sample::part(self.text, matched, detector)
    }

    /// Raises a finding. Equal ones are one finding with the samples of all, at the first line.
    pub(super) fn raise(&mut self, check: &Check, draft: &Draft) {
        let Ok(id) = check.id.parse::<CheckId>() else { return };
        let location = format!("file:{}", self.path);
        let fingerprint = Fingerprint::new(&id, "files", &location, &draft.discriminator);
        let evidence = self.masker.evidence(&draft.sample);
        if let Some(known) = self.findings.iter_mut().find(|known| known.finding.fingerprint == fingerprint) {
            known.finding.severity = known.finding.severity.max(draft.severity);
            known.finding.confidence = known.finding.confidence.max(draft.confidence);
            known.line = known.line.min(draft.line);
            if known.finding.evidence.len() < MAX_SAMPLES && !known.finding.evidence.contains(&evidence) {
                known.finding.evidence.push(evidence);
            }
            return;
        }
        if self.findings.len() >= MAX_FINDINGS {
            return;
        }
        let finding = Finding {
            fingerprint,
            check: id,
            title: check.title.to_owned(),
            test: NamedTest::SupplyChain,
            severity: draft.severity,
            confidence: draft.confidence,
            location: self.masker.text(&location),
            message: self.masker.text(&draft.message),
            remediation: check.remediation.to_owned(),
            evidence: vec![evidence],
            references: vec![cwe(check.cwe)],
            by_design: false,
            see: None,
            deduction: 0,
            triage: Triage::default(),
        };
        self.findings.push(FileFinding { finding, path: self.path.to_owned(), line: draft.line });
    }

    pub(super) fn into_findings(self) -> Vec<FileFinding> {
        self.findings
    }
}

fn cwe(number: u32) -> Reference {
    Reference {
        name: format!("CWE-{number}"),
        url: Some(format!("https://cwe.mitre.org/data/definitions/{number}.html")),
    }
}
