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

/// A payload: what is added to the benign value. It holds one or several ways into a shell, each with numbers of its own,
/// so that one call tries them all and the answer tells which one worked.
struct Payload {
    /// The ways, in the order of the numbers. A bare one prints the product without marks.
    ways: &'static [Way],
    text: fn(&[Product]) -> String,
    /// The same with the way only that filters forget most often, for a server that refuses all of them together.
    alone: Option<fn(Product) -> (Way, String)>,
    /// Whether the system of this machine may run it.
    local: bool,
}

#[derive(Clone, Copy)]
struct Way {
    name: &'static str,
    bare: bool,
}

const fn way(name: &'static str) -> Way {
    Way { name, bare: false }
}

/// A command that prints the product between the marks.
fn echo(product: Product) -> String {
    format!("echo {}$(({})){}", MARK.0, product.expression(), MARK.1)
}

const PAYLOADS: [Payload; 3] = [
    Payload {
        ways: &[way("pipe"), way("separator"), way("newline")],
        text: |products| format!("|{};{}\n{}\n", echo(products[0]), echo(products[1]), echo(products[2])),
        alone: Some(|product| (way("newline"), format!("\n{}\n", echo(product)))),
        local: cfg!(unix),
    },
    Payload {
        // The last one closes the quotes that a value stands in, and opens them again. Outside of quotes it is a literal.
        ways: &[way("substitution"), way("backtick"), way("quoted")],
        text: |products| format!("$({})`{}`'$({})'", echo(products[0]), echo(products[1]), echo(products[2])),
        alone: Some(|product| (way("substitution"), format!("$({})", echo(product)))),
        local: cfg!(unix),
    },
    Payload {
        ways: &[way("powershell"), Way { name: "cmd", bare: true }],
        text: |products| {
            format!("{}$({}){}&set /a {}", MARK.0, products[0].expression(), MARK.1, products[1].expression())
        },
        alone: None,
        local: cfg!(windows),
    },
];

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let slots = shell_slots(probe);
    probe_each(probe, &slots, "no tool takes free text", |probe, slot| Box::pin(probe_slot(probe, slot))).await
}

/// Parameters that may end in a command line. One that is meant to be a command is judged by the check of unbounded
/// power.
pub(super) fn shell_slots(probe: &Probe) -> Vec<Slot<'_>> {
    slots(probe, |_, name, schema| !is_executed(name, schema))
}

async fn probe_slot(probe: &Probe, slot: &Slot<'_>) -> Result<Probed, ProbeError> {
    // The control shows no product; a tool that computes plain expressions proves nothing.
    let plain = Product::fresh();
    let Some(control) = slot.send(probe, plain.expression(), CallKind::Executing).await? else {
        return Ok(Probed::NotPermitted);
    };
    if plain.bare(&control.text).is_some() {
        return Ok(Probed::Sound);
    }
    for payload in PAYLOADS.iter().filter(|payload| payload.local || !probe.snapshot().loopback) {
        let together = || {
            let products: Vec<Product> = payload.ways.iter().map(|_| Product::fresh()).collect();
            let text = (payload.text)(&products);
            (payload.ways.iter().copied().zip(products).collect::<Vec<_>>(), text)
        };
        let (ways, text) = together();
        let mut played = play(probe, slot, &ways, &text).await?;
        let mut again = together();
        if let (Played::Refused, Some(alone)) = (&played, payload.alone) {
            let one = || {
                let product = Product::fresh();
                let (way, text) = alone(product);
                (vec![(way, product)], text)
            };
            let (ways, text) = one();
            played = play(probe, slot, &ways, &text).await?;
            again = one();
        }
        // Once more with new numbers, so that no accident is a finding.
        if let Played::Computed(..) = played
            && let Played::Computed(name, sample) = play(probe, slot, &again.0, &again.1).await?
        {
            probe.memo().injected().prove(CHECK.id, slot);
            let message = "a parameter is passed to a command interpreter: an arithmetic expression in it was computed";
            return Ok(Probed::proven(
                Draft::new(Severity::Critical, Confidence::Confirmed, slot.location(), message)
                    .distinct(name)
                    .sample(*sample),
            ));
        }
    }
    Ok(Probed::Sound)
}

/// What became of a payload.
enum Played {
    /// A shell computed it, on this way.
    Computed(&'static str, Box<Sample>),
    /// The tool failed.
    Refused,
    /// Nothing.
    Ignored,
}

async fn play(probe: &Probe, slot: &Slot<'_>, ways: &[(Way, Product)], text: &str) -> Result<Played, ProbeError> {
    let payload = format!("{}{text}", slot.value);
    let Some(reply) = slot.send(probe, payload, CallKind::Executing).await? else { return Ok(Played::Ignored) };
    let found = ways.iter().find_map(|(way, product)| {
        let range = if way.bare { product.bare(&reply.text) } else { product.proven(&reply.text) };
        Some((way.name, range?))
    });
    Ok(match found {
        Some((name, range)) => Played::Computed(name, Box::new(reply.sample(range, format!("product:{name}")))),
        None if reply.is_error => Played::Refused,
        None => Played::Ignored,
    })
}
