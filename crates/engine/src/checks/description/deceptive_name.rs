//! Names of tools that are not what they look like.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::{is_bidi_control, is_invisible};
use unicode_security::MixedScript as _;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-017",
    title: "Deceptive name",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Use ASCII letters, digits, `_`, `-` and `.` in names, and no name that a client or model gives a meaning of its own.",
    tags: &[Tag::Cwe(1007), Tag::McpTop10(3)],
    run: Run::Static(check),
};

/// Names that models and clients give a meaning of their own.
const RESERVED: &[&str] = &["system", "developer", "assistant", "user", "tool", "function"];

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |tool: &Tool| {
        let (severity, kind, message) = deception(&tool.name)?;
        Some(
            Draft::new(severity, Confidence::Confirmed, tool.at("/name"), message)
                .distinct(kind)
                .sample(Sample::whole(tool.name.clone(), format!("name:{kind}"))),
        )
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

fn deception(name: &str) -> Option<(Severity, &'static str, &'static str)> {
    let lower = name.to_lowercase();
    if name.chars().any(|c| is_invisible(c) || is_bidi_control(c) || c.is_control()) {
        Some((Severity::Medium, "invisible", "the name contains characters that are not seen"))
    } else if !name.is_single_script() {
        Some((Severity::Medium, "mixed-script", "the name mixes scripts, so that it can imitate another"))
    } else if RESERVED.contains(&lower.as_str()) || lower.starts_with("functions.") {
        Some((Severity::Medium, "reserved", "the name has a meaning of its own to models or clients"))
    } else if name.chars().any(|c| c.is_whitespace() || matches!(c, '"' | '\'' | '`')) {
        Some((Severity::Medium, "punctuation", "the name contains blanks or quotes"))
    } else if !name.is_ascii() {
        Some((Severity::Info, "script", "the name is not written in ASCII"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn each_deception_is_flagged_and_plain_names_are_not() {
        let kind = |name: &str| {
            let found = findings(&CHECK, &server(&[tool(name, "Works on something", "a")]));
            found.first().map(|draft| (draft.severity, draft.discriminator.clone()))
        };
        for (name, severity, expected) in [
            ("read\u{200b}file", Severity::Medium, "invisible"),
            ("re\u{430}d_file", Severity::Medium, "mixed-script"),
            ("functions.read", Severity::Medium, "reserved"),
            ("system", Severity::Medium, "reserved"),
            ("read file", Severity::Medium, "punctuation"),
            ("天气", Severity::Info, "script"),
        ] {
            assert_eq!(kind(name), Some((severity, expected.to_owned())), "{name:?}");
        }
        for plain in ["read_file", "github.list-issues", "getUser2"] {
            assert_eq!(kind(plain), None, "{plain}");
        }
    }
}
