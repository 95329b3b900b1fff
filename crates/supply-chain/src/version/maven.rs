//! Maven's order of versions: <https://maven.apache.org/pom.html#version-order-specification>.

use std::cmp::Ordering;

/// A version of a Maven artifact: its tokens with what stands before each.
#[derive(Debug, Clone)]
pub(crate) struct MavenVersion(Vec<(Separator, Token)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Separator {
    Hyphen,
    Dot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    /// Without leading zeros. Dates are written as numbers of any length.
    Number(String),
}

impl Token {
    /// Whether the token says no more than its absence.
    fn is_null(&self) -> bool {
        match self {
            Self::Number(number) => number == "0",
            Self::Word(word) => word.is_empty(),
        }
    }
}

/// Words before a release, in order. All others come after it.
const BEFORE_RELEASE: [&str; 5] = ["alpha", "beta", "milestone", "rc", "snapshot"];

impl MavenVersion {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let mut tokens: Vec<(Separator, Token)> = Vec::new();
        let mut separator = Separator::Dot;
        let mut rest = text.as_str();
        loop {
            let is_digit = rest.starts_with(|c: char| c.is_ascii_digit());
            let end = rest.find(|c: char| ".-_".contains(c) || c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
            let before_digit = rest[end..].starts_with(|c: char| c.is_ascii_digit());
            tokens.push((separator, token(&rest[..end], is_digit, before_digit)));
            rest = &rest[end..];
            let Some(next) = rest.chars().next() else { break };
            // The step from digits to letters, or back, counts as a hyphen.
            separator = if next == '.' { Separator::Dot } else { Separator::Hyphen };
            if ".-_".contains(next) {
                rest = &rest[1..];
            }
        }
        Self(without_nulls(tokens))
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let longest = self.0.len().max(other.0.len());
        let orders = (0..longest).map(|at| match (self.0.get(at), other.0.get(at)) {
            (Some(this), Some(other)) => order(this, other),
            (Some(this), None) => against_nothing(&this.1),
            (None, Some(other)) => against_nothing(&other.1).reverse(),
            (None, None) => Ordering::Equal,
        });
        orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn token(text: &str, is_digit: bool, before_digit: bool) -> Token {
    if is_digit || text.is_empty() {
        let number = text.trim_start_matches('0');
        return Token::Number(if number.is_empty() { "0".to_owned() } else { number.to_owned() });
    }
    Token::Word(match text {
        "a" if before_digit => "alpha".to_owned(),
        "b" if before_digit => "beta".to_owned(),
        "m" if before_digit => "milestone".to_owned(),
        "cr" => "rc".to_owned(),
        "ga" | "final" | "release" => String::new(),
        word => word.to_owned(),
    })
}

/// Takes away nulls at the end, and before each hyphen.
fn without_nulls(tokens: Vec<(Separator, Token)>) -> Vec<(Separator, Token)> {
    let mut kept: Vec<(Separator, Token)> = Vec::with_capacity(tokens.len());
    for (separator, token) in tokens {
        if separator == Separator::Hyphen {
            drop_nulls(&mut kept);
        }
        kept.push((separator, token));
    }
    drop_nulls(&mut kept);
    kept
}

fn drop_nulls(tokens: &mut Vec<(Separator, Token)>) {
    while tokens.last().is_some_and(|(_, token)| token.is_null()) {
        tokens.pop();
    }
}

fn order(this: &(Separator, Token), other: &(Separator, Token)) -> Ordering {
    match (&this.1, &other.1) {
        (Token::Word(word), Token::Word(other)) => order_of_words(word, other),
        (Token::Word(_), Token::Number(_)) => Ordering::Less,
        (Token::Number(_), Token::Word(_)) => Ordering::Greater,
        (Token::Number(number), Token::Number(against)) => {
            this.0.cmp(&other.0).then_with(|| order_of_numbers(number, against))
        }
    }
}

fn against_nothing(token: &Token) -> Ordering {
    match token {
        Token::Word(word) => order_of_words(word, ""),
        Token::Number(number) => order_of_numbers(number, "0"),
    }
}

fn order_of_numbers(this: &str, other: &str) -> Ordering {
    this.len().cmp(&other.len()).then_with(|| this.cmp(other))
}

fn order_of_words(this: &str, other: &str) -> Ordering {
    let rank = |word: &str| match BEFORE_RELEASE.iter().position(|before| *before == word) {
        Some(place) => place,
        None if word.is_empty() => BEFORE_RELEASE.len(),
        None if word == "sp" => BEFORE_RELEASE.len() + 1,
        None => BEFORE_RELEASE.len() + 2,
    };
    rank(this).cmp(&rank(other)).then_with(|| this.cmp(other))
}
