//! What a tool can do to the flow of data: reads what strangers write, reads what is private, sends out or executes
//! (catalogue section 3). Decided by words and parameters, so a tag says how well it is founded.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::snapshot::Tool;
use crate::tool_class::{ToolClass, split};

/// How well a tag is founded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// Not at all.
    None,
    /// One word that often means something else.
    Weak,
    /// A clear word in the name, or several that agree.
    Strong,
}

/// The tags of a tool. A tag that rests on one weak word is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "four independent tags, named as the catalogue names them")]
pub struct Capabilities {
    /// U: reads content that others can write: web pages, mail, issues, chat, shared files.
    pub u: bool,
    /// P: reads private data.
    pub p: bool,
    /// E: can send out or execute.
    pub e: bool,
    /// Whether a parameter or the description says that a person approves each use.
    pub gated: bool,
}

/// Content that others write. Plural forms are folded by [`has`].
const UNTRUSTED: &[&str] = &[
    "webpage",
    "website",
    "web",
    "internet",
    "html",
    "scrape",
    "crawl",
    "browse",
    "rss",
    "feed",
    "email",
    "mail",
    "inbox",
    "issue",
    "ticket",
    "comment",
    "forum",
    "chat",
    "channel",
    "tweet",
    "review",
    "news",
    "slack",
    "discord",
    "reddit",
    "newsletter",
    "download",
];
/// Data that belongs to somebody.
const PRIVATE: &[&str] = &[
    "private",
    "personal",
    "confidential",
    "internal",
    "inbox",
    "email",
    "mail",
    "calendar",
    "contact",
    "customer",
    "patient",
    "payroll",
    "salary",
    "employee",
    "credential",
    "secret",
    "password",
    "keychain",
    "vault",
    "bank",
    "invoice",
    "database",
    "db",
    "sql",
    "crm",
    "medical",
    "clipboard",
    "filesystem",
    "file",
    "note",
    "env",
    "environment",
    "history",
    "bookmark",
    "document",
];
/// Ways out.
const EGRESS: &[&str] = &[
    "send", "email", "post", "publish", "tweet", "upload", "forward", "share", "webhook", "notify", "sms", "reply",
    "transmit", "deliver", "push",
];
/// Words of the lists above that mean something else as often.
const WEAK: &[&str] = &[
    "channel",
    "feed",
    "download",
    "mail",
    "internal",
    "env",
    "environment",
    "note",
    "document",
    "file",
    "history",
    "push",
    "share",
    "web",
    "news",
];

/// Tags a tool.
pub fn tags(tool: &Tool) -> Capabilities {
    let name = split(&tool.name);
    let description = tool.description.as_deref().unwrap_or_default();
    let sentence = description.split(['.', '\n']).next().unwrap_or_default();
    let words = split(sentence.get(..sentence.floor_char_boundary(400)).unwrap_or_default());
    let reads = tool.class == ToolClass::Read || words_of_reading(&name) || words_of_reading(&words);
    let parameters: Vec<(&str, &Value)> = tool.parameters().collect();
    let parameter = |names: &[&str]| {
        parameters.iter().any(|(name, _)| split(name).iter().any(|word| names.contains(&word.as_str())))
    };

    let fetches = parameter(&["url", "uri", "urls"]) && reads;
    let untrusted = if reads {
        founded(&name, &words, UNTRUSTED).max(if fetches { Strength::Strong } else { Strength::None })
    } else {
        Strength::None
    };
    let opens_files = reads
        && parameter(&["path", "paths", "filename", "filepath", "directory"])
        && has(&name, &["file", "document", "directory", "folder"]);
    let queries = parameter(&["sql"]);
    let private = if reads || queries {
        founded(&name, &words, PRIVATE).max(if opens_files || queries { Strength::Strong } else { Strength::None })
    } else {
        Strength::None
    };
    let egress = match tool.class {
        ToolClass::Execution => Strength::Strong,
        ToolClass::Read => Strength::None,
        _ => {
            let addressed =
                parameter(&["recipient", "recipients", "to", "webhook", "channel", "endpoint", "email", "url"]);
            let sends = founded(&name, &words[..words.len().min(3)], EGRESS);
            if sends >= Strength::Weak && addressed { Strength::Strong } else { sends }
        }
    };
    let gated =
        parameter(&["confirm", "confirmed", "confirmation", "approve", "approved", "approval", "dryrun", "dry"])
            || [
                "asks the user to confirm",
                "asks for confirmation",
                "requires confirmation",
                "requires approval",
                "user approval",
                "elicit",
            ]
            .iter()
            .any(|phrase| description.to_lowercase().contains(phrase));
    let [u, p, e] = [untrusted, private, egress].map(|strength| strength == Strength::Strong);
    Capabilities { u, p, e, gated }
}

fn words_of_reading(words: &[String]) -> bool {
    const READING: &[&str] = &[
        "get", "list", "read", "search", "find", "fetch", "query", "retrieve", "browse", "scrape", "crawl", "open",
        "view", "load", "download", "extract", "receive",
    ];
    words.first().is_some_and(|word| READING.contains(&word.as_str()) || READING.contains(&word.trim_end_matches('s')))
}

/// How well a list of words founds a tag: a clear word in the name, or two of any kind.
fn founded(name: &[String], description: &[String], list: &[&str]) -> Strength {
    let hits = |words: &[String]| -> Vec<String> {
        let mut hits: Vec<String> =
            words.iter().map(|word| singular(word)).filter(|word| list.contains(&word.as_str())).collect();
        hits.sort();
        hits.dedup();
        hits
    };
    let (in_name, in_description) = (hits(name), hits(description));
    let clear = |word: &String| !WEAK.contains(&word.as_str());
    let distinct = in_name.iter().chain(in_description.iter().filter(|word| !in_name.contains(word))).count();
    if in_name.iter().any(clear) || distinct >= 2 && in_description.iter().chain(&in_name).any(clear) {
        Strength::Strong
    } else if distinct > 0 {
        Strength::Weak
    } else {
        Strength::None
    }
}

fn has(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&singular(word).as_str()))
}

fn singular(word: &str) -> String {
    let plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("ws");
    if plural { word[..word.len() - 1].to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::server;

    #[test]
    fn tags_follow_words_and_parameters() {
        for (definition, u, p, e) in [
            (json!({"name": "read_inbox", "description": "Reads the user's e-mails"}), true, true, false),
            (
                json!({"name": "fetch", "description": "Fetches a page", "inputSchema": {"properties": {"url": {"type": "string"}}}}),
                true,
                false,
                false,
            ),
            (
                json!({"name": "send_email", "description": "Sends an e-mail", "inputSchema": {"properties": {"to": {"type": "string"}}}}),
                false,
                false,
                true,
            ),
            (json!({"name": "run_command", "description": "Runs a command"}), false, false, true),
            (
                json!({"name": "read_file", "description": "Reads a file", "inputSchema": {"properties": {"path": {"type": "string"}}}}),
                false,
                true,
                false,
            ),
            (json!({"name": "add", "description": "Adds two numbers"}), false, false, false),
        ] {
            let tags = tags(&server(std::slice::from_ref(&definition)).tools[0]);
            assert_eq!((tags.u, tags.p, tags.e), (u, p, e), "{definition}");
        }
    }
}
