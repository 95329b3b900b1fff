//! A scan as a CycloneDX 1.6 bill of materials (ECMA-424): each server is a service, each package that one runs a component,
//! and the dependencies join them.

use std::collections::BTreeMap;

use contracts::api::scans::{DiscoveredMcp, Scan};
use serde_json::{Value, json};
use url::{Position, Url};
use uuid::Uuid;

use crate::sarif::uri;

pub(super) fn render(scan: &Scan) -> Value {
    let packages: BTreeMap<&str, Value> = scan
        .discovered
        .iter()
        .filter_map(|mcp| mcp.package.as_deref())
        .map(|package| (package, component(package)))
        .collect();
    let dependencies: Vec<Value> = scan
        .discovered
        .iter()
        .filter_map(|mcp| {
            Some(json!({ "ref": service_ref(mcp), "dependsOn": [component_ref(mcp.package.as_deref()?)] }))
        })
        .collect();
    let mut bom = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": scan.created_at,
            "tools": { "components": [{ "type": "application", "name": "mcp-audit", "version": env!("CARGO_PKG_VERSION") }] },
            "component": { "type": "application", "bom-ref": "scanned", "name": scan.name }
        },
        "components": packages.into_values().collect::<Vec<_>>(),
        "services": scan.discovered.iter().map(service).collect::<Vec<_>>(),
        "dependencies": dependencies
    });
    if let Ok(id) = Uuid::parse_str(scan.scan_id.as_str()) {
        bom["serialNumber"] = json!(id.urn().to_string());
    }
    bom
}

fn service_ref(mcp: &DiscoveredMcp) -> String {
    format!("service:{}", mcp.mcp_id)
}

fn component_ref(package: &str) -> String {
    format!("package:{package}")
}

fn service(mcp: &DiscoveredMcp) -> Value {
    let mut properties = vec![
        property("mcp-audit:client", &mcp.client),
        property("mcp-audit:kind", &mcp.kind.to_string()),
        property("mcp-audit:transport", &mcp.transport),
        property("mcp-audit:risk", &mcp.risk.to_string()),
        property("mcp-audit:config-path", &mcp.config_path),
    ];
    properties.extend(mcp.line.map(|line| property("mcp-audit:config-line", &line.to_string())));
    properties.extend(mcp.risk_reasons.iter().map(|reason| property("mcp-audit:risk-reason", reason)));
    properties.extend((!mcp.command.is_empty()).then(|| property("mcp-audit:command", &mcp.command.join(" "))));
    properties.extend(mcp.env_names.iter().map(|name| property("mcp-audit:environment-variable", name)));
    properties.extend(mcp.header_names.iter().map(|name| property("mcp-audit:header", name)));
    let mut service = json!({ "bom-ref": service_ref(mcp), "name": mcp.name, "properties": properties });
    if let Some(known) = &mcp.known {
        service["provider"] = json!({ "name": known.publisher });
    }
    if let Some(url) = mcp.url.as_deref().and_then(|url| Url::parse(url).ok()) {
        service["endpoints"] = json!([iri(&url)]);
        service["x-trust-boundary"] = json!(mcp.risk_reasons.iter().any(|reason| reason.starts_with("remote")));
    }
    service
}

/// An address as the schema wants it (RFC 3987). The URL standard leaves characters in a path that may not stand in one.
fn iri(url: &Url) -> String {
    let (before, path) = url.as_str().split_at(url[..Position::BeforePath].len());
    let legal = |character: char| match character {
        '|' | '^' | '[' | ']' | '{' | '}' | '`' | '"' | '<' | '>' | '\\' => uri(&character.to_string()),
        other => other.to_string(),
    };
    format!("{before}{}", path.chars().map(legal).collect::<String>())
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

/// A package as a component; its coordinate is `ecosystem:name@version`.
fn component(package: &str) -> Value {
    let (ecosystem, rest) = package.split_once(':').unwrap_or(("generic", package));
    // The first character may be the `@` of a scope.
    let at = rest.get(1..).and_then(|tail| tail.rfind('@')).map(|at| at + 1).filter(|_| !rest.contains("://"));
    let (name, version) = at.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    let (name, version) = if ecosystem == "docker" { untagged(name, version) } else { (name, version) };
    let kind = if ecosystem == "docker" { "container" } else { "application" };
    let mut component = json!({ "type": kind, "bom-ref": component_ref(package), "name": name });
    if let Some(version) = version {
        component["version"] = json!(version);
    }
    if let Some(purl) = purl(ecosystem, name, version) {
        component["purl"] = json!(purl);
    }
    component
}

/// An image without its tag, which is the version where there is no digest. A colon before the last `/` is that of a port.
fn untagged<'n>(name: &'n str, digest: Option<&'n str>) -> (&'n str, Option<&'n str>) {
    let after_path = name.rfind('/').map_or(0, |at| at + 1);
    match name[after_path..].find(':') {
        Some(at) => (&name[..after_path + at], digest.or(Some(&name[after_path + at + 1..]))),
        None => (name, digest),
    }
}

/// The package URL (ECMA-427). An address in the place of a name has none.
fn purl(ecosystem: &str, name: &str, version: Option<&str>) -> Option<String> {
    if name.contains("://") || name.contains('<') {
        return None;
    }
    let (kind, name, version) = match ecosystem {
        "npm" | "nuget" | "docker" => (ecosystem, name.to_owned(), version),
        // Names of PyPI are the same in every case and with `-` for `_` (its type definition).
        "pypi" => (ecosystem, name.to_ascii_lowercase().replace('_', "-"), version),
        "go" => ("golang", name.to_ascii_lowercase(), version),
        _ => return None,
    };
    let name = name.split('/').map(encoded).collect::<Vec<_>>().join("/");
    Some(
        version
            .map_or_else(|| format!("pkg:{kind}/{name}"), |version| format!("pkg:{kind}/{name}@{}", encoded(version))),
    )
}

/// Percent-encoded as package URLs want it.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'-' | b'_' | b'~' | b':' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
