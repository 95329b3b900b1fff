//! JSON in one form whatever wrote it (RFC 8785), so that equal definitions have equal digests. Integers keep all their
//! digits: what differs must not become equal by rounding.

use serde_json::Value;

/// A value in its canonical form.
pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

/// JSON is at most 64 levels deep, which the wire client sees to, so the recursion is bounded.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            text.push('{');
            for (index, (key, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Number(number) if !number.is_i64() && !number.is_u64() => {
            text.push_str(&number.as_f64().map_or_else(|| number.to_string(), float));
        }
        other => text.push_str(&other.to_string()),
    }
}

/// A number as ECMAScript writes it.
fn float(number: f64) -> String {
    let size = number.abs();
    if number == 0.0 {
        "0".to_owned()
    } else if (1e-6..1e21).contains(&size) {
        number.to_string()
    } else {
        let text = format!("{number:e}");
        match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_numbers_have_one_form() {
        for (given, expected) in [
            (r#"{"b":1,"a":{"d":[2,1],"c":null}}"#, r#"{"a":{"c":null,"d":[2,1]},"b":1}"#),
            (
                r#"{"€":"Euro Sign","\r":"Carriage Return","1":"One"}"#,
                r#"{"\r":"Carriage Return","1":"One","€":"Euro Sign"}"#,
            ),
            (r"[1E30,4.50,2e-3,0.000000000000000000000000001,-0.0,1.0]", "[1e+30,4.5,0.002,1e-27,0,1]"),
            (r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#, r#""€$\u000f\nA'B\"\\\\\"/""#),
        ] {
            let value: Value = serde_json::from_str(given).expect("JSON");
            assert_eq!(canonical(&value), expected);
        }
    }
}
