//! How each era of a server treats what a guard in front of it should stop.

use tokio::sync::OnceCell;

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

/// What was seen of each guard, in the order of [`Guard`]. Several checks judge it.
#[derive(Default)]
pub(crate) struct Guards([OnceCell<Vec<Option<Treated>>>; 3]);

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

/// How each era treats the list with such values, asked once in a run. `None` stands for an era that refuses even the
/// known-good request.
pub(super) async fn treated(probe: &Probe, guard: Guard) -> Result<&[Option<Treated>], ProbeError> {
    let observe = || async move {
        let mut eras = Vec::new();
        for era in 0..probe.eras().len() {
            eras.push(match control(probe, era).await? {
                Some(_) => in_era(probe, guard, era).await?,
                None => None,
            });
        }
        Ok(eras)
    };
    probe.memo().guards().0[guard as usize].get_or_try_init(observe).await.map(Vec::as_slice)
}

async fn in_era(probe: &Probe, guard: Guard, era: usize) -> Result<Option<Treated>, ProbeError> {
    let mut last = None;
    for value in guard.values(probe) {
        let answer = list_with(probe, era, |request| guard.tempt(request, value.as_deref())).await?;
        let granted = was_granted(&answer);
        last = Some(Treated { value, answer, granted });
        if granted {
            break;
        }
    }
    Ok(last)
}

/// Whether the target is on this machine or in a private network, judged by the address that answered.
pub(super) async fn is_local(probe: &Probe) -> Result<bool, ProbeError> {
    let peer = anonymous_lists(probe).await?.iter().find_map(|list| list.peer);
    Ok(is_private(probe.snapshot(), peer))
}
