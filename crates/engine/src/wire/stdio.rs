//! Messages over the standard input and output of a child process: one per line.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::wire::child::{Launch, Pipes, ProcessGroup};
use crate::wire::connection::WireError;
use crate::wire::heard::{self, Heard};
use crate::wire::inbox::{INBOX_LENGTH, Incoming, Wait, collect, drain};
use crate::wire::jsonrpc::{self, Unreadable};
use crate::wire::message::Parts;
use crate::wire::record::{Cap, Exchange, lock};
use crate::wire::shared::Shared;

const MAX_LINE_BYTES: usize = 4 << 20;
const MAX_STDERR_BYTES: usize = 1 << 20;
/// Lines of stdout that are no messages: how many are kept, and how much of each.
const MAX_STRAY_LINES: usize = 64;
const MAX_STRAY_BYTES: usize = 4 << 10;
/// Requests of the server that are answered on one connection.
const MAX_ANSWERS: usize = 1_000;
/// How long a child may take to read what we write.
const WRITE: Duration = Duration::from_secs(10);
/// How long to wait for the exit of a child that closed its output.
const EXIT: Duration = Duration::from_millis(500);

type Input = Arc<Mutex<Option<ChildStdin>>>;

/// A child process and its pipes.
pub(crate) struct StdioConnection {
    group: Mutex<ProcessGroup>,
    group_id: Option<u32>,
    input: Input,
    inbox: Mutex<mpsc::Receiver<Incoming>>,
    closed: Arc<AtomicBool>,
    /// Reads stderr to its end.
    stderr: Mutex<JoinHandle<()>>,
}

impl StdioConnection {
    /// Starts the child.
    pub(crate) fn start(launch: &Launch, heard: Option<Arc<Heard>>, shared: &Arc<Shared>) -> Result<Self, WireError> {
        let started = launch.start().map_err(|source| WireError::Spawn { program: launch.program.clone(), source });
        let (group, Pipes { stdin, stdout, stderr }) = started?;
        let input: Input = Arc::new(Mutex::new(Some(stdin)));
        let (outbox, inbox) = mpsc::channel(INBOX_LENGTH);
        let closed = Arc::new(AtomicBool::new(false));
        // Both readers end when the child closes its pipes, at the latest when its group is killed.
        let reader = Reader { input: input.clone(), outbox, shared: shared.clone(), heard, answers: 0 };
        tokio::spawn(reader.run(stdout, closed.clone()));
        let stderr = Mutex::new(tokio::spawn(keep_stderr(stderr, shared.clone())));
        Ok(Self { group_id: group.id(), group: Mutex::new(group), input, inbox: Mutex::new(inbox), closed, stderr })
    }

    /// Sends a request and waits for its response.
    pub(crate) async fn send(&self, parts: &Parts, shared: &Shared) -> Result<Exchange, WireError> {
        self.send_and_wait(parts, &Wait::of(parts), shared).await
    }

    /// Sends a request and waits for what the caller says.
    pub(crate) async fn send_and_wait(
        &self,
        parts: &Parts,
        wait: &Wait,
        shared: &Shared,
    ) -> Result<Exchange, WireError> {
        let mut inbox = self.inbox.lock().await;
        drain(&mut inbox);
        if let Err(error) = self.write(&parts.body()).await {
            return Err(self.gone(error).await);
        }
        let collected = collect(&mut inbox, wait).await;
        if let Some(reason) = collected.closed {
            return Err(self.gone(reason).await);
        }
        if collected.first.is_none() && !wait.ids.is_empty() && wait.exactly.is_none() {
            return Err(WireError::Timeout(wait.first));
        }
        Ok(Exchange {
            request: parts.template(false, shared),
            status: None,
            headers: Vec::new(),
            body: Bytes::from(collected.body),
            messages: collected.messages,
            first_byte: collected.first.unwrap_or_default(),
            total: collected.total,
            peer: None,
            truncated: collected.truncated,
            id: wait.ids.last().cloned(),
        })
    }

    async fn write(&self, message: &[u8]) -> Result<(), String> {
        let mut input = self.input.lock().await;
        let Some(stdin) = input.as_mut() else { return Err("its input is closed".to_owned()) };
        let written = timeout(WRITE, write_line(stdin, message)).await;
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err("it closed its input".to_owned()),
            Err(_) => {
                // A part of the message is written: whatever follows would be no message.
                *input = None;
                Err(format!("it did not read its input within {WRITE:?}"))
            }
        }
    }

    /// Says how the connection ended.
    async fn gone(&self, reason: String) -> WireError {
        self.closed.store(true, Ordering::Relaxed);
        let exit = self.group.lock().await.wait(EXIT).await;
        if exit.is_some() {
            // Its last words are on their way. A process that it left behind may hold the pipe open.
            let mut stderr = self.stderr.lock().await;
            if !stderr.is_finished() {
                let _ = timeout(EXIT, &mut *stderr).await;
            }
        }
        WireError::Closed(match exit {
            Some(status) => format!("the server process exited ({status})"),
            None => format!("the server process is of no use any more: {reason}"),
        })
    }

    /// The process group, which is the id of its first process.
    pub(crate) fn group_id(&self) -> Option<u32> {
        self.group_id
    }

    /// Closes the child's input and tells whether its whole group ends within the limit.
    pub(crate) async fn ends_with_its_input(&self, limit: Duration) -> bool {
        *self.input.lock().await = None;
        self.closed.store(true, Ordering::Relaxed);
        let mut group = self.group.lock().await;
        let ended = async {
            group.wait(limit).await;
            while group.is_running() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(limit, ended).await.is_ok()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Closes the child's input, as the specification asks, and stops its group.
    pub(crate) async fn close(&self) {
        *self.input.lock().await = None;
        self.closed.store(true, Ordering::Relaxed);
        self.group.lock().await.stop().await;
    }
}

async fn write_line(stdin: &mut ChildStdin, message: &[u8]) -> std::io::Result<()> {
    stdin.write_all(message).await?;
    stdin.write_all(b"\n").await?;
    stdin.flush().await
}

struct Reader {
    input: Input,
    outbox: mpsc::Sender<Incoming>,
    shared: Arc<Shared>,
    heard: Option<Arc<Heard>>,
    answers: usize,
}

impl Reader {
    async fn run(mut self, stdout: ChildStdout, closed: Arc<AtomicBool>) {
        let mut stdout = BufReader::with_capacity(64 << 10, stdout);
        let reason = loop {
            match self.line(&mut stdout).await {
                Ok(Some(line)) => {
                    if !self.pass_on(&line).await {
                        return;
                    }
                }
                Ok(None) => {
                    if self.outbox.send(Incoming::Over(Cap::Line)).await.is_err() {
                        return;
                    }
                }
                Err(reason) => break reason,
            }
        };
        closed.store(true, Ordering::Relaxed);
        // Nobody listens any more where sending fails.
        let _ = self.outbox.send(Incoming::Closed(reason)).await;
    }

    /// The next line; `None` where it was too long and is skipped; an error at the end.
    async fn line(&self, stdout: &mut BufReader<ChildStdout>) -> Result<Option<Vec<u8>>, String> {
        next_line(stdout, |count| {
            self.shared.recorder.received(count);
            self.shared.budget.receive(count)
        })
        .await
    }

    /// Passes the messages of a line on; false once nobody listens.
    async fn pass_on(&mut self, line: &[u8]) -> bool {
        let messages = match jsonrpc::parse(line) {
            Ok(messages) => messages,
            Err(Unreadable::Over(cap)) => return self.outbox.send(Incoming::Over(cap)).await.is_ok(),
            Err(Unreadable::NotMessages) => {
                self.keep_stray(line);
                return true;
            }
        };
        for message in messages {
            if jsonrpc::is_request(&message) {
                self.answer(&message).await;
            }
            if message.get("method").is_none() && !jsonrpc::is_response(&message) {
                self.keep_stray(line);
                continue;
            }
            if !jsonrpc::is_response(&message) {
                self.shared.recorder.unsolicited(&message);
                if let Some(heard) = &self.heard {
                    heard.keep(&message);
                }
            }
            if self.outbox.send(Incoming::Message(message)).await.is_err() {
                return false;
            }
        }
        true
    }

    fn keep_stray(&self, line: &[u8]) {
        let mut output = lock(&self.shared.child_output);
        if !line.trim_ascii().is_empty() && output.stray.len() < MAX_STRAY_LINES {
            output.stray.push(String::from_utf8_lossy(&line[..line.len().min(MAX_STRAY_BYTES)]).into_owned());
        }
    }

    async fn answer(&mut self, request: &serde_json::Value) {
        self.answers += 1;
        if self.answers > MAX_ANSWERS {
            return;
        }
        let answer = heard::answer_to(request, self.heard.as_deref()).to_string();
        let mut input = self.input.lock().await;
        let Some(stdin) = input.as_mut() else { return };
        if timeout(Duration::from_secs(1), write_line(stdin, answer.as_bytes())).await.is_err() {
            *input = None;
        }
    }
}

/// The next line; `None` where it was too long and is skipped; an error at the end, or where `receive`, which is told how
/// many bytes were read, wants no more.
pub(crate) async fn next_line(
    output: &mut (impl AsyncBufRead + Unpin),
    receive: impl Fn(usize) -> bool,
) -> Result<Option<Vec<u8>>, String> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let available = output.fill_buf().await.map_err(|error| format!("its output cannot be read: {error}"))?;
        if available.is_empty() {
            // A last line without its end counts.
            return if line.is_empty() { Err("it closed its output".to_owned()) } else { Ok(Some(line)) };
        }
        let end = available.iter().position(|&byte| byte == b'\n');
        let length = end.unwrap_or(available.len());
        if line.len() + length > MAX_LINE_BYTES {
            too_long = true;
            line = Vec::new();
        }
        if !too_long {
            line.extend_from_slice(&available[..length]);
        }
        let consumed = end.map_or(length, |end| end + 1);
        output.consume(consumed);
        if !receive(consumed) {
            return Err("it sent more than one test reads".to_owned());
        }
        if end.is_some() {
            return Ok((!too_long).then_some(line));
        }
    }
}

/// Reads all of stderr, so that the child never waits for us, and keeps its beginning.
async fn keep_stderr(mut stderr: ChildStderr, shared: Arc<Shared>) {
    let mut buffer = vec![0; 8 << 10];
    while let Ok(count @ 1..) = stderr.read(&mut buffer).await {
        let mut output = lock(&shared.child_output);
        let room = MAX_STDERR_BYTES - output.stderr.len().min(MAX_STDERR_BYTES);
        output.stderr.extend_from_slice(&buffer[..count.min(room)]);
    }
}
