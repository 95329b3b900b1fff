//! Icons, web sites and user interfaces that a definition points at, and that a client may load or run.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contracts::audit::{Confidence, NamedTest, Severity};
use regex::Regex;
use serde_json::Value;
use url::Url;

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::subject::{prompt_at, resource_at};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DA-016",
    title: "Unsafe icon or interface reference",
    test: NamedTest::DescriptionAnalysis,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Serve icons as raster images over https from the server's own origin or as `data:`, and let an interface connect to that origin only.",
    tags: &[Tag::Cwe(79), Tag::Cwe(829), Tag::McpTop10(3), Tag::Spec("2026-07-28", "Icons: security considerations")],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let own = own_origins(snapshot);
    let server = std::iter::once((&snapshot.server_info, "server".to_owned()));
    let tools = snapshot.tools.iter().map(|tool| (&tool.raw, tool.at("")));
    let prompts = snapshot.prompts.iter().map(|item| (&item.raw, prompt_at(item, "")));
    let resources = snapshot.resources.iter().chain(&snapshot.templates).map(|item| (&item.raw, resource_at(item, "")));
    let drafts = server.chain(tools).chain(prompts).chain(resources).flat_map(|(raw, location)| {
        let draft = |reference: Reference<'_>| {
            let (kind, severity, message) = reference.judge(&own)?;
            let location = match location.as_str() {
                "server" => location.clone(),
                place if place.ends_with('#') => format!("{place}{}", reference.pointer),
                place => format!("{place}#{}", reference.pointer),
            };
            let sample = Sample::whole(reference.text, format!("reference:{kind}"));
            Some(Draft::new(severity, Confidence::Confirmed, location, message).distinct(kind).sample(sample))
        };
        references(raw).into_iter().filter_map(draft).collect::<Vec<_>>()
    });
    drafts.collect()
}

/// A place that a definition points at.
struct Reference<'s> {
    pointer: String,
    text: &'s str,
    /// Whether a client loads it, or only offers it as a link.
    is_loaded: bool,
}

fn references(raw: &Value) -> Vec<Reference<'_>> {
    let string = |pointer: String, is_loaded| {
        let text = raw.pointer(&pointer)?.as_str()?;
        Some(Reference { pointer, text, is_loaded })
    };
    let length = |pointer: &str| raw.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    let icons = (0..length("/icons")).filter_map(|index| string(format!("/icons/{index}/src"), true));
    let csp = "/_meta/ui/csp/connectDomains";
    let connects = (0..length(csp)).filter_map(|index| string(format!("{csp}/{index}"), true));
    icons.chain(connects).chain(string("/websiteUrl".to_owned(), false)).collect()
}

impl Reference<'_> {
    /// What is wrong with it, if anything.
    fn judge(&self, own: &[String]) -> Option<(&'static str, Severity, &'static str)> {
        let scheme = self.text.split(':').next().unwrap_or_default().to_ascii_lowercase();
        match scheme.as_str() {
            "javascript" | "vbscript" => {
                return Some(("script", Severity::Medium, "a reference of the definition is a script"));
            }
            "data" if self.is_loaded => {
                return holds_script(self.text).then_some((
                    "script",
                    Severity::Medium,
                    "an icon of the definition is an image that holds a script",
                ));
            }
            "https" => {}
            _ => return Some(("scheme", Severity::Low, "a reference of the definition is neither https nor data")),
        }
        let origin = Url::parse(self.text).ok()?.origin().ascii_serialization();
        let foreign = self.is_loaded && !own.is_empty() && !own.contains(&origin);
        foreign.then_some(("origin", Severity::Low, "a reference of the definition is loaded from another origin"))
    }
}

/// Whether a `data:` URL is an SVG image that runs something.
fn holds_script(url: &str) -> bool {
    static ACTIVE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<script\b|\son[a-z]+\s*=|javascript:|<foreignobject\b").expect("a fixed pattern")
    });
    let Some((kind, data)) = url.split_once(',') else { return false };
    let kind = kind.to_ascii_lowercase();
    if !kind.contains("svg") && !kind.contains("html") {
        return false;
    }
    let decoded = if kind.ends_with(";base64") { STANDARD.decode(data.trim()).ok() } else { None };
    let text = match decoded {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => data.replace("%3C", "<").replace("%3c", "<").replace("%20", " "),
    };
    ACTIVE.is_match(&text)
}

/// Where the server and its publisher are at home. Empty for a child process that names no web site.
fn own_origins(snapshot: &Snapshot) -> Vec<String> {
    let addresses = [snapshot.url.as_deref(), snapshot.server_field("websiteUrl")];
    let origin = |address: &str| Some(Url::parse(address).ok()?.origin().ascii_serialization());
    addresses.into_iter().flatten().filter_map(origin).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples::{findings, server};

    fn kinds(definition: &Value) -> Vec<(String, Severity)> {
        let mut definition = definition.clone();
        definition["name"] = json!("a");
        let found = findings(&CHECK, &server(&[definition]));
        found.iter().map(|draft| (draft.discriminator.clone(), draft.severity)).collect()
    }

    #[test]
    fn scripts_and_foreign_references_are_flagged_and_own_ones_are_not() {
        let icon = |src: &str| json!({ "icons": [{ "src": src }] });
        let encoded = STANDARD.encode("<svg onload='x()'/>");
        let script = [("script".to_owned(), Severity::Medium)];
        assert_eq!(kinds(&icon("javascript:alert(1)")), script);
        assert_eq!(kinds(&icon(&format!("data:image/svg+xml;base64,{encoded}"))), script);
        assert_eq!(kinds(&icon("http://mcp.example.com/a.png")), [("scheme".to_owned(), Severity::Low)]);
        assert_eq!(kinds(&icon("https://images.other.dev/a.png")), [("origin".to_owned(), Severity::Low)]);
        let connects = json!({ "_meta": { "ui": { "csp": { "connectDomains": ["https://collect.other.dev"] } } } });
        assert_eq!(kinds(&connects), [("origin".to_owned(), Severity::Low)]);

        assert_eq!(kinds(&icon("https://mcp.example.com/a.png")), []);
        assert_eq!(kinds(&icon("data:image/png;base64,iVBORw0KGgo=")), []);
        assert_eq!(kinds(&icon("data:image/svg+xml,%3Csvg/%3E")), []);
    }
}
