//! The files in which MCP servers are configured: which client keeps them where, and in which form. The table itself is in
//! [`table`].

mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

pub use table::SOURCES;

use crate::document::Format;
use crate::shapes::Shape;

/// An operating system, as far as places of files depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux, and Windows' subsystem for it.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

/// One kind of configuration file.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The client that reads it.
    pub client: &'static str,
    /// Where it is.
    pub places: &'static [Place],
    /// Its notation.
    pub format: Format,
    pub(crate) shape: Shape,
    /// Whether most files of this name have nothing to do with MCP. Such a file counts only where the word stands in it.
    pub(crate) broad: bool,
}

/// Where a file is. Paths have `/`, and `*` and `{a,b}` within one folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a project: below any folder.
    Project(&'static str),
    /// In the home folder, on every system.
    Home(&'static str),
    /// In the home folder of one system.
    HomeOf(System, &'static str),
    /// In the folder where the system keeps the data of applications for a user.
    AppData(&'static str),
    /// For all users of one system, from its root.
    Managed(System, &'static str),
}

impl Place {
    /// The path from a home folder, where the place is in one.
    pub fn from_home(self, system: System) -> Option<String> {
        match self {
            Self::Home(path) => Some(path.to_owned()),
            Self::HomeOf(only, path) if only == system => Some(path.to_owned()),
            Self::AppData(path) => Some(format!("{}/{path}", app_data(system))),
            Self::HomeOf(..) | Self::Project(_) | Self::Managed(..) => None,
        }
    }

    /// The path from the root of the system, where the place is for all users.
    pub fn from_root(self, system: System) -> Option<&'static str> {
        match self {
            Self::Managed(only, path) if only == system => Some(path),
            _ => None,
        }
    }

    /// The patterns by which a tree may hold it: projects, and homes as they are kept in repositories and backups.
    pub(crate) fn patterns(self) -> Vec<String> {
        match self {
            Self::Project(path) | Self::Home(path) | Self::HomeOf(_, path) | Self::Managed(_, path) => {
                vec![format!("**/{path}")]
            }
            Self::AppData(path) => {
                let systems = [System::Linux, System::MacOs, System::Windows];
                systems.map(|system| format!("**/{}/{path}", app_data(system))).to_vec()
            }
        }
    }
}

fn app_data(system: System) -> &'static str {
    match system {
        // XDG base directory specification: the default of `XDG_CONFIG_HOME`.
        System::Linux => ".config",
        System::MacOs => "Library/Application Support",
        // Where `%APPDATA%` is unless somebody moved it.
        System::Windows => "AppData/Roaming",
    }
}

/// All patterns with the source of each. Choices are written out.
pub(crate) fn patterns() -> impl Iterator<Item = (String, &'static Source)> {
    SOURCES.iter().flat_map(|source| {
        let patterns = source.places.iter().flat_map(|place| place.patterns());
        patterns.flat_map(|pattern| choices(&pattern)).map(move |pattern| (pattern, source))
    })
}

/// The place once for each choice of its `{a,b}`, since a choice may have more than one part.
pub(crate) fn choices(place: &str) -> Vec<String> {
    match place.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (inside, after))) => {
            inside.split(',').flat_map(|choice| choices(&format!("{before}{choice}{after}"))).collect()
        }
        None => vec![place.to_owned()],
    }
}

/// Patterns of paths by the name of the file. A set of regular expressions would take longer to build than a large tree to list.
pub(crate) struct Matcher<T: 'static> {
    by_name: HashMap<String, Vec<usize>>,
    /// Those whose file name has a `*`, by what follows its last dot.
    by_ending: HashMap<String, Vec<usize>>,
    /// Parts of each pattern from the file upwards, with what it stands for, in the order of the table.
    patterns: Vec<(Vec<String>, &'static T)>,
    /// The most folders in a pattern.
    depth: usize,
}

static MATCHER: LazyLock<Matcher<Source>> = LazyLock::new(|| Matcher::new(patterns()));

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

impl<T> Matcher<T> {
    /// Takes patterns with what each stands for. Choices are written out.
    pub(crate) fn new(patterns: impl Iterator<Item = (String, &'static T)>) -> Self {
        let mut matcher = Self { by_name: HashMap::new(), by_ending: HashMap::new(), patterns: Vec::new(), depth: 0 };
        let whole =
            patterns.flat_map(|(pattern, what)| choices(&pattern).into_iter().map(move |choice| (choice, what)));
        for (index, (pattern, what)) in whole.enumerate() {
            // Two of the three systems do not tell `MCP.json` from `mcp.json`.
            let parts: Vec<String> =
                pattern.trim_start_matches("**/").to_ascii_lowercase().rsplit('/').map(str::to_owned).collect();
            let name = &parts[0];
            let (table, key) = if name.contains('*') {
                (&mut matcher.by_ending, ending(name))
            } else {
                (&mut matcher.by_name, name.as_str())
            };
            table.entry(key.to_owned()).or_default().push(index);
            matcher.depth = matcher.depth.max(parts.len() - 1);
            matcher.patterns.push((parts, what));
        }
        matcher
    }

    fn candidates(&self, name: &str) -> impl Iterator<Item = usize> {
        let named = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let wide = self.by_ending.get(ending(name)).map(Vec::as_slice).unwrap_or_default();
        named.iter().chain(wide).copied().filter(|index| part_matches(&self.patterns[*index].0[0], name))
    }

    /// Whether a path may match: a quick answer for the many that do not. Only [`Self::find`] knows the root of the walk.
    pub(crate) fn may_match(&self, path: &Path) -> bool {
        // What is no text may match once its bytes are replaced.
        let Some(path) = path.to_str() else { return true };
        let mut parts = path.rsplit(std::path::is_separator);
        let name = lower(parts.next().unwrap_or_default());
        let mut candidates = self.candidates(&name).peekable();
        if candidates.peek().is_none() {
            return false;
        }
        let folders: Vec<_> = parts.take(self.depth).map(lower).collect();
        candidates.any(|index| {
            let mut parts = self.patterns[index].0[1..].iter().zip(&folders);
            parts.all(|(part, folder)| part_matches(part, folder))
        })
    }

    /// What a path stands for; the first of the table counts.
    pub(crate) fn find(&self, path: &str) -> Option<&'static T> {
        let path = path.replace('\\', "/").to_ascii_lowercase();
        let name = path.rsplit('/').next()?;
        let whole = |index: &usize| {
            let mut folders = path.rsplit('/');
            let parts = &self.patterns[*index].0;
            parts.iter().all(|part| folders.next().is_some_and(|folder| part_matches(part, folder)))
        };
        let first = self.candidates(name).filter(whole).min()?;
        Some(self.patterns[first].1)
    }
}

/// Whether a file of this name, in a folder of that name, may be a source.
pub(crate) fn may_be_source(path: &Path) -> bool {
    MATCHER.may_match(path)
}

/// The source that a path belongs to; the first of the table counts.
pub fn source_of(path: &str) -> Option<&'static Source> {
    MATCHER.find(path)
}

/// Whether the name of one file or folder has the form of a pattern, in which `*` stands for any characters.
pub(crate) fn part_matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) if !after.contains('*') => {
            name.strip_prefix(before).is_some_and(|rest| rest.ends_with(after))
        }
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.any(|at| part_matches(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_component_must_match_whole() {
        let client = |path| source_of(path).map(|source| source.client);
        assert_eq!(client(".mcp.json"), Some("claude-code"));
        assert_eq!(client("a/b/.cursor/mcp.json"), Some("cursor"));
        assert_eq!(client(r"app\.vscode\mcp.json"), Some("vscode"));
        assert_eq!(client("app/.VSCode/MCP.json"), Some("vscode"));
        assert_eq!(client("not-mcp.json"), None);
        assert_eq!(client("x.vscode/mcp.json"), Some("generic"));
        assert_eq!(client("settings.json"), None);
    }

    #[test]
    fn every_pattern_leads_to_its_own_source() {
        for (pattern, source) in patterns() {
            let example = pattern.replace("**/", "").replace('*', "x");
            let found = source_of(&example).expect(&example);
            assert_eq!((found.client, found.shape), (source.client, source.shape), "{example}");
        }
    }
}
