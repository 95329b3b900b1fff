//! Secrets written into the launch configuration, where every process list and synchronised settings file shows them.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret;

use super::launch::without_source;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-SC-009",
    title: "Secret in the launch configuration",
    test: NamedTest::SupplyChain,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Replace the value by a reference to the environment (`${NAME}`) or a secret store, and rotate the secret.",
    tags: &[Tag::Cwe(522), Tag::McpTop10(1)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    if snapshot.command.is_empty() {
        return without_source();
    }
    let mut places: Vec<(String, String)> = Vec::new();
    for pair in snapshot.command.windows(2) {
        // `--api-key VALUE`: what the value is for stands in the option before it.
        if pair[0].starts_with('-') && !pair[0].contains('=') && !pair[1].starts_with('-') {
            places.push(("config:args".to_owned(), format!("{}={}", pair[0].trim_start_matches('-'), pair[1])));
        }
    }
    places.extend(snapshot.command.iter().map(|word| ("config:args".to_owned(), word.clone())));
    places.extend(snapshot.env.iter().map(|(name, value)| (format!("config:env/{name}"), format!("{name}={value}"))));
    let drafts = places.into_iter().filter(|(_, text)| !text.contains("${")).flat_map(|(location, text)| {
        let draft = |hit: secret::SecretHit| {
            Draft::new(
                Severity::High,
                Confidence::Confirmed,
                location.clone(),
                "the launch configuration contains a secret in clear text",
            )
            .distinct(hit.kind)
            .sample(Sample::part(text.clone(), hit.matched, format!("secret:{}", hit.kind)))
        };
        secret::scan(&text).into_iter().map(draft).collect::<Vec<_>>()
    });
    drafts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, launched_with};

    #[test]
    fn a_secret_is_flagged_and_a_reference_is_not() {
        let value = "q9Zx27LmR4tVw81KpNs6YbTe";
        let found = findings(&CHECK, &launched_with(&["server"], &[("API_KEY", value)]));
        assert_eq!(found.iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(), ["config:env/API_KEY"]);
        assert_eq!(findings(&CHECK, &launched_with(&["server", "--api-key", value], &[])).len(), 1);

        assert!(
            findings(
                &CHECK,
                &launched_with(&["server", "--api-key", "${API_KEY}"], &[("API_KEY", "${KEY}"), ("PORT", "8080")])
            )
            .is_empty()
        );
    }
}
