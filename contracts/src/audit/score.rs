use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Score, grade and coverage (catalogue section 6, score version 1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Version of the formula: 1.
    pub version: u32,
    /// 0 to 100, over all findings.
    pub total: u8,
    /// The same over level 1 only.
    pub level1: u8,
    /// The same over level 2 only; absent in a level 1 test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level2: Option<u8>,
    /// Absent below 30 % coverage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Below 60 % coverage: never better than B.
    pub provisional: bool,
    /// The highest total that the findings allow, and why; absent where none is lowered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<String>,
    /// How much of the applicable checks reached a verdict.
    pub coverage: Coverage,
}

/// A school grade.
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
)]
pub enum Grade {
    /// 90 and more.
    A,
    /// 80 to 89.
    B,
    /// 70 to 79.
    C,
    /// 60 to 69.
    D,
    /// Below 60.
    F,
}

/// How much of the applicable checks reached a verdict, by weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Weight of the checks with a verdict.
    pub decided: u32,
    /// Weight of the checks that apply.
    pub applicable: u32,
}

impl Coverage {
    /// Percentage, rounded down; 0 where nothing applies.
    pub fn percent(self) -> u8 {
        u8::try_from((self.decided * 100).checked_div(self.applicable).unwrap_or(0)).unwrap_or(100)
    }
}
