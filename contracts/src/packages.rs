//! What the packages of a server are objected to: made from manifests, lock files and advisories before or during a test,
//! turned into findings by its supply-chain checks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::audit::{Confidence, Severity};

/// What is known of the packages of one server.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Packages {
    /// What the checks object to.
    #[serde(default)]
    pub issues: Vec<Issue>,
    /// What could not be told. A check without an issue passes only where nothing here concerns it.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// Why a check could not look at everything that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The checks that miss something.
    pub kinds: Vec<IssueKind>,
    /// What is missing, and what would enable the checks.
    pub reason: String,
    /// Whether it was given and could not be used. Otherwise it was not given, which is the user's choice.
    pub failed: bool,
}

/// Which check an issue belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
    /// The version that a server tells has advisories.
    VulnerableServer,
    /// A dependency has advisories.
    VulnerableDependency,
    /// A name that differs little from a well-known one.
    LookAlike,
    /// Code that runs on installation.
    InstallScript,
    /// Versions or contents are open until installation.
    Unlocked,
    /// Packages from a place that can be spoofed.
    UntrustedSource,
    /// Malware.
    Malicious,
}

/// Something that a check objects to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Issue {
    /// The check.
    pub kind: IssueKind,
    /// The package, as `npm:@scope/name@1.2.3`, or without version where none is known. Absent where the issue concerns
    /// a whole file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// What makes it another issue than those of the same kind at the same place. Never a version or a line, so that
    /// it stays the same until it is mended.
    pub subject: String,
    /// What is known about the weakness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advisory: Option<Advisory>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it was seen.
    pub place: Place,
    /// The way from a direct dependency to the package.
    #[serde(default)]
    pub path: Vec<String>,
    /// A sentence on what was seen and what to do.
    pub reason: String,
}

/// Where an issue was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Place {
    /// In a manifest, lock file or configuration.
    File {
        /// Its path in the tree, with `/`.
        path: String,
        /// The line, counted from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    /// In the command that starts the server.
    Launch,
    /// In what the running server tells of itself.
    Server,
}

/// What is known of one weakness in one package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advisory {
    /// The identifier of the record that is shown: GHSA before others.
    pub id: String,
    /// Other identifiers of the same weakness.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// One line about it.
    pub summary: String,
    /// From the CVSS vector, else from the database's own word.
    pub severity: Severity,
    /// The CVSS vector that the severity comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvss: Option<String>,
    /// Whether the package itself is malware (a `MAL-` record).
    pub malicious: bool,
    /// The smallest version above the resolved one that is not affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<String>,
    /// The smallest version above the resolved one that none of the package's known advisories affects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<String>,
    /// Probability of exploitation within 30 days (EPSS), where the record gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
    /// Whether the record says that it is being exploited (CISA KEV).
    pub known_exploited: bool,
}

impl IssueKind {
    /// The identifier in the check catalogue.
    pub fn check_id(self) -> &'static str {
        match self {
            Self::VulnerableServer => "MCPA-SC-001",
            Self::VulnerableDependency => "MCPA-SC-002",
            Self::LookAlike => "MCPA-SC-005",
            Self::InstallScript => "MCPA-SC-006",
            Self::Unlocked => "MCPA-SC-007",
            Self::UntrustedSource => "MCPA-SC-008",
            Self::Malicious => "MCPA-SC-013",
        }
    }
}
