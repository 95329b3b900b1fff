//! More tools than a model can choose from.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-003",
    title: "Too many tools",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Split the server by task, or list only what a session needs.",
    tags: &[Tag::Cwe(770), Tag::LlmTop10(3)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let count = snapshot.tools.len();
    let severity = match count {
        129.. => Severity::Medium,
        65.. => Severity::Low,
        _ => return Verdict::PASS,
    };
    let message = "the server lists more tools than a model can choose from";
    let sample = Sample::whole(format!("{count} tools"), "count");
    Verdict::Decided(vec![Draft::new(severity, Confidence::Confirmed, "method:tools/list", message).sample(sample)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn sixty_four_tools_are_enough() {
        let severity = |count: usize| {
            let tools: Vec<_> = (0..count).map(|n| tool(&format!("tool{n}"), "Works", "a")).collect();
            findings(&CHECK, &server(&tools)).first().map(|draft| draft.severity)
        };
        assert_eq!(
            (severity(64), severity(65), severity(128), severity(129)),
            (None, Some(Severity::Low), Some(Severity::Low), Some(Severity::Medium))
        );
    }
}
