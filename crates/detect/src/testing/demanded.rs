//! Proves that a text without certain words cannot match a pattern, so that asking for the words first misses nothing.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than these are not written out.
const MOST: usize = 4_000;
/// Stands for whatever a pattern leaves open.
const ANYTHING: char = '\0';

/// Asserts that each match of a pattern holds one of the words, whatever its case.
///
/// # Panics
/// Where that cannot be shown.
pub fn assert_demanded(pattern: &str, words: &[&str]) {
    let hir = regex_syntax::parse(pattern).expect("a pattern");
    assert!(is_demanded(&hir, words), "some match of this pattern holds none of the words: {pattern}");
}

fn is_demanded(hir: &Hir, words: &[&str]) -> bool {
    let held = |parts: &[Hir]| {
        let texts = parts.iter().try_fold(vec![String::new()], |texts, part| joined(&texts, &texts_of(part)?));
        texts.is_some_and(|texts| texts.iter().all(|text| words.iter().any(|word| text.contains(word))))
    };
    match hir.kind() {
        HirKind::Capture(capture) => is_demanded(&capture.sub, words),
        HirKind::Repetition(repetition) => repetition.min > 0 && is_demanded(&repetition.sub, words),
        HirKind::Alternation(choices) => choices.iter().all(|choice| is_demanded(choice, words)),
        HirKind::Concat(parts) => {
            // A word may begin in one part and end in another.
            let windows = (1..=parts.len()).flat_map(|length| parts.windows(length));
            parts.iter().any(|part| is_demanded(part, words)) || windows.into_iter().any(held)
        }
        _ => held(std::slice::from_ref(hir)),
    }
}

/// What a part of a pattern may match, in lower case; `None` where that is too much to write out.
fn texts_of(hir: &Hir) -> Option<Vec<String>> {
    Some(match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8(literal.0.to_vec()).ok()?.to_lowercase()],
        HirKind::Class(class) => letters_of(class).unwrap_or_else(|| vec![ANYTHING.to_string()]),
        HirKind::Capture(capture) => texts_of(&capture.sub)?,
        HirKind::Alternation(choices) => {
            choices.iter().map(texts_of).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect()
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![String::new()], |texts, part| joined(&texts, &texts_of(part)?))?
        }
        HirKind::Repetition(repetition) => {
            let once = texts_of(&repetition.sub)?;
            let mut texts = if repetition.min == 0 { vec![String::new()] } else { Vec::new() };
            if repetition.max == Some(1) {
                texts.extend(once);
            } else {
                texts.push(ANYTHING.to_string());
            }
            texts
        }
    })
}

/// The characters of a small class, in lower case. Of those that are letters only where case is ignored, the words know
/// nothing; texts with them are not asked for words.
fn letters_of(class: &Class) -> Option<Vec<String>> {
    const SMALL: usize = 40;
    let letters: Vec<char> = match class {
        Class::Unicode(class) => class.iter().flat_map(|range| range.start()..=range.end()).take(SMALL).collect(),
        Class::Bytes(class) => {
            class.iter().flat_map(|range| range.start()..=range.end()).map(char::from).take(SMALL).collect()
        }
    };
    let known = letters.iter().filter(|letter| !matches!(letter, '\u{17f}' | '\u{212a}'));
    let mut lower: Vec<String> = known.map(|letter| letter.to_lowercase().to_string()).collect();
    lower.sort();
    lower.dedup();
    (letters.len() < SMALL).then_some(lower)
}

fn joined(firsts: &[String], seconds: &[String]) -> Option<Vec<String>> {
    let join = |first: &String| seconds.iter().map(move |second| format!("{first}{second}")).collect::<Vec<_>>();
    (firsts.len() * seconds.len() <= MOST).then(|| firsts.iter().flat_map(join).collect())
}

#[test]
fn what_a_pattern_demands_is_told_from_what_it_allows() {
    let demands = |pattern: &str, words: &[&str]| is_demanded(&regex_syntax::parse(pattern).expect("a pattern"), words);
    assert!(demands(r"(?i)\bpassw(?:or)?ds?\b|api[ -]?key", &["passw", "api"]));
    assert!(demands(r"(?:on|in) (?:any|every) day", &["any ", "every "]));
    assert!(!demands(r"(?i)tokens?|keys?", &["token"]));
    assert!(!demands(r"(?:token)?s", &["token"]));
}
