//! Servers that let web pages of other origins read their answers.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{list_method, list_with};
use crate::probe::{Probe, ProbeError};
use crate::tool_class::ToolClass;
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-006",
    title: "Permissive CORS",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::High,
    remediation: "Name the origins that may read answers, one by one; never reflect `Origin`, and never combine `*` with credentials.",
    tags: &[Tag::Cwe(942), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// What the headers of an answer allow a foreign origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Allowed {
    Nothing,
    /// Reading without credentials.
    Reading,
    /// Any origin, with credentials; browsers refuse this pair, but it shows the intent.
    AnyWithCredentials,
    /// This origin, with credentials.
    ReflectedWithCredentials,
}

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let origin = format!("https://{}.example", probe.canary());
    let modern = probe.is_modern();
    let preflight = probe
        .request(list_method(probe.snapshot(), modern), serde_json::json!({}))
        .anonymous()
        .session(None)
        .http_method("OPTIONS")
        .body(Vec::new())
        .header("Origin", &origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "authorization, content-type")
        .send()
        .await?;
    let actual = list_with(probe, 0, |request| request.header("Origin", &origin)).await?;
    let (allowed, answer) = [&preflight, &actual]
        .map(|answer| (allowed(answer, &origin), answer))
        .into_iter()
        .max_by_key(|(allowed, _)| *allowed)
        .unwrap_or((Allowed::Nothing, &actual));

    let anonymous = !probe.has_credential() || probe.snapshot().anonymous == Some(true);
    let changes = probe.snapshot().tools.iter().any(|tool| tool.class >= ToolClass::Write);
    let Some((severity, message)) = judge(allowed, anonymous, changes) else { return Ok(Verdict::PASS) };
    let headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.to_ascii_lowercase().starts_with("access-control-"))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let sample = Sample::whole(headers.join("\n"), "cors").after(answer.request.clone(), answer.status);
    Ok(Draft::new(severity, Confidence::Confirmed, "header:Access-Control-Allow-Origin", message).sample(sample).into())
}

fn allowed(answer: &Exchange, origin: &str) -> Allowed {
    let with_credentials = answer
        .header("access-control-allow-credentials")
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("true"));
    match (answer.header("access-control-allow-origin").map(str::trim), with_credentials) {
        (Some(value), true) if value == origin => Allowed::ReflectedWithCredentials,
        (Some("*"), true) => Allowed::AnyWithCredentials,
        (Some(value), false) if value == origin || value == "*" => Allowed::Reading,
        _ => Allowed::Nothing,
    }
}

fn judge(allowed: Allowed, anonymous: bool, changes: bool) -> Option<(Severity, &'static str)> {
    match allowed {
        Allowed::ReflectedWithCredentials => {
            Some((Severity::High, "web pages of any origin may use the server with the credentials of their visitor"))
        }
        Allowed::AnyWithCredentials => {
            Some((Severity::Medium, "the server declares that any origin may use it with credentials"))
        }
        Allowed::Reading if anonymous && changes => Some((
            Severity::Medium,
            "web pages of any origin may use tools that change things, because no credential is needed",
        )),
        Allowed::Reading if anonymous => {
            Some((Severity::Info, "web pages of any origin may read from the server, which needs no credential"))
        }
        // Without a credential in the page the token protects.
        Allowed::Reading | Allowed::Nothing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn headers_and_access_decide_together() {
        let with = |origin: &str, credentials: bool| {
            let mut answer = answered(200, "{}");
            answer.headers.push(("Access-Control-Allow-Origin".into(), origin.into()));
            if credentials {
                answer.headers.push(("access-control-allow-credentials".into(), "true".into()));
            }
            allowed(&answer, "https://a.example")
        };
        let severity = |allowed, anonymous, changes| judge(allowed, anonymous, changes).map(|(severity, _)| severity);
        assert_eq!(severity(with("https://a.example", true), false, false), Some(Severity::High));
        assert_eq!(severity(with("*", true), false, false), Some(Severity::Medium));
        assert_eq!(severity(with("*", false), true, true), Some(Severity::Medium));
        assert_eq!(severity(with("*", false), true, false), Some(Severity::Info));
        assert_eq!(severity(with("*", false), false, true), None);
        assert_eq!(severity(with("https://app.example", true), true, true), None);
    }
}
