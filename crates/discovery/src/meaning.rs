//! What a path means: the patterns of both tables, of sources and of what surrounds them, as one tree of names from the file
//! upwards. Most files of a tree are told to be none by their name, or by it and that of their folder.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use detect::evidence::Masker;

use crate::sources::{Place, SOURCES, Source, choices, part_matches};
use crate::surroundings::{SURROUNDINGS, Surrounding};

/// What a file is to us: one that may keep servers, one around them, or both.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) source: Option<&'static Source>,
    pub(crate) surrounding: Option<&'static Surrounding>,
}

impl Meaning {
    /// What a path means; nothing for files that no client reads. The first of each table counts.
    pub(crate) fn of(path: &str) -> Option<Self> {
        Self::of_parts(path.rsplit(['/', '\\']))
    }

    /// The same for the names in a path, that of the file first.
    pub(crate) fn of_parts<'p>(parts: impl Iterator<Item = &'p str> + Clone) -> Option<Self> {
        let first = PATTERNS.first(parts);
        Self { source: SOURCES.get(first.source), surrounding: SURROUNDINGS.get(first.surrounding) }.if_any()
    }

    /// What is left of it for a scan: without a masker only servers count.
    pub(crate) fn for_scan(self, masker: Option<&Arc<Masker>>) -> Option<Self> {
        Self { surrounding: self.surrounding.filter(|_| masker.is_some()), ..self }.if_any()
    }

    fn if_any(self) -> Option<Self> {
        (self.source.is_some() || self.surrounding.is_some()).then_some(self)
    }

    /// Whether it counts only where the word stands in it.
    pub(crate) fn is_broad(self) -> bool {
        self.surrounding.is_none() && self.source.is_some_and(|source| source.broad)
    }
}

/// Places in the tables, beyond their end where there is none. The tables are in the order in which their rows count.
#[derive(Clone, Copy)]
struct First {
    source: usize,
    surrounding: usize,
}

const NONE: First = First { source: usize::MAX, surrounding: usize::MAX };

impl First {
    fn or(self, other: Self) -> Self {
        Self { source: self.source.min(other.source), surrounding: self.surrounding.min(other.surrounding) }
    }
}

/// A part of patterns, and what they ask of the folder above.
struct Branch {
    /// What a path is whose pattern needs no more folders.
    first: First,
    named: HashMap<String, Self>,
    /// Names with a `*`.
    wide: Vec<(String, Self)>,
}

impl Branch {
    fn new() -> Self {
        Self { first: NONE, named: HashMap::new(), wide: Vec::new() }
    }

    /// Adds a pattern from here upwards.
    fn grow<'p>(&mut self, mut parts: impl Iterator<Item = &'p str>, first: First) {
        match parts.next() {
            None => self.first = self.first.or(first),
            Some(part) if part.contains('*') => wide(&mut self.wide, part).grow(parts, first),
            Some(part) => self.named.entry(part.to_owned()).or_insert_with(Self::new).grow(parts, first),
        }
    }

    /// The first of each table among the patterns that a path fulfils from here upwards.
    fn first<'p>(&self, mut folders: impl Iterator<Item = &'p str> + Clone) -> First {
        if self.named.is_empty() && self.wide.is_empty() {
            return self.first;
        }
        let Some(folder) = folders.next() else { return self.first };
        let folder = lower(folder);
        let named = self.named.get(folder.as_ref());
        let wide = self.wide.iter().filter(|(pattern, _)| part_matches(pattern, &folder)).map(|(_, branch)| branch);
        named.into_iter().chain(wide).fold(self.first, |first, branch| first.or(branch.first(folders.clone())))
    }
}

/// All patterns. A set of regular expressions would take longer to build than a large tree to list.
struct Patterns {
    by_name: HashMap<String, Branch>,
    /// Those whose file name has a `*`, by what follows its last dot.
    by_ending: HashMap<String, Vec<(String, Branch)>>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let mut patterns = Patterns { by_name: HashMap::new(), by_ending: HashMap::new() };
    for (source, row) in SOURCES.iter().enumerate() {
        row.places.iter().for_each(|place| patterns.add(*place, First { source, ..NONE }));
    }
    for (surrounding, row) in SURROUNDINGS.iter().enumerate() {
        row.places.iter().for_each(|place| patterns.add(*place, First { surrounding, ..NONE }));
    }
    patterns
});

impl Patterns {
    fn add(&mut self, place: Place, first: First) {
        for pattern in place.patterns().iter().flat_map(|pattern| choices(pattern)) {
            // Two of the three systems do not tell `MCP.json` from `mcp.json`.
            let pattern = pattern.trim_start_matches("**/").to_ascii_lowercase();
            let mut parts = pattern.rsplit('/');
            let name = parts.next().unwrap_or_default();
            let branch = if name.contains('*') {
                wide(self.by_ending.entry(ending(name).to_owned()).or_default(), name)
            } else {
                self.by_name.entry(name.to_owned()).or_insert_with(Branch::new)
            };
            branch.grow(parts, first);
        }
    }

    fn first<'p>(&self, mut parts: impl Iterator<Item = &'p str> + Clone) -> First {
        let name = lower(parts.next().unwrap_or_default());
        let named = self.by_name.get(name.as_ref());
        let wide = self.by_ending.get(ending(&name)).map(Vec::as_slice).unwrap_or_default();
        let wide = wide.iter().filter(|(pattern, _)| part_matches(pattern, &name)).map(|(_, branch)| branch);
        named.into_iter().chain(wide).fold(NONE, |first, branch| first.or(branch.first(parts.clone())))
    }
}

/// The branch of a name with a `*`.
fn wide<'b>(branches: &'b mut Vec<(String, Branch)>, pattern: &str) -> &'b mut Branch {
    let at = branches.iter().position(|(known, _)| known == pattern).unwrap_or_else(|| {
        branches.push((pattern.to_owned(), Branch::new()));
        branches.len() - 1
    });
    &mut branches[at].1
}

/// In lower case, without a copy for the many that are so already.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

fn ending(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_component_must_match_whole() {
        let client = |path| Meaning::of(path).and_then(|meaning| meaning.source).map(|source| source.client);
        assert_eq!(client(".mcp.json"), Some("claude-code"));
        assert_eq!(client("a/b/.cursor/mcp.json"), Some("cursor"));
        assert_eq!(client(r"app\.vscode\mcp.json"), Some("vscode"));
        assert_eq!(client("app/.VSCode/MCP.json"), Some("vscode"));
        assert_eq!(client("not-mcp.json"), None);
        assert_eq!(client("x.vscode/mcp.json"), Some("generic"));
        assert_eq!(client("settings.json"), None);
    }

    #[test]
    fn every_pattern_leads_to_its_own_row() {
        let examples = |place: Place| {
            let patterns = place.patterns().into_iter().flat_map(|pattern| choices(&pattern));
            patterns.map(|pattern| pattern.replace("**/", "").replace('*', "x")).collect::<Vec<_>>()
        };
        for source in SOURCES {
            for example in source.places.iter().flat_map(|place| examples(*place)) {
                let found = Meaning::of(&example).and_then(|meaning| meaning.source).expect(&example);
                assert_eq!((found.client, found.shape), (source.client, source.shape), "{example}");
            }
        }
        for surrounding in SURROUNDINGS {
            for example in surrounding.places.iter().flat_map(|place| examples(*place)) {
                let found = Meaning::of(&example).and_then(|meaning| meaning.surrounding).expect(&example);
                assert_eq!(found.role, surrounding.role, "{example}");
            }
        }
    }

    #[test]
    fn a_file_may_be_in_both_tables_and_its_folder_decides() {
        let found = |path| Meaning::of(path).map(|meaning| (meaning.source.is_some(), meaning.surrounding.is_some()));
        assert_eq!(found(".cursor/mcp.json"), Some((true, true)));
        assert_eq!(found("skills/pdf/scripts/run.py"), Some((false, true)));
        assert_eq!(found("home/.claude/agents/team/review.md"), Some((false, true)));
        for none in ["src/run.py", "agents/review.md", "scripts/run.py", "README.md", "", "/"] {
            assert_eq!(found(none), None, "{none}");
        }
    }
}
