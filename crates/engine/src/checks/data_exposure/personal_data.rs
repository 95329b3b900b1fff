//! Personal data in the answers to harmless calls.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::pii::{self, PiiKind};

use super::outputs::{Output, nothing_called, outputs};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-003",
    title: "Personal data returned",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Return only the personal data that the task needs, masked where an identifier suffices.",
    tags: &[Tag::Cwe(359), Tag::McpTop10(10), Tag::LlmTop10(2)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let outputs = outputs(probe).await?;
    if outputs.is_empty() {
        return Ok(nothing_called());
    }
    let own_data = probe.has_credential();
    let drafts = outputs.iter().filter(|output| output.is_benign).flat_map(|output| personal_data(output, own_data));
    Ok(drafts.collect())
}

/// Drafts per kind. With a credential the data may be the caller's own, which weighs one step less.
fn personal_data(output: &Output, own_data: bool) -> Vec<Draft> {
    let found = pii::scan(&output.text);
    let draft = |kind: PiiKind| {
        let is_identifier = matches!(kind, PiiKind::Card | PiiKind::Iban | PiiKind::NationalId);
        let severity = match (is_identifier, own_data) {
            (true, false) => Severity::High,
            (true, true) | (false, false) => Severity::Medium,
            (false, true) => Severity::Low,
        };
        let matched = found.hits.iter().find(|hit| hit.kind == kind)?.matched.clone();
        let sample = Sample::part(output.text.clone(), matched, format!("pii:{}", kind.code()))
            .after(output.request.clone(), output.status);
        let message = format!("an answer to a harmless call contains personal data of the type `{}`", kind.code());
        Some(
            Draft::new(severity, Confidence::Likely, output.location.clone(), message)
                .distinct(kind.code())
                .sample(sample),
        )
    };
    found.reportable().into_iter().filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::output;

    #[test]
    fn a_list_of_people_is_flagged_and_one_address_is_not() {
        let people = [1, 2, 3, 4, 5, 6].map(|number| format!("person{number}@company{number}.com")).join(" ");
        let severities = |own| {
            personal_data(&output(&people), own)
                .into_iter()
                .map(|draft| (draft.severity, draft.discriminator))
                .collect::<Vec<_>>()
        };
        assert_eq!(severities(false), [(Severity::Medium, "e-mail".to_owned())]);
        assert_eq!(severities(true), [(Severity::Low, "e-mail".to_owned())]);
        assert!(personal_data(&output("write to office@company.com"), false).is_empty());
    }
}
