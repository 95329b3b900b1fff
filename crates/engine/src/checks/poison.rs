//! What the checks of level 2 share: which texts a server declares, and how orders to the model in them are graded.

use contracts::audit::{Confidence, Severity};
use detect::hidden::{HiddenHit, HiddenKind};
use detect::text::{Family, TextContext, TextHit, scan};

use crate::check::{Draft, Sample};
use crate::checks::subject::resource_at;
use crate::snapshot::{Snapshot, Tool, strings};

/// A text that a server declares.
pub(crate) struct Declared<'s> {
    /// Where (catalogue section 7).
    pub(crate) location: String,
    /// Its JSON pointer within its definition.
    pub(crate) pointer: String,
    /// The text.
    pub(crate) text: &'s str,
}

/// Every string of the definitions of tools, resources and templates, and of what the server says about itself. Prompts
/// have a check of their own.
pub(crate) fn declared(snapshot: &Snapshot) -> Vec<Declared<'_>> {
    let tools = snapshot.tools.iter().flat_map(|tool| {
        strings(&tool.raw).into_iter().map(|(pointer, text)| Declared { location: tool.at(&pointer), pointer, text })
    });
    let resources = snapshot.resources.iter().chain(&snapshot.templates).flat_map(|item| {
        strings(&item.raw).into_iter().map(|(pointer, text)| Declared {
            location: resource_at(item, &pointer),
            pointer,
            text,
        })
    });
    tools.chain(resources).chain(of_server(snapshot)).collect()
}

/// What the server says about itself: its instructions, and the strings of `serverInfo`.
pub(crate) fn of_server(snapshot: &Snapshot) -> Vec<Declared<'_>> {
    let at = |pointer: String, text| Declared { location: "server".to_owned(), pointer, text };
    let instructions = snapshot.instructions.as_deref().map(|text| at("/instructions".to_owned(), text));
    let info =
        strings(&snapshot.server_info).into_iter().map(|(pointer, text)| at(format!("/serverInfo{pointer}"), text));
    instructions.into_iter().chain(info).collect()
}

/// The texts by which a tool presents itself, with their pointers.
pub(crate) fn presentation(tool: &Tool) -> impl Iterator<Item = (&'static str, &str)> {
    ["/title", "/description", "/annotations/title"]
        .into_iter()
        .filter_map(|pointer| Some((pointer, tool.raw.pointer(pointer)?.as_str()?)))
}

/// The names of the server's tools.
pub(crate) fn tool_names(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.tools.iter().map(|tool| tool.name.as_str()).collect()
}

/// Orders to the model in a definition, graded by the catalogue: confirmed ones that hide and take something are
/// critical, others high, hints low.
pub(crate) fn poisoned(text: &str, own_tools: &[&str]) -> Option<(TextHit, Severity)> {
    let hit = scan(text, &TextContext { own_tools })?;
    let severity = match hit.confidence {
        Confidence::Confirmed if takes_secretly(&hit) => Severity::Critical,
        Confidence::Confirmed | Confidence::Likely => Severity::High,
        Confidence::Tentative => Severity::Low,
    };
    Some((hit, severity))
}

/// Whether something is both hidden from the user and taken.
fn takes_secretly(hit: &TextHit) -> bool {
    hit.has(&[Family::Concealment]) && hit.has(&[Family::SensitiveObject, Family::PrivateData, Family::Sink])
}

/// A draft about orders to the model. `subject` names the text: "the description".
pub(crate) fn text_draft(
    severity: Severity,
    location: impl Into<String>,
    subject: &str,
    text: &str,
    hit: &TextHit,
) -> Draft {
    let means: Vec<&str> = hit.families.iter().map(|family| meaning(*family)).collect();
    let concealed = if hit.decoded { ", partly in a concealed form" } else { "" };
    let message = format!("{subject} gives the model orders: it {}{concealed}", means.join(", "));
    Draft::new(severity, hit.confidence, location, message).distinct(hit.signature()).sample(Sample::part(
        text,
        hit.matched.clone(),
        hit.detector(),
    ))
}

fn meaning(family: Family) -> &'static str {
    match family {
        Family::Override => "sets earlier instructions aside",
        Family::Concealment => "hides something from the user",
        Family::Order => "demands further calls or reads",
        Family::SensitiveObject => "names sensitive objects",
        Family::Sink => "names a way to carry data out",
        Family::Authority => "poses as the system or another authority",
        Family::NewRole => "assigns a new role",
        Family::Pressure => "presses",
        Family::Precedence => "claims precedence over other tools",
        Family::Pretext => "gives an official-sounding reason",
        Family::Tampering => "changes what the user asked for",
        Family::SideEffect => "demands side effects",
        Family::NoConsent => "does without the user's consent",
        Family::PrivateData => "names personal data",
        Family::ForeignCall => "orders calls of other tools",
    }
}

/// A draft about hidden text. `subject` names the text: "the description".
pub(crate) fn hidden_draft(
    severity: Severity,
    confidence: Confidence,
    location: impl Into<String>,
    subject: &str,
    text: &str,
    hit: &HiddenHit,
) -> Draft {
    let message = format!("{subject} contains {}", hit.kind.title());
    let draft = Draft::new(severity, confidence, location, message).distinct(hit.kind.code()).sample(Sample::part(
        text,
        hit.matched.clone(),
        format!("hidden:{}", hit.kind.code()),
    ));
    match &hit.decoded {
        // What tags and encodings stand for is not to be seen in an excerpt of the text.
        Some(decoded) if matches!(hit.kind, HiddenKind::Tags | HiddenKind::Invisible | HiddenKind::Encoded) => {
            draft.sample(Sample::whole(decoded.clone(), format!("hidden:{}:decoded", hit.kind.code())))
        }
        _ => draft,
    }
}
