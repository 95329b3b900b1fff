//! Messages that are JSON and no JSON-RPC, and are executed all the same.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{control, list_method, list_with, shown};
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-PR-006",
    title: "Malformed JSON-RPC executed",
    test: NamedTest::InputValidation,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Medium,
    remediation: "Parse strictly: require `jsonrpc` \"2.0\", an id that is a string or a number, and params that are an object; refuse duplicate members.",
    tags: &[Tag::Cwe(436), Tag::Cwe(20)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    if let Err(verdict) = control(probe, 0).await? {
        return Ok(verdict);
    }
    let modern = probe.is_modern();
    let method = list_method(probe.snapshot(), modern);
    let mut drafts = Vec::new();
    // Which of two methods is meant, only the headers of the stateless protocol say.
    for shape in Shape::ALL.into_iter().filter(|shape| modern || *shape != Shape::TwoMethods) {
        let answer = list_with(probe, 0, |request| {
            let body: Value = serde_json::from_slice(&request.current_body()).unwrap_or_default();
            let request = request.body(shape.of(&body, method));
            if shape == Shape::TwoMethods { request.replace_header("Mcp-Method", FIRST_METHOD) } else { request }
        })
        .await?;
        if was_executed(&answer, method) {
            let (severity, message) = shape.says();
            let sample = Sample::whole(shown(&answer), format!("shape:{}", shape.name()))
                .after(answer.request.clone(), answer.status);
            drafts.push(
                Draft::new(severity, Confidence::Confirmed, "server", message).distinct(shape.name()).sample(sample),
            );
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// Whether what the method lists came back, under whatever id.
fn was_executed(answer: &Exchange, method: &str) -> bool {
    let member = method.strip_suffix("/list");
    let lists = |message: &Value| {
        let result = message.get("result");
        result.is_some_and(|result| member.is_none_or(|member| result.get(member).is_some_and(Value::is_array)))
    };
    answer.status.is_none_or(|status| status < 300) && answer.messages.iter().any(lists)
}

/// What a proxy reads as the method of a message with two: the header, and the first member.
const FIRST_METHOD: &str = "server/discover";

/// A way to be no JSON-RPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    NoVersion,
    ObjectId,
    ListedParams,
    TwoMethods,
}

impl Shape {
    const ALL: [Self; 4] = [Self::NoVersion, Self::ObjectId, Self::ListedParams, Self::TwoMethods];

    fn name(self) -> &'static str {
        match self {
            Self::NoVersion => "no-version",
            Self::ObjectId => "object-id",
            Self::ListedParams => "listed-params",
            Self::TwoMethods => "two-methods",
        }
    }

    fn says(self) -> (Severity, &'static str) {
        match self {
            Self::NoVersion => (Severity::Low, "the server executes a message without `jsonrpc`"),
            Self::ObjectId => (Severity::Low, "the server executes a request whose id is an object"),
            Self::ListedParams => (Severity::Low, "the server executes a request whose params are a list"),
            Self::TwoMethods => {
                (Severity::Medium, "of two members `method` the server executes the one that its headers do not name")
            }
        }
    }

    /// The message in this shape. `method` is what the list is asked for with.
    fn of(self, body: &Value, method: &str) -> String {
        let mut message = body.clone();
        let Some(members) = message.as_object_mut() else { return body.to_string() };
        match self {
            Self::NoVersion => {
                members.remove("jsonrpc");
            }
            Self::ObjectId => {
                members.insert("id".to_owned(), json!({ "a": 1 }));
            }
            Self::ListedParams => {
                let params = members.remove("params").unwrap_or_default();
                members.insert("params".to_owned(), json!([params]));
            }
            // A proxy reads the header and perhaps the first member; many parsers keep the last one.
            Self::TwoMethods => {
                members.remove("method");
                let rest = Value::Object(members.clone()).to_string();
                return format!("{{\"method\":\"{FIRST_METHOD}\",\"method\":{},{}", Value::from(method), &rest[1..]);
            }
        }
        message.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shape_is_json_and_no_json_rpc() {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        for shape in Shape::ALL {
            let text = shape.of(&body, "tools/list");
            let value: Value = serde_json::from_str(&text).expect("JSON");
            let is_sound = value["jsonrpc"] == "2.0"
                && value["id"].is_number()
                && value["params"].is_object()
                && text.matches("\"method\"").count() == 1;
            assert!(!is_sound, "{text}");
        }
    }
}
