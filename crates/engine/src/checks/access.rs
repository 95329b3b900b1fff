//! How the server treats a request of some caller: the question behind every check of authentication and origin.

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::check::Verdict;
use crate::checks::input::slots::Injected;
use crate::checks::oauth::authorization::Authorization;
use crate::checks::oauth::discovery::{Discovery, discover};
use crate::checks::prompt_injection::pages::Visit;
use crate::checks::second::View;
use crate::checks::tasks::Tasks;
use crate::checks::transport::guard::Guards;
use crate::probe::{Probe, ProbeError, Request};
use crate::snapshot::Snapshot;
use crate::wire::Exchange;

/// A list that the server offers, to be asked for as some caller. Every era and every server has at least a ping or a
/// discovery.
pub(crate) fn list_method(snapshot: &Snapshot, modern: bool) -> &'static str {
    let offers = |capability: &str| snapshot.capabilities.get(capability).is_some();
    match () {
        () if offers("tools") || !snapshot.tools.is_empty() => "tools/list",
        () if offers("prompts") => "prompts/list",
        () if offers("resources") => "resources/list",
        () if modern => "server/discover",
        () => "ping",
    }
}

/// The verdict where even the request that a good client sends is refused.
pub(crate) fn refused() -> Verdict {
    Verdict::needs_credentials("the known-good request was refused: give `--header 'Authorization: Bearer …'`")
}

/// What several checks ask for and no answer of which changes: asked once in a run.
#[derive(Default)]
pub(crate) struct Memo {
    anonymous: OnceCell<Vec<Exchange>>,
    stranger: OnceCell<Stranger>,
    discovery: OnceCell<Discovery>,
    authorization: OnceCell<Authorization>,
    tasks: OnceCell<Tasks>,
    second: OnceCell<Result<View, Verdict>>,
    injected: Injected,
    guards: Guards,
    visits: OnceCell<Vec<Visit>>,
}

impl Memo {
    /// What the checks of injected values share.
    pub(crate) fn injected(&self) -> &Injected {
        &self.injected
    }

    /// What the authorization server answers to new clients, asked for by whoever wants to know first.
    pub(crate) async fn authorization<F>(&self, ask: impl FnOnce() -> F) -> Result<&Authorization, ProbeError>
    where
        F: Future<Output = Result<Authorization, ProbeError>>,
    {
        self.authorization.get_or_try_init(ask).await
    }

    /// What the second caller is listed, or why that cannot be said.
    pub(crate) async fn second<F>(&self, look: impl FnOnce() -> F) -> Result<&Result<View, Verdict>, ProbeError>
    where
        F: Future<Output = Result<Result<View, Verdict>, ProbeError>>,
    {
        self.second.get_or_try_init(look).await
    }

    /// How each era treats what its guards should stop.
    pub(crate) fn guards(&self) -> &Guards {
        &self.guards
    }

    /// The visits of tools to our pages, made by whoever asks first.
    pub(crate) async fn visits<F>(&self, visit: impl FnOnce() -> F) -> Result<&[Visit], ProbeError>
    where
        F: Future<Output = Result<Vec<Visit>, ProbeError>>,
    {
        self.visits.get_or_try_init(visit).await.map(Vec::as_slice)
    }

    /// The task of the run, started by whoever asks first.
    pub(crate) async fn tasks<F>(&self, start: impl FnOnce() -> F) -> Result<&Tasks, ProbeError>
    where
        F: Future<Output = Result<Tasks, ProbeError>>,
    {
        self.tasks.get_or_try_init(start).await
    }
}

/// What a caller with a bearer that nobody issued is answered.
pub(crate) struct Stranger {
    /// The bearer.
    pub(crate) bearer: String,
    /// The list per era.
    pub(crate) lists: Vec<Exchange>,
}

/// The list as a caller without credentials, per era.
pub(crate) async fn anonymous_lists(probe: &Probe) -> Result<&[Exchange], ProbeError> {
    let ask = || async move {
        let mut lists = Vec::new();
        for era in 0..probe.eras().len() {
            lists.push(list_as(probe, era, Request::anonymous).await?);
        }
        Ok(lists)
    };
    probe.memo().anonymous.get_or_try_init(ask).await.map(Vec::as_slice)
}

/// The eras in which callers without credentials get no list.
pub(crate) async fn guarded_eras(probe: &Probe) -> Result<Vec<usize>, ProbeError> {
    let lists = anonymous_lists(probe).await?;
    Ok(lists.iter().enumerate().filter(|(_, list)| !was_granted(list)).map(|(era, _)| era).collect())
}

/// The list as a caller with a random bearer, per era.
pub(crate) async fn stranger_lists(probe: &Probe) -> Result<&Stranger, ProbeError> {
    let ask = || async move {
        // 43 characters, as many as 256 bits have in base64.
        let bearer = format!("{}{}Zz0", probe.canary(), probe.canary());
        let mut lists = Vec::new();
        for era in 0..probe.eras().len() {
            lists.push(list_as(probe, era, |request| request.anonymous().bearer(&bearer)).await?);
        }
        Ok(Stranger { bearer, lists })
    };
    probe.memo().stranger.get_or_try_init(ask).await
}

/// The eras that tell one token from another: no list without one, nor with one that nobody issued. The verdict where
/// there is no such era.
pub(crate) async fn telling_eras(probe: &Probe) -> Result<Result<Vec<usize>, Verdict>, ProbeError> {
    let guarded = guarded_eras(probe).await?;
    if guarded.is_empty() {
        return Ok(Err(Verdict::not_applicable("the server asks for no credential")));
    }
    let to_strangers = &stranger_lists(probe).await?.lists;
    let takes_any = |era: usize| to_strangers.get(era).is_some_and(was_granted);
    let telling: Vec<usize> = guarded.into_iter().filter(|era| !takes_any(*era)).collect();
    Ok(if telling.is_empty() {
        Err(Verdict::not_applicable("the server accepts a bearer that nobody issued, which another check reports"))
    } else {
        Ok(telling)
    })
}

/// The first answer with the list to a caller with these headers, of some eras.
pub(crate) async fn granted_to(
    probe: &Probe,
    eras: &[usize],
    headers: &[(String, SecretString)],
) -> Result<Option<Exchange>, ProbeError> {
    for &era in eras {
        let answer = list_as(probe, era, |request| request.credentials(headers)).await?;
        if was_granted(&answer) {
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

/// What the server says about its authorization.
pub(crate) async fn discovery(probe: &Probe) -> Result<&Discovery, ProbeError> {
    probe.memo().discovery.get_or_try_init(|| discover(probe)).await
}

/// Asks for the list as some caller in one era. In a legacy era the caller opens a session of its own first; where
/// that is refused, the refusal is the answer.
pub(crate) async fn list_as<'p>(
    probe: &'p Probe,
    era: usize,
    caller: impl Fn(Request<'p>) -> Request<'p>,
) -> Result<Exchange, ProbeError> {
    let modern = probe.eras().get(era).is_some_and(|era| era.modern);
    send_as(probe, era, list_method(probe.snapshot(), modern), json!({}), caller).await
}

/// Calls a tool that does not exist, which shows whether calls are guarded without calling anything.
pub(crate) async fn unknown_call_as<'p>(
    probe: &'p Probe,
    era: usize,
    caller: impl Fn(Request<'p>) -> Request<'p>,
) -> Result<Exchange, ProbeError> {
    let name = format!("mcpa_{}", probe.canary());
    send_as(probe, era, "tools/call", json!({ "name": name, "arguments": {} }), caller).await
}

/// Sends any request as some caller in one era, in a session of its own where there are sessions.
pub(crate) async fn send_as<'p>(
    probe: &'p Probe,
    era: usize,
    method: &str,
    params: Value,
    caller: impl Fn(Request<'p>) -> Request<'p>,
) -> Result<Exchange, ProbeError> {
    if probe.eras().get(era).is_some_and(|era| era.modern) {
        return caller(probe.request(method, params).era(era)).send().await;
    }
    let session = probe.open_session(|request| caller(request.era(era))).await?;
    if !session.accepted {
        return Ok(session.opening);
    }
    let answer = caller(session.request(method, params)).send().await;
    if session.id().is_some() && session.end().await.is_err() {
        tracing::debug!("the server did not let us end a session");
    }
    answer
}

/// Asks for the list in one era over the connection of the run, changed in one thing.
pub(crate) async fn list_with<'p>(
    probe: &'p Probe,
    era: usize,
    change: impl Fn(Request<'p>) -> Request<'p>,
) -> Result<Exchange, ProbeError> {
    let modern = probe.eras().get(era).is_some_and(|era| era.modern);
    change(probe.request(list_method(probe.snapshot(), modern), json!({})).era(era)).send().await
}

/// The unchanged list, with which others are compared. `None` where the server does not even answer that.
pub(crate) async fn control(probe: &Probe, era: usize) -> Result<Option<Exchange>, ProbeError> {
    Ok(Some(list_with(probe, era, |request| request).await?).filter(was_granted))
}

/// Whether the server did what was asked.
pub(crate) fn was_granted(exchange: &Exchange) -> bool {
    exchange.status.is_none_or(|status| (200..300).contains(&status))
        && exchange.result().is_some_and(|result| !is_tool_error(result))
}

/// Whether the server refused the caller rather than the request.
pub(crate) fn was_refused(exchange: &Exchange) -> bool {
    matches!(exchange.status, Some(401 | 403))
}

fn is_tool_error(result: &Value) -> bool {
    result.get("isError").and_then(Value::as_bool) == Some(true)
}

/// The beginning of an answer, for a sample.
pub(crate) fn shown(exchange: &Exchange) -> String {
    const LENGTH: usize = 2_000;
    let text = exchange.text();
    text.chars().take(LENGTH).collect()
}
