//! JSON with comments and trailing commas.

use jsonc_parser::ast::{ObjectPropName, Value as Parsed};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Budget, Lines, Member, Node, Value};

pub(super) fn parse(text: &str) -> Result<Node, String> {
    // Its messages name a kind of fault and a place, never the text.
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
        .map_err(|error| format!("not valid JSON: {error}"))?;
    let value = parsed.value.ok_or("the file is empty")?;
    build(value, 0, &Lines::new(text), &mut Budget::new())
}

fn build(value: Parsed<'_>, depth: usize, lines: &Lines, budget: &mut Budget) -> Result<Node, String> {
    budget.spend(depth, 1)?;
    let line = lines.of(value.range().start);
    let value = match value {
        Parsed::NullKeyword(_) => Value::Nothing,
        Parsed::StringLit(text) => Value::Text(text.value.into_owned()),
        Parsed::NumberLit(number) => Value::Text(number.value.to_owned()),
        Parsed::BooleanLit(flag) => Value::Text(flag.value.to_string()),
        Parsed::Array(array) => {
            let items = array.elements.into_iter().map(|element| build(element, depth + 1, lines, budget));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        Parsed::Object(object) => {
            let members = object.properties.into_iter().map(|property| {
                let line = lines.of(property.range.start);
                let name = match property.name {
                    ObjectPropName::String(name) => name.value.into_owned(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                };
                Ok(Member { name, line, node: build(property.value, depth + 1, lines, budget)? })
            });
            Value::Members(members.collect::<Result<_, String>>()?)
        }
    };
    Ok(Node { line, value })
}

#[cfg(test)]
mod tests {
    use super::super::{Format, parse};

    #[test]
    fn comments_trailing_commas_and_a_byte_order_mark_are_allowed() {
        let nodes =
            parse(Format::Json, "\u{feff}{ // one\n  \"a\": [1, true,], /* two */\n  \"b\": null,\n}").expect("a tree");
        let [root] = &nodes[..] else { panic!("{nodes:?}") };
        assert_eq!(root.get("a").map(super::Node::words), Some(vec!["1".to_owned(), "true".to_owned()]));
        assert_eq!(root.members().iter().map(|member| member.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn names_that_stand_twice_keep_their_lines() {
        let nodes = parse(Format::Json, "{\n\"a\": 1,\n\"a\": 2}").expect("a tree");
        assert_eq!(nodes[0].members().iter().map(|member| member.line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(nodes[0].text_of(&["a"]), Some("2"));
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_the_end() {
        for depth in [100, 300_000] {
            let error = parse(Format::Json, &"[".repeat(depth)).expect_err("too deep");
            assert!(error.contains("JSON") || error.contains("deeper"), "{error}");
            let closed = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let error = parse(Format::Json, &closed).expect_err("too deep");
            assert!(error.contains("nest"), "{error}");
        }
    }
}
