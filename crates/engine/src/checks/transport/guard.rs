//! How each era of a server treats what a guard in front of it should stop.

use tokio::sync::OnceCell;

use crate::check::Verdict;
use crate::checks::access::{anonymous_lists, control, list_with, was_granted};
use crate::checks::transport::private::is_private;
use crate::probe::{Probe, ProbeError, Request};
use crate::wire::Exchange;

/// A guard that every request should pass, whatever era it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// Looks at the web page that a request comes from.
    Origin,
    /// Looks at the name that a request was sent to.
    Host,
    /// Looks at the content type, which decides whether browsers ask before they send.
    ContentType,
}

/// How one era treated requests of that kind.
#[derive(Debug, Clone)]
pub(super) struct Treated {
    /// What the header held; `None` where there was none.
    pub(super) value: Option<String>,
    /// The first answer that did what was asked, else the last refusal.
    pub(super) answer: Exchange,
    /// Whether it did what was asked.
    pub(super) granted: bool,
}

/// What was seen of each guard, in the order of [`Guard`], and the known-good request of each era that they are beside.
/// Several checks judge it.
#[derive(Default)]
pub(crate) struct Guards([OnceCell<Vec<Seen>>; 3], OnceCell<Vec<Result<Exchange, Verdict>>>);

/// How one era treated requests that a guard should stop, or why that cannot be said: it refuses the known-good request,
/// at least at times.
pub(super) type Seen = Result<Treated, Verdict>;

impl Guard {
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Origin => "Origin",
            Self::Host => "Host",
            Self::ContentType => "Content-Type",
        }
    }

    /// Values that it should stop.
    fn values(self, probe: &Probe) -> Vec<Option<String>> {
        match self {
            Self::Origin => vec![Some(format!("https://{}.example", probe.canary())), Some("null".to_owned())],
            Self::Host => vec![Some(format!("{}.example", probe.canary()))],
            // What a page sends without a preflight.
            Self::ContentType => {
                vec![Some("text/plain".to_owned()), Some("application/x-www-form-urlencoded".to_owned()), None]
            }
        }
    }

    /// The request with such a value.
    pub(super) fn tempt<'p>(self, request: Request<'p>, value: Option<&str>) -> Request<'p> {
        match value {
            None => request.without_header(self.header()),
            Some(value) if self == Self::Origin => request.header(self.header(), value),
            Some(value) => request.replace_header(self.header(), value),
        }
    }
}

/// How each era treats the list with such values, asked once in a run.
pub(super) async fn treated(probe: &Probe, guard: Guard) -> Result<&[Seen], ProbeError> {
    let observe = || async move {
        let mut eras = Vec::new();
        for era in 0..probe.eras().len() {
            eras.push(in_era(probe, guard, era).await?);
        }
        Ok(eras)
    };
    probe.memo().guards().0[guard as usize].get_or_try_init(observe).await.map(Vec::as_slice)
}

/// The requests of one era, beside a known-good one.
async fn in_era(probe: &Probe, guard: Guard, era: usize) -> Result<Seen, ProbeError> {
    let controls = &probe.memo().guards().1;
    let ask = || async move {
        let mut controls = Vec::new();
        for era in 0..probe.eras().len() {
            controls.push(control(probe, era).await?);
        }
        Ok::<_, ProbeError>(controls)
    };
    let mut last = match controls.get_or_try_init(ask).await?.get(era).cloned() {
        Some(Ok(answer)) => Treated { value: None, answer, granted: false },
        Some(Err(verdict)) => return Ok(Err(verdict)),
        None => return Err(ProbeError::Unreachable("the server does not speak this era".to_owned())),
    };
    for value in guard.values(probe) {
        let answer = list_with(probe, era, |request| guard.tempt(request, value.as_deref())).await?;
        let granted = was_granted(&answer);
        last = Treated { value, answer, granted };
        if granted {
            break;
        }
    }
    Ok(Ok(last))
}

/// The verdict where no era is known to let such requests through: a pass, unless it could not be seen.
pub(super) fn stopped(eras: &[Seen]) -> Verdict {
    let unseen = || eras.iter().filter_map(|era| era.as_ref().err());
    let is_unstable = |verdict: &&Verdict| matches!(verdict, Verdict::NotAssessed(_));
    if let Some(unstable) = unseen().find(is_unstable) {
        return unstable.clone();
    }
    let is_seen = eras.iter().any(Result::is_ok);
    unseen().next().filter(|_| !is_seen).cloned().unwrap_or(Verdict::PASS)
}

/// Whether the target is on this machine or in a private network, judged by the address that answered.
pub(super) async fn is_local(probe: &Probe) -> Result<bool, ProbeError> {
    let peer = anonymous_lists(probe).await?.iter().find_map(|list| list.peer);
    Ok(is_private(probe.snapshot(), peer))
}
