//! A configuration file as a tree whose parts know their line, whatever the format.

mod json;
mod toml;
mod yaml;

/// How deep values may nest. Real configurations stay below ten.
const MAX_DEPTH: usize = 64;
/// How many values a file may hold, counting those that YAML aliases repeat.
const MAX_NODES: usize = 200_000;

/// The notation of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON (RFC 8259) with what clients allow besides: comments, trailing commas, a byte order mark.
    Json,
    /// YAML 1.2, one or more documents.
    Yaml,
    /// TOML 1.0.
    Toml,
    /// A program that configures the client while it runs. It would have to be executed to be understood.
    Script,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`, or nothing at all.
    Nothing,
    /// A string, number, truth value or date as it is written.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Named values in the order of the file. A name may stand twice.
    Members(Vec<Member>),
}

/// A value and the line where it begins, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) line: u32,
    pub(crate) value: Value,
}

/// A named value and the line of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) node: Node,
}

/// The documents of a file, or why it cannot be read. The reason quotes nothing of the file: it may hold secrets.
pub(crate) fn parse(format: Format, text: &str) -> Result<Vec<Node>, String> {
    let text = text.trim_start_matches('\u{feff}');
    match format {
        Format::Json => json::parse(text).map(|node| vec![node]),
        Format::Yaml => yaml::parse(text),
        Format::Toml => toml::parse(text).map(|node| vec![node]),
        Format::Script => Err("a script that configures the client while it runs: it is not executed here".to_owned()),
    }
}

impl Node {
    /// The value of a name; of the last one where it stands twice, as the clients' parsers decide.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().rev().find(|member| member.name == name).map(|member| &member.node)
    }

    /// The value below several names.
    pub(crate) fn at(&self, names: &[&str]) -> Option<&Self> {
        names.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The first of these names that has a value.
    pub(crate) fn any(&self, names: &[&str]) -> Option<&Self> {
        names.iter().find_map(|name| self.get(name).filter(|node| node.value != Value::Nothing))
    }

    /// The text of the first of these names that has one.
    pub(crate) fn text_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name)?.text())
    }

    /// Whether the value of a name is `true`.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.text_of(&[name]) == Some("true")
    }

    /// The text of a plain value.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The named values; none where this is something else.
    pub(crate) fn members(&self) -> &[Member] {
        match &self.value {
            Value::Members(members) => members,
            _ => &[],
        }
    }

    /// The items; none where this is no list.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The texts of a list, or the one text that stands in its place.
    pub(crate) fn words(&self) -> Vec<String> {
        let own = self.text().into_iter();
        own.chain(self.items().iter().filter_map(Self::text)).map(str::to_owned).collect()
    }
}

/// From byte offsets to lines.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    pub(crate) fn of(&self, offset: usize) -> u32 {
        u32::try_from(self.0.partition_point(|end| *end < offset) + 1).unwrap_or(u32::MAX)
    }
}

/// Counts values so that no file grows without bound in memory.
struct Budget(usize);

impl Budget {
    fn new() -> Self {
        Self(MAX_NODES)
    }

    fn spend(&mut self, depth: usize, nodes: usize) -> Result<(), String> {
        self.0 = self.0.checked_sub(nodes).ok_or_else(|| format!("more than {MAX_NODES} values"))?;
        if depth > MAX_DEPTH { Err(format!("nested deeper than {MAX_DEPTH} levels")) } else { Ok(()) }
    }
}
