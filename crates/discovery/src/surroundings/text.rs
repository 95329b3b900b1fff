//! Texts that a model reads as its instructions, and the programs beside them.

use std::ops::Range;
use std::sync::LazyLock;

use contracts::audit::{Confidence, Severity};
use detect::hidden::{self, HiddenHit, HiddenKind};
use detect::secret;
use detect::text::{self, Family, TextContext, TextHit};
use regex::Regex;

use super::check::{AGAINST_THE_USER, CONCEALED_ORDERS, Check, Draft, HIDDEN_CHARACTERS, Judged, SECRET};
use super::commands::{self, Place, Trigger};
use super::permissions;

/// Families that instructions of a project have no use for. Orders, file names and urgency are what instructions are made of.
const HOSTILE: &[Family] = &[
    Family::Override,
    Family::Concealment,
    Family::Sink,
    Family::Tampering,
    Family::PrivateData,
    Family::SensitiveObject,
    Family::SideEffect,
    Family::NoConsent,
];

/// Ways to carry data out, or to change what people see.
const CARRIERS: &[Family] = &[Family::Sink, Family::Tampering, Family::PrivateData, Family::SideEffect];

/// Judges a text that a model reads as its instructions.
pub(super) fn instructions(judged: &mut Judged<'_>) {
    hidden_characters(judged);
    concealed(judged);
    for paragraph in paragraphs(judged.text) {
        orders(judged, paragraph);
    }
    let text = judged.text;
    commands::judge(judged, text, &Place { trigger: Trigger::Text, value: None });
    permissions::of_head(judged);
    secrets(judged);
}

/// Judges a program that an agent runs.
pub(super) fn script(judged: &mut Judged<'_>) {
    hidden_characters(judged);
    let text = judged.text;
    commands::judge(judged, text, &Place { trigger: Trigger::Script, value: None });
    secrets(judged);
}

/// Secrets whose format proves them. Passwords of databases on the own machine and tokens of examples stand in many a project.
pub(super) fn secrets(judged: &mut Judged<'_>) {
    const OF_EXAMPLES: &[&str] = &["connection-password", "bearer-token", "jwt"];
    /// A private key has at least so many characters; its first line alone is a mention.
    const SHORTEST_KEY: usize = 120;
    for hit in secret::scan(judged.text) {
        let mention = hit.kind == "private-key" && hit.matched.len() < SHORTEST_KEY;
        if hit.structural && !mention && !OF_EXAMPLES.contains(&hit.kind) {
            let message = format!("a secret of the type `{}` stands in the file", hit.kind);
            let detector = format!("secret:{}", hit.kind);
            raise(judged, &SECRET, (Severity::High, Confidence::Confirmed), hit.matched, &detector, &message);
        }
    }
}

fn raise(
    judged: &mut Judged<'_>,
    check: &Check,
    (severity, confidence): (Severity, Confidence),
    matched: Range<usize>,
    detector: &str,
    message: &str,
) {
    let line = Some(judged.line_of(matched.start));
    let draft = Draft {
        severity,
        confidence,
        message: message.to_owned(),
        discriminator: detector.to_owned(),
        sample: judged.sample(matched, detector),
        line,
    };
    judged.raise(check, &draft);
}

fn hidden_characters(judged: &mut Judged<'_>) {
    use HiddenKind::{Bidi, Control, Invisible, Tags};
    for hit in hidden::scan_for(judged.text, &[Tags, Invisible, Bidi, Control]) {
        let grade = match hit.kind {
            Tags | Invisible => (Severity::High, Confidence::Confirmed),
            // Editors of some languages leave direction marks behind.
            Bidi => (Severity::Medium, Confidence::Likely),
            // A form feed is a page break of old editors; only what a terminal obeys hides text.
            _ if judged.text[hit.matched.clone()].contains(['\u{1b}', '\u{8}', '\u{9b}']) => {
                (Severity::Medium, Confidence::Likely)
            }
            _ => continue,
        };
        let message = format!("the file has {}, which a model reads and a person does not see", hit.kind.title());
        raise(judged, &HIDDEN_CHARACTERS, grade, hit.matched, &format!("hidden:{}", hit.kind.code()), &message);
    }
}

/// Orders in comments, far to the right and in encodings.
fn concealed(judged: &mut Judged<'_>) {
    use HiddenKind::{Encoded, Layout, Markup};
    for HiddenHit { kind, matched, decoded } in hidden::scan_for(judged.text, &[Layout, Markup, Encoded]) {
        let Some(hit) = decoded.and_then(|decoded| hostile(&decoded)) else { continue };
        let severity =
            if kind == Encoded || hit.confidence == Confidence::Confirmed { Severity::High } else { Severity::Medium };
        let message = format!("an order to the model is hidden: {}", kind.title());
        let detector = format!("hidden:{}+{}", kind.code(), hit.detector());
        raise(judged, &CONCEALED_ORDERS, (severity, hit.confidence), matched, &detector, &message);
    }
}

/// A likely order that is hostile wherever it stands.
fn hostile(text: &str) -> Option<TextHit> {
    text::scan(text, &TextContext::default()).filter(|hit| hit.confidence >= Confidence::Likely && hit.has(HOSTILE))
}

fn orders(judged: &mut Judged<'_>, paragraph: Range<usize>) {
    let text = &judged.text[paragraph.clone()];
    let moved = |matched: Range<usize>| matched.start + paragraph.start..matched.end + paragraph.start;
    let hit = text::scan(text, &TextContext::default());
    if let Some(hit) =
        hit.as_ref().filter(|hit| hit.decoded && hit.confidence >= Confidence::Likely && hit.has(HOSTILE))
    {
        let message = "an order to the model is spelled so that readers and filters do not see it";
        let grade = (Severity::High, hit.confidence);
        return raise(judged, &CONCEALED_ORDERS, grade, moved(hit.matched.clone()), &hit.detector(), message);
    }
    if let Some((hit, severity)) = hit.as_ref().and_then(|hit| Some((hit, against_the_user(text, hit)?))) {
        let message = "the text orders an agent to work against its user";
        let grade = (severity, hit.confidence);
        return raise(judged, &AGAINST_THE_USER, grade, moved(hit.matched.clone()), &hit.detector(), message);
    }
    let found = text::families(text, &TextContext::default()).into_iter();
    let mut lone = found.filter(|found| match found.family {
        Family::Concealment => found.weight >= 3.0 && keeps_silent(&text[found.matched.clone()]),
        Family::Override => found.weight >= 3.0,
        _ => false,
    });
    if let Some(found) = lone.next() {
        let message = match found.family {
            Family::Override => "the text sets other instructions or checks aside",
            _ => "the text orders an agent to keep something from its user",
        };
        let detector = format!("text:{}", found.family.code());
        raise(
            judged,
            &AGAINST_THE_USER,
            (Severity::Low, Confidence::Tentative),
            moved(found.matched),
            &detector,
            message,
        );
    }
}

/// How bad it is that instructions say so, if they may not say so at all.
fn against_the_user(text: &str, hit: &TextHit) -> Option<Severity> {
    if hit.confidence < Confidence::Likely {
        return None;
    }
    let confirmed = hit.confidence == Confidence::Confirmed;
    match () {
        () if hit.has(&[Family::Override]) && hit.has(&[Family::Concealment, Family::NewRole]) => Some(Severity::High),
        () if hit.has(&[Family::Concealment]) && hit.has(CARRIERS) => {
            let silent = text::families(text, &TextContext::default())
                .iter()
                .any(|found| found.family == Family::Concealment && keeps_silent(&text[found.matched.clone()]));
            silent.then_some(if confirmed { Severity::High } else { Severity::Medium })
        }
        () if confirmed
            && hit.has(&[Family::Sink])
            && hit.has(&[Family::SensitiveObject])
            && names_private_files(text) =>
        {
            Some(Severity::High)
        }
        () => None,
    }
}

/// Whether a concealment is about what is said to the user. What an application shows to its users is its own matter. Words of
/// other languages are taken as they are: their patterns name the user.
fn keeps_silent(concealment: &str) -> bool {
    static SILENT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:tell|mention|inform|reveal|notify|disclose|alert)\w*\b.*\b(?:users?|humans?|person|people|operators?|them)\b|\b(?:secretly|silently|covertly)\b")
            .expect("a fixed pattern")
    });
    static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\b(?:do not|don't|never|without|must not|should not|not to|avoid|secretly|silently|covertly)\b",
        )
        .expect("a fixed pattern")
    });
    SILENT.is_match(concealment) || !ENGLISH.is_match(concealment)
}

/// Whether a text names what only its owner reads, and an address: a word such as "shares" alone carries nothing out.
fn names_private_files(text: &str) -> bool {
    static PRIVATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\.ssh\b|\bid_(?:rsa|ed25519)\b|\.aws/|\.gnupg\b|/etc/(?:passwd|shadow)|private key|(?:conversation|chat|message) history|\.git-credentials|\.netrc")
            .expect("a fixed pattern")
    });
    text.contains("://") && PRIVATE.is_match(text)
}

/// The parts between empty lines.
fn paragraphs(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    static GAP: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\n[ \t\r]*\n").expect("a fixed pattern"));
    let mut start = 0;
    let ends = GAP.find_iter(text).map(|gap| (gap.start(), gap.end())).chain([(text.len(), text.len())]);
    ends.map(move |(end, next)| std::mem::replace(&mut start, next)..end).filter(|part| !part.is_empty())
}
