//! Code of servers, judged as users see it. Every fixture is made up: each check fires on one and stays silent on its nearest
//! innocent neighbour.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod hostile;
mod messages;
mod python;
mod script;

use detect::evidence::{EvidenceKey, Masker};
use source::Judgement;

fn judge(path: &str, text: &str) -> Judgement {
    source::judge(path, text.as_bytes(), &Masker::new(EvidenceKey([7; 32]))).unwrap()
}

/// `check severity argument` of each finding, in the order of the code.
fn judged(path: &str, text: &str) -> Vec<String> {
    let judgement = judge(path, text);
    assert_eq!(judgement.incomplete, None, "{text}");
    let shown = |found: &contracts::api::scans::FileFinding| {
        let id = found.finding.check.as_str().trim_start_matches("MCPA-SRC-").to_owned();
        let argument = found.finding.message.split('`').nth(1).unwrap_or_default();
        format!("{id} {} {argument}", found.finding.severity)
    };
    judgement.findings.iter().map(shown).collect()
}

/// A Python server whose one tool has a body; `import`s before it.
fn python(imports: &str, parameters: &str, body: &str) -> String {
    let body = body.replace('\n', "\n    ");
    format!(
        "from mcp.server.fastmcp import FastMCP\n{imports}\nmcp = FastMCP(\"s\")\n\n@mcp.tool()\nasync def work({parameters}) -> str:\n    {body}\n"
    )
}

/// A TypeScript server whose one tool has a body.
fn script(imports: &str, schema: &str, parameters: &str, body: &str) -> String {
    format!(
        "import {{ McpServer }} from \"@modelcontextprotocol/sdk/server/mcp.js\";\n{imports}\nconst server = new McpServer({{ name: \"s\" }});\nserver.registerTool(\"work\", {{ inputSchema: {schema} }}, async ({parameters}) => {{\n{body}\n}});\n"
    )
}
