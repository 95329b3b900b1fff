//! Writes JSON values as YAML 1.2 in block style: enough for a file that people read in a diff.

use serde_json::Value;

/// The value as a YAML document, ending in a newline.
pub(super) fn to_string(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// Appends the value, whose first line begins where `text` ends; further lines are indented.
fn write(value: &Value, indent: usize, text: &mut String) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (position, (name, member)) in members.iter().enumerate() {
                start_line(position, indent, text);
                text.push_str(&scalar(&Value::String(name.clone())));
                text.push(':');
                if is_block(member) {
                    text.push('\n');
                    text.push_str(&" ".repeat(indent + 2));
                } else {
                    text.push(' ');
                }
                write(member, indent + 2, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (position, item) in items.iter().enumerate() {
                start_line(position, indent, text);
                text.push_str("- ");
                write(item, indent + 2, text);
            }
        }
        leaf => {
            text.push_str(&scalar(leaf));
            text.push('\n');
        }
    }
}

fn start_line(position: usize, indent: usize, text: &mut String) {
    if position > 0 {
        text.push_str(&" ".repeat(indent));
    }
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// A scalar or an empty collection. JSON is YAML, so only words that no reader can mistake go without quotes.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(word) if is_plain(word) => word.clone(),
        other => other.to_string(),
    }
}

fn is_plain(word: &str) -> bool {
    let ordinary = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/');
    // Words that YAML 1.1 or 1.2 read as something else than text.
    let special = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word.bytes().all(ordinary)
        && !special.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn nested_values_keep_their_shape_and_doubtful_words_their_quotes() {
        let value = json!({
            "a": [{ "b": 1, "c": [] }, ["x", "no"], "tail"],
            "$ref": "#/x: y",
            "empty": {},
            "deep": { "list": [null, true, "3.0.0"] }
        });
        insta::assert_snapshot!(super::to_string(&value), @r##"
        a:
          - b: 1
            c: []
          - - x
            - "no"
          - tail
        "$ref": "#/x: y"
        empty: {}
        deep:
          list:
            - null
            - true
            - "3.0.0"
        "##);
    }
}
