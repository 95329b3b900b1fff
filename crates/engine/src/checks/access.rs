//! How the server treats a request of some caller: the question behind every check of authentication and origin.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::check::Verdict;
use crate::checks::input::slots::Injected;
use crate::checks::oauth::authorization::Authorization;
use crate::checks::oauth::discovery::{Discovery, discover};
use crate::checks::prompt_injection::pages::Visit;
use crate::checks::rate_limit::throttling::is_throttled;
use crate::checks::second::View;
use crate::checks::tasks::Tasks;
use crate::checks::transport::guard::Guards;
use crate::probe::{Probe, ProbeError, Request};
use crate::snapshot::Snapshot;
use crate::wire::Exchange;
use crate::wire::record::lock;

/// How old the unchanged list may be to be compared with a changed one.
const FRESH: Duration = Duration::from_millis(250);

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
    /// A call of a tool that does not exist, without credentials, per era.
    anonymous_calls: OnceCell<Vec<Exchange>>,
    /// Whether further requests like that were treated in the same way.
    is_guard_steady: OnceCell<bool>,
    /// Whether each era answers the unchanged list twice in a row.
    is_steady: OnceCell<Vec<bool>>,
    /// When each era last gave the unchanged list, and what it was.
    unchanged: Mutex<HashMap<usize, (Instant, Exchange)>>,
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

/// A call of a tool that does not exist as a caller without credentials, per era: it shows whether calls are guarded
/// without calling anything.
pub(crate) async fn anonymous_calls(probe: &Probe) -> Result<&[Exchange], ProbeError> {
    let ask = || async move {
        let mut calls = Vec::new();
        for era in 0..probe.eras().len() {
            calls.push(unknown_call_as(probe, era, Request::anonymous).await?);
        }
        Ok(calls)
    };
    probe.memo().anonymous_calls.get_or_try_init(ask).await.map(Vec::as_slice)
}

/// The eras in which callers without credentials get no list; the verdict where there are none, or where a guard lets
/// the same caller in at one time and not at another: whatever is let in after that may be so by chance.
pub(crate) async fn guarded_eras(probe: &Probe) -> Result<Result<Vec<usize>, Verdict>, ProbeError> {
    let granted: Vec<bool> = anonymous_lists(probe).await?.iter().map(was_granted).collect();
    // Nobody who needs no credential is given one.
    let is_asked_for = probe.has_credential() || granted.contains(&false);
    if is_asked_for && !*probe.memo().is_guard_steady.get_or_try_init(|| is_guard_steady(probe, &granted)).await? {
        return Ok(Err(Verdict::not_assessed(
            "unstable: the same request without a credential is refused at one time and served at another",
        )));
    }
    let guarded: Vec<usize> = (0..granted.len()).filter(|era| !granted[*era]).collect();
    Ok(if guarded.is_empty() { Err(Verdict::not_applicable("the server asks for no credential")) } else { Ok(guarded) })
}

/// Whether each era treats callers without credentials as it did before: twice in a row, because one of two such
/// requests tells nothing about a guard that lets every other one through.
async fn is_guard_steady(probe: &Probe, granted: &[bool]) -> Result<bool, ProbeError> {
    for (era, granted) in granted.iter().enumerate() {
        for _ in 0..2 {
            if was_granted(&list_as(probe, era, Request::anonymous).await?) != *granted {
                return Ok(false);
            }
        }
    }
    Ok(true)
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
    let guarded = match guarded_eras(probe).await? {
        Ok(guarded) => guarded,
        Err(verdict) => return Ok(Err(verdict)),
    };
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

/// Calls a tool that does not exist as some caller.
pub(crate) async fn unknown_call_as<'p>(
    probe: &'p Probe,
    era: usize,
    caller: impl Fn(Request<'p>) -> Request<'p>,
) -> Result<Exchange, ProbeError> {
    let name = format!("mcpa_{}", probe.canary());
    send_as(probe, era, "tools/call", json!({ "name": name, "arguments": {} }), caller).await
}

/// Sends any request as some caller in one era, in a session of its own where there are sessions. A caller who does what
/// we do, as one without a credential does where we have none, has ours.
pub(crate) async fn send_as<'p>(
    probe: &'p Probe,
    era: usize,
    method: &str,
    params: Value,
    caller: impl Fn(Request<'p>) -> Request<'p>,
) -> Result<Exchange, ProbeError> {
    let plain = probe.request(method, params.clone()).era(era);
    if probe.eras().get(era).is_some_and(|era| era.modern) {
        return caller(plain).send().await;
    }
    let changed = caller(plain.clone());
    if changed.is_like(&plain) {
        return changed.send().await;
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

/// The unchanged list as the era gives it now: a check that comes right after another looks at the same.
async fn unchanged(probe: &Probe, era: usize) -> Result<Exchange, ProbeError> {
    let known = lock(&probe.memo().unchanged).get(&era).filter(|(at, _)| at.elapsed() < FRESH).cloned();
    if let Some((_, list)) = known {
        return Ok(list);
    }
    let list = list_with(probe, era, |request| request).await?;
    if was_granted(&list) {
        lock(&probe.memo().unchanged).insert(era, (Instant::now(), list.clone()));
    }
    Ok(list)
}

/// The unchanged list, with which others are compared; the verdict where the server does not even answer that, or not each
/// time: what seems to be the effect of a change may then be chance (catalogue section 3, control).
pub(crate) async fn control(probe: &Probe, era: usize) -> Result<Result<Exchange, Verdict>, ProbeError> {
    let list = unchanged(probe, era).await?;
    if !was_granted(&list) {
        return Ok(Err(without_control(probe, &list)));
    }
    Ok(if is_steady(probe, era).await? { Ok(list) } else { Err(unstable_control()) })
}

/// Whether an era answers the unchanged list twice in a row: one of two such requests tells nothing about a server that
/// fails at every other one. Asked once in a run.
pub(crate) async fn is_steady(probe: &Probe, era: usize) -> Result<bool, ProbeError> {
    let ask = || async move {
        let mut steady = Vec::new();
        for era in 0..probe.eras().len() {
            let first = unchanged(probe, era).await?;
            let second = list_with(probe, era, |request| request).await?;
            steady.push(was_granted(&first) == was_granted(&second));
        }
        Ok::<_, ProbeError>(steady)
    };
    Ok(probe.memo().is_steady.get_or_try_init(ask).await?.get(era) == Some(&true))
}

/// Whether the server goes on to answer the unchanged list after a request that may have ended it; `None` where it fails
/// at first and answers then, so that the failure says nothing about that request.
pub(crate) async fn survives(probe: &Probe, era: usize, lives: fn(&Exchange) -> bool) -> Option<bool> {
    for is_first in [true, false] {
        match list_with(probe, era, |request| request).await {
            Ok(answer) if lives(&answer) => return is_first.then_some(true),
            // What stands in front of a server that is gone answers for it.
            Ok(_) => {}
            Err(_) => break,
        }
    }
    Some(false)
}

/// The verdict of a comparison whose control is not the same twice.
pub(crate) fn unstable_control() -> Verdict {
    Verdict::not_assessed("unstable: the known-good request is served at one time and refused at another")
}

/// The verdict where the known-good request failed with this answer.
pub(crate) fn without_control(probe: &Probe, answer: &Exchange) -> Verdict {
    // It was answered when the server was listed, so that the credential suffices.
    let was_listed = probe.snapshot().listings.iter().any(|listing| listing.pages > 0);
    let fails = answer.status.is_some_and(|status| status >= 500);
    if (was_listed || fails) && !is_throttled(answer) { unstable_control() } else { refused() }
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
