//! Parameters whose path is compared with the allowed folder as text: a neighbour with the same beginning passes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;

use super::slots::{Probed, Reply, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::is_path;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::strings;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-010",
    title: "Root folder checked by prefix",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Compare the resolved path with the allowed folder including the separator behind it, or part by part.",
    tags: &[Tag::Cwe(22), Tag::McpTop10(5), Tag::Other("CVE-2025-53110")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Folders that are tried as the root.
const MOST_ROOTS: usize = 3;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = slots(probe, |_, name, schema| is_path(name, schema));
    probe_each(probe, &slots, "no tool takes a path", |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Some([first, second]) = slot.control(probe).await? else { return Ok(Probed::NotPermitted) };
    if Said::of(&first) != Said::of(&second) {
        return Ok(Probed::Unstable);
    }
    let outside = format!("/mcpa{:08x}/x", rand::random::<u32>());
    let Some(refusal) = slot.send(probe, outside.as_str(), CallKind::Probing).await? else {
        return Ok(Probed::NotPermitted);
    };
    // Without a refusal there is no root.
    if Said::of(&refusal) != Said::Denied {
        return Ok(Probed::Sound);
    }
    for root in roots(probe, slot, &refusal.text, &outside).await? {
        // The control: a folder within the root has neighbours that are allowed, and says nothing.
        let stranger = format!("{}/mcpa{:08x}/x", parent(&root), rand::random::<u32>());
        let Some(control) = slot.send(probe, stranger, CallKind::Probing).await? else { continue };
        if Said::of(&control) != Said::Denied {
            continue;
        }
        let mut last = None;
        for _ in 0..2 {
            let neighbour = format!("{root}-mcpa{:08x}/x", rand::random::<u32>());
            let Some(reply) = slot.send(probe, neighbour, CallKind::Probing).await? else { continue };
            last = (Said::of(&reply) == Said::NotFound).then_some(reply);
            if last.is_none() {
                break;
            }
        }
        if let Some(reply) = last {
            let message = "a path beside the allowed folder whose name begins like it is looked up, not refused";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Likely, slot.location(), message)
                    .distinct("prefix")
                    .sample(Sample::whole(reply.text, "differential").after(reply.request, reply.status)),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// The folder that holds a folder; empty for the root of the file system.
fn parent(folder: &str) -> &str {
    folder.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// What a tool says about a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The path is not allowed.
    Denied,
    /// There is no such file.
    NotFound,
    /// Something else, or both at once.
    Other,
}

impl Said {
    pub(super) fn of(reply: &Reply) -> Self {
        Self::from_text(&reply.text)
    }

    fn from_text(text: &str) -> Self {
        static DENIED: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)access denied|permission denied|\bdenied\b|outside|not allowed|forbidden|not permitted|not within|not inside|escapes|must be (?:within|inside|under|in)\b|disallowed")
                .expect("a constant pattern is valid")
        });
        static NOT_FOUND: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?i)no such file|not found|ENOENT|does(?: not|n't) exist|cannot find|could not find|no file")
                .expect("a constant pattern is valid")
        });
        match (DENIED.is_match(text), NOT_FOUND.is_match(text)) {
            (true, false) => Self::Denied,
            (false, true) => Self::NotFound,
            _ => Self::Other,
        }
    }
}

/// Folders that may be the root: named in the refusal, in what the server says of itself and in answers to harmless
/// calls, and given to it at its launch. The refused path itself is none of them.
pub(super) async fn roots(
    probe: &Probe,
    slot: &Slot<'_>,
    refusal: &str,
    outside: &str,
) -> Result<Vec<String>, ProbeError> {
    let mut texts = vec![refusal.replace(outside, "")];
    texts.extend(strings(&slot.tool.raw).into_iter().map(|(_, text)| text.to_owned()));
    texts.extend(probe.snapshot().instructions.clone());
    texts.extend(probe.snapshot().command.iter().skip(1).cloned());
    for call in probe.benign_calls().await? {
        texts.extend(call.answer.texts().into_iter().map(|(_, text)| text));
    }
    Ok(folders(&texts))
}

/// Absolute paths of folders, in the order in which they come.
fn folders(texts: &[String]) -> Vec<String> {
    static FOLDER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:^|[\s"'`(\[:,=])((?:/[\w.@+-]+){1,12})/?(?:$|[\s"'`)\],;])"#)
            .expect("a constant pattern is valid")
    });
    let mut seen = BTreeSet::new();
    let found = texts.iter().flat_map(|text| FOLDER.captures_iter(text)).filter_map(|found| found.get(1));
    let folders = found.map(|folder| folder.as_str().trim_end_matches('.').to_owned());
    folders.filter(|folder| seen.insert(folder.clone())).take(MOST_ROOTS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_read_from_what_servers_say() {
        let texts = ["Access denied: not within /srv/notes, /home/ann/docs".to_owned(), "--root=/data".to_owned()];
        assert_eq!(folders(&texts), ["/srv/notes", "/home/ann/docs", "/data"]);
        assert!(folders(&["see https://example.com/docs and and/or".to_owned()]).is_empty());
    }

    #[test]
    fn the_parent_of_a_folder_holds_its_neighbours() {
        assert_eq!((parent("/srv/notes"), parent("/data")), ("/srv", ""));
    }

    #[test]
    fn refusals_and_missing_files_are_told_apart() {
        assert_eq!(Said::from_text("Error: path outside allowed directories"), Said::Denied);
        assert_eq!(Said::from_text("ENOENT: no such file or directory"), Said::NotFound);
        assert_eq!(Said::from_text("denied or not found"), Said::Other);
    }
}
