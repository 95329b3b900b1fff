//! Secrets that a child process writes to its standard error, which clients keep in their logs.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret::{self, SecretHit};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::Probe;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-015",
    title: "Secret on standard error",
    test: NamedTest::DataExposure,
    mode: Mode::Passive,
    carriers: Carriers::Stdio,
    worst: Severity::Medium,
    remediation: "Redact secrets before they are logged; clients keep what a server writes to standard error in files that nobody guards.",
    tags: &[Tag::Cwe(532), Tag::McpTop10(1)],
    run: Run::Probe(|probe| Box::pin(async { Ok(check(probe)) })),
};

fn check(probe: &Probe) -> Verdict {
    let given: Vec<&str> = probe.snapshot().env.iter().map(|(_, value)| value.as_str()).collect();
    secrets(&probe.stderr(), &given).into_iter().collect()
}

/// The secrets in what was printed, without those that the test itself put into the environment.
fn secrets(printed: &str, given: &[&str]) -> Vec<Draft> {
    let is_given = |hit: &SecretHit| {
        let secret = &printed[hit.matched.clone()];
        given.iter().any(|value| !value.is_empty() && (value.contains(secret) || secret.contains(value)))
    };
    let draft =
        |hit: SecretHit| {
            let message = format!("the server prints a secret of the type `{}` to its standard error", hit.kind);
            // What surrounds it is not needed to find it, and may be anything.
            let line = printed[..hit.matched.start].rfind('\n').map_or(0, |end| end + 1);
            let end = printed[hit.matched.end..].find('\n').map_or(printed.len(), |end| hit.matched.end + end);
            let matched = hit.matched.start - line..hit.matched.end - line;
            Draft::new(Severity::Medium, Confidence::Confirmed, "server", message)
                .distinct(hit.kind)
                .sample(Sample::part(&printed[line..end], matched, format!("secret:{}", hit.kind)))
        };
    secret::scan(printed).into_iter().filter(|hit| !is_given(hit)).map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_secret_is_flagged_and_a_given_one_is_not() {
        let secret = "q9Zx27LmR4tVw81KpNs6YbTe";
        let printed = format!("starting\nconnected with db_password={secret} in 3 ms\nready");
        let found = secrets(&printed, &["other", ""]);
        assert_eq!(found.iter().map(|draft| draft.severity).collect::<Vec<_>>(), [Severity::Medium]);
        let sample = &found[0].samples[0];
        assert!(sample.text.starts_with("connected") && sample.text.ends_with("3 ms"), "{}", sample.text);
        assert_eq!(&sample.text[sample.matched.clone()], secret);
        assert!(secrets(&printed, &[secret]).is_empty());
        assert!(secrets("api_key=changeme-changeme-changeme", &[]).is_empty());
    }
}
