//! What the API does in the background of its own process, or, as a Lambda function, when a schedule asks for it.

use anyhow::Context as _;
use contracts::tasks::Task;
use jiff::Timestamp;
use runtime::TaskHandler;
use tokio::sync::Mutex;
use tracing::info;

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
                let count = Box::pin(schedules::tick(&self.api, Timestamp::now())).await?;
                if count > 0 {
                    info!(count, "started scans that were due");
                }
            }
        }
        Ok(())
    }
}
