//! Parameters that lead out of the folder that they are meant for. The proof is a file that everybody may read and that
//! holds no personal data.

use std::ops::Range;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;
use serde_json::Value;

use super::slots::{Probed, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::is_path;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::Tool;
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-009",
    title: "Path traversal",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Resolve the path first (links, `..`, encodings), then compare it with the allowed folder including the separator, and open only what lies inside.",
    tags: &[Tag::Cwe(22), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// What proof files look like: two of the lines of `os-release`, the sections of `win.ini`, the keys of
/// `SystemVersion.plist`.
static SIGNATURES: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let pattern = |pattern: &str| Regex::new(pattern).expect("a constant pattern is valid");
    [
        pattern(
            r"\b(?:PRETTY_NAME|NAME|ID|VERSION_ID)=[^\n]+?(?:\\n|\n)(?:PRETTY_NAME|NAME|ID|ID_LIKE|VERSION|VERSION_ID|VERSION_CODENAME|HOME_URL)=",
        ),
        pattern(r"(?i); for 16-bit app support|\[mci extensions\]"),
        pattern(r"<key>ProductBuildVersion</key>|ProductBuildVersion.{0,40}ProductVersion"),
    ]
});
/// Ways out, by name.
fn forms() -> Vec<(&'static str, String)> {
    let up = |step: &str| step.repeat(12);
    vec![
        ("parent", format!("{}etc/os-release", up("../"))),
        ("absolute", "/etc/os-release".to_owned()),
        ("one-parent", "../../../etc/os-release".to_owned()),
        ("encoded", format!("{}etc%2fos-release", up("%2e%2e%2f"))),
        ("double-encoded", format!("{}etc%252fos-release", up("%252e%252e%252f"))),
        ("doubled", format!("{}etc/os-release", up("....//"))),
        ("nul", format!("{}etc/os-release\0.txt", up("../"))),
        ("encoded-nul", format!("{}etc/os-release%00.txt", up("../"))),
        ("backslash", format!("{}windows\\win.ini", up("..\\"))),
        ("absolute", "C:\\Windows\\win.ini".to_owned()),
        ("absolute", "/System/Library/CoreServices/SystemVersion.plist".to_owned()),
    ]
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = slots(probe, |tool, name, schema| names_file(name, schema) && !is_whole_disk(tool));
    probe_each(
        probe,
        &slots,
        "no tool takes the name of a file, or it is meant to reach the whole disk",
        |probe, slot| Box::pin(probe_slot(probe, slot)),
    )
    .await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some(control) = slot.send(probe, &slot.value, CallKind::Probing).await? else {
        return Ok(Probed::NotPermitted);
    };
    if signature(&control.text).is_some() {
        return Ok(Probed::Sound);
    }
    for (name, path) in forms() {
        let Some(first) = slot.send(probe, &path, CallKind::Probing).await? else { continue };
        if signature(&first.text).is_none() {
            continue;
        }
        let Some(again) = slot.send(probe, &path, CallKind::Probing).await? else { continue };
        if let Some(range) = signature(&again.text) {
            let sample =
                Sample::part(again.text, range, format!("proof-file:{name}")).after(again.request, again.status);
            let message = "a parameter reads files outside the folder that it is meant for: a system file was returned";
            return Ok(Probed::Proven(Box::new(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(name)
                    .sample(sample),
            )));
        }
    }
    Ok(Probed::Sound)
}

/// Where the content of a proof file stands.
fn signature(text: &str) -> Option<Range<usize>> {
    SIGNATURES.iter().find_map(|pattern| pattern.find(text)).map(|found| found.range())
}

/// Whether a parameter names something that may be a file.
fn names_file(name: &str, schema: &Value) -> bool {
    let words = split(name);
    let may_be = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "document"
                | "doc"
                | "template"
                | "page"
                | "report"
                | "resource"
                | "note"
                | "log"
                | "name"
                | "key"
                | "location"
        )
    });
    is_path(name, schema) || may_be
}

/// Whether the tool says that it reaches the whole disk; then the check of unbounded power judges it.
fn is_whole_disk(tool: &Tool) -> bool {
    let description = tool.description.as_deref().unwrap_or_default().to_ascii_lowercase();
    [
        "any file",
        "any path",
        "every file",
        "entire disk",
        "whole disk",
        "entire filesystem",
        "whole filesystem",
        "entire file system",
    ]
    .iter()
    .any(|claim| description.contains(claim))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proof_files_are_recognised_and_settings_are_not() {
        assert!(signature("PRETTY_NAME=\"Debian GNU/Linux 13\"\nNAME=\"Debian GNU/Linux\"\n").is_some());
        assert!(signature("{\"text\":\"ID=alpine\\nVERSION_ID=3.20\\n\"}").is_some());
        assert!(signature("; for 16-bit app support\n[fonts]").is_some());
        assert!(signature("NAME=weather").is_none());
        assert!(signature("file not found: ../../etc/os-release").is_none());
    }

    #[test]
    fn no_form_asks_for_anything_private() {
        for (_, path) in forms() {
            assert!(
                path.contains("os-release") || path.ends_with("win.ini") || path.ends_with("SystemVersion.plist"),
                "{path}"
            );
        }
    }
}
