//! Tools that do whatever a free string says: run a command, a statement, write any file.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{is_path, purpose};
use crate::snapshot::{Snapshot, Tool};
use crate::tool_class::{ToolClass, is_executed, is_free_string, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-AZ-010",
    title: "Unbounded power in one tool",
    test: NamedTest::Authz,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Narrow the tool to named operations: an enumeration or allow-list of commands, parameterised statements, one root folder. \
        Where free execution is the purpose, run it in a sandbox without credentials.",
    tags: &[Tag::Cwe(250), Tag::McpTop10(2), Tag::McpTop10(5), Tag::LlmTop10(3), Tag::Agentic(2)],
    run: Run::Static(check),
};

/// What a free string controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Power {
    Shell,
    Statement,
    File,
    Other,
}

impl Power {
    /// Words by which a server declares that this is what it is for.
    fn purposes(self) -> &'static [&'static str] {
        match self {
            Self::Shell | Self::Other => &[
                "shell",
                "terminal",
                "bash",
                "exec",
                "command",
                "commands",
                "ssh",
                "repl",
                "interpreter",
                "sandbox",
                "runner",
                "browser",
                "desktop",
            ],
            Self::Statement => &[
                "sql",
                "sqlite",
                "postgres",
                "postgresql",
                "mysql",
                "mariadb",
                "database",
                "db",
                "bigquery",
                "snowflake",
                "duckdb",
                "clickhouse",
            ],
            Self::File => &["filesystem", "files", "file", "fs", "editor"],
        }
    }
}

fn check(snapshot: &Snapshot) -> Verdict {
    let purpose = purpose(snapshot);
    let draft = |tool: &Tool| {
        let (parameter, power) = power(tool)?;
        let (severity, kind, message) = match power {
            Power::Shell => {
                (Severity::High, "execution", "the tool runs any command or code that its caller passes as text")
            }
            Power::Statement => {
                (Severity::Medium, "statement", "the tool runs any query that its caller passes as text")
            }
            Power::File => (Severity::Medium, "file-write", "the tool writes to any path that its caller passes"),
            Power::Other => (
                Severity::Medium,
                "free-text",
                "the tool executes something that its caller controls by unrestricted text",
            ),
        };
        let by_design = purpose.iter().any(|word| power.purposes().contains(&word.as_str()));
        let pointer = format!("/inputSchema/properties/{}", parameter.replace('~', "~0").replace('/', "~1"));
        let shown = tool.input_schema["properties"][parameter].to_string();
        Some(
            Draft::new(severity, Confidence::Likely, tool.at(&pointer), message)
                .distinct(kind)
                .by_design(by_design)
                .sample(Sample::whole(format!("\"{parameter}\": {shown}"), format!("free-string:{kind}"))),
        )
    };
    snapshot.tools.iter().filter_map(draft).collect()
}

/// The parameter that gives unbounded power, and which.
fn power(tool: &Tool) -> Option<(&str, Power)> {
    let free = |(_, schema): &(&str, &Value)| is_free_string(schema);
    if let Some((parameter, _)) = tool.parameters().filter(free).find(|(name, schema)| is_executed(name, schema)) {
        let power = match parameter.to_ascii_lowercase().as_str() {
            "sql" | "query" => Power::Statement,
            "expression" => Power::Other,
            _ => Power::Shell,
        };
        return Some((parameter, power));
    }
    if tool.class == ToolClass::Execution {
        let words = split(&tool.name);
        let shell = words
            .iter()
            .any(|word| matches!(word.as_str(), "exec" | "execute" | "shell" | "bash" | "terminal" | "eval"));
        let parameter = tool.parameters().filter(free).map(|(name, _)| name).next()?;
        return Some((parameter, if shell { Power::Shell } else { Power::Other }));
    }
    let writes = split(&tool.name)
        .iter()
        .any(|word| matches!(word.as_str(), "write" | "save" | "create" | "edit" | "overwrite" | "append" | "upload"));
    if writes && tool.class >= ToolClass::Write && !is_confined(tool) {
        let content = |name: &str| {
            split(name)
                .iter()
                .any(|word| matches!(word.as_str(), "content" | "contents" | "text" | "data" | "body" | "edits"))
        };
        let has_content = tool.parameters().any(|(name, _)| content(name));
        return tool
            .parameters()
            .filter(free)
            .find(|(name, schema)| has_content && is_path(name, schema))
            .map(|(name, _)| (name, Power::File));
    }
    None
}

/// Whether the tool says that it stays within some root.
fn is_confined(tool: &Tool) -> bool {
    let confining =
        ["allowed", "within", "inside", "relative", "workspace", "project", "sandbox", "vault", "repository"];
    let description = tool.description.iter().flat_map(|text| split(text));
    let parameters =
        tool.parameters().filter_map(|(_, schema)| schema.get("description").and_then(Value::as_str)).flat_map(split);
    description.chain(parameters).any(|word| confining.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server, tool};

    #[test]
    fn a_free_command_is_flagged_and_an_enumeration_is_not() {
        let enumerated = json!({"name": "run_task", "inputSchema": {"type": "object", "properties": {"command": {"enum": ["build", "test"]}}}});
        assert!(findings(&CHECK, &server(&[enumerated])).is_empty());

        let found = findings(&CHECK, &server(&[tool("run_task", "Runs a task", "command")]));
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].severity, found[0].location.as_str()),
            (Severity::High, "tool:run_task#/inputSchema/properties/command")
        );
        assert!(!found[0].by_design);
    }

    #[test]
    fn a_declared_purpose_makes_it_by_design() {
        let mut snapshot = server(&[tool("read_query", "Runs a query", "sql")]);
        snapshot.server_info = json!({"name": "mcp-sqlite"});
        let found = findings(&CHECK, &snapshot);
        assert_eq!((found[0].severity, found[0].by_design), (Severity::Medium, true));
    }

    #[test]
    fn writing_any_path_is_flagged_and_writing_within_a_root_is_not() {
        let write = |description: &str| json!({"name": "write_file", "description": description, "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}, "content": {"type": "string"}}}});
        assert_eq!(findings(&CHECK, &server(&[write("Writes a file.")]))[0].discriminator, "file-write");
        assert!(
            findings(&CHECK, &server(&[write("Writes a file. Only works within allowed directories.")])).is_empty()
        );
        assert!(findings(&CHECK, &server(&[tool("get_weather", "Returns the weather", "city")])).is_empty());
    }
}
