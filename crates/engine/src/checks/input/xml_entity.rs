//! Parameters that are read as XML with everything that it names elsewhere.

use contracts::audit::{Confidence, NamedTest, Need, Severity};
use serde_json::Value;

use super::slots::{Probed, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::split;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-018",
    title: "XML external entity",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Turn off document type definitions and external entities in the XML parser.",
    tags: &[Tag::Cwe(611), Tag::McpTop10(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const NO_XML: &str = "no tool takes XML";

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = slots(probe, |_, name, schema| takes_xml(name, schema));
    if let (false, Err(reason)) = (slots.is_empty(), probe.callback().await) {
        return Ok(Verdict::needs(Need::Callback, reason));
    }
    probe_each(probe, &slots, NO_XML, |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    let Ok(listener) = probe.callback().await else { return Ok(Probed::Sound) };
    let (definition, entity, decoy) = (listener.issue(probe), listener.issue(probe), listener.issue(probe));
    // An address in the text is no definition: what fetches it too fetches whatever it reads.
    let text = listener.url(&decoy);
    // An external definition, and one that a parameter entity pulls in: parsers fetch the one or the other.
    let documents = [
        format!("<?xml version=\"1.0\"?><!DOCTYPE note SYSTEM \"{}\"><note>{text}</note>", listener.url(&definition)),
        format!(
            "<?xml version=\"1.0\"?><!DOCTYPE note [<!ENTITY % more SYSTEM \"{}\"> %more;]><note>{text}</note>",
            listener.url(&entity)
        ),
    ];
    let tokens = [definition, entity];
    let mut last = None;
    for document in documents {
        let Some(reply) = slot.send(probe, document, CallKind::Probing).await? else { return Ok(Probed::NotPermitted) };
        last = Some(reply);
        if tokens.iter().any(|token| listener.hit(token).is_some()) {
            break;
        }
    }
    listener.linger(&tokens).await;
    let hit = tokens.iter().find_map(|token| listener.hit(token)).filter(|_| listener.hit(&decoy).is_none());
    let (Some(hit), Some(reply)) = (hit, last) else { return Ok(Probed::Sound) };
    let message = "the XML parser behind a parameter fetches what a document names: our listener was called";
    Ok(Probed::proven(
        Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
            .sample(hit.sample().after(reply.request, reply.status)),
    ))
}

/// Whether a parameter takes XML, by its name or in so many words.
fn takes_xml(name: &str, schema: &Value) -> bool {
    const NAMES: [&str; 9] = ["xml", "soap", "svg", "rss", "wsdl", "xslt", "xsd", "opml", "kml"];
    let is = |word: &String| NAMES.contains(&word.as_str());
    let described = split(schema.get("description").and_then(Value::as_str).unwrap_or_default());
    let media = schema.get("contentMediaType").and_then(Value::as_str).unwrap_or_default();
    split(name).iter().any(is) || described.iter().any(|word| word == "xml") || media.contains("xml")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn xml_is_recognised_by_name_description_and_media_type() {
        assert!(takes_xml("svgImage", &json!({})) && takes_xml("doc", &json!({"description": "The invoice as XML"})));
        assert!(takes_xml("doc", &json!({"contentMediaType": "application/xml"})));
        assert!(!takes_xml("document", &json!({"description": "The invoice"})));
    }
}
