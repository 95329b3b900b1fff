//! The files in which MCP servers are configured: which client keeps them where, and in which form. The table itself is in
//! [`table`].

mod table;

use std::sync::LazyLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

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
    fn patterns(self) -> Vec<String> {
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

/// All patterns with the source of each. Choices are written out: what is left is mostly whole names, which match fastest.
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

struct Matcher {
    set: GlobSet,
    sources: Vec<&'static Source>,
}

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
    let mut set = GlobSetBuilder::new();
    let mut sources = Vec::new();
    for (pattern, source) in patterns() {
        // Two of the three systems do not tell `MCP.json` from `mcp.json`. Lower case on both sides costs less than patterns
        // that ignore case.
        let glob = GlobBuilder::new(&pattern.to_lowercase()).literal_separator(true).build();
        set.add(glob.expect("the patterns are tested"));
        sources.push(source);
    }
    Matcher { set: set.build().expect("the patterns are tested"), sources }
});

/// The source that a path belongs to; the first of the table counts.
pub fn source_of(path: &str) -> Option<&'static Source> {
    let path = path.replace('\\', "/").to_lowercase();
    let first = MATCHER.set.matches(path.trim_start_matches('/')).into_iter().min()?;
    MATCHER.sources.get(first).copied()
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
