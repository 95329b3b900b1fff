use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{CheckId, Confidence, NamedTest, Severity};

/// One weakness at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The same weakness at the same place of the same target has the same fingerprint in every run.
    pub fingerprint: Fingerprint,
    /// The check that raised it.
    pub check: CheckId,
    /// The check's title.
    pub title: String,
    /// The test that it belongs to.
    pub test: NamedTest,
    /// Worst realistic effect.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where: `tool:<name>#<JSON pointer>`, `header:<name>`, `server`, `file:<path>#L<line>`, … (catalogue section 7).
    pub location: String,
    /// One sentence on what was seen here.
    pub message: String,
    /// How to mend it.
    pub remediation: String,
    /// Masked samples, at most five.
    pub evidence: Vec<Evidence>,
    /// CWE, OWASP entries and specification clauses.
    pub references: Vec<Reference>,
    /// The server's declared purpose needs it; it costs half.
    #[serde(default)]
    pub by_design: bool,
    /// A stronger finding with the same cause carries the deduction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub see: Option<Fingerprint>,
    /// What it costs, in tenths of a point.
    #[serde(default)]
    pub deduction: u32,
    /// What people decided about it.
    #[serde(default)]
    pub triage: Triage,
}

/// Identity of a finding across runs: `mcpa1-` and 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Derives the fingerprint (catalogue section 7). The parts must be in Unicode normalisation form C.
    ///
    /// `discriminator` is what makes two findings of one check different at one place; never a value that changes
    /// between runs.
    pub fn new(check: &CheckId, target_key: &str, location: &str, discriminator: &str) -> Self {
        let text = [check.as_str(), target_key, location, discriminator].join("\u{1f}");
        let digest = Sha256::digest(text.as_bytes());
        Self(digest[..16].iter().fold(String::from("mcpa1-"), |hex, byte| hex + &format!("{byte:02x}")))
    }

    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A masked sample that shows a finding (catalogue section 8). Nothing here names a secret or a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// At most 160 characters around the match, masked; control and invisible characters as `\u{…}`.
    pub excerpt: String,
    /// Length of the whole text that the excerpt is from.
    pub length_bytes: u64,
    /// First 16 hexadecimal digits of an HMAC-SHA-256 with a key of this installation, to recognise the same value.
    pub digest: String,
    /// What recognised it: `text:F1+F4`, `secret:github-token`, `differential`.
    pub detector: String,
    /// Template of the request that provoked it; credentials and canaries as `{{credential}}`, `{{canary}}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// Something a reader can look up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Short name: `CWE-78`, `OWASP MCP05:2025`, `MCP 2026-07-28 Security & Endpoint`.
    pub name: String,
    /// Where to read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What people decided about a finding.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Triage {
    /// Nothing yet.
    #[default]
    Open,
    /// The risk is accepted.
    Accepted,
    /// It is mended.
    Fixed,
    /// It is none.
    FalsePositive,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_each_part() {
        let check: CheckId = "MCPA-DA-001".parse().unwrap();
        let print = |target, location, discriminator| Fingerprint::new(&check, target, location, discriminator);
        assert_eq!(print("t", "tool:a#/description", "F1").as_str().len(), "mcpa1-".len() + 32);
        assert_eq!(print("t", "l", "d"), print("t", "l", "d"));
        assert_ne!(print("t", "l", "d"), print("t", "ld", ""));
    }
}
