//! Values that a tool suggests in words: what it gives as an example for a parameter.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::snapshot::Tool;

/// Longer examples are sentences.
const LONGEST: usize = 60;

/// The example in a description: "such as `welcome`", "e.g. 'main'". It names something that exists, most likely, so
/// that the tool has something to say about it.
pub(crate) fn example_of(tool: &Tool, parameter: &str, schema: &Value) -> Option<String> {
    example_in(tool.text_of(parameter)?, schema)
}

fn example_in(text: &str, schema: &Value) -> Option<String> {
    static EXAMPLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)\b(?:such as|for example|for instance|e\.\s?g\.|example|like)[:,]?\s*(?:`([^`\n]+)`|"([^"\n]+)"|'([^'\n]+)')"#)
            .expect("a constant pattern is valid")
    });
    if schema.get("pattern").is_some() || schema.get("format").is_some() {
        return None;
    }
    let found = EXAMPLE.captures(text)?;
    let example = found.iter().skip(1).flatten().next()?.as_str();
    let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let length = example.chars().count();
    (length <= LONGEST && length as u64 <= most).then(|| example.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quoted_example_is_a_value_and_other_quotes_are_not() {
        let cases = [
            ("The page, such as `welcome`.", Some("welcome")),
            ("Branch to read (e.g. \"main\")", Some("main")),
            ("The page. Use `next` for the next one.", None),
            ("The name of the city", None),
        ];
        for (description, expected) in cases {
            assert_eq!(example_in(description, &json!({"type": "string"})).as_deref(), expected, "{description}");
        }
        assert_eq!(example_in("such as `ab`", &json!({"maxLength": 1})), None);
    }
}
