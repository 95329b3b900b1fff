//! Control sequences in a definition that act on a terminal instead of being shown.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::hidden::{self, HiddenKind};

use crate::check::{Carriers, Check, Mode, Run, Tag, Verdict};
use crate::checks::poison::{declared, hidden_draft};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-005",
    title: "Terminal control sequences in a definition",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Strip control characters other than tab and newline from every definition.",
    tags: &[Tag::Cwe(150), Tag::McpTop10(3), Tag::Agentic(9)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let mut drafts = Vec::new();
    for place in &declared(snapshot) {
        let hits = hidden::scan_for(place.text, &[HiddenKind::Control]);
        drafts.extend(hits.iter().map(|hit| {
            hidden_draft(
                Severity::High,
                Confidence::Confirmed,
                place.location.clone(),
                "a text of the definition",
                place.text,
                hit,
            )
        }));
    }
    Verdict::Decided(drafts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn escape_sequences_are_flagged_and_line_breaks_are_not() {
        let found = findings(&CHECK, &server(&[tool("add", "Adds \u{1b}[8mand hides\u{1b}[0m", "a")]));
        assert_eq!((found[0].severity, found[0].location.as_str()), (Severity::High, "tool:add#/description"));
        assert!(findings(&CHECK, &server(&[tool("add", "Adds\r\n\ttwo numbers\n", "a")])).is_empty());
    }
}
