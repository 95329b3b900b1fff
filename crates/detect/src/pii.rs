//! The detector of personal data: card and account numbers and national ids by their check digits, addresses and phone
//! numbers by their form.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::mentions_any;

/// What kind of personal data something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PiiKind {
    /// A payment card number with a valid check digit.
    Card,
    /// An international bank account number with a valid check number.
    Iban,
    /// A national identity number with a valid structure.
    NationalId,
    /// An e-mail address.
    Email,
    /// A telephone number in international or North American form.
    Phone,
    /// A birth date beside a name.
    BirthDate,
}

impl PiiKind {
    /// The type that evidence names.
    pub fn code(self) -> &'static str {
        match self {
            Self::Card => "card-number",
            Self::Iban => "iban",
            Self::NationalId => "national-id",
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::BirthDate => "birth-date",
        }
    }
}

/// Personal data at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PiiHit {
    /// What it is.
    pub kind: PiiKind,
    /// Where it is.
    pub matched: Range<usize>,
}

/// All personal data in a text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PiiHits {
    /// In order of position.
    pub hits: Vec<PiiHit>,
    emails: usize,
    phones: usize,
}

/// Distinct addresses or numbers from which a list of people is assumed.
const DISTINCT: usize = 5;

impl PiiHits {
    /// The kinds that are worth a finding: a single address is contact data, five are a list of people.
    pub fn reportable(&self) -> BTreeSet<PiiKind> {
        let counts = |kind: PiiKind| match kind {
            PiiKind::Email => self.emails >= DISTINCT,
            PiiKind::Phone => self.phones >= DISTINCT,
            _ => true,
        };
        self.hits.iter().map(|hit| hit.kind).filter(|kind| counts(*kind)).collect()
    }

    /// How many of one kind there are.
    pub fn count(&self, kind: PiiKind) -> usize {
        self.hits.iter().filter(|hit| hit.kind == kind).count()
    }
}

/// Digits of the shortest card number.
const FEWEST_CARD_DIGITS: usize = 15;

/// Finds personal data. Documentation ranges and test cards are ignored.
pub fn scan(text: &str) -> PiiHits {
    let mut hits = Vec::new();
    // Numbers need digits, addresses an @; most texts have neither.
    let digits = text.bytes().filter(u8::is_ascii_digit).take(FEWEST_CARD_DIGITS).count();
    if digits == FEWEST_CARD_DIGITS {
        collect(text, &CARD, PiiKind::Card, is_card, &mut hits);
    }
    if digits >= 7 {
        collect(text, &IBAN, PiiKind::Iban, is_iban, &mut hits);
        collect(text, &NATIONAL, PiiKind::NationalId, is_national_id, &mut hits);
        collect(text, &PHONE, PiiKind::Phone, is_phone, &mut hits);
        if mentions_any(text, &["birth", "dob", "geburtsdatum"]) {
            collect(text, &BIRTH, PiiKind::BirthDate, |_| true, &mut hits);
        }
    }
    if text.contains('@') {
        collect(text, &EMAIL, PiiKind::Email, is_email, &mut hits);
    }
    // Strongest kind first; what lies inside another is that other.
    hits.sort_by_key(|hit| (hit.kind, hit.matched.start));
    let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
    hits.retain(|hit| {
        let free = taken.range(..hit.matched.end).next_back().is_none_or(|(_, end)| *end <= hit.matched.start);
        if free {
            taken.insert(hit.matched.start, hit.matched.end);
        }
        free
    });
    let mut kept = hits;
    kept.sort_by_key(|hit| hit.matched.start);
    let distinct = |kind: PiiKind| {
        let values = kept.iter().filter(|hit| hit.kind == kind).map(|hit| text[hit.matched.clone()].to_lowercase());
        values.collect::<BTreeSet<_>>().len()
    };
    let (emails, phones) = (distinct(PiiKind::Email), distinct(PiiKind::Phone));
    PiiHits { hits: kept, emails, phones }
}

fn collect(text: &str, pattern: &Regex, kind: PiiKind, is_genuine: fn(&str) -> bool, hits: &mut Vec<PiiHit>) {
    hits.extend(
        pattern
            .captures_iter(text)
            .filter_map(|found| found.name("value").or_else(|| found.get(0)))
            .filter(|found| is_genuine(found.as_str()) && !is_part_of_longer(text, found.range()))
            .map(|found| PiiHit { kind, matched: found.range() }),
    );
}

/// Whether a value is a piece of a longer number, digest or identifier.
fn is_part_of_longer(text: &str, range: Range<usize>) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text[..range.start].chars().next_back().is_some_and(joins) || text[range.end..].chars().next().is_some_and(joins)
}

macro_rules! pattern {
    ($name:ident, $source:expr) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($source).expect("a fixed pattern"));
    };
}

pattern!(CARD, r"[2-6][0-9]{3}(?:[ -]?[0-9]{4}){3}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}");
pattern!(IBAN, r"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?");
pattern!(
    NATIONAL,
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[XYZ]?[0-9]{7,8}-?[A-HJ-NP-TV-Z]|[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}|[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}"
);
pattern!(
    PHONE,
    r"\+[0-9]{1,3}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?[0-9]{2,4}(?:[ .-]?[0-9]{2,4}){2,4}|\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}|\b[0-9]{3}[.-][0-9]{3}[.-][0-9]{4}"
);
pattern!(
    BIRTH,
    r#"(?i)(?:date[ _-]?of[ _-]?birth|birth[ _-]?da(?:te|y)|\bdob|geburtsdatum)["']?\s*[:=]\s*["']?(?P<value>[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4})"#
);
pattern!(EMAIL, r"(?i)[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}");

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// Luhn; not one of the published test numbers.
fn is_card(text: &str) -> bool {
    let digits = digits(text);
    let doubled = |(at, digit): (usize, &u32)| if at % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit };
    let valid = digits.iter().rev().enumerate().map(doubled).sum::<u32>().is_multiple_of(10);
    // The networks' test cards repeat few digits: 4111 1111 1111 1111, 5555 5555 5555 4444, 3782 822463 10005 …
    let number: String = digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    let is_test = digits.iter().collect::<BTreeSet<_>>().len() <= 3
        || [
            "424242", "400005", "378282", "371449", "601111", "601100", "305693", "385200", "520082", "510510",
            "401288", "222300",
        ]
        .iter()
        .any(|prefix| number.starts_with(prefix));
    valid && !is_test
}

/// ISO 7064 modulo 97.
fn is_iban(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let rearranged = compact[4..].chars().chain(compact[..4].chars());
    let remainder = rearranged.filter_map(|c| c.to_digit(36)).fold(0, |remainder, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (remainder * shift + value) % 97
    });
    remainder == 1
}

/// The national ids of the United States, Spain, France, Italy and Brazil, by their own rules.
fn is_national_id(text: &str) -> bool {
    let numbers = digits(text);
    if text.contains('.') {
        return is_brazilian(&numbers);
    }
    match text.as_bytes() {
        [_, _, _, b'-', _, _, b'-', ..] if text.len() == 11 => is_american(&numbers),
        [first, .., last] if first.is_ascii_alphabetic() && last.is_ascii_alphabetic() && text.len() == 16 => {
            is_italian(text)
        }
        [.., last] if last.is_ascii_alphabetic() => is_spanish(text),
        _ => is_french(text),
    }
}

/// A social security number: areas, groups and serials that were never given out are none, nor are the advertised ones.
fn is_american(numbers: &[u32]) -> bool {
    let number = |part: &[u32]| part.iter().fold(0, |number, digit| number * 10 + digit);
    let [area, group, serial] = [&numbers[..3], &numbers[3..5], &numbers[5..]].map(number);
    area != 0
        && area != 666
        && area < 900
        && group != 0
        && serial != 0
        && !matches!((area, group, serial), (78, 5, 1120) | (219, 9, 9999) | (123, 45, 6789))
}

fn is_spanish(text: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let compact: String = text.chars().filter(|c| *c != '-').collect();
    let Some((number, letter)) = compact.split_at_checked(compact.len() - 1) else { return false };
    let number = number.replacen('X', "0", 1).replacen('Y', "1", 1).replacen('Z', "2", 1);
    let number: Option<usize> = (number.len() == 8).then(|| number.parse().ok()).flatten();
    number.is_some_and(|number| number != 12_345_678 && LETTERS[number % 23] == letter.as_bytes()[0])
}

fn is_french(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    // Corsica's departments count as 19 and 18.
    let compact = compact.replace("2A", "19").replace("2B", "18");
    let Some((number, key)) = compact.split_at_checked(13) else { return false };
    matches!((number.parse::<u64>(), key.parse::<u64>()), (Ok(number), Ok(key)) if 97 - number % 97 == key)
}

fn is_italian(text: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |c: char| c.to_digit(10).or_else(|| c.to_digit(36).map(|value| value - 10)).unwrap_or(0);
    let sum: u32 =
        text[..15].chars().enumerate().map(|(at, c)| if at % 2 == 0 { ODD[value(c) as usize] } else { value(c) }).sum();
    text.chars().next_back().is_some_and(|last| value(last) == sum % 26)
}

fn is_brazilian(numbers: &[u32]) -> bool {
    let check = |length: usize| {
        let weighted: u32 = numbers[..length]
            .iter()
            .zip((2_u32..).take(length).collect::<Vec<_>>().iter().rev())
            .map(|(digit, weight)| digit * weight)
            .sum();
        weighted * 10 % 11 % 10
    };
    let same = numbers.iter().all(|digit| *digit == numbers[0]);
    numbers.len() == 11 && !same && check(9) == numbers[9] && check(10) == numbers[10]
}

/// Numbers of fiction and documentation are not real.
fn is_phone(text: &str) -> bool {
    let number: String = digits(text).iter().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    let fictional = number.len() >= 7 && number[..number.len() - 4].ends_with("555")
        || "01234567890".contains(&number)
        || number.contains("1234567");
    (7..=15).contains(&number.len()) && !fictional
}

/// Addresses of documentation domains and of nobody are not personal.
fn is_email(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let Some((local, domain)) = lower.split_once('@') else { return false };
    let documentation =
        ["example", "test", "invalid", "localhost"].iter().any(|name| domain.split('.').any(|label| label == *name));
    let nobody = ["noreply", "no-reply", "git", "donotreply", "do-not-reply"].contains(&local);
    // `icon@2x.png` and `package@1.2.tgz` are names of files.
    let file = domain
        .rsplit('.')
        .next()
        .is_some_and(|last| ["png", "jpg", "svg", "js", "ts", "tgz", "json", "md"].contains(&last));
    !documentation && !nobody && !file
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<PiiKind> {
        scan(text).hits.iter().map(|hit| hit.kind).collect()
    }

    #[test]
    fn personal_data_is_recognised_by_its_check_digits() {
        for (text, kind) in [
            (["4539", "5787", "6362", "1486"].join(" "), PiiKind::Card),
            (["DE89", "3704", "0044", "0532", "0130", "00"].join(" "), PiiKind::Iban),
            (["GB82WEST", "12345698765432"].concat(), PiiKind::Iban),
            (["536", "22", "8726"].join("-"), PiiKind::NationalId),
            (["529", ".982", ".247", "-25"].concat(), PiiKind::NationalId),
            ("45871263".to_owned() + "V", PiiKind::NationalId),
            ("someone@company.org".to_owned(), PiiKind::Email),
            ("+44 20 7946 0958".to_owned(), PiiKind::Phone),
            ("\"birth_date\": \"1980-02-29\"".to_owned(), PiiKind::BirthDate),
        ] {
            assert_eq!(kinds(&format!("value {text}, end")), [kind], "{text}");
        }
    }

    #[test]
    fn numbers_that_only_look_alike_are_ignored() {
        for text in [
            "4111 1111 1111 1111",
            "4539 5787 6362 1487",
            "DE89 3704 0044 0532 0130 01",
            "000-12-3456",
            "529.982.247-26",
            "12345678Z",
            "someone@example.org",
            "(212) 555-0123",
            "2026-07-28T12:00:00Z 1690000000000",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "icon@2x.png",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn five_addresses_are_a_list_of_people() {
        let list = |count: usize| (0..count).map(|n| format!("person{n}@company.org")).collect::<Vec<_>>().join(", ");
        assert!(scan(&list(4)).reportable().is_empty());
        assert_eq!(scan(&list(5)).reportable(), BTreeSet::from([PiiKind::Email]));
        assert!(scan(&"same@company.org ".repeat(9)).reportable().is_empty());
    }
}
