//! The text detector: orders to the model, by families of wording in windows of 240 characters.

mod guards;

use std::ops::Range;

use contracts::audit::Confidence;

use super::decode::Searchable;
use super::families;
use guards::Guards;

/// Length of a window, in characters.
const WINDOW: usize = 240;
/// Shorter texts have no room for two families; most strings of a schema are that short.
const SHORTEST_BYTES: usize = 12;
/// Longer texts are read in pieces of this many bytes, so that memory stays bounded.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces overlap, so that no window is lost between two.
const OVERLAP_BYTES: usize = 2 * 1024;
/// What it adds that a part was only visible after decoding.
const CONCEALED_WEIGHT: f32 = 2.0;

/// The weight of a match that is likely by itself.
pub(super) const DECISIVE_WEIGHT: f32 = 4.0;

/// What a wording does to the model (catalogue section 3). F10 to F15 widen the catalogue's nine: attacks that hide nothing
/// and name no file order a change of what the user asked for, a call elsewhere or a side effect, under a pretext.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// F1: sets earlier or system instructions aside.
    Override,
    /// F2: hides something from the user.
    Concealment,
    /// F3: orders a call before, after or with every use.
    Order,
    /// F4: names a sensitive object.
    SensitiveObject,
    /// F5: names a way to carry data out.
    Sink,
    /// F6: poses as a role or an authority.
    Authority,
    /// F7: gives a new role or mode.
    NewRole,
    /// F8: presses.
    Pressure,
    /// F9: claims precedence over other tools.
    Precedence,
    /// F10: gives a reason that sounds official and serves nobody, such as compliance or a system update.
    Pretext,
    /// F11: changes what the user asked for, or what the user is shown.
    Tampering,
    /// F12: destroys, installs or executes something besides the task.
    SideEffect,
    /// F13: does without the consent of the user.
    NoConsent,
    /// F14: names personal data or traits of the device.
    PrivateData,
    /// F15: orders a call of a tool that the server does not have.
    ForeignCall,
}

impl Family {
    /// The short name that evidence and fingerprints use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Override => "F1",
            Self::Concealment => "F2",
            Self::Order => "F3",
            Self::SensitiveObject => "F4",
            Self::Sink => "F5",
            Self::Authority => "F6",
            Self::NewRole => "F7",
            Self::Pressure => "F8",
            Self::Precedence => "F9",
            Self::Pretext => "F10",
            Self::Tampering => "F11",
            Self::SideEffect => "F12",
            Self::NoConsent => "F13",
            Self::PrivateData => "F14",
            Self::ForeignCall => "F15",
        }
    }

    pub(super) fn weight(self) -> f32 {
        match self {
            // Alone it is likely enough: nothing else has a reason to change what the user asked for.
            Self::Tampering => DECISIVE_WEIGHT,
            Self::Override | Self::Concealment | Self::Order | Self::Authority => 3.0,
            Self::SensitiveObject
            | Self::Sink
            | Self::NewRole
            | Self::Precedence
            | Self::SideEffect
            | Self::NoConsent
            | Self::PrivateData => 2.0,
            Self::Pretext | Self::ForeignCall => 1.5,
            Self::Pressure => 0.5,
        }
    }
}

/// What the detector must know about where a text stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextContext<'a> {
    /// Names of the tools of the same server: pointing at them is ordinary guidance.
    pub own_tools: &'a [&'a str],
}

/// Orders found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextHit {
    /// Sum over the families of the best window.
    pub score: f32,
    /// 6 and more: confirmed; 4: likely; 2.5 with two families: tentative.
    pub confidence: Confidence,
    /// The families of the best window, in order.
    pub families: Vec<Family>,
    /// Where they are.
    pub matched: Range<usize>,
    /// Whether a part was only visible after decoding.
    pub decoded: bool,
    /// Whether one of the matches is enough by itself: nothing innocent says so, whatever the tool works on.
    pub decisive: bool,
}

impl TextHit {
    /// The families as fingerprints name them: `F1+F4`.
    pub fn signature(&self) -> String {
        let codes: Vec<&str> = self.families.iter().map(|family| family.code()).collect();
        codes.join("+")
    }

    /// What evidence names as its detector: `text:F1+F4`.
    pub fn detector(&self) -> String {
        format!("text:{}", self.signature())
    }

    /// Whether any of some families is in it.
    pub fn has(&self, families: &[Family]) -> bool {
        self.families.iter().any(|family| families.contains(family))
    }
}

/// One family at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyMatch {
    /// What it is.
    pub family: Family,
    /// Where it is.
    pub matched: Range<usize>,
    /// What it counts, after the guards.
    pub weight: f32,
    /// Whether it was only visible after decoding.
    pub decoded: bool,
    /// First and last character in the searched text, for windows.
    span: Range<usize>,
}

/// Finds orders to the model in a text; `None` where it scores too little.
pub fn scan(text: &str, context: &TextContext<'_>) -> Option<TextHit> {
    if text.len() < SHORTEST_BYTES {
        return None;
    }
    let best = pieces(text)
        .filter_map(|piece| {
            let passes = passes(&text[piece.clone()], context);
            let mut hit =
                passes.iter().filter_map(|matches| best_window(matches)).max_by(|a, b| a.score.total_cmp(&b.score))?;
            hit.matched = hit.matched.start + piece.start..hit.matched.end + piece.start;
            Some(hit)
        })
        .max_by(|a, b| a.score.total_cmp(&b.score).then(b.matched.start.cmp(&a.matched.start)))?;
    Some(best)
}

/// Every family at every place, with the guards applied but no window. For checks that look for one family.
pub fn families(text: &str, context: &TextContext<'_>) -> Vec<FamilyMatch> {
    let mut found: Vec<FamilyMatch> = pieces(text)
        .flat_map(|piece| {
            let start = piece.start;
            let moved = move |mut found: FamilyMatch| {
                found.matched = found.matched.start + start..found.matched.end + start;
                found
            };
            passes(&text[piece], context).into_iter().flatten().map(moved)
        })
        .collect();
    found.sort_by(|a, b| {
        let key = |found: &FamilyMatch| (found.matched.start, found.matched.end, found.family);
        key(a).cmp(&key(b)).then(b.weight.total_cmp(&a.weight))
    });
    found.dedup_by(|a, b| a.family == b.family && a.matched == b.matched);
    found
}

/// Ranges that together cover a text, each small enough to be searched at once.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = (!text.is_empty()).then_some(0);
    std::iter::from_fn(move || {
        let start = next?;
        let end = text.floor_char_boundary(start + PIECE_BYTES);
        next = (end < text.len()).then(|| text.floor_char_boundary(end - OVERLAP_BYTES));
        Some(start..end)
    })
}

/// The matches in the text as it stands and, where that differs, in the decoded text.
fn passes(text: &str, context: &TextContext<'_>) -> Vec<Vec<FamilyMatch>> {
    let plain = weigh(&Searchable::plain(text), context);
    let Some(decoded) = Searchable::decoded(text) else { return vec![plain] };
    let mut decoded = weigh(&decoded, context);
    // What can also be read without decoding was not concealed.
    for found in &mut decoded {
        let overlaps = |other: &FamilyMatch| {
            other.family == found.family
                && other.matched.start < found.matched.end
                && found.matched.start < other.matched.end
        };
        found.decoded &= !plain.iter().any(overlaps);
    }
    vec![plain, decoded]
}

/// Matches in searchable text, weighed by the guards, in order.
fn weigh(text: &Searchable, context: &TextContext<'_>) -> Vec<FamilyMatch> {
    let own_tools: Vec<String> = context.own_tools.iter().map(|tool| tool.to_lowercase()).collect();
    let mut matches = families::matches(&text.text);
    let calls = families::foreign_calls(&text.text, &own_tools);
    matches.extend(calls.map(|range| (Family::ForeignCall, range, Family::ForeignCall.weight())));
    if matches.is_empty() {
        return Vec::new();
    }
    matches.sort_by_key(|(family, range, _)| (range.start, range.end, *family));
    let guards = Guards::new(&text.text, &own_tools);
    // Character positions: counted once, along the sorted matches.
    let (mut counted, mut characters) = (0, 0);
    matches
        .into_iter()
        .map(|(family, range, weight)| {
            characters += text.text.get(counted..range.start).map_or(0, |gap| gap.chars().count());
            counted = range.start;
            let length = String::from_utf8_lossy(&text.text.as_bytes()[range.clone()]).chars().count();
            let weight = guards.weight(family, &range, weight);
            FamilyMatch {
                family,
                matched: text.origin(&range),
                weight,
                decoded: text.conceals(&range),
                span: characters..characters + length,
            }
        })
        .filter(|found| found.weight != 0.0)
        .collect()
}

/// The window with the highest score, if it is high enough.
fn best_window(matches: &[FamilyMatch]) -> Option<TextHit> {
    let mut best: Option<TextHit> = None;
    // Windows that begin at a match hold whatever windows at fixed distances would, wherever the text begins.
    let mut starts: Vec<usize> = matches.iter().map(|found| found.span.start).collect();
    starts.dedup();
    for start in starts {
        let first = matches.partition_point(|found| found.span.start < start);
        let beyond = matches.partition_point(|found| found.span.start < start + WINDOW);
        let inside: Vec<&FamilyMatch> =
            matches[first..beyond].iter().filter(|found| found.span.end <= start + WINDOW).collect();
        let Some(hit) = judge(&inside) else { continue };
        if best.as_ref().is_none_or(|best| hit.score > best.score) {
            best = Some(hit);
        }
    }
    best
}

fn judge(window: &[&FamilyMatch]) -> Option<TextHit> {
    use Family::{Authority, Concealment, PrivateData, SensitiveObject, SideEffect, Sink};
    let accomplice = window.iter().any(|found| {
        matches!(found.family, Concealment | SensitiveObject | PrivateData | SideEffect | Sink | Authority)
            && found.weight >= 2.0
    });
    let weight = |found: &FamilyMatch| match found.weight {
        // What reads like guidance is guidance unless something else is asked with it.
        weight if weight < 0.0 => {
            if accomplice {
                -weight
            } else {
                0.5
            }
        }
        weight => weight,
    };
    let mut families: Vec<(Family, f32)> = Vec::new();
    for found in window {
        match families.iter_mut().find(|(family, _)| *family == found.family) {
            Some((_, best)) => *best = best.max(weight(found)),
            None => families.push((found.family, weight(found))),
        }
    }
    families.sort_by_key(|(family, _)| *family);
    let decoded = window.iter().any(|found| found.decoded);
    let score = families.iter().map(|(_, weight)| weight).sum::<f32>() + if decoded { CONCEALED_WEIGHT } else { 0.0 };
    let confidence = if score >= 6.0 {
        Confidence::Confirmed
    } else if score >= 4.0 {
        Confidence::Likely
    } else if score >= 2.5 && families.len() >= 2 {
        Confidence::Tentative
    } else {
        return None;
    };
    let start = window.iter().map(|found| found.matched.start).min()?;
    let end = window.iter().map(|found| found.matched.end).max()?;
    let decisive = decoded || families.iter().any(|(_, weight)| *weight >= DECISIVE_WEIGHT);
    let families = families.into_iter().map(|(family, _)| family).collect();
    Some(TextHit { score, confidence, families, matched: start..end, decoded, decisive })
}

/// Whether a name stands in a text as a word of its own.
pub fn contains_word(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_word)
            && !text[at + name.len()..].chars().next().is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests;
