//! What a server is: its definitions, and which of its guards are turned off.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::custom::Custom;
use crate::flaw::Flaw;
use crate::issuer::Issuer;
use crate::tls::Certificate;
use crate::tool::Tool;

/// A server to start. Sound unless told otherwise.
#[expect(clippy::struct_excessive_bools, reason = "each is a trait of its own")]
#[derive(Debug, Clone)]
pub struct Server {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) instructions: Option<String>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) change: Option<Change>,
    pub(crate) protocol: Protocol,
    pub(crate) guarded: bool,
    /// The token, where it is not drawn at random.
    pub(crate) fixed_token: Option<String>,
    pub(crate) issuer: Issuer,
    /// Whether its tokens are JSON Web Tokens.
    pub(crate) web_tokens: bool,
    /// Whether a call may be run as a task.
    pub(crate) tasks: bool,
    /// Whether a call takes a second round, in 2026-07-28.
    pub(crate) two_rounds: bool,
    /// Whether its lists may be kept by anybody for everybody.
    pub(crate) public_lists: bool,
    pub(crate) flaws: BTreeSet<Flaw>,
    pub(crate) delay: Duration,
    pub(crate) notice: Option<Value>,
    /// How often the notice is sent.
    pub(crate) notices: usize,
    pub(crate) calls_per_window: usize,
    pub(crate) lists_per_window: Option<usize>,
    /// Wrong tokens that are looked at within ten seconds.
    pub(crate) guesses_per_window: Option<usize>,
    /// Streams for announcements that are open at the same time; 0 where there are none.
    pub(crate) streams_at_a_time: usize,
    /// What every argument is completed to.
    pub(crate) completions: Vec<String>,
    pub(crate) custom: Option<Custom>,
    pub(crate) tls: Option<Certificate>,
    /// Whether streams of the revisions with sessions can be resumed.
    pub(crate) is_resumable: bool,
}

/// Which revisions a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// 2026-07-28, 2025-11-25 and 2025-06-18.
    Both,
    /// 2026-07-28.
    Modern,
    /// 2025-11-25 and 2025-06-18.
    Legacy,
    /// HTTP+SSE of 2024-11-05.
    Sse,
}

/// Definitions that are replaced after some calls.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) after_calls: u64,
    pub(crate) tools: Vec<Tool>,
}

/// A prompt with one optional argument `topic`.
#[derive(Debug, Clone)]
pub struct Prompt {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) text: String,
    /// What the assistant says then, where the prompt says it for it.
    pub(crate) reply: Option<String>,
}

/// A resource of plain text.
#[derive(Debug, Clone)]
pub struct Resource {
    pub(crate) uri: String,
    pub(crate) name: String,
    pub(crate) text: Text,
    /// Whether only its owner may know it.
    pub(crate) for_owner: bool,
}

/// The text of a resource: always the same, or made anew.
#[derive(Clone)]
pub(crate) struct Text(Arc<dyn Fn() -> String + Send + Sync>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?})", (self.0)())
    }
}

/// Calls of one tool that are answered within ten seconds.
const CALLS_PER_WINDOW: usize = 50;

impl Server {
    /// A sound server without tools, open to everybody.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: "1.4.2".to_owned(),
            instructions: None,
            tools: Vec::new(),
            prompts: Vec::new(),
            resources: Vec::new(),
            change: None,
            protocol: Protocol::Both,
            guarded: false,
            fixed_token: None,
            issuer: Issuer::default(),
            web_tokens: false,
            tasks: false,
            two_rounds: false,
            public_lists: false,
            flaws: BTreeSet::new(),
            delay: Duration::ZERO,
            notice: None,
            notices: 1,
            calls_per_window: CALLS_PER_WINDOW,
            lists_per_window: None,
            guesses_per_window: None,
            streams_at_a_time: 0,
            completions: Vec::new(),
            custom: None,
            tls: None,
            is_resumable: false,
        }
    }

    /// Adds a tool.
    #[must_use]
    pub fn tool(mut self, tool: Tool) -> Self {
        self.tools.push(tool);
        self
    }

    /// Adds tools.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools.extend(tools);
        self
    }

    /// Adds a prompt.
    #[must_use]
    pub fn prompt(mut self, name: &str, description: &str, text: &str) -> Self {
        let (name, description, text) = (name.to_owned(), description.to_owned(), text.to_owned());
        self.prompts.push(Prompt { name, description, text, reply: None });
        self
    }

    /// Puts a turn of the assistant behind the last prompt.
    #[must_use]
    pub fn prompt_reply(mut self, text: &str) -> Self {
        if let Some(prompt) = self.prompts.last_mut() {
            prompt.reply = Some(text.to_owned());
        }
        self
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource(self, uri: &str, name: &str, text: &str) -> Self {
        let text = text.to_owned();
        self.resource_showing(uri, name, move || text.clone())
    }

    /// Adds a resource whose text is another one each time it is read.
    #[must_use]
    pub fn resource_showing(
        mut self,
        uri: &str,
        name: &str,
        text: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        let (uri, name) = (uri.to_owned(), name.to_owned());
        self.resources.push(Resource { uri, name, text: Text(Arc::new(text)), for_owner: false });
        self
    }

    /// Completes every argument to these values.
    #[must_use]
    pub fn completing(mut self, values: &[&str]) -> Self {
        self.completions = values.iter().map(|value| (*value).to_owned()).collect();
        self
    }

    /// Sets `serverInfo.version`.
    #[must_use]
    pub fn versioned(mut self, version: &str) -> Self {
        version.clone_into(&mut self.version);
        self
    }

    /// Sets `instructions`.
    #[must_use]
    pub fn instructions(mut self, text: &str) -> Self {
        self.instructions = Some(text.to_owned());
        self
    }

    /// Wants a bearer token, and publishes the metadata of RFC 9728 and of its issuer.
    #[must_use]
    pub fn guarded(mut self) -> Self {
        self.guarded = true;
        self
    }

    /// Wants this token, which somebody chose.
    #[must_use]
    pub fn guarded_by(mut self, token: &str) -> Self {
        self.fixed_token = Some(token.to_owned());
        self.guarded()
    }

    /// Sends its clients to this authorization server. Only guarded servers have one.
    #[must_use]
    pub fn issuer(mut self, issuer: Issuer) -> Self {
        self.issuer = issuer;
        self
    }

    /// Wants a bearer token that is a JSON Web Token.
    #[must_use]
    pub fn guarded_by_web_tokens(mut self) -> Self {
        self.web_tokens = true;
        self.guarded()
    }

    /// Runs calls as tasks for whoever wants that.
    #[must_use]
    pub fn running_tasks(mut self) -> Self {
        self.tasks = true;
        self
    }

    /// Answers a call in the second round, to whoever comes back with the state that the first one gave.
    #[must_use]
    pub fn in_two_rounds(mut self) -> Self {
        self.two_rounds = true;
        self
    }

    /// Lets its lists be kept by anybody for everybody.
    #[must_use]
    pub fn sharing_lists(mut self) -> Self {
        self.public_lists = true;
        self
    }

    /// Shows the last resource to its owner alone.
    #[must_use]
    pub fn private(mut self) -> Self {
        if let Some(resource) = self.resources.last_mut() {
            resource.for_owner = true;
        }
        self
    }

    /// Turns one thing wrong.
    #[must_use]
    pub fn flaw(mut self, flaw: Flaw) -> Self {
        self.flaws.insert(flaw);
        self
    }

    /// Sends a log message before the answer to each call.
    #[must_use]
    pub fn noticing(mut self, text: &str) -> Self {
        self.notice = Some(json!({
            "jsonrpc": "2.0",
            "method": "notifications/message",
            "params": { "level": "info", "logger": "server", "data": text },
        }));
        self
    }

    /// Sends a log message so many times before the answer to each call.
    #[must_use]
    pub fn flooding(mut self, text: &str, notices: usize) -> Self {
        self.notices = notices;
        self.noticing(text)
    }

    /// Asks the client to complete a text before the answer to each call.
    #[must_use]
    pub fn asking_for_text(mut self) -> Self {
        let question = json!({ "role": "user", "content": { "type": "text", "text": "Summarise the weather." } });
        let params = json!({ "messages": [question], "maxTokens": 100 });
        self.notice =
            Some(json!({ "jsonrpc": "2.0", "id": "s1", "method": "sampling/createMessage", "params": params }));
        self
    }

    /// Makes every answer wait.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Waits as long as each answer takes. A timer of no time would wait for its next tick, a millisecond away.
    pub(crate) async fn think(&self) {
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
    }

    /// Speaks only 2026-07-28.
    #[must_use]
    pub fn modern_only(mut self) -> Self {
        self.protocol = Protocol::Modern;
        self
    }

    /// Speaks only the revisions with sessions.
    #[must_use]
    pub fn legacy_only(mut self) -> Self {
        self.protocol = Protocol::Legacy;
        self
    }

    /// Speaks only HTTP+SSE of 2024-11-05.
    #[must_use]
    pub fn http_sse(mut self) -> Self {
        self.protocol = Protocol::Sse;
        self
    }

    /// Is reached by TLS with such a certificate.
    #[must_use]
    pub(crate) fn tls(mut self, certificate: Certificate) -> Self {
        self.tls = Some(certificate);
        self
    }

    /// Lets a session ask again for what it was answered.
    #[must_use]
    pub(crate) fn resumable(mut self) -> Self {
        self.is_resumable = true;
        self
    }

    /// Replaces the tools after some calls, without a word.
    #[must_use]
    pub fn changing_after(mut self, after_calls: u64, tools: Vec<Tool>) -> Self {
        self.change = Some(Change { after_calls, tools });
        self
    }

    /// Answers calls without any limit.
    #[must_use]
    pub fn unlimited(mut self) -> Self {
        self.calls_per_window = usize::MAX;
        self
    }

    /// Answers so many lists in ten seconds and no more.
    #[must_use]
    pub fn limiting_lists(mut self, lists: usize) -> Self {
        self.lists_per_window = Some(lists);
        self
    }

    /// Looks at so many wrong tokens in ten seconds and no more.
    #[must_use]
    pub fn limiting_guesses(mut self, guesses: usize) -> Self {
        self.guesses_per_window = Some(guesses);
        self
    }

    /// Announces changes of its lists on so many streams at a time and no more.
    #[must_use]
    pub fn limiting_streams(mut self, streams: usize) -> Self {
        self.streams_at_a_time = streams;
        self
    }

    /// Its tools, hidden ones included, as they are at the start.
    pub fn all_tools(&self) -> &[Tool] {
        &self.tools
    }

    /// A server of another make.
    pub(crate) fn custom(name: &str, custom: Custom) -> Self {
        Self { custom: Some(custom), ..Self::new(name) }
    }

    /// The path of its endpoint.
    pub(crate) fn path(&self) -> &'static str {
        if self.protocol == Protocol::Sse { "/sse" } else { "/mcp" }
    }

    pub(crate) fn has(&self, flaw: Flaw) -> bool {
        self.flaws.contains(&flaw)
    }

    /// `serverInfo`.
    pub(crate) fn info(&self) -> Value {
        json!({ "name": self.name, "version": self.version })
    }

    /// `capabilities`: what there is, and no more.
    pub(crate) fn capabilities(&self) -> Value {
        let mut capabilities = json!({});
        for (name, is_there) in [
            ("tools", !self.tools.is_empty()),
            ("prompts", !self.prompts.is_empty()),
            ("resources", !self.resources.is_empty()),
            ("completions", !self.completions.is_empty()),
        ] {
            if is_there {
                capabilities[name] = json!({});
            }
        }
        if self.tasks || self.has(Flaw::EndlessTasks) {
            capabilities["tasks"] = json!({ "cancel": {}, "requests": { "tools": { "call": {} } } });
        }
        capabilities
    }
}

impl Prompt {
    pub(crate) fn definition(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "arguments": [{ "name": "topic", "description": "What the text should be about.", "required": false }],
        })
    }

    /// One message of the user, whatever the argument holds. Where arguments escape, each paragraph that begins with a
    /// role is a message of that role.
    pub(crate) fn messages(&self, arguments: &Value, escape: bool) -> Value {
        let topic = arguments.get("topic").and_then(Value::as_str);
        if escape && let Some(topic) = topic {
            let message = |text: &str| {
                let (role, text) = text.split_once(": ").unwrap_or(("user", text));
                json!({ "role": role, "content": { "type": "text", "text": text } })
            };
            return topic.split("\n\n").map(message).collect();
        }
        let text =
            topic.map_or_else(|| self.text.clone(), |topic| format!("{}\n\nTopic: {}", self.text, Value::from(topic)));
        let turn = |role: &str, text: &str| json!({ "role": role, "content": { "type": "text", "text": text } });
        let reply = self.reply.iter().map(|reply| turn("assistant", reply));
        std::iter::once(turn("user", &text)).chain(reply).collect()
    }
}

impl Resource {
    pub(crate) fn definition(&self) -> Value {
        json!({ "uri": self.uri, "name": self.name, "mimeType": "text/plain" })
    }

    pub(crate) fn contents(&self) -> Value {
        json!([{ "uri": self.uri, "mimeType": "text/plain", "text": (self.text.0)() }])
    }
}
