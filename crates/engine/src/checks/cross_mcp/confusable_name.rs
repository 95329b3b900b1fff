//! Tools whose names can be taken for those of another server.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::members::{are_same, audited, listed_neighbours};
use super::names::{are_versions, is_one_edit, look_alike};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-XM-004",
    title: "Confusable name",
    test: NamedTest::CrossMcp,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Rename the tool, so that neither a person nor a model takes it for the one of the other server.",
    tags: &[Tag::Cwe(1007), Tag::McpTop10(3)],
    run: Run::Probe(|probe| Box::pin(async move { Ok(check(probe)) })),
};

/// Shorter names differ by one letter by chance.
const SHORTEST: usize = 6;

fn check(probe: &Probe) -> Verdict {
    let neighbours = match listed_neighbours(probe) {
        Ok(neighbours) => neighbours,
        Err(verdict) => return verdict,
    };
    let audited = audited(probe);
    let mut drafts = Vec::new();
    for (neighbour, declared) in neighbours.into_iter().filter(|(neighbour, _)| !are_same(&audited, neighbour)) {
        for tool in &probe.snapshot().tools {
            let found = declared.tools.iter().filter_map(|other| Some((other, confusable(&tool.name, &other.name)?)));
            // What only looks alike is worse than what is one letter away.
            let Some((other, kind)) = found.max_by_key(|(_, kind)| *kind) else { continue };
            let (severity, confidence, name, message) = match kind {
                Confusable::Looks => (
                    Severity::High,
                    Confidence::Confirmed,
                    "skeleton",
                    "the name looks the same as one of another server of the configuration",
                ),
                Confusable::Letter => (
                    Severity::Low,
                    Confidence::Tentative,
                    "distance",
                    "the name is one letter away from one of another server of the configuration",
                ),
            };
            drafts.push(
                Draft::new(severity, confidence, tool.location(), message)
                    .distinct(format!("{name}:{}", neighbour.name))
                    .sample(Sample::whole(format!("{}, {}", tool.name, other.name), format!("confusable:{name}"))),
            );
        }
    }
    Verdict::Decided(drafts)
}

/// How two names can be mistaken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Confusable {
    Letter,
    Looks,
}

fn confusable(own: &str, other: &str) -> Option<Confusable> {
    if look_alike(own, other) {
        return Some(Confusable::Looks);
    }
    let is_long = own.chars().count().min(other.chars().count()) >= SHORTEST;
    (is_long && is_one_edit(own, other) && !are_versions(own, other)).then_some(Confusable::Letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_or_differ_by_a_letter_are_confusable() {
        assert_eq!(confusable("read_mai1", "read_mail"), Some(Confusable::Looks));
        assert_eq!(confusable("s\u{435}nd", "send"), Some(Confusable::Looks));
        assert_eq!(confusable("get_notes", "get_note"), Some(Confusable::Letter));
        for (own, other) in
            [("read", "lead"), ("query_v1", "query_v2"), ("get_note", "get_note"), ("get_note", "set_notes")]
        {
            assert_eq!(confusable(own, other), None, "{own} {other}");
        }
    }
}
