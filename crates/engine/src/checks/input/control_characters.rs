//! Errors that return control characters of their input, by which a caller writes into the reader's terminal or log.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::Tool;
use crate::tool_class::benign_arguments;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-020",
    title: "Control characters echoed",
    test: NamedTest::InputValidation,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Escape control and direction characters in everything that repeats input: errors, logs and progress messages.",
    tags: &[Tag::Cwe(150), Tag::Cwe(117), Tag::LlmTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many tools are asked.
const TOOLS: usize = 5;
/// An escape sequence that colours, a carriage return, a change of direction: visible to readers, harmless to machines.
const CONTROLS: [(&str, char); 3] = [("escape", '\u{1b}'), ("carriage-return", '\r'), ("direction", '\u{202e}')];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut drafts = Vec::new();
    let mut called = 0;
    for tool in &probe.snapshot().tools {
        let (start, end) = (probe.canary(), probe.canary());
        let value = format!("{start}\u{1b}[31m\r\u{202e}{end}");
        let Some(arguments) = invalid_arguments(tool, &value) else { continue };
        let before = probe.unsolicited().len();
        let answer = match probe.call(tool, arguments, CallKind::SchemaInvalid).await {
            Ok(answer) => answer,
            Err(ProbeError::NotPermitted) => continue,
            Err(_) if !drafts.is_empty() => break,
            Err(error) => return Err(error),
        };
        called += 1;
        let errors = answer.texts().into_iter().filter(|_| answer.is_error()).map(|(_, text)| text);
        let notices = probe.unsolicited().into_iter().skip(before).flat_map(|notice| {
            crate::snapshot::strings(&notice).into_iter().map(|(_, text)| text.to_owned()).collect::<Vec<_>>()
        });
        if let Some((kind, text)) = errors.chain(notices).find_map(|text| Some((echoed(&text, &start)?, text))) {
            let message = "an error, log or progress message returns control characters of the input unescaped";
            let sample = Sample::whole(text, format!("echo:{kind}"))
                .after(answer.exchange.request.clone(), answer.exchange.status);
            drafts.push(
                Draft::new(Severity::Low, Confidence::Confirmed, tool.location(), message)
                    .distinct(kind)
                    .sample(sample),
            );
        }
        if called == TOOLS {
            break;
        }
    }
    let callable = || probe.snapshot().tools.iter().any(|tool| probe.permits(tool, CallKind::SchemaInvalid));
    Ok(match () {
        () if called > 0 => Verdict::Decided(drafts),
        () if callable() => Verdict::not_applicable("no tool that may be called has a parameter that text breaks"),
        () => nothing_called(),
    })
}

/// Arguments of which one is invalid and holds the value: outside an enumeration, of a wrong type, or not declared.
fn invalid_arguments(tool: &Tool, value: &str) -> Option<Value> {
    let mut arguments = benign_arguments(tool, "mcpa").unwrap_or_else(|| json!({}));
    let refuses = |schema: &Value| {
        schema.get("enum").is_some()
            || matches!(
                schema.get("type").and_then(Value::as_str),
                Some("integer" | "number" | "boolean" | "array" | "object")
            )
    };
    let closed = tool.input_schema.get("additionalProperties") == Some(&Value::Bool(false));
    let name = tool
        .parameters()
        .find(|(_, schema)| refuses(schema))
        .map(|(name, _)| name)
        .or_else(|| closed.then_some("mcpa_extra"))?;
    arguments.as_object_mut()?.insert(name.to_owned(), Value::from(value));
    Some(arguments)
}

/// The first control character that follows our mark unescaped.
fn echoed(text: &str, mark: &str) -> Option<&'static str> {
    let after = &text[text.find(mark)? + mark.len()..];
    let window: String = after.chars().take(12).collect();
    CONTROLS.iter().find(|(_, control)| window.contains(*control)).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_controls_are_an_echo_and_escapes_are_not() {
        assert_eq!(echoed("bad value: mark\u{1b}[31m\rx", "mark"), Some("escape"));
        assert_eq!(echoed("bad value: mark[31m\u{202e}x", "mark"), Some("direction"));
        assert_eq!(echoed("bad value: mark\\u001b[31m\\r", "mark"), None);
        assert_eq!(echoed("bad value", "mark"), None);
    }
}
