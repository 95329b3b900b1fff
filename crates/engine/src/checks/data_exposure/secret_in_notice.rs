//! Secrets in log and progress messages.

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret;
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};
use crate::snapshot::strings;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-010",
    title: "Secret in a notification",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Redact credentials before anything is logged to clients, and rotate the one that was shown.",
    tags: &[Tag::Cwe(532), Tag::McpTop10(1), Tag::McpTop10(8), Tag::Spec("2026-07-28", "Logging: security")],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // Notices come with calls; where none may be made, those of the lists are all there is.
    match probe.benign_calls().await {
        Ok(_) | Err(ProbeError::NotPermitted | ProbeError::Budget(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(probe.unsolicited().iter().flat_map(secrets).collect())
}

fn secrets(message: &Value) -> Vec<Draft> {
    let method = message.get("method").and_then(Value::as_str).unwrap_or_default();
    let known = if method.starts_with("notifications/") { method } else { "notifications" };
    let found =
        strings(message).into_iter().flat_map(|(_, text)| secret::scan(text).into_iter().map(move |hit| (text, hit)));
    let draft = |(text, hit): (&str, secret::SecretHit)| {
        let message = format!("a notification contains a secret of the type `{}`", hit.kind);
        Draft::new(Severity::High, Confidence::Confirmed, format!("method:{known}"), message)
            .distinct(hit.kind)
            .sample(Sample::part(text, hit.matched, format!("secret:{}", hit.kind)))
    };
    found.map(draft).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_logged_secret_is_flagged_and_a_plain_notice_is_not() {
        let log = |text: &str| json!({"method": "notifications/message", "params": {"level": "info", "data": text}});
        let found = secrets(&log("login with password=q9Zx27LmR4tVw81KpNs6YbTe"));
        assert_eq!(
            found.iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(),
            ["method:notifications/message"]
        );
        assert!(secrets(&log("login as ann")).is_empty());
    }
}
