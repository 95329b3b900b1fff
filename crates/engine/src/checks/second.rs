//! A second caller of the same server: what it is shown, and how its calls are answered. The other side of every
//! comparison between callers.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::check::Verdict;
use crate::checks::access::send_as;
use crate::checks::input::compare::without_changing;
use crate::probe::{Answer, CallKind, Exchange, Face, Listed, Probe, ProbeError, ToolCall};
use crate::snapshot::Tool;

/// What a caller is listed, by name and address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct View {
    /// Whether the lists were read to their ends, so that what is absent is not listed.
    is_whole: bool,
    pub(crate) tools: BTreeSet<String>,
    pub(crate) resources: BTreeSet<String>,
}

/// A second caller, and what it is listed.
pub(crate) struct SecondCaller<'p> {
    pub(crate) headers: &'p [(String, SecretString)],
    pub(crate) view: &'p View,
}

/// The headers of the second caller; the verdict where the user gave none.
pub(crate) fn second(probe: &Probe) -> Result<&[(String, SecretString)], Verdict> {
    probe.second_credential().ok_or_else(|| {
        Verdict::needs_credentials(
            "two callers are compared: give the header of another one, `--credential2 'Authorization: Bearer …'`",
        )
    })
}

/// What the second caller is listed in the primary era; the verdict where there is none, or where lists cannot be
/// compared. Asked once in a run.
pub(crate) async fn view(probe: &Probe) -> Result<&Result<View, Verdict>, ProbeError> {
    probe.memo().second(|| look(probe)).await
}

/// The headers of the second caller, and what it is listed; the verdict where there is none, or where lists cannot be
/// compared.
pub(crate) async fn second_caller(probe: &Probe) -> Result<Result<SecondCaller<'_>, Verdict>, ProbeError> {
    let headers = match second(probe) {
        Ok(headers) => headers,
        Err(verdict) => return Ok(Err(verdict)),
    };
    Ok(view(probe).await?.as_ref().map(|view| SecondCaller { headers, view }).map_err(Clone::clone))
}

async fn look(probe: &Probe) -> Result<Result<View, Verdict>, ProbeError> {
    let headers = match second(probe) {
        Ok(headers) => headers,
        Err(verdict) => return Ok(Err(verdict)),
    };
    let Some(first) = listed_to(probe, headers).await? else {
        return Ok(Err(Verdict::needs_credentials(
            "the second credential was refused: give a valid one, `--credential2 'Authorization: Bearer …'`",
        )));
    };
    let again = listed_to(probe, headers).await?;
    let own = view_of(&Face::own(probe)).await?;
    let snapshot = probe.snapshot();
    // What has no name cannot be looked for.
    let named = |name: &String| (!name.is_empty()).then(|| name.clone());
    let known = View {
        tools: snapshot.tools.iter().filter_map(|tool| named(&tool.name)).collect(),
        resources: snapshot.resources.iter().filter_map(|resource| named(&resource.uri)).collect(),
        ..View::default()
    };
    let stands = first.is_whole && again.as_ref() == Some(&first) && own.is_some_and(|own| known.is_within(&own));
    Ok(stands.then_some(first).ok_or_else(|| {
        Verdict::not_assessed("unstable: the lists of one caller differ from one reading to the next, or have no end")
    }))
}

impl View {
    /// Whether everything here is also there; tools beyond those that are analysed may be.
    fn is_within(&self, other: &Self) -> bool {
        self.tools.is_subset(&other.tools) && self.resources.is_subset(&other.resources)
    }
}

/// What a caller with these headers is listed, in a session of its own where there are sessions; `None` where it is
/// refused.
pub(crate) async fn listed_to(probe: &Probe, headers: &[(String, SecretString)]) -> Result<Option<View>, ProbeError> {
    let is_modern = probe.is_modern();
    if is_modern {
        return view_of(&Face { credentials: Some(headers), ..Face::own(probe) }).await;
    }
    let session = probe.open_session(|request| request.era(0).credentials(headers)).await?;
    if !session.accepted {
        return Ok(None);
    }
    let view = view_of(&Face { credentials: Some(headers), live: Some(session.live()), ..Face::own(probe) }).await;
    if session.end().await.is_err() {
        tracing::debug!("the server did not let us end a session");
    }
    view
}

async fn view_of(face: &Face<'_>) -> Result<Option<View>, ProbeError> {
    let names = |listed: &Listed, member: &str| -> BTreeSet<String> {
        listed.items.iter().filter_map(|item| item.get(member)?.as_str().map(str::to_owned)).collect()
    };
    let snapshot = face.probe.snapshot();
    let mut view = View { is_whole: true, ..View::default() };
    if !snapshot.tools.is_empty() {
        let listed = face.list("tools/list", "tools").await?;
        if listed.listing.pages == 0 {
            return Ok(None);
        }
        view.is_whole &= listed.listing.stopped.is_none();
        view.tools = names(&listed, "name");
    }
    if !snapshot.resources.is_empty() {
        let listed = face.list("resources/list", "resources").await?;
        // Who may use the tools and is refused the resources is listed none.
        view.is_whole &= listed.listing.stopped.is_none() || listed.refused.is_some();
        view.resources = names(&listed, "uri");
    }
    Ok(Some(view))
}

/// A call of the first caller that its arguments made fail, to be repeated by another one: of each tool the first.
pub(crate) async fn invalid_calls(probe: &Probe) -> Result<Vec<(&Tool, &ToolCall)>, ProbeError> {
    let mut known = BTreeSet::new();
    let failed = probe.invalid_calls().await?.iter().filter(|call| call.answer.is_error() && known.insert(call.tool));
    Ok(failed.filter_map(|call| Some((probe.snapshot().tools.get(call.tool)?, call))).collect())
}

/// The same call by the second caller.
pub(crate) async fn call_as_second(
    probe: &Probe,
    headers: &[(String, SecretString)],
    tool: &Tool,
    arguments: &Value,
    kind: CallKind,
) -> Result<Answer, ProbeError> {
    let params = json!({ "name": tool.name, "arguments": arguments });
    let exchange = send_as(probe, 0, "tools/call", params, |request| request.credentials(headers).kind(kind)).await?;
    Ok(Answer { exchange })
}

/// Whether the first caller hears the same about such arguments once more: the control of whatever is concluded from what
/// the second one hears.
pub(crate) async fn is_steady(probe: &Probe, tool: &Tool, call: &ToolCall) -> Result<bool, ProbeError> {
    // Twice in a row: one of two such calls tells nothing about a tool that has two complaints in turn.
    for _ in 0..2 {
        let again = probe.call(tool, call.arguments.clone(), CallKind::SchemaInvalid).await?;
        if !is_same_failure(&again, &call.answer, &[]) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether two failures are the same one, whatever tool and number they name.
pub(crate) fn is_same_failure(one: &Answer, other: &Answer, names: &[&str]) -> bool {
    one.is_error() && other.is_error() && failure(one, names) == failure(other, names)
}

fn failure(answer: &Answer, names: &[&str]) -> (Option<u16>, Option<i64>, String) {
    let texts: Vec<String> = answer.texts().into_iter().map(|(_, text)| text).collect();
    let mut text = texts.join("\n");
    for name in names.iter().filter(|name| !name.is_empty()) {
        text = text.replace(name, "{name}");
    }
    (answer.exchange.status, answer.exchange.error().map(|(code, _)| code), without_changing(&text))
}

/// Whether an answer says that its caller lacks a right, whatever its status is.
pub(crate) fn is_denial(exchange: &Exchange) -> bool {
    static DENIED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:insufficient|missing|lacks?|requires?|needs?)\b.{0,40}\b(?:scopes?|permissions?|privileges?|roles?|rights?)\b|\b(?:forbidden|unauthori[sz]ed|not authori[sz]ed|access denied|permission denied)\b")
            .expect("a constant pattern is valid")
    });
    let answer = Answer { exchange: exchange.clone() };
    answer.is_error() && answer.texts().iter().any(|(_, text)| DENIED.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { exchange: answered(status, body) }
    }

    #[test]
    fn failures_are_compared_by_what_they_say() {
        let of = |status: u16, code: i64, text: &str| {
            answer(status, &json!({ "id": 1, "error": { "code": code, "message": text } }).to_string())
        };
        let same = |one: &Answer, other: &Answer| is_same_failure(one, other, &["get_pay", "mcpa_x"]);
        let missing = of(200, -32602, "get_pay: `month` is missing (request 71)");
        assert!(same(&missing, &of(200, -32602, "get_pay: `month` is missing (request 72)")));
        assert!(same(&of(200, -32602, "Unknown tool: get_pay"), &of(200, -32602, "Unknown tool: mcpa_x")));
        assert!(!same(&missing, &of(200, -32602, "Unknown tool: get_pay")));
        assert!(!same(&missing, &of(403, -32602, "get_pay: `month` is missing (request 71)")));
        assert!(!same(&answer(200, r#"{"id":1,"result":{}}"#), &answer(200, r#"{"id":1,"result":{}}"#)));
    }

    #[test]
    fn denials_are_told_from_faults_of_the_arguments() {
        let denies = |text: &str| {
            is_denial(&answered(200, &json!({ "id": 1, "error": { "code": -32000, "message": text } }).to_string()))
        };
        for text in ["Insufficient scope: notes:write", "403 Forbidden", "This requires the role `admin`"] {
            assert!(denies(text), "{text}");
        }
        for text in ["`scope` must be a string", "month is required", "unknown tool"] {
            assert!(!denies(text), "{text}");
        }
        assert!(!is_denial(&answered(200, r#"{"id":1,"result":{"content":[{"type":"text","text":"Forbidden"}]}}"#)));
    }
}
