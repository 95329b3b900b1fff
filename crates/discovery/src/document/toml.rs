//! TOML.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Budget, Lines, Member, Node, Value};

pub(super) fn parse(text: &str) -> Result<Node, String> {
    let lines = Lines::new(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = lines.of(error.span().map_or(0, |span| span.start));
        format!("not valid TOML near line {line}")
    })?;
    let mut budget = Budget::new();
    let members = members(table.get_ref(), 0, &lines, &mut budget)?;
    Ok(Node { line: 1, value: members })
}

/// The members in the order of the file, which the parser's table does not keep.
fn members(table: &DeTable<'_>, depth: usize, lines: &Lines, budget: &mut Budget) -> Result<Value, String> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    let members = entries.into_iter().map(|(name, value)| {
        let line = lines.of(name.span().start);
        Ok(Member { name: name.get_ref().to_string(), line, node: build(value, depth + 1, lines, budget)? })
    });
    members.collect::<Result<_, String>>().map(Value::Members)
}

fn build(value: &Spanned<DeValue<'_>>, depth: usize, lines: &Lines, budget: &mut Budget) -> Result<Node, String> {
    budget.spend(depth, 1)?;
    let line = lines.of(value.span().start);
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Text(number.as_str().to_owned()),
        DeValue::Float(number) => Value::Text(number.as_str().to_owned()),
        DeValue::Boolean(flag) => Value::Text(flag.to_string()),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| build(item, depth + 1, lines, budget));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        DeValue::Table(table) => members(table, depth, lines, budget)?,
    };
    Ok(Node { line, value })
}

#[cfg(test)]
mod tests {
    use super::super::{Format, parse};

    #[test]
    fn tables_keep_their_order_and_lines() {
        let nodes =
            parse(Format::Toml, "[servers.b]\nport = 1\n\n[servers.a]\nlist = [\n  \"x\",\n]\n").expect("a tree");
        let servers = nodes[0].get("servers").expect("the servers");
        let found: Vec<_> = servers.members().iter().map(|member| (member.name.as_str(), member.line)).collect();
        assert_eq!(found, [("b", 1), ("a", 4)]);
        assert_eq!(servers.at(&["a", "list"]).map(super::Node::words), Some(vec!["x".to_owned()]));
    }

    #[test]
    fn a_fault_is_told_by_its_line_and_quotes_nothing() {
        let error = parse(Format::Toml, "a = 1\nkey = hunter2 hunter2\n").expect_err("no TOML");
        assert_eq!(error, "not valid TOML near line 2");
    }
}
