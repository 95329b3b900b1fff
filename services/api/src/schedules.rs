//! Starts the scans that are due. [`tick`] is all of it: a service that runs on calls it every few seconds, and in AWS one
//! event of EventBridge Scheduler a minute does.

use anyhow::Context as _;
use contracts::api::Status;
use jiff::{SignedDuration, Timestamp};
use runtime::Queue;
use store::{OrgScope, ScheduleItem};
use tracing::{error, info};

use crate::commands;
use crate::state::Api;

/// Schedules of one tick; the others are first at the next.
const AT_ONCE: u32 = 200;
/// After how long a schedule whose last scan still runs is looked at again. Until then it stands behind those of others: where
/// the longest overdue come first, many that wait would keep everybody else's from being seen.
const WAIT: SignedDuration = SignedDuration::from_mins(5);
/// How long a scan keeps the next of its schedule waiting. One that has not ended by then never will.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);

/// Starts every scan that is due at `now`. Any number of ticks may run side by side.
pub(crate) async fn tick(api: &Api, now: Timestamp) -> anyhow::Result<()> {
    let due = api.store.due_schedules(now, AT_ONCE).await.context("look for schedules that are due")?;
    let mut failed = Vec::new();
    for (scope, schedule) in &due {
        // What is wrong with one schedule holds up no other.
        if let Err(error) = start(api, scope, schedule, now).await {
            failed.push(error.context(format!("schedule `{}` of {}", schedule.schedule_id, scope.org())));
        }
    }
    let count = failed.len();
    match failed.into_iter().next() {
        None => Ok(()),
        Some(first) => {
            Err(first.context(format!("{count} of {} schedules that are due could not be started", due.len())))
        }
    }
}

async fn start(api: &Api, scope: &OrgScope, schedule: &ScheduleItem, now: Timestamp) -> anyhow::Result<()> {
    if let Some(last) = &schedule.last_scan {
        let last = api.store.scan(scope, last).await.context("read its last scan")?;
        // Two scans of the same never run side by side, and none is left out.
        if last.is_some_and(|scan| {
            matches!(scan.status, Status::Queued | Status::Running) && now.duration_since(scan.created_at) < PATIENCE
        }) {
            api.store.postpone_schedule(scope, schedule, now + WAIT).await.context("let it wait for its last scan")?;
            return Ok(());
        }
    }
    let Some(scan) = api.store.start_scheduled_scan(scope, schedule, now).await.context("store its scan")? else {
        return Ok(());
    };
    info!(schedule.id = %schedule.schedule_id, scan.id = %scan.scan_id, org = %scope.org(), due = %schedule.next_at, "started a scan that was due");
    // The scan is stored, so it will run: the sweeper sends the command again if this fails.
    if let Err(error) = api.bus.send(Queue::Scan, &commands::scan_requested(scope, &scan)).await {
        error!(scan.id = %scan.scan_id, "could not send the command for a new scan, the sweeper will: {:#}", anyhow::Error::from(error));
    }
    Ok(())
}
