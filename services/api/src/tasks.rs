//! What the API does in the background of its own process, or, as a Lambda function, when a schedule asks for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use contracts::tasks::Task;
use jiff::Timestamp;
use runtime::{CancellationToken, TaskHandler};
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};

use crate::schedules;
use crate::state::Api;
use crate::sweeper::Sweeper;

/// Does tasks.
pub struct Tasks {
    api: Api,
    /// Kept, as an environment is mostly used again for the next sweep.
    sweeper: Mutex<Sweeper>,
}

impl Tasks {
    /// Prepares everything; nothing is sent yet.
    pub fn new(api: Api) -> Self {
        Self { sweeper: Mutex::new(Sweeper::new(api.clone())), api }
    }

    /// Does a task at once and then every so often until `shutdown`, in a process that runs on.
    pub async fn repeat(self: Arc<Self>, task: Task, every: Duration, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let repeating = async {
            let mut works = true;
            loop {
                ticks.tick().await;
                let done = self.run(task).await;
                if let Err(error) = &done
                    && works
                {
                    // Said once, not every time.
                    match task {
                        Task::Sweep => warn!("cannot {error:#}"),
                        Task::StartDueScans => error!("cannot start scans that are due: {error:#}"),
                    }
                }
                works = done.is_ok();
            }
        };
        shutdown.run_until_cancelled(repeating).await;
    }
}

impl TaskHandler for Tasks {
    type Task = Task;

    async fn run(&self, task: Task) -> anyhow::Result<()> {
        match task {
            Task::Sweep => {
                // On the heap: the clients of AWS make it too large for a stack frame.
                let sweeping = Box::pin(self.sweeper.lock().await.sweep()).await;
                let count = sweeping.context("look for commands that nobody took up")?;
                if count > 0 {
                    info!(count, "sent commands again that nobody had taken up");
                }
            }
            Task::StartDueScans => {
                // Each scan that it starts tells so itself.
                Box::pin(schedules::tick(&self.api, Timestamp::now())).await?;
            }
        }
        Ok(())
    }
}
