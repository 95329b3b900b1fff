//! One reading tool called ten times on a connection of its own, with the lists read in between: what the checks for
//! changing definitions and changing behaviour look at.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::probe::{Answer, CallKind, Face, Lists, Probe, ProbeError, Request};

/// Calls of the tool.
const CALLS: usize = 10;
/// After how many calls the lists are read again.
const RELISTS: [usize; 4] = [1, 3, 6, 10];
/// How long all of it may take: a slow server leaves the rest unseen.
const LONGEST: Duration = Duration::from_secs(40);

/// What ten calls showed.
#[derive(Debug)]
pub(crate) struct Repeated {
    /// The tool's place in the snapshot; `None` where no reading tool could be called.
    pub(crate) tool: Option<usize>,
    /// Lists of the run's own connection, read before the calls.
    pub(crate) own: Lists,
    /// Lists of the fresh connection, read twice before the calls: the control.
    pub(crate) control: [Lists; 2],
    /// Time between the two readings of the control.
    pub(crate) between: Duration,
    /// Answers, in order; fewer than ten where the server or the budget stopped the calls.
    pub(crate) answers: Vec<Answer>,
    /// Lists after so many calls.
    pub(crate) after: Vec<(usize, Lists)>,
    /// `ttlMs` of the tool list, where the server gives one.
    pub(crate) ttl_ms: Option<u64>,
    /// `list_changed` notifications that came meanwhile.
    pub(crate) announced: usize,
    /// How long it took.
    pub(crate) elapsed: Duration,
}

impl Probe {
    /// Ten benign calls of one reading tool and the lists around them, made once and shared. The tool is the first whose
    /// benign call succeeded, so that a failing one is not mistaken for a drifting one.
    pub(crate) async fn repeated_calls(&self) -> Result<&Repeated, ProbeError> {
        self.repeated.get_or_try_init(|| self.repeat_calls()).await
    }

    async fn repeat_calls(&self) -> Result<Repeated, ProbeError> {
        let succeeded = |answer: &Answer| !answer.is_error() && answer.result().is_some();
        let benign = self.benign_calls().await?;
        let sample = benign.iter().find(|call| succeeded(&call.answer));
        let started = Instant::now();
        let announced = self.list_changes();
        let own = self.relist().await?;
        let ttl_ms = self
            .request("tools/list", Value::Null)
            .send()
            .await?
            .result()
            .and_then(|result| result.get("ttlMs")?.as_u64());
        let live = self.open_fresh(0, &crate::probe::ClientIdentity::default()).await?;
        let face = Face { live: Some(live.clone()), ..Face::own(self) };
        let run = async {
            let first = face.lists(None).await?;
            let read = Instant::now();
            let second = face.lists(None).await?;
            let mut repeated = Repeated {
                tool: sample.map(|call| call.tool),
                own,
                control: [first, second],
                between: read.elapsed(),
                answers: Vec::new(),
                after: Vec::new(),
                ttl_ms,
                announced: 0,
                elapsed: Duration::ZERO,
            };
            let Some(sample) = sample else { return Ok(repeated) };
            let params = json!({ "name": self.snapshot().tools[sample.tool].name, "arguments": sample.arguments });
            for number in 1..=CALLS {
                if started.elapsed() > LONGEST {
                    break;
                }
                let request =
                    Request::new(self, 0, Some(live.clone()), "tools/call", params.clone()).kind(CallKind::Benign);
                match request.send().await {
                    Ok(exchange) => repeated.answers.push(Answer { exchange }),
                    // What was seen so far is judged; a tool that asks to be left alone, or hangs, is left alone.
                    Err(ProbeError::Budget(_) | ProbeError::Timeout(_) | ProbeError::NotPermitted) => break,
                    Err(error) => return Err(error),
                }
                if RELISTS.contains(&number) {
                    repeated.after.push((number, face.lists(None).await?));
                }
            }
            Ok(repeated)
        };
        let repeated: Result<Repeated, ProbeError> = run.await;
        live.connection.close().await;
        let mut repeated = repeated?;
        repeated.announced = self.list_changes().saturating_sub(announced);
        repeated.elapsed = started.elapsed();
        Ok(repeated)
    }

    /// How many changes of lists the server has announced so far.
    pub(crate) fn list_changes(&self) -> usize {
        let is_change = |message: &&Value| {
            message.get("method").and_then(Value::as_str).is_some_and(|method| method.ends_with("/list_changed"))
        };
        self.unsolicited().iter().filter(is_change).count()
    }
}
