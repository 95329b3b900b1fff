//! How the TypeScript SDKs register handlers: `server.tool`, `registerTool`, `setRequestHandler`, `addTool`, and classes that
//! extend `MCPTool`.

use tree_sitter::Node;

use super::{Script, schemas};
use crate::lowering::Lowering;
use crate::program::{Expression, FunctionId, Handler, HandlerForm, HandlerTarget, Kind};
use crate::syntax::children;

impl Lowering<'_, Script> {
    /// Looks whether a call registers a handler. `arguments` are those of the call, read already.
    pub(super) fn registration(&mut self, called: Node, call: Node, arguments: &[Expression]) {
        if called.kind() != "member_expression" {
            return;
        }
        let nodes = call.child_by_field_name("arguments").map(children).unwrap_or_default();
        match self.text.field(called, "property") {
            "tool" | "registerTool" => self.named("tool", &nodes, arguments),
            "prompt" | "registerPrompt" => self.named("prompt", &nodes, arguments),
            // A resource at a fixed address takes nothing from its caller.
            "resource" | "registerResource" if !matches!(arguments.get(1), Some(Expression::Text(_))) => {
                self.named("resource", &nodes, arguments);
            }
            "setRequestHandler" => {
                let Some(method) = nodes.first().map(|method| self.text.of(*method)) else { return };
                let what = match method.rsplit('.').next().unwrap_or(method).trim_matches(['"', '\'']) {
                    "CallToolRequestSchema" | "tools/call" => "tool",
                    "GetPromptRequestSchema" | "prompts/get" => "prompt",
                    "ReadResourceRequestSchema" | "resources/read" => "resource",
                    _ => return,
                };
                if let Some(target) = arguments.get(1).and_then(target) {
                    self.register(target, what, None, HandlerForm::Request, None);
                }
            }
            "addTool" => self.described("tool", &nodes, arguments),
            "addPrompt" => self.described("prompt", &nodes, arguments),
            "addResourceTemplate" => self.described("resource", &nodes, arguments),
            _ => {}
        }
    }

    /// `server.tool("ping", "Pings", { host: z.string() }, async ({ host }) => …)`.
    fn named(&mut self, what: &'static str, nodes: &[Node], arguments: &[Expression]) {
        let Some(target) = arguments.last().and_then(target).filter(|_| arguments.len() > 1) else { return };
        let name = match arguments.first() {
            Some(Expression::Text(name)) => Some(name.clone()),
            _ => nodes.first().map(|name| self.text.of(*name).chars().take(100).collect()),
        };
        let between = nodes.get(1..nodes.len().saturating_sub(1)).unwrap_or_default();
        let schema = between.iter().rev().find_map(|node| self.input_schema(*node));
        let form = if what == "resource" { HandlerForm::AddressAndObject } else { HandlerForm::Object };
        self.register(target, what, name, form, schema);
    }

    /// `server.addTool({ name: "ping", parameters: z.object({ … }), execute: async (args) => … })`.
    fn described(&mut self, what: &'static str, nodes: &[Node], arguments: &[Expression]) {
        let (Some(Expression::Fields(fields)), Some(node)) = (arguments.first(), nodes.first()) else { return };
        let field = |wanted: &[&str]| {
            fields
                .iter()
                .find(|(key, _)| key.as_deref().is_some_and(|key| wanted.contains(&key)))
                .map(|(_, value)| value)
        };
        let Some(target) = field(&["execute", "load", "handler"]).and_then(target) else { return };
        let name =
            field(&["name"]).and_then(|name| if let Expression::Text(name) = name { Some(name.clone()) } else { None });
        let schema = self.pair(*node, "parameters").and_then(|schema| self.input_schema(schema));
        self.register(target, what, name, HandlerForm::Object, schema);
    }

    /// `class Ping extends MCPTool { name = "ping"; async execute({ host }) { … } }`.
    pub(super) fn tool_class(&mut self, class: Node, methods: &[FunctionId]) {
        let heritage = children(class).into_iter().find(|child| child.kind() == "class_heritage");
        if !heritage.is_some_and(|heritage| self.text.of(heritage).contains("MCPTool")) {
            return;
        }
        let members = class.child_by_field_name("body").map(children).unwrap_or_default();
        let named = members.into_iter().find_map(|member| {
            let value = member.child_by_field_name("value")?;
            let is_name = ["name", "property"].iter().any(|field| self.text.field(member, field) == "name");
            is_name.then(|| self.text.of(value).trim_matches(['"', '\'']).to_owned())
        });
        let execute = methods.iter().find(|id| self.program.functions[**id].name == "execute").copied();
        if let Some(execute) = execute {
            self.register(HandlerTarget::Function(execute), "tool", named, HandlerForm::Object, None);
        }
    }

    fn register(
        &mut self,
        target: HandlerTarget,
        what: &'static str,
        name: Option<String>,
        form: HandlerForm,
        schema: Option<schemas::Reference>,
    ) {
        let (narrow, schema): (Vec<(String, Kind)>, Option<String>) = match schema {
            Some(schemas::Reference::Fields(fields)) => (fields, None),
            Some(schemas::Reference::Name(name)) => (Vec::new(), Some(name)),
            None => (Vec::new(), None),
        };
        self.program.handlers.push(Handler { target, what, name, form, narrow, schema });
    }
}

/// The function that an argument is: written there, named, or a method of the same class, perhaps bound.
fn target(argument: &Expression) -> Option<HandlerTarget> {
    match argument {
        Expression::Function(id) => Some(HandlerTarget::Function(*id)),
        Expression::Name(name) => Some(HandlerTarget::Named(name.clone())),
        Expression::Member(object, name) if matches!(&**object, Expression::Name(this) if this == "this") => {
            Some(HandlerTarget::Named(name.clone()))
        }
        Expression::Call(call) => match &call.callee {
            Expression::Member(function, bind) if bind == "bind" => target(function),
            _ => None,
        },
        _ => None,
    }
}
