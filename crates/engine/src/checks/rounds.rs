//! Calls that take several rounds (2026-07-28): a result that asks for input, and the call that comes back with it.

use serde_json::{Value, json};

use crate::snapshot::Tool;

/// Whether a result is the whole answer, and neither asks for input nor announces a task.
pub(crate) fn is_complete(result: &Value) -> bool {
    result.get("resultType").and_then(Value::as_str).is_none_or(|kind| kind == "complete")
}

/// The parameters of the call that answers a demand for input; `None` where the result is none.
pub(crate) fn next_round(result: &Value, tool: &Tool, arguments: &Value) -> Option<Value> {
    if result.get("resultType").and_then(Value::as_str) != Some("input_required") {
        return None;
    }
    let respond = |request: &Value| match request.get("method").and_then(Value::as_str) {
        Some("elicitation/create") => json!({ "action": "decline" }),
        Some("roots/list") => json!({ "roots": [] }),
        Some("sampling/createMessage") => json!({
            "role": "assistant",
            "content": { "type": "text", "text": "declined" },
            "model": "none",
            "stopReason": "endTurn",
        }),
        _ => json!({}),
    };
    let asked = result.get("inputRequests").and_then(Value::as_object).into_iter().flatten();
    let responses: Value = asked.map(|(key, request)| (key.clone(), respond(request))).collect();
    let mut params = json!({ "name": tool.name, "arguments": arguments, "inputResponses": responses });
    if let Some(state) = result.get("requestState") {
        params["requestState"] = state.clone();
    }
    Some(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{server, tool};

    #[test]
    fn questions_are_declined_and_the_state_is_returned() {
        let snapshot = server(&[tool("get_tide", "Returns the tide", "place")]);
        let next = |result: &Value| next_round(result, &snapshot.tools[0], &json!({"place": "Ystad"}));
        let asked = json!({"resultType": "input_required", "requestState": "opaque",
            "inputRequests": {"a": {"method": "elicitation/create"}, "b": {"method": "roots/list"}}});
        assert_eq!(
            next(&asked),
            Some(json!({"name": "get_tide", "arguments": {"place": "Ystad"}, "requestState": "opaque",
                "inputResponses": {"a": {"action": "decline"}, "b": {"roots": []}}}))
        );
        assert_eq!(next(&json!({"resultType": "complete"})), None);
        assert!(!is_complete(&asked) && is_complete(&json!({"content": []})));
    }
}
