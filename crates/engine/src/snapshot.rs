//! All that a server declares, raw first: every byte of a definition is kept, nothing is dropped for being malformed.

use contracts::audit::Transport;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::probe::tools_of;
use crate::tool_class::ToolClass;

/// What a server declared when it was listed. Serialisable, so that a test resumes without listing again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// How it was reached.
    pub transport: Transport,
    /// The endpoint, for HTTP targets: without query and user information.
    pub url: Option<String>,
    /// Whether the endpoint is on this machine.
    pub loopback: bool,
    /// The launch command, for stdio targets: program and arguments as the user gave them.
    pub command: Vec<String>,
    /// Names and values of the environment variables that the user gave for a stdio target.
    pub env: Vec<(String, String)>,
    /// Each era that the server speaks, the primary one first. The lists below are those of the primary one.
    pub eras: Vec<Era>,
    /// `capabilities` of the primary era.
    pub capabilities: Value,
    /// `serverInfo` of the primary era, `Null` where absent.
    pub server_info: Value,
    /// `instructions`, where given.
    pub instructions: Option<String>,
    /// Tools in the order of the list.
    pub tools: Vec<Tool>,
    /// Prompts in the order of the list.
    pub prompts: Vec<Item>,
    /// Resources in the order of the list.
    pub resources: Vec<Item>,
    /// Resource templates in the order of the list.
    pub templates: Vec<Item>,
    /// How each list ended; absent where the capability is not offered.
    pub listings: Vec<Listing>,
    /// Whether the lists were readable without a credential; `None` where that was not tried.
    pub anonymous: Option<bool>,
}

/// A protocol era that a server speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Era {
    /// The negotiated revision: `2026-07-28`.
    pub version: String,
    /// Whether it is the stateless protocol of 2026-07-28 and later.
    pub modern: bool,
}

/// A tool as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// `name`, or empty where it is missing or no string.
    pub name: String,
    /// `title` or `annotations.title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `inputSchema` as it came, `Null` where absent.
    pub input_schema: Value,
    /// `outputSchema` as it came, `Null` where absent.
    pub output_schema: Value,
    /// `annotations` as it came, `Null` where absent.
    pub annotations: Value,
    /// The whole definition as it came.
    pub raw: Value,
    /// What it can do, judged by its words (catalogue section 2).
    pub class: ToolClass,
}

/// A prompt, resource or resource template as declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// `name`, or empty.
    pub name: String,
    /// `uri` or `uriTemplate`; for prompts empty.
    pub uri: String,
    /// `description`.
    pub description: Option<String>,
    /// The whole definition as it came.
    pub raw: Value,
}

/// How listing one kind of thing ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The method: `tools/list`.
    pub method: String,
    /// Pages read.
    pub pages: u32,
    /// Items read.
    pub items: u32,
    /// Why it stopped early, if it did.
    pub stopped: Option<ListingStop>,
}

/// Why a list was not read to its end (catalogue section 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingStop {
    /// A cursor came a second time.
    RepeatedCursor,
    /// A page came a second time.
    RepeatedPage,
    /// 100 pages or 5 000 items.
    TooMany,
    /// A message over its limit, or deeper than 64 levels.
    TooLarge,
    /// The server answered with an error or not in time; what it said is masked.
    Failed(String),
}

impl Tool {
    /// The location of a place in its definition: `tool:<name>#<JSON pointer>`.
    pub fn at(&self, pointer: &str) -> String {
        format!("tool:{}#{pointer}", self.name)
    }

    /// The location of the tool as a whole.
    pub fn location(&self) -> String {
        format!("tool:{}", self.name)
    }

    /// Its parameters: name and schema, in order. Empty where the schema is malformed.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &Value)> {
        let properties = self.input_schema.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
    }

    /// Names of the required parameters.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.input_schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// What it says of a parameter: the description in the schema, or else the line of its own description that begins
    /// with the name, as Python tools write it: `folder (str): The folder to list`.
    pub(crate) fn text_of(&self, parameter: &str) -> Option<&str> {
        let schema = self.parameters().find(|(name, _)| *name == parameter).map(|(_, schema)| schema)?;
        let described = schema.get("description").and_then(Value::as_str);
        described.or_else(|| self.description.as_deref()?.lines().find_map(|line| said_of(parameter, line)))
    }

    /// An annotation hint, such as `readOnlyHint`.
    pub fn hint(&self, name: &str) -> Option<bool> {
        self.annotations.get(name).and_then(Value::as_bool)
    }
}

/// What a line says of a parameter, where it begins with its name: as an item of a list, or the way Python writes it.
fn said_of<'t>(parameter: &str, line: &'t str) -> Option<&'t str> {
    let line = line.trim_start().trim_start_matches(['-', '*', ' ']);
    let rest = line.strip_prefix(":param ").unwrap_or(line).trim_start_matches('`').strip_prefix(parameter)?;
    let (kind, text) = rest.split_once(':')?;
    let kind = kind.trim_matches(['`', '*', ' ']);
    (kind.is_empty() || kind.starts_with('(')).then(|| text.trim())
}

impl Snapshot {
    /// A server of which nothing is known but definitions of tools, such as stored ones: the static checks judge them
    /// without a connection. It counts as one behind a public URL that speaks the newest revision.
    pub fn of_definitions(tools: &[Value]) -> Self {
        Self {
            transport: Transport::StreamableHttp,
            url: Some("https://mcp.example.com/mcp".to_owned()),
            loopback: false,
            command: Vec::new(),
            env: Vec::new(),
            eras: vec![Era { version: "2026-07-28".to_owned(), modern: true }],
            capabilities: json!({ "tools": {} }),
            server_info: Value::Null,
            instructions: None,
            tools: tools_of(tools),
            prompts: Vec::new(),
            resources: Vec::new(),
            templates: Vec::new(),
            listings: Vec::new(),
            anonymous: None,
        }
    }

    /// Whether an era of the stateless protocol is spoken.
    pub fn speaks_modern(&self) -> bool {
        self.eras.iter().any(|era| era.modern)
    }

    /// `serverInfo.<field>` where it is a string.
    pub fn server_field(&self, field: &str) -> Option<&str> {
        self.server_info.get(field).and_then(Value::as_str)
    }
}

/// Every string in a JSON value with its JSON pointer (RFC 6901), object keys included: a key's pointer is that of its
/// member. Depth is bounded by the wire client's limit.
pub fn strings(value: &Value) -> Vec<(String, &str)> {
    fn walk<'v>(value: &'v Value, pointer: &str, found: &mut Vec<(String, &'v str)>) {
        match value {
            Value::String(text) => found.push((pointer.to_owned(), text)),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    walk(item, &format!("{pointer}/{index}"), found);
                }
            }
            Value::Object(members) => {
                for (key, member) in members {
                    let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                    found.push((pointer.clone(), key));
                    walk(member, &pointer, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}
