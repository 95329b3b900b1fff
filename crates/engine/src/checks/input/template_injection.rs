//! Parameters that are rendered as a template.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::product::{MARK, Product};
use super::slots::{Probed, Reply, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::subject::{is_path, is_url};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::snapshot::Tool;
use crate::tool_class::{is_executed, split};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-016",
    title: "Template injection",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Hand values of callers to a template as data, and never make them a part of the template itself.",
    tags: &[Tag::Cwe(1336), Tag::McpTop10(5), Tag::Agentic(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// A notation of expressions, and how an engine that knows it is asked for capital letters: `@` is the word. What each
/// engine calls that proves that it is a template engine and no calculator.
struct Notation {
    name: &'static str,
    open: &'static str,
    close: &'static str,
    capitals: &'static [&'static str],
}

const BRACES: Notation = Notation {
    name: "{{}}",
    open: "{{",
    close: "}}",
    capitals: &["\"@\"|upper", "\"@\".toUpperCase()", "\"@\"|upcase"],
};
const DOLLAR: Notation = Notation {
    name: "${}",
    open: "${",
    close: "}",
    capitals: &["\"@\".toUpperCase()", "\"@\"?upper_case", "\"@\".upper()"],
};
const HASH: Notation =
    Notation { name: "#{}", open: "#{", close: "}", capitals: &["\"@\".upcase", "\"@\".toUpperCase()"] };
const TAG: Notation =
    Notation { name: "<%= %>", open: "<%= ", close: " %>", capitals: &["\"@\".upcase", "\"@\".toUpperCase()"] };
const BRACE: Notation = Notation { name: "{}", open: "{", close: "}", capitals: &["\"@\".upper()", "\"@\"|upper"] };

/// What is sent together: engines leave alone what they do not know. The last is a fault to many, and goes alone.
const TOGETHER: [&[Notation]; 3] = [&[BRACES, DOLLAR, HASH], &[TAG], &[BRACE]];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = slots(probe, |tool, name, schema| {
        !is_executed(name, schema) && !is_url(name, schema) && !is_path(name, schema) && !renders_templates(tool)
    });
    let no_slot = "no tool takes free text, or it is one that renders templates by design";
    probe_each(probe, &slots, no_slot, |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    for notations in TOGETHER {
        let Some((reply, found)) = computed(probe, slot, notations).await? else { return Ok(Probed::NotPermitted) };
        let found = match found {
            Some(found) => Some(found),
            // One notation may be a fault to the engine that knows another.
            None if reply.is_error && notations.len() > 1 && !was_error(probe, slot).await? => {
                let mut alone = None;
                for notation in notations {
                    let Some((_, found)) = computed(probe, slot, std::slice::from_ref(notation)).await? else { break };
                    alone = alone.or(found);
                }
                alone
            }
            None => None,
        };
        let Some(notation) = found else { continue };
        // A calculator computes the bare expression as well.
        let plain = Product::fresh();
        let expression = format!("{}{}{}", MARK.0, plain.expression(), MARK.1);
        let Some(control) = slot.send(probe, expression, CallKind::Executing).await? else { continue };
        if plain.proven(&control.text).is_some() {
            return Ok(Probed::Sound);
        }
        if let Some((reply, range)) = capitals(probe, slot, notation).await? {
            let message = "a parameter is rendered as a template: expressions in it were computed";
            return Ok(Probed::proven(
                Draft::new(Severity::High, Confidence::Confirmed, slot.location(), message)
                    .distinct(notation.name)
                    .sample(reply.sample(range, format!("template:{}", notation.name))),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// Sends a product in each notation: the answer, and the notation whose product was computed.
async fn computed<'n>(
    probe: &Probe,
    slot: &Slot<'_>,
    notations: &'n [Notation],
) -> Result<Option<(Reply, Option<&'n Notation>)>, ProbeError> {
    let products: Vec<Product> = notations.iter().map(|_| Product::fresh()).collect();
    let marked = notations.iter().zip(&products).map(|(notation, product)| {
        format!("{}{}{}{}{}", MARK.0, notation.open, product.expression(), notation.close, MARK.1)
    });
    let payload = marked.collect::<Vec<_>>().join(" ");
    let Some(reply) = slot.send(probe, payload, CallKind::Executing).await? else { return Ok(None) };
    let found = notations.iter().zip(&products).find(|(_, product)| product.proven(&reply.text).is_some());
    let notation = found.map(|(notation, _)| notation);
    Ok(Some((reply, notation)))
}

/// Asks an engine for capital letters: its answer, and where they stand.
async fn capitals(
    probe: &Probe,
    slot: &Slot<'_>,
    notation: &Notation,
) -> Result<Option<(Reply, std::ops::Range<usize>)>, ProbeError> {
    for expression in notation.capitals {
        let word: String = Product::fresh().value().bytes().map(|digit| char::from(b'a' + digit % 10)).collect();
        let word = format!("mcpa{word}");
        let payload = format!("{}{}{}", notation.open, expression.replace('@', &word), notation.close);
        let Some(reply) = slot.send(probe, payload, CallKind::Executing).await? else { return Ok(None) };
        let wanted = word.to_uppercase();
        if let Some(at) = reply.text.find(&wanted) {
            return Ok(Some((reply, at..at + wanted.len())));
        }
    }
    Ok(None)
}

async fn was_error(probe: &Probe, slot: &Slot<'_>) -> Result<bool, ProbeError> {
    Ok(slot.baseline(probe).await?.is_none_or(|baseline| baseline.is_error))
}

/// Whether rendering templates is what the tool is for.
fn renders_templates(tool: &Tool) -> bool {
    const WORDS: [&str; 10] = [
        "template",
        "templates",
        "render",
        "renders",
        "jinja",
        "jinja2",
        "handlebars",
        "mustache",
        "liquid",
        "interpolate",
    ];
    let described = split(tool.description.as_deref().unwrap_or_default());
    split(&tool.name).iter().chain(&described).any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{server, tool};

    #[test]
    fn declared_template_tools_are_left_out() {
        let renders = |name: &str, said: &str| renders_templates(&server(&[tool(name, said, "text")]).tools[0]);
        assert!(renders("render_mail", "Returns a mail") && renders("get_mail", "Fills a Jinja template"));
        assert!(!renders("get_greeting", "Returns a greeting"));
    }

    #[test]
    fn no_payload_contains_its_result() {
        for notation in TOGETHER.into_iter().flatten() {
            for expression in notation.capitals {
                assert!(expression.contains('@') && !expression.contains("MCPA"), "{expression}");
            }
        }
    }
}
