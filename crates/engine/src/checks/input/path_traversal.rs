//! Parameters that lead out of the folder that they are meant for.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::path_prefix::{Said, roots};
use super::proof_file::signature;
use super::slots::{Probed, Reply, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
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

/// A way out: its name, the path, and whether it leads somewhere on a server that runs on this machine.
struct Way {
    name: &'static str,
    path: String,
    local: bool,
}

/// Ways out. What the file systems of other systems look like is of no use against a server on this machine.
fn ways() -> Vec<Way> {
    let up = |step: &str| step.repeat(12);
    let unix = |name, path| Way { name, path, local: cfg!(unix) };
    vec![
        unix("parent", format!("{}etc/os-release", up("../"))),
        unix("absolute", "/etc/os-release".to_owned()),
        unix("encoded", format!("{}etc%2fos-release", up("%2e%2e%2f"))),
        unix("double-encoded", format!("{}etc%252fos-release", up("%252e%252e%252f"))),
        unix("doubled", format!("{}etc/os-release", up("....//"))),
        unix("nul", format!("{}etc/os-release\0.txt", up("../"))),
        Way { name: "backslash", path: format!("{}windows\\win.ini", up("..\\")), local: cfg!(windows) },
        Way { name: "absolute", path: "C:\\Windows\\win.ini".to_owned(), local: cfg!(windows) },
        Way {
            name: "absolute",
            path: "/System/Library/CoreServices/SystemVersion.plist".to_owned(),
            local: cfg!(target_os = "macos"),
        },
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
    let Some(control) = slot.baseline(probe).await? else { return Ok(Probed::NotPermitted) };
    if signature(&control.text).is_some() {
        return Ok(Probed::Sound);
    }
    let is_local = probe.snapshot().loopback;
    // A parameter that only may be a file is worth the plain ways.
    let most = if is_path(slot.parameter, slot.schema) { usize::MAX } else { 3 };
    let mut refusal = None;
    for way in ways().into_iter().filter(|way| way.local || !is_local).take(most) {
        match play(probe, slot, way.name, &way.path).await? {
            Played::Reached(draft) => return Ok(Probed::Proven(draft)),
            Played::Missed(reply) if Said::of(&reply) == Said::Denied => refusal = Some((way.path, reply)),
            Played::Missed(_) | Played::NotPermitted => {}
        }
    }
    // A tool that refuses what does not begin with its folder may still not look where the rest leads.
    if let Some((path, refusal)) = refusal {
        for root in roots(probe, slot, &refusal.text, &path).await? {
            let inside = format!("{root}/{}etc/os-release", "../".repeat(12));
            if let Played::Reached(draft) = play(probe, slot, "within-root", &inside).await? {
                return Ok(Probed::Proven(draft));
            }
        }
    }
    Ok(Probed::Sound)
}

/// What became of a path.
enum Played {
    NotPermitted,
    /// Something else was answered.
    Missed(Reply),
    /// The file was returned, twice.
    Reached(Box<Draft>),
}

async fn play(probe: &Probe, slot: &Slot<'_>, name: &str, path: &str) -> Result<Played, ProbeError> {
    let mut last = None;
    for _ in 0..2 {
        let Some(reply) = slot.send(probe, path, CallKind::Probing).await? else { return Ok(Played::NotPermitted) };
        match signature(&reply.text) {
            Some(range) => last = Some((reply, range)),
            None => return Ok(Played::Missed(reply)),
        }
    }
    let Some((reply, range)) = last else { return Ok(Played::NotPermitted) };
    probe.memo().injected().prove(CHECK.id, slot);
    let message = "a parameter reads files outside the folder that it is meant for: a system file was returned";
    let draft = Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
        .distinct(name)
        .sample(reply.sample(range, format!("proof-file:{name}")));
    Ok(Played::Reached(Box::new(draft)))
}

/// Whether a parameter names something that may be a file.
pub(super) fn names_file(name: &str, schema: &Value) -> bool {
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
pub(super) fn is_whole_disk(tool: &Tool) -> bool {
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
    fn no_form_asks_for_anything_private() {
        for Way { path, .. } in ways() {
            assert!(
                path.contains("os-release") || path.ends_with("win.ini") || path.ends_with("SystemVersion.plist"),
                "{path}"
            );
        }
    }
}
