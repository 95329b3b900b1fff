//! Parameters that reach a shell.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::product::{MARK, Product};
use super::slots::{Probed, Slot, probe_each, slots};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{CallKind, Probe, ProbeError};
use crate::tool_class::is_executed;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-INP-003",
    title: "OS command injection",
    test: NamedTest::InputValidation,
    mode: Mode::Active,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Start programs with an array of arguments and without a shell; where a value becomes an argument, refuse leading dashes and check it \
        against an allow-list.",
    tags: &[Tag::Cwe(78), Tag::McpTop10(5), Tag::LlmTop10(10), Tag::Agentic(5)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// A way into a shell: what is added to the benign value, with the expression in it, and how the output looks.
struct Form {
    name: &'static str,
    payload: fn(&str, &str, &str) -> String,
    /// Whether only the bare product is printed, without marks.
    bare: bool,
}

const FORMS: [Form; 7] = [
    Form {
        name: "separator",
        payload: |open, expression, close| format!(";echo {open}$(({expression})){close}"),
        bare: false,
    },
    Form {
        name: "pipe",
        payload: |open, expression, close| format!("|echo {open}$(({expression})){close}"),
        bare: false,
    },
    Form {
        name: "substitution",
        payload: |open, expression, close| format!("$(echo {open}$(({expression})){close})"),
        bare: false,
    },
    Form {
        name: "backtick",
        payload: |open, expression, close| format!("`echo {open}$(({expression})){close}`"),
        bare: false,
    },
    Form {
        name: "newline",
        payload: |open, expression, close| format!("\necho {open}$(({expression})){close}\n"),
        bare: false,
    },
    Form { name: "cmd", payload: |_, expression, _| format!("&set /a {expression}"), bare: true },
    Form {
        name: "powershell",
        payload: |open, expression, close| format!("{open}$({expression}){close}"),
        bare: false,
    },
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    // A parameter that is meant to be a command is judged by the check of unbounded power.
    let slots = slots(probe, |_, name, schema| !is_executed(name, schema));
    probe_each(probe, &slots, "no tool takes free text", |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    // The control shows no product; a tool that computes plain expressions proves nothing.
    let plain = Product::fresh();
    let Some(control) = slot.send(probe, &plain.expression(), CallKind::Executing).await? else {
        return Ok(Probed::NotPermitted);
    };
    if plain.bare(&control.text).is_some() {
        return Ok(Probed::Sound);
    }
    for form in &FORMS {
        let product = Product::fresh();
        if plays(probe, slot, form, product).await?.is_none() {
            continue;
        }
        // Once more with new numbers, so that no accident is a finding.
        if let Some(sample) = plays(probe, slot, form, Product::fresh()).await? {
            let message = "a parameter is passed to a command interpreter: an arithmetic expression in it was computed";
            return Ok(Probed::Proven(Box::new(
                Draft::new(Severity::Critical, Confidence::Confirmed, slot.location(), message)
                    .distinct(form.name)
                    .sample(sample),
            )));
        }
    }
    Ok(Probed::Sound)
}

async fn plays(probe: &Probe, slot: &Slot<'_>, form: &Form, product: Product) -> Result<Option<Sample>, ProbeError> {
    let payload = format!("{}{}", slot.value, (form.payload)(MARK.0, &product.expression(), MARK.1));
    let Some(reply) = slot.send(probe, &payload, CallKind::Executing).await? else { return Ok(None) };
    let found = if form.bare { product.bare(&reply.text) } else { product.proven(&reply.text) };
    Ok(found.map(|range| {
        Sample::part(reply.text, range, format!("product:{}", form.name)).after(reply.request, reply.status)
    }))
}
