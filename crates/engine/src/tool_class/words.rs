//! The words that tell what a tool does, and how names and texts are split into words.

use super::ToolClass;

/// What a word of a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameWord {
    /// Counts anywhere in a name, except for reading, which counts only as the first word.
    Verb(ToolClass),
    /// Also a noun: counts only as the first word of a name.
    Noun(ToolClass),
}

const DESTRUCTIVE: &str = "delete remove destroy drop purge wipe erase truncate kill terminate shutdown reboot revoke ban reset rollback \
    overwrite uninstall send email* sms post* publish tweet reply* invite* notify call* pay charge* refund* transfer* withdraw buy purchase \
    order* book* subscribe* unsubscribe trade* sign* approve merge deploy release*";
const EXECUTION: &str = "exec execute run* shell* bash terminal* eval evaluate script* browser* navigate click install";
const WRITE: &str = "create add insert update set write save upload edit patch* put move rename copy* import* register* start* stop* enable \
    disable schedule* assign lock* manage";
const READ: &str = "get list read search find fetch query describe show lookup count check status ping echo version help parse validate \
    convert calculate summarize retrieve return";

impl NameWord {
    /// What a lower-case word says; `None` where it says nothing.
    pub(super) fn of(word: &str) -> Option<Self> {
        let lists = [
            (DESTRUCTIVE, ToolClass::Destructive),
            (EXECUTION, ToolClass::Execution),
            (WRITE, ToolClass::Write),
            (READ, ToolClass::Read),
        ];
        lists.into_iter().find_map(|(list, class)| {
            list.split_ascii_whitespace().find_map(|entry| match entry.strip_suffix('*') {
                Some(noun) => (noun == word).then_some(Self::Noun(class)),
                None => (entry == word).then_some(Self::Verb(class)),
            })
        })
    }
}

/// Words of a name or text in lower case: split on everything that is no letter or digit, and on changes of case.
pub(crate) fn split(text: &str) -> Vec<String> {
    split_with_offsets(text).into_iter().map(|(_, word)| word).collect()
}

/// As [`split`], with the byte offset of each word.
pub(super) fn split_with_offsets(text: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut previous: Option<char> = None;
    let mut letters = text.char_indices().peekable();
    while let Some((offset, letter)) = letters.next() {
        if !letter.is_alphanumeric() {
            previous = None;
            continue;
        }
        let next_is_lower = letters.peek().is_some_and(|(_, next)| next.is_lowercase());
        let begins = match previous {
            None => true,
            // `getUser` and, in a run of capitals, the last one before a small letter: `HTTPServer`.
            Some(previous) => letter.is_uppercase() && (!previous.is_uppercase() || next_is_lower),
        };
        match words.last_mut() {
            Some((_, word)) if !begins => word.extend(letter.to_lowercase()),
            _ => words.push((offset, letter.to_lowercase().collect())),
        }
        previous = Some(letter);
    }
    words
}

/// The first word of a text, in lower case.
pub(super) fn first_word(text: &str) -> Option<String> {
    text.split(|letter: char| !letter.is_alphanumeric()).find(|word| !word.is_empty()).map(str::to_lowercase)
}

/// A word and what it may be an inflection of: "queries", "fetches", "deletes", "creating".
pub(super) fn stems(word: &str) -> Vec<String> {
    let mut stems = vec![word.to_owned()];
    for (suffix, replacements) in [("ies", &["y"][..]), ("es", &[""]), ("s", &[""]), ("ing", &["", "e"])] {
        if let Some(stem) = word.strip_suffix(suffix).filter(|stem| stem.len() >= 2) {
            stems.extend(replacements.iter().map(|replacement| format!("{stem}{replacement}")));
        }
    }
    // "running", "setting": the last letter was doubled.
    if let Some(stem) = word.strip_suffix("ing") {
        let mut letters = stem.chars();
        if let (Some(last), Some(before)) = (letters.next_back(), letters.clone().next_back())
            && last == before
        {
            stems.push(letters.as_str().to_owned());
        }
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_on_case_and_separators() {
        let cases = [
            ("getUserName", "get user name"),
            ("HTTPServer_list", "http server list"),
            ("files/read-all.v2", "files read all v2"),
            ("__x__", "x"),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(split(name).join(" "), expected, "{name}");
        }
    }

    #[test]
    fn inflections_lead_back_to_the_word() {
        for (inflected, word) in [
            ("queries", "query"),
            ("fetches", "fetch"),
            ("deletes", "delete"),
            ("creating", "create"),
            ("setting", "set"),
        ] {
            assert!(stems(inflected).iter().any(|stem| stem == word), "{inflected}");
        }
    }
}
