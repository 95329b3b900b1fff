use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SeverityCounts;

/// Which checks run: level 1 is the server's own security, level 2 adds what it does to the model and other servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8", extend("minimum" = 1, "maximum" = 2))]
pub enum Level {
    /// The six tests of level 1.
    One,
    /// All twelve tests.
    Two,
}

impl TryFrom<u8> for Level {
    type Error = String;
    fn try_from(level: u8) -> Result<Self, String> {
        match level {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            other => Err(format!("there is no level {other}: use 1 or 2")),
        }
    }
}

impl From<Level> for u8 {
    fn from(level: Level) -> u8 {
        match level {
            Level::One => 1,
            Level::Two => 2,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        u8::from(*self).fmt(f)
    }
}

/// The twelve tests that people see. Each check belongs to one.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum NamedTest {
    /// Authentication, OAuth, transport, origin and session.
    AuthTest,
    /// Authorisation and scopes.
    Authz,
    /// Input validation and protocol robustness.
    InputValidation,
    /// Rate and resource limits.
    RateLimit,
    /// Secrets, personal data, internals.
    DataExposure,
    /// Packages, launch commands, identity of the publisher.
    SupplyChain,
    /// Paths by which foreign text reaches the model.
    PromptInjection,
    /// Tool poisoning and misleading definitions.
    DescriptionAnalysis,
    /// Hostile text in results and errors.
    ResponseInjection,
    /// Definitions or behaviour that change.
    RugPull,
    /// Effects on other servers of the same client.
    CrossMcp,
    /// What floods the model's context.
    ContextExhaustion,
}

impl NamedTest {
    /// The level that includes it.
    pub fn level(self) -> Level {
        match self {
            Self::AuthTest
            | Self::Authz
            | Self::InputValidation
            | Self::RateLimit
            | Self::DataExposure
            | Self::SupplyChain => Level::One,
            Self::PromptInjection
            | Self::DescriptionAnalysis
            | Self::ResponseInjection
            | Self::RugPull
            | Self::CrossMcp
            | Self::ContextExhaustion => Level::Two,
        }
    }

    /// Name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::AuthTest => "Authentication and transport",
            Self::Authz => "Authorization",
            Self::InputValidation => "Input validation and protocol",
            Self::RateLimit => "Rate limits",
            Self::DataExposure => "Data exposure",
            Self::SupplyChain => "Supply chain",
            Self::PromptInjection => "Prompt injection",
            Self::DescriptionAnalysis => "Tool descriptions",
            Self::ResponseInjection => "Response injection",
            Self::RugPull => "Rug pull",
            Self::CrossMcp => "Cross-MCP",
            Self::ContextExhaustion => "Context exhaustion",
        }
    }
}

/// Permanent id of a check: `MCPA-DA-001`. Never reused, never renumbered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^MCPA-[A-Z]{2,4}-[0-9]{3}$"))]
pub struct CheckId(String);

/// Why a string is not a check id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no check id: they look like `MCPA-DA-001`")]
pub struct InvalidCheckId(String);

impl CheckId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CheckId {
    type Err = InvalidCheckId;
    fn from_str(id: &str) -> Result<Self, InvalidCheckId> {
        let legal = match id.split('-').collect::<Vec<_>>()[..] {
            ["MCPA", section, number] => {
                (2..=4).contains(&section.len())
                    && section.bytes().all(|b| b.is_ascii_uppercase())
                    && number.len() == 3
                    && number.bytes().all(|b| b.is_ascii_digit())
            }
            _ => false,
        };
        if legal { Ok(Self(id.to_owned())) } else { Err(InvalidCheckId(id.to_owned())) }
    }
}

impl TryFrom<String> for CheckId {
    type Error = InvalidCheckId;
    fn try_from(id: String) -> Result<Self, InvalidCheckId> {
        id.parse()
    }
}

impl From<CheckId> for String {
    fn from(id: CheckId) -> Self {
        id.0
    }
}

/// What one check said about one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckResult {
    /// The check.
    pub check: CheckId,
    /// Its title.
    pub title: String,
    /// The test that it belongs to.
    pub test: NamedTest,
    /// Its weight in the coverage: 3 if it can reach high or critical, else 1.
    pub weight: u8,
    /// What it said.
    pub outcome: Outcome,
    /// How long it ran.
    pub duration_ms: u64,
}

/// The outcomes of a check. Only `pass` and `finding` decide anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// It ran and found nothing.
    Pass,
    /// It ran and raised findings.
    Finding {
        /// How many.
        count: u32,
    },
    /// It has no meaning for this target.
    NotApplicable {
        /// Why.
        reason: String,
    },
    /// It could not run. Never a pass.
    NotAssessed {
        /// Why, and what would enable it.
        reason: String,
        /// What was not given; absent where it should have run with what was given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needs: Option<Need>,
    },
    /// It needs a credential that was not given. Never a pass.
    NeedsCredentials {
        /// Which header or flow is missing.
        reason: String,
    },
    /// It failed; others are unaffected.
    Error {
        /// What happened.
        reason: String,
    },
}

impl Outcome {
    /// Whether the check reached a verdict.
    pub fn is_decided(&self) -> bool {
        matches!(self, Self::Pass | Self::Finding { .. })
    }

    /// Whether it applies and has no verdict, for whatever reason.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::NotAssessed { .. } | Self::NeedsCredentials { .. } | Self::Error { .. })
    }

    /// Whether it should have reached a verdict with what was given and did not.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::NotAssessed { needs: None, .. } | Self::Error { .. })
    }

    /// Why there is no verdict.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass | Self::Finding { .. } => None,
            Self::NotApplicable { reason }
            | Self::NotAssessed { reason, .. }
            | Self::NeedsCredentials { reason }
            | Self::Error { reason } => Some(reason),
        }
    }

    /// Why there is no verdict, to be masked.
    pub fn reason_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Pass | Self::Finding { .. } => None,
            Self::NotApplicable { reason }
            | Self::NotAssessed { reason, .. }
            | Self::NeedsCredentials { reason }
            | Self::Error { reason } => Some(reason),
        }
    }
}

/// What a check needs besides the target, and was not given (catalogue section 1). Leaving it out is the user's choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// That harmless calls of reading tools are allowed.
    Calls,
    /// That probing calls are allowed.
    Active,
    /// The exact name of a tool that may be called.
    AllowedTool,
    /// A listener that the server can reach.
    Callback,
    /// The launch command, the package manifest, or advisories about its packages.
    Source,
    /// An earlier state of the server.
    Baseline,
    /// The other servers of the same client.
    Neighbours,
}

/// The verdict of one named test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TestResult {
    /// The test.
    pub test: NamedTest,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its findings.
    pub findings: SeverityCounts,
    /// Checks with a verdict.
    pub decided: u32,
    /// Checks that were not assessed or failed.
    pub undecided: u32,
}

/// Catalogue section 6: `fail` on high or critical at confirmed or likely, `warn` on any other medium or high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// A high or critical finding, confirmed or likely.
    Fail,
    /// Any other medium or high (or tentative critical) finding.
    Warn,
    /// Checks ran and none of the above.
    Pass,
    /// No check reached a verdict.
    NotAssessed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_ids_have_one_form() {
        assert!("MCPA-AUTH-001".parse::<CheckId>().is_ok());
        for bad in ["MCPA-DA-1", "mcpa-da-001", "DA-001", "MCPA-DA-001-x", "MCPA-TOOLS-001"] {
            assert!(bad.parse::<CheckId>().is_err(), "{bad} was accepted");
        }
    }

    #[test]
    fn levels_are_numbers_on_the_wire() {
        assert_eq!(serde_json::to_string(&Level::Two).unwrap(), "2");
        let error = serde_json::from_str::<Level>("3").unwrap_err();
        assert!(error.to_string().contains("use 1 or 2"), "{error}");
    }
}
