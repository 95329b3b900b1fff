//! Secrets in results, errors, resources and prompts.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret;

use super::outputs::{Output, nothing_called, outputs};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-002",
    title: "Secret in an answer",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Filter secrets out of results and errors, and rotate the one that was shown; everything that a tool returns reaches the model.",
    tags: &[Tag::Cwe(200), Tag::McpTop10(1), Tag::LlmTop10(2)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let outputs = outputs(probe).await?;
    if outputs.is_empty() {
        return Ok(nothing_called());
    }
    Ok(outputs.iter().flat_map(secrets).collect())
}

fn secrets(output: &Output) -> Vec<Draft> {
    let in_text = secret::scan(&output.text);
    let (text, hits) = match output.named() {
        Some(named) if in_text.is_empty() => (named.clone(), secret::scan(&named)),
        _ => (output.text.clone(), in_text),
    };
    let draft = |hit: secret::SecretHit| {
        let (severity, confidence) = if hit.structural {
            (Severity::Critical, Confidence::Confirmed)
        } else {
            (Severity::High, Confidence::Likely)
        };
        let message = format!("an answer contains a secret of the type `{}`", hit.kind);
        let sample = Sample::part(text.clone(), hit.matched, format!("secret:{}", hit.kind))
            .after(output.request.clone(), output.status);
        Draft::new(severity, confidence, output.location.clone(), message).distinct(hit.kind).sample(sample)
    };
    hits.into_iter().map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::output;

    #[test]
    fn a_named_secret_is_flagged_and_a_placeholder_is_not() {
        let found = secrets(&output("db_password=q9Zx27LmR4tVw81KpNs6YbTe"));
        assert_eq!(
            found.iter().map(|draft| (draft.severity, draft.confidence)).collect::<Vec<_>>(),
            [(Severity::High, Confidence::Likely)]
        );
        assert!(!found[0].message.contains("q9Zx"));
        assert!(secrets(&output("db_password=changeme-changeme-changeme")).is_empty());
    }

    #[test]
    fn a_bare_value_is_judged_by_its_key() {
        let at = |key: &str| Output {
            location: format!("tool:get#/result/structuredContent/{key}"),
            ..output("q9Zx27LmR4tVw81KpNs6YbTe")
        };
        assert_eq!(secrets(&at("api_key")).len(), 1);
        assert!(secrets(&at("cursor")).is_empty());
    }
}
