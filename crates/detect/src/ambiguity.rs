//! Patterns on which backtracking engines need exponential time (CWE-1333): a repeated part that can match the same text
//! in two ways.
//!
//! The pattern becomes a position automaton (Glushkov). Two different runs over the same text from one position back to
//! itself mean that the number of runs doubles with each round, and an engine that backtracks tries them all as soon as
//! what follows does not match. Follow relations are counted, because nested repeats lead from one position to another in
//! several ways.

use std::collections::{BTreeMap, VecDeque};

use regex_syntax::ast::{AssertionKind, Ast, RepetitionKind, RepetitionRange, parse::Parser};
use regex_syntax::hir::translate::Translator;
use regex_syntax::hir::{Class, HirKind};

/// Longer patterns, and more positions, are not looked at: the pattern is the server's.
const MAX_PATTERN_BYTES: usize = 2_000;
const MAX_POSITIONS: usize = 120;
/// Of a class, so many ranges are looked at, lowest first; and so many steps are made in all.
const MAX_RANGES: usize = 64;
const MAX_STEPS: u32 = 60_000;
/// Stands for the end of the text.
const END: u32 = 0x11_0000;
/// Characters to break a match with, and to build one of.
const BREAKERS: [char; 6] = ['!', '~', '\u{1}', '\n', '\u{e9}', '\u{4e00}'];
const PREFERRED: &str = "a1A0-_. /,bcdefghijklmnopqrstuvwxyz";

/// How a pattern is made slow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ambiguity {
    prefix: String,
    pump: String,
    breaker: char,
}

impl Ambiguity {
    /// A text on which the time doubles with each round.
    pub fn text(&self, rounds: usize) -> String {
        format!("{}{}{}", self.prefix, self.pump.repeat(rounds), self.breaker)
    }
}

/// Finds out whether a pattern is exponential; `None` where it is not, or where it cannot be told: patterns with
/// look-around or back references are not understood.
pub fn ambiguity(pattern: &str) -> Option<Ambiguity> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return None;
    }
    let ast = Parser::new().parse(pattern).ok()?;
    let mut automaton = Automaton { pattern, classes: Vec::new(), follow: BTreeMap::new() };
    let whole = automaton.add(&ast)?;
    if whole.nullable {
        return None;
    }
    let breaker = BREAKERS.into_iter().find(|breaker| {
        automaton
            .classes
            .iter()
            .all(|class| class.iter().all(|&(low, high)| !(low..=high).contains(&u32::from(*breaker))))
    })?;
    let mut steps = MAX_STEPS;
    (0..automaton.classes.len()).find_map(|position| {
        let pump = automaton.two_ways_round(position, &whole.last, &mut steps)?;
        Some(Ambiguity { prefix: automaton.way_to(position, &whole.first)?, pump, breaker })
    })
}

/// Ranges of characters.
type Ranges = Vec<(u32, u32)>;

struct Automaton<'p> {
    pattern: &'p str,
    classes: Vec<Ranges>,
    /// In how many ways one position follows another; at most two.
    follow: BTreeMap<(usize, usize), u8>,
}

/// A part of the pattern.
struct Part {
    nullable: bool,
    first: Vec<usize>,
    last: Vec<usize>,
}

impl Part {
    const EMPTY: Self = Self { nullable: true, first: Vec::new(), last: Vec::new() };
}

impl Automaton<'_> {
    fn add(&mut self, ast: &Ast) -> Option<Part> {
        match ast {
            Ast::Empty(_) | Ast::Flags(_) => Some(Part::EMPTY),
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::EndLine | AssertionKind::EndText => self.position(vec![(END, END)]),
                _ => Some(Part::EMPTY),
            },
            Ast::Group(group) => self.add(&group.ast),
            Ast::Concat(concat) => concat.asts.iter().try_fold(Part::EMPTY, |before, ast| {
                let after = self.add(ast)?;
                Some(self.joined(before, after))
            }),
            Ast::Alternation(alternation) => {
                let mut all = Part { nullable: false, first: Vec::new(), last: Vec::new() };
                for ast in &alternation.asts {
                    let part = self.add(ast)?;
                    all.nullable |= part.nullable;
                    all.first.extend(part.first);
                    all.last.extend(part.last);
                }
                Some(all)
            }
            Ast::Repetition(repetition) => {
                let (least, most) = match &repetition.op.kind {
                    RepetitionKind::ZeroOrOne => (0, Some(1)),
                    RepetitionKind::ZeroOrMore => (0, None),
                    RepetitionKind::OneOrMore => (1, None),
                    RepetitionKind::Range(RepetitionRange::Exactly(count)) => (*count, Some(*count)),
                    RepetitionKind::Range(RepetitionRange::AtLeast(count)) => (*count, None),
                    RepetitionKind::Range(RepetitionRange::Bounded(least, most)) => (*least, Some(*most)),
                };
                self.repeated(&repetition.ast, least, most)
            }
            Ast::Literal(_) | Ast::Dot(_) | Ast::ClassUnicode(_) | Ast::ClassPerl(_) | Ast::ClassBracketed(_) => {
                let ranges = self.ranges(ast)?;
                self.position(ranges)
            }
        }
    }

    fn position(&mut self, ranges: Ranges) -> Option<Part> {
        let position = self.classes.len();
        (position < MAX_POSITIONS).then(|| {
            self.classes.push(ranges);
            Part { nullable: false, first: vec![position], last: vec![position] }
        })
    }

    fn ranges(&self, ast: &Ast) -> Option<Ranges> {
        let hir = Translator::new().translate(self.pattern, ast).ok()?;
        match hir.kind() {
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                let letter = u32::from(text.chars().next()?);
                Some(vec![(letter, letter)])
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.iter().map(|range| (u32::from(range.start()), u32::from(range.end())));
                Some(ranges.take(MAX_RANGES).collect())
            }
            _ => None,
        }
    }

    fn joined(&mut self, before: Part, after: Part) -> Part {
        self.link(&before.last, &after.first);
        let with = |mut own: Vec<usize>, other: Vec<usize>, also: bool| {
            own.extend(other.into_iter().filter(|_| also));
            own
        };
        Part {
            nullable: before.nullable && after.nullable,
            first: with(before.first, after.first, before.nullable),
            last: with(after.last, before.last, after.nullable),
        }
    }

    fn link(&mut self, from: &[usize], to: &[usize]) {
        for &from in from {
            for &to in to {
                let ways = self.follow.entry((from, to)).or_default();
                *ways = (*ways + 1).min(2);
            }
        }
    }

    /// Copies for a counted repeat, each only behind the one before, so that a text uses them in one way. The last one
    /// loops where there is no end.
    fn repeated(&mut self, ast: &Ast, least: u32, most: Option<u32>) -> Option<Part> {
        let copies = most.unwrap_or(least.max(1));
        let mut whole = Part { nullable: least == 0, first: Vec::new(), last: Vec::new() };
        let mut before: Option<Part> = None;
        for copy in 1..=copies {
            let part = self.add(ast)?;
            whole.nullable |= part.nullable;
            match &before {
                Some(before) => self.link(&before.last, &part.first),
                None => whole.first.clone_from(&part.first),
            }
            if copy >= least || part.nullable {
                whole.last.extend(&part.last);
            }
            if most.is_none() && copy == copies {
                self.link(&part.last, &part.first);
            }
            before = Some(part);
        }
        Some(whole)
    }

    /// A text that leads from a position back to itself in two ways, through no position where the match could end.
    fn two_ways_round(&self, start: usize, ends: &[usize], steps: &mut u32) -> Option<String> {
        type State = (usize, usize, bool);
        let next = |from: usize| self.follow.range((from, 0)..(from + 1, 0));
        let mut came_from: BTreeMap<State, (State, char)> = BTreeMap::new();
        let mut waiting: VecDeque<State> = VecDeque::from([(start, start, false)]);
        while let Some(state @ (one, two, apart)) = waiting.pop_front() {
            for ((_, one_next), ways) in next(one) {
                for ((_, two_next), _) in next(two) {
                    if ends.contains(one_next) || ends.contains(two_next) {
                        continue;
                    }
                    *steps = steps.checked_sub(1)?;
                    let Some(letter) = common(&self.classes[*one_next], &self.classes[*two_next]) else { continue };
                    let parted = one == two && one_next == two_next && *ways > 1;
                    let reached = (*one_next, *two_next, apart || parted || one_next != two_next);
                    if came_from.contains_key(&reached) {
                        continue;
                    }
                    came_from.insert(reached, (state, letter));
                    if reached == (start, start, true) {
                        let mut letters = vec![letter];
                        let mut at = state;
                        while at != (start, start, false) {
                            let (before, letter) = came_from.get(&at)?;
                            letters.push(*letter);
                            at = *before;
                        }
                        return Some(letters.into_iter().rev().collect());
                    }
                    waiting.push_back(reached);
                }
            }
        }
        None
    }

    /// The shortest text that leads to a position.
    fn way_to(&self, goal: usize, first: &[usize]) -> Option<String> {
        let letter = |position: usize| common(&self.classes[position], &self.classes[position]);
        let mut seen: Vec<usize> = first.to_vec();
        let mut waiting: VecDeque<(usize, String)> =
            first.iter().filter_map(|&position| Some((position, letter(position)?.to_string()))).collect();
        while let Some((position, text)) = waiting.pop_front() {
            if position == goal {
                return Some(text);
            }
            let next = (0..self.classes.len()).filter(|&next| self.follow.contains_key(&(position, next)));
            for next in next.collect::<Vec<_>>() {
                if let (false, Some(letter)) = (seen.contains(&next), letter(next)) {
                    seen.push(next);
                    waiting.push_back((next, format!("{text}{letter}")));
                }
            }
        }
        None
    }
}

/// A character that two classes share; one that is easy to read where there is one.
fn common(one: &Ranges, two: &Ranges) -> Option<char> {
    let holds = |class: &Ranges, letter: u32| class.iter().any(|&(low, high)| (low..=high).contains(&letter));
    let preferred = PREFERRED.chars().find(|letter| holds(one, u32::from(*letter)) && holds(two, u32::from(*letter)));
    preferred.or_else(|| {
        let starts = one.iter().chain(two).map(|&(low, _)| low);
        starts.filter(|low| holds(one, *low) && holds(two, *low)).find_map(char::from_u32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_and_overlapping_repeats_are_exponential() {
        for pattern in [
            "^(a+)+$",
            "^([a-z]+)*$",
            "^(a|a)*$",
            r"^(\w|\d)+$",
            "^(a*)*b",
            r"^([A-Za-z0-9]+[._-]?)+@example\.com$",
            r"^(\w+\s?)*$",
            "^(a|ab|b)*c$",
        ] {
            assert!(ambiguity(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn ordinary_patterns_are_not() {
        for pattern in [
            "^[a-z]+$",
            r"^\d{4}-\d{2}-\d{2}$",
            r"^([a-z0-9]+-)*[a-z0-9]+$",
            r"^(?:[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?\.)+[a-z]{2,6}$",
            r"^#?([a-f0-9]{6}|[a-f0-9]{3})$",
            "(a+)+",
            "^a*a*$",
            r"^https?://\S+$",
            "^(?!x)(a+)+$",
            "^(",
        ] {
            assert_eq!(ambiguity(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn the_text_repeats_the_ambiguous_part_and_does_not_match() {
        let found = ambiguity("^x([a-z]+)+$").expect("exponential");
        assert_eq!(found.text(3), "xaaaa!");
    }
}
