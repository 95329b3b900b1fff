//! Compares answers: whether two calls were answered alike, apart from what differs from call to call anyway.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::slots::Reply;

/// An answer and the value that it is about, which does not count where it is repeated.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'r> {
    pub(crate) reply: &'r Reply,
    pub(crate) value: &'r str,
}

/// How answers of one tool can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// Word by word.
    Exact,
    /// Without times, ids and numbers, which change from call to call.
    Loose,
}

impl Comparison {
    /// The strictest comparison by which two answers to the same call are alike; `None` where there is none.
    pub(crate) fn of(first: Said<'_>, second: Said<'_>) -> Option<Self> {
        [Self::Exact, Self::Loose].into_iter().find(|comparison| comparison.alike(first, second))
    }

    /// Whether two answers are alike.
    pub(crate) fn alike(self, first: Said<'_>, second: Said<'_>) -> bool {
        first.reply.is_error == second.reply.is_error && self.normalised(first) == self.normalised(second)
    }

    fn normalised(self, said: Said<'_>) -> String {
        let text = without_value(&said.reply.text, said.value);
        match self {
            Self::Exact => text,
            Self::Loose => without_changing(&text),
        }
    }
}

/// A text in which a value that was sent is a mark, in every form in which servers repeat it.
pub(crate) fn without_value(text: &str, value: &str) -> String {
    static CANARY: LazyLock<Regex> = LazyLock::new(|| Regex::new("(?i)mcpa[a-z2-7]{16}").expect("a constant pattern"));
    let json = Value::from(value).to_string();
    let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let html = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let forms = [
        value.to_owned(),
        json[1..json.len() - 1].to_owned(),
        value.replace('\'', "\\'"),
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#x27;"),
        encoded.replace('+', "%20"),
        encoded,
        value.trim().to_owned(),
        value.to_lowercase(),
    ];
    // The longest first: one form may be a part of another.
    let mut forms: Vec<String> =
        forms.into_iter().filter(|form| form.len() >= 3).collect::<BTreeSet<_>>().into_iter().collect();
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    let text = forms.into_iter().fold(text.to_owned(), |text, form| text.replace(&form, "{value}"));
    CANARY.replace_all(&text, "{canary}").into_owned()
}

/// A text without numbers, times and ids.
pub(crate) fn without_changing(text: &str) -> String {
    static CHANGING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b|\b[0-9a-f]*[0-9][0-9a-f]{7,}\b|[0-9]+(?:[.,:][0-9]+)*")
            .expect("a constant pattern is valid")
    });
    CHANGING.replace_all(text, "#").into_owned()
}

/// How many records an answer holds: the longest list in it, in its structured part or in a text that is JSON, else its
/// lines.
pub(crate) fn records(reply: &Reply) -> usize {
    fn longest(value: &Value) -> Option<usize> {
        let members: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(members) => members.values().collect(),
            _ => return None,
        };
        let own = value.as_array().map(Vec::len);
        members.into_iter().filter_map(longest).chain(own).max()
    }
    let structured = reply.result.as_ref().and_then(|result| result.get("structuredContent")).and_then(longest);
    let parsed = || serde_json::from_str::<Value>(&reply.text).ok().as_ref().and_then(longest);
    structured.or_else(parsed).unwrap_or_else(|| reply.text.lines().filter(|line| !line.trim().is_empty()).count())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    /// An answer of this text.
    pub(crate) fn reply(text: &str) -> Reply {
        Reply {
            text: text.into(),
            result: Some(json!({})),
            headers: Vec::new(),
            request: String::new(),
            status: Some(200),
            is_error: false,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn echoes_and_changing_numbers_make_no_difference_where_they_always_change() {
        let compared = |first: &str, second: &str| {
            Comparison::of(Said { reply: &reply(first), value: "v1x" }, Said { reply: &reply(second), value: "v'2" })
        };
        assert_eq!(compared("nothing for v1x", "nothing for v'2"), Some(Comparison::Exact));
        assert_eq!(compared("nothing for v1x", "nothing for v&#39;2"), Some(Comparison::Exact));
        assert_eq!(compared("3 rows in 12 ms", "3 rows in 9 ms"), Some(Comparison::Loose));
        assert_eq!(compared("a", "b"), None);
        let failed = Reply { is_error: true, ..reply("a") };
        assert!(!Comparison::Loose.alike(Said { reply: &failed, value: "" }, Said { reply: &reply("a"), value: "" }));
    }

    #[test]
    fn records_are_items_or_lines() {
        assert_eq!(records(&reply("a\n\nb\n")), 2);
        assert_eq!(records(&reply(r#"{"users": [{"tags": []}, {"tags": [1, 2, 3]}], "page": 1}"#)), 3);
        let structured = Reply { result: Some(json!({"structuredContent": {"items": [1, 2]}})), ..reply("x") };
        assert_eq!(records(&structured), 2);
    }
}
