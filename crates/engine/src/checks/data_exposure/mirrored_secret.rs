//! Secrets that a definition has copied into header fields, where proxies and logs keep them.

use contracts::audit::{Confidence, NamedTest, Severity};
use serde_json::Value;

use super::asks_for_secret::secret_kind;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::all_parameters;
use crate::snapshot::{Snapshot, Tool};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-009",
    title: "Secret mirrored to headers",
    test: NamedTest::DataExposure,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Drop the `x-mcp-header` annotation from parameters that hold secrets; header fields end in the logs of every proxy on the way.",
    tags: &[Tag::Cwe(532), Tag::McpTop10(1), Tag::Spec("2026-07-28", "Tools: x-mcp-header")],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    snapshot.tools.iter().flat_map(mirrored).collect()
}

fn mirrored(tool: &Tool) -> Vec<Draft> {
    let draft = |(pointer, name, schema): (String, &str, &Value)| {
        let header = schema.get("x-mcp-header")?;
        let kind = secret_kind(name, schema)?;
        let message = format!("a secret of the type `{kind}` is repeated in a header field of each call");
        let shown = format!("{name}: {header}");
        Some(
            Draft::new(Severity::Medium, Confidence::Confirmed, tool.at(&format!("{pointer}/x-mcp-header")), message)
                .distinct(kind)
                .sample(Sample::whole(shown, format!("parameter:{kind}"))),
        )
    };
    all_parameters(tool).into_iter().filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    #[test]
    fn only_secrets_must_not_be_mirrored() {
        let locations = |properties: Value| {
            let tool = json!({ "name": "get_order", "inputSchema": { "properties": properties } });
            findings(&CHECK, &server(&[tool])).into_iter().map(|draft| draft.location).collect::<Vec<_>>()
        };
        let mirrored = |header: &str| json!({ "type": "string", "x-mcp-header": header });
        assert_eq!(
            locations(
                json!({ "api_key": mirrored("Key"), "region": mirrored("Region"), "password": { "type": "string" } })
            ),
            ["tool:get_order#/inputSchema/properties/api_key/x-mcp-header"]
        );
        assert!(locations(json!({ "page_token": mirrored("Page") })).is_empty());
    }
}
