//! What schemas of `zod`, which the SDK enforces before it calls a handler, say about the arguments. The JSON schemas of the
//! low-level API are shown to clients and enforced by nobody.

use tree_sitter::Node;

use super::Script;
use crate::lowering::Lowering;
use crate::program::{Kind, Schema};
use crate::syntax::{MAX_NESTING, children};

/// A schema: its fields, or where they are.
pub(super) enum Reference {
    Fields(Vec<(String, Kind)>),
    Name(String),
}

/// Makes of which come no hostile text.
const NARROW: &[&str] = &[
    "z.number(",
    "z.int(",
    "z.boolean(",
    "z.enum(",
    "z.nativeEnum(",
    "z.literal(",
    "z.date(",
    "z.bigint(",
    "z.coerce.number(",
    "z.coerce.boolean(",
    "z.coerce.date(",
    "z.uuid(",
    "z.ipv4(",
    "z.ipv6(",
    "z.iso.",
    "z.null(",
];
/// What is asked of a text.
const DEMANDS: &[&str] = &[
    ".regex(",
    ".uuid(",
    ".datetime(",
    ".ip(",
    ".cuid(",
    ".cuid2(",
    ".ulid(",
    ".nanoid(",
    ".refine(",
    ".superRefine(",
    ".date(",
    ".time(",
    ".email(",
    ".base64(",
    ".transform(",
];

impl Lowering<'_, Script> {
    /// Remembers `const Input = z.object({ … })`, or the fields alone.
    pub(super) fn schema(&mut self, name: &str, value: Node) {
        if let Some(Reference::Fields(fields)) = self.input_schema(value) {
            self.program.schemas.push(Schema { name: name.to_owned(), fields });
        }
    }

    /// The schema that an expression is. Chains of calls may be long, so that this is no recursion.
    pub(super) fn input_schema(&self, node: Node) -> Option<Reference> {
        let mut node = node;
        let mut in_call = false;
        for _ in 0..MAX_NESTING {
            node = match node.kind() {
                "object" => match self.pair(node, "inputSchema").or_else(|| self.pair(node, "argsSchema")) {
                    Some(inner) => inner,
                    None => return self.fields(node),
                },
                "identifier" => return (!in_call).then(|| Reference::Name(self.text.of(node).to_owned())),
                // `Input.shape`
                "member_expression" => node.child_by_field_name("object")?,
                // `z.object({ … }).strict()`
                "call_expression" => {
                    in_call = true;
                    let callee = node.child_by_field_name("function")?;
                    match callee.child_by_field_name("object").filter(|inner| inner.kind() == "call_expression") {
                        Some(inner) => inner,
                        None if self.text.of(callee).starts_with("z.") => {
                            node.child_by_field_name("arguments").map(children)?.into_iter().next()?
                        }
                        None => return None,
                    }
                }
                _ => return None,
            };
        }
        None
    }

    /// The fields of an object of schemas.
    fn fields(&self, object: Node) -> Option<Reference> {
        let pairs = children(object).into_iter().filter(|pair| pair.kind() == "pair");
        let fields: Vec<(String, Kind)> = pairs
            .filter(|pair| self.text.field(*pair, "value").contains("z."))
            .map(|pair| {
                let name = self.text.field(pair, "key").trim_matches(['"', '\'']).to_owned();
                (name, kind(self.text.field(pair, "value")))
            })
            .collect();
        (!fields.is_empty()).then_some(Reference::Fields(fields))
    }

    /// The value of a key of an object.
    pub(super) fn pair<'n>(&self, object: Node<'n>, key: &str) -> Option<Node<'n>> {
        let pairs = children(object).into_iter();
        let mut pairs = pairs.filter(|pair| self.text.field(*pair, "key").trim_matches(['"', '\'']) == key);
        pairs.next()?.child_by_field_name("value")
    }
}

/// What the schema of a field says: one that anywhere takes any text is open.
fn kind(schema: &str) -> Kind {
    let open = ["z.string(", "z.any(", "z.unknown(", "z.url("].iter().any(|make| schema.contains(make));
    let demanding = DEMANDS.iter().any(|demand| schema.contains(demand));
    let narrow = NARROW.iter().any(|make| schema.contains(make));
    if demanding || narrow && !open { Kind::Narrow } else { Kind::Open }
}
