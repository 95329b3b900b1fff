//! Values at the edge of what their type can hold, which take down what does not expect them.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::{Value, json};

use super::slots::{Probed, Reply, Tally, call};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_called;
use crate::checks::subject::takes_string;
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::Tool;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-022",
    title: "Extreme values crash the server",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Bound every value by the schema, and catch what goes wrong in one call so that it ends as an error of that call.",
    tags: &[Tag::Cwe(754), Tag::Cwe(248), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Tools that are tried.
const TOOLS: usize = 8;
/// Length of the long text, and levels of the deep value.
const LONG_TEXT: usize = 64 << 10;
const LEVELS: usize = 200;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut tally = Tally::default();
    let mut tried = 0;
    for sample in probe.benign_calls().await? {
        let Some(tool) = probe.snapshot().tools.get(sample.tool) else { continue };
        // The control: a call that got a response.
        let exchange = &sample.answer.exchange;
        let works = exchange.response().is_some() && exchange.status.is_none_or(|status| status < 500);
        let extremes = extremes(tool);
        if extremes.is_empty() || !probe.permits(tool, CallKind::Probing) {
            continue;
        }
        if !works {
            // One that always fails is no control; one that fails at times is none to compare with either.
            if steadily_fails(probe, tool, &sample.arguments).await? {
                continue;
            }
            tally.count(Ok(Probed::Unstable))?;
            tried += 1;
            continue;
        }
        tried += 1;
        let probed = probe_tool(probe, tool, &sample.arguments, extremes).await;
        let is_dead = matches!(&probed, Ok((_, true)));
        if !tally.count(probed.map(|(probed, _)| probed))? || is_dead || tried == TOOLS {
            break;
        }
    }
    if tried == 0 { Ok(nothing_called()) } else { tally.conclude() }
}

/// Whether the benign call that failed fails two more times.
async fn steadily_fails(probe: &Probe, tool: &Tool, benign: &Value) -> Result<bool, ProbeError> {
    for _ in 0..2 {
        let called = call(probe, tool, benign.clone(), CallKind::Benign, |request| request).await;
        if !matches!(Breakage::of(called), Ok(Some(_)) | Err(ProbeError::Budget(_))) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How a call went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Breakage {
    /// An error of the whole server.
    Status(u16),
    /// No answer in time.
    Hangs,
    /// The connection is gone.
    Lost,
}

impl Breakage {
    fn of(called: Result<Option<Reply>, ProbeError>) -> Result<Option<Self>, ProbeError> {
        match called {
            Ok(Some(Reply { status: Some(status @ 500..), .. })) => Ok(Some(Self::Status(status))),
            Ok(_) => Ok(None),
            Err(ProbeError::Timeout(_)) => Ok(Some(Self::Hangs)),
            Err(ProbeError::Unreachable(_)) => Ok(Some(Self::Lost)),
            Err(error) => Err(error),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::Status(_) => "server-error",
            Self::Hangs => "hang",
            Self::Lost => "connection-lost",
        }
    }
}

/// What a tool made of extreme values, and whether the server is gone with it.
async fn probe_tool(
    probe: &Probe,
    tool: &Tool,
    benign: &Value,
    extremes: Vec<Extreme>,
) -> Result<(Probed, bool), ProbeError> {
    for Extreme { name, parameter, value } in extremes {
        let mut arguments = benign.clone();
        arguments[&parameter] = value;
        let send = async || {
            let called = call(probe, tool, arguments.clone(), CallKind::Probing, |request| request).await;
            Breakage::of(called)
        };
        let Some(broken) = send().await? else { continue };
        let control =
            async || Breakage::of(call(probe, tool, benign.clone(), CallKind::Benign, |request| request).await);
        let first = control().await?;
        let is_dead = first == Some(Breakage::Lost);
        // What happens once may be chance; a server that is gone cannot be asked again. Two controls in a row tell a
        // server that fails at every other call.
        if !is_dead
            && (first.is_some()
                || send().await? != Some(broken)
                || control().await?.is_some()
                || control().await?.is_some())
        {
            return Ok((Probed::Unstable, false));
        }
        // A child process whose connection is lost has ended.
        let ended = is_dead || (broken == Breakage::Lost && !probe.is_http());
        let (severity, message) = match broken {
            _ if ended => (Severity::High, "an extreme value in one call ends the server"),
            // Only the client that started the child waits.
            Breakage::Hangs if !probe.is_http() => (Severity::Low, "an extreme value in one call is never answered"),
            Breakage::Hangs => (Severity::Medium, "an extreme value in one call is never answered"),
            _ => (
                Severity::Medium,
                "an extreme value in one call is answered by a failure of the server instead of an error",
            ),
        };
        let pointer = format!("/inputSchema/properties/{}", parameter.replace('~', "~0").replace('/', "~1"));
        let seen = match broken {
            Breakage::Status(status) => format!("{name}: status {status}"),
            Breakage::Hangs | Breakage::Lost => format!("{name}: {}", broken.kind()),
        };
        let draft = Draft::new(severity, Confidence::Confirmed, tool.at(&pointer), message)
            .distinct(broken.kind())
            .sample(Sample::whole(seen, format!("extreme:{name}")));
        return Ok((Probed::proven(draft), is_dead));
    }
    Ok((Probed::Sound, false))
}

/// A value to try.
struct Extreme {
    name: &'static str,
    parameter: String,
    value: Value,
}

/// Extreme values for the first number, the first text, and for whatever can be deep.
fn extremes(tool: &Tool) -> Vec<Extreme> {
    let of_type = |wanted: &'static [&'static str]| {
        tool.parameters().find(move |(_, schema)| schema["type"].as_str().is_some_and(|kind| wanted.contains(&kind)))
    };
    let extreme = |name, parameter: &str, value| Extreme { name, parameter: parameter.to_owned(), value };
    let mut found = Vec::new();
    if let Some((number, _)) = of_type(&["integer", "number"]) {
        found.push(extreme("2^53+1", number, json!(9_007_199_254_740_993_u64)));
        found.push(extreme("negative", number, json!(-1)));
        found.push(extreme("1e308", number, json!(1e308)));
    }
    if let Some((text, _)) = tool.parameters().find(|(_, schema)| takes_string(schema) && schema.get("enum").is_none())
    {
        found.push(extreme("empty", text, json!("")));
        found.push(extreme("64-kib", text, json!("a".repeat(LONG_TEXT))));
    }
    if let Some((any, _)) = of_type(&["object", "array"]).or_else(|| tool.parameters().next()) {
        found.push(extreme("deep", any, (0..LEVELS).fold(json!(1), |inner, _| json!([inner]))));
    }
    found
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::checks::input::compare::tests::reply;
    use crate::checks::samples::server;

    #[test]
    fn failures_of_the_server_count_and_errors_of_the_call_do_not() {
        let of = |called| Breakage::of(called).expect("no other failure");
        assert_eq!(of(Ok(Some(Reply { status: Some(502), ..reply("") }))), Some(Breakage::Status(502)));
        assert_eq!(of(Ok(Some(Reply { status: Some(400), is_error: true, ..reply("") }))), None);
        assert_eq!(of(Err(ProbeError::Timeout(Duration::from_secs(10)))), Some(Breakage::Hangs));
        assert_eq!(of(Err(ProbeError::Unreachable(String::new()))), Some(Breakage::Lost));
        assert!(Breakage::of(Err(ProbeError::Stopped)).is_err());
    }

    #[test]
    fn each_type_gets_its_extremes() {
        let definition = json!({"name": "get_page", "inputSchema": {"properties": {"page": {"type": "integer"}, "word": {"type": "string"}}}});
        let snapshot = server(&[definition]);
        let names: Vec<&str> = extremes(&snapshot.tools[0]).iter().map(|extreme| extreme.name).collect();
        assert_eq!(names, ["2^53+1", "negative", "1e308", "empty", "64-kib", "deep"]);
    }
}
