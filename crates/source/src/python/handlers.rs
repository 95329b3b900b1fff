//! How the Python SDKs register handlers: decorators (`@mcp.tool()`, `@server.call_tool()`) and `add_tool`.

use tree_sitter::Node;

use super::Python;
use crate::lowering::Lowering;
use crate::program::{Handler, HandlerForm, HandlerTarget, Statement};
use crate::syntax::{children, literal};

impl Lowering<'_, Python> {
    /// A definition with decorators, which may make it a handler.
    pub(super) fn decorated(&mut self, node: Node) -> Vec<Statement> {
        let Some(definition) = node.child_by_field_name("definition") else { return Vec::new() };
        if definition.kind() != "function_definition" {
            return self.statement(definition);
        }
        let declared = self.declaration(definition);
        let [Statement::Declare(name, id)] = &declared[..] else { return declared };
        for decorator in children(node).into_iter().filter(|child| child.kind() == "decorator") {
            let Some(expression) = children(decorator).into_iter().next() else { continue };
            let (callee, arguments) = match expression.kind() {
                "call" => (expression.child_by_field_name("function"), expression.child_by_field_name("arguments")),
                _ => (Some(expression), None),
            };
            let Some(callee) = callee.filter(|callee| callee.kind() == "attribute") else { continue };
            let (what, form) = match self.text.field(callee, "attribute") {
                "tool" => ("tool", HandlerForm::Parameters),
                "resource" | "read_resource" => ("resource", HandlerForm::Parameters),
                "prompt" => ("prompt", HandlerForm::Parameters),
                "call_tool" => ("tool", HandlerForm::NameAndObject),
                "get_prompt" => ("prompt", HandlerForm::NameAndObject),
                _ => continue,
            };
            let given = arguments.and_then(|arguments| self.given_name(arguments, what));
            let name = (form == HandlerForm::Parameters).then(|| given.unwrap_or_else(|| name.clone()));
            let target = HandlerTarget::Function(*id);
            self.program.handlers.push(Handler { target, what, name, form, narrow: Vec::new(), schema: None });
        }
        declared
    }

    /// The name that a decorator gives: `@mcp.tool(name="ping")`, `@mcp.tool("ping")`. The text of a resource is its address.
    fn given_name(&self, arguments: Node, what: &str) -> Option<String> {
        children(arguments).into_iter().find_map(|argument| {
            let text = match argument.kind() {
                "keyword_argument" if self.text.field(argument, "name") == "name" => self.text.field(argument, "value"),
                "string" if what != "resource" => self.text.of(argument),
                _ => return None,
            };
            text.starts_with(['"', '\'']).then(|| literal(text.trim_matches(['"', '\''])))
        })
    }

    /// `mcp.add_tool(ping, name="ping")`, `mcp.tool()(ping)`, `Tool.from_function(ping)`.
    pub(super) fn registration(&mut self, call: Node) {
        let Some(callee) = call.child_by_field_name("function") else { return };
        let member = match callee.kind() {
            "attribute" => self.text.field(callee, "attribute"),
            "call" => callee.child_by_field_name("function").map_or("", |inner| self.text.field(inner, "attribute")),
            _ => "",
        };
        let by_call = callee.kind() == "call" && matches!(member, "tool" | "prompt");
        let by_name = callee.kind() == "attribute" && matches!(member, "add_tool" | "from_function" | "add_prompt");
        let Some(arguments) = call.child_by_field_name("arguments").filter(|_| by_call || by_name) else { return };
        let what = if member.contains("prompt") { "prompt" } else { "tool" };
        let given = self.given_name(arguments, "resource");
        let mut positional = children(arguments).into_iter().filter(|argument| argument.kind() != "keyword_argument");
        let Some(function) = positional.next() else { return };
        let function = match function.kind() {
            "identifier" => self.text.of(function).to_owned(),
            "attribute" => self.text.field(function, "attribute").to_owned(),
            _ => return,
        };
        // A function that is decorated as well would be judged twice; findings are merged by their fingerprint.
        let name = Some(given.unwrap_or_else(|| function.clone()));
        let target = HandlerTarget::Named(function);
        let form = HandlerForm::Parameters;
        self.program.handlers.push(Handler { target, what, name, form, narrow: Vec::new(), schema: None });
    }
}
