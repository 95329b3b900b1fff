//! The files in which MCP servers are configured: which client keeps them where, and in which form. The table itself is in
//! [`table`].

mod table;

pub use table::SOURCES;

use crate::Meaning;
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

/// The place once for each choice of its `{a,b}`, since a choice may have more than one part.
pub(crate) fn choices(place: &str) -> Vec<String> {
    match place.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (inside, after))) => {
            inside.split(',').flat_map(|choice| choices(&format!("{before}{choice}{after}"))).collect()
        }
        None => vec![place.to_owned()],
    }
}

/// The source that a path belongs to; the first of the table counts.
pub fn source_of(path: &str) -> Option<&'static Source> {
    Meaning::of(path)?.source
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
