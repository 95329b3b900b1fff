//! YAML, with anchors, aliases and merge keys; every value counts each time that it is repeated, so that a file of a few
//! lines cannot grow to gigabytes (CWE-776).

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::{Budget, Member, Node, Value};

/// The key whose mappings are merged into the one it stands in (<https://yaml.org/type/merge.html>).
const MERGE: &str = "<<";

pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut builder =
        Builder { budget: Budget::new(), anchors: HashMap::new(), open: Vec::new(), documents: Vec::new() };
    for event in Parser::new_from_str(text) {
        // The parser's message may quote the file.
        let (event, span) = event.map_err(|error| format!("not valid YAML near line {}", error.marker().line()))?;
        builder.on(event, span)?;
    }
    Ok(builder.documents)
}

struct Builder {
    budget: Budget,
    /// Values by the number of their anchor, with how many values they are.
    anchors: HashMap<usize, (Node, usize)>,
    open: Vec<Open>,
    documents: Vec<Node>,
}

/// A list or mapping whose end has not come yet.
struct Open {
    line: u32,
    anchor: usize,
    /// Values so far, with itself.
    size: usize,
    children: Children,
}

enum Children {
    List(Vec<Node>),
    /// The members, and the name whose value comes next.
    Members(Vec<Member>, Option<(String, u32)>),
}

impl Builder {
    fn on(&mut self, event: Event<'_>, span: Span) -> Result<(), String> {
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let nothing = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let value = if nothing { Value::Nothing } else { Value::Text(text.into_owned()) };
                self.budget.spend(self.open.len(), 1)?;
                self.close(Node { line, value }, anchor, 1)?;
            }
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, Children::List(Vec::new()))?,
            Event::MappingStart(anchor, _) => self.begin(line, anchor, Children::Members(Vec::new(), None))?,
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                let value = match open.children {
                    Children::List(items) => Value::List(items),
                    Children::Members(members, _) => Value::Members(merged(members)),
                };
                self.close(Node { line: open.line, value }, open.anchor, open.size)?;
            }
            Event::Alias(anchor) => {
                // An alias inside its own anchor stands for a value without end; it has none here.
                let (node, size) = match self.anchors.get(&anchor) {
                    Some((node, size)) => {
                        self.budget.spend(self.open.len(), *size)?;
                        (Node { line, value: node.value.clone() }, *size)
                    }
                    None => (Node { line, value: Value::Nothing }, 1),
                };
                self.close(node, 0, size)?;
            }
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {}
        }
        Ok(())
    }

    fn begin(&mut self, line: u32, anchor: usize, children: Children) -> Result<(), String> {
        self.budget.spend(self.open.len(), 1)?;
        self.open.push(Open { line, anchor, size: 1, children });
        Ok(())
    }

    /// Puts a finished value where it belongs.
    fn close(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), String> {
        if anchor != 0 {
            // The copy counts: anchors around anchors would be copied once for each level.
            self.budget.spend(0, size)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        open.size += size;
        match &mut open.children {
            Children::List(items) => items.push(node),
            Children::Members(members, name) => match name.take() {
                Some((name, line)) => members.push(Member { name, line, node }),
                // A list or mapping as a name: nothing that we look for has one.
                None => *name = Some((node.text().unwrap_or_default().to_owned(), node.line)),
            },
        }
        Ok(())
    }
}

/// The members with those of merge keys behind them, where the mapping does not have them itself.
fn merged(members: Vec<Member>) -> Vec<Member> {
    let (merges, mut own): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.name == MERGE);
    for merge in merges {
        let sources = match merge.node.value {
            Value::List(items) => items,
            _ => vec![merge.node],
        };
        for member in sources.into_iter().flat_map(|source| match source.value {
            Value::Members(members) => members,
            _ => Vec::new(),
        }) {
            if !own.iter().any(|known| known.name == member.name) {
                own.push(member);
            }
        }
    }
    own
}

#[cfg(test)]
mod tests {
    use super::super::{Format, parse};

    #[test]
    fn aliases_and_merge_keys_are_resolved() {
        let text = "base: &base\n  image: a\n  tty: true\none:\n  <<: *base\n  image: b\n---\ntwo: [x, *none]\n";
        assert_eq!(parse(Format::Yaml, text), Err("not valid YAML near line 8".to_owned()));
        let nodes = parse(Format::Yaml, &text.replace(", *none", "")).expect("two documents");
        let [first, second] = &nodes[..] else { panic!("{nodes:?}") };
        assert_eq!(first.at(&["one", "image"]).and_then(super::Node::text), Some("b"));
        assert_eq!(first.at(&["one", "tty"]).and_then(super::Node::text), Some("true"));
        assert_eq!(second.members()[0].line, 8);
    }

    #[test]
    fn repeated_aliases_do_not_fill_the_memory() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let before = level - 1;
            let items = vec![format!("*a{before}"); 9].join(", ");
            text.extend([format!("a{level}: &a{level} [{items}]\n")]);
        }
        let error = parse(Format::Yaml, &text).expect_err("too many values");
        assert!(error.starts_with("more than"), "{error}");
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_the_end() {
        for text in ["- ".repeat(100_000), "[".repeat(100_000), "a: {".repeat(5_000)] {
            let error = parse(Format::Yaml, &text).expect_err("too deep");
            assert!(error.contains("deeper") || error.contains("not valid"), "{error}");
        }
    }
}
