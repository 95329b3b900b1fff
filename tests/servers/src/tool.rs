//! Tools as data: what a server lists, and what it answers.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

/// A tool: its definition as it goes over the wire, and what it answers.
#[derive(Clone)]
pub struct Tool {
    pub(crate) definition: Value,
    pub(crate) handler: Arc<dyn Fn(&Call<'_>) -> Reply + Send + Sync>,
    pub(crate) for_admins: bool,
    /// Whether only the owner may know it.
    pub(crate) for_owner: bool,
    /// Whether a token needs the scope for writing.
    pub(crate) needs_scope: bool,
    pub(crate) question: Option<Question>,
}

/// What a tool asks its client before it answers, where the client can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// `elicitation/create` or `sampling/createMessage`.
    pub(crate) method: String,
    pub(crate) params: Value,
}

impl Question {
    /// Whether a client with these capabilities can be asked.
    pub(crate) fn suits(&self, capabilities: &Value) -> bool {
        let capability = self.method.split('/').next().unwrap_or_default();
        capabilities.get(capability).is_some()
    }

    /// The question as a request of its own.
    pub(crate) fn message(&self) -> Value {
        json!({ "jsonrpc": "2.0", "id": "question-1", "method": self.method, "params": self.params })
    }
}

/// One call, as a tool sees it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// The arguments; valid by the tool's schema unless the server is one that does not look.
    pub arguments: &'c Value,
    /// How many calls of this tool there have been, this one included.
    pub number: u64,
}

/// What a tool answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// One block of text.
    Text(String),
    /// A value, and the same as text.
    Structured(Value),
    /// A failure that the model sees.
    Failure(String),
    /// A whole result, as it is.
    Whole(Value),
    /// A failure of the whole server, which the caller sees as status 500.
    Broken,
}

impl Call<'_> {
    /// An argument that is a string; empty where it is none.
    pub fn text(&self, name: &str) -> &str {
        self.arguments.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// An argument that is a number; 0 where it is none.
    pub fn number_of(&self, name: &str) -> f64 {
        self.arguments.get(name).and_then(Value::as_f64).unwrap_or_default()
    }
}

impl Tool {
    /// A tool whose parameters are all required. `properties` is that member of its input schema.
    pub fn new(
        name: &str,
        description: &str,
        properties: Value,
        handler: impl Fn(&Call<'_>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let required = properties.as_object().into_iter().flatten().map(|(name, _)| json!(name)).collect();
        let mut schema = json!({ "type": "object" });
        schema["properties"] = properties;
        schema["required"] = Value::Array(required);
        schema["additionalProperties"] = json!(false);
        let definition = json!({ "name": name, "description": description, "inputSchema": schema });
        let handler = Arc::new(handler);
        Self { definition, handler, for_admins: false, for_owner: false, needs_scope: false, question: None }
    }

    /// A tool that always answers the same text.
    pub fn saying(name: &str, description: &str, properties: Value, answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::new(name, description, properties, move |_| Reply::Text(answer.clone()))
    }

    /// Makes a parameter optional.
    #[must_use]
    pub fn optional(mut self, parameter: &str) -> Self {
        if let Some(required) = self.definition["inputSchema"]["required"].as_array_mut() {
            required.retain(|name| name != parameter);
        }
        self
    }

    /// Declares what it does.
    #[must_use]
    pub fn annotated(self, annotations: Value) -> Self {
        self.with("annotations", annotations)
    }

    /// Declares that it only reads, and reads nothing outside.
    #[must_use]
    pub fn reading(self) -> Self {
        self.annotated(json!({ "readOnlyHint": true, "openWorldHint": false }))
    }

    /// Declares that it destroys.
    #[must_use]
    pub fn destructive(self) -> Self {
        self.annotated(json!({ "readOnlyHint": false, "destructiveHint": true, "openWorldHint": false }))
    }

    /// Sets any member of the definition.
    #[must_use]
    pub fn with(mut self, member: &str, value: Value) -> Self {
        self.definition[member] = value;
        self
    }

    /// Hides it from everybody who does not claim to be an administrator.
    #[must_use]
    pub fn for_admins(mut self) -> Self {
        self.for_admins = true;
        self
    }

    /// Hides it from every user but the owner.
    #[must_use]
    pub fn for_owner(mut self) -> Self {
        self.for_owner = true;
        self
    }

    /// Wants a token with the scope for writing, which only the owner has.
    #[must_use]
    pub fn scoped(mut self) -> Self {
        self.needs_scope = true;
        self
    }

    /// Asks the client for something first, if it can be asked. Whatever it says, the answer is the same.
    #[must_use]
    pub fn asking(mut self, method: &str, params: Value) -> Self {
        self.question = Some(Question { method: method.to_owned(), params });
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.definition["name"].as_str().unwrap_or_default()
    }

    /// Its input schema.
    pub fn schema(&self) -> &Value {
        &self.definition["inputSchema"]
    }

    /// Its definition as it goes over the wire.
    pub fn definition(&self) -> &Value {
        &self.definition
    }
}

impl fmt::Debug for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tool({})", self.name())
    }
}
