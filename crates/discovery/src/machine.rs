//! The clients of one computer: every place of the table in every home folder, and the places for all users.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use detect::evidence::Masker;

use crate::read::{Links, read, why};
use crate::sources::{Place, SOURCES, System, choices, part_matches};
use crate::surroundings::SURROUNDINGS;
use crate::walk::slashed;
use crate::{Discovery, Meaning, walk};

/// How many paths a place with `*` may stand for.
const MAX_PATHS: usize = 2_000;

/// Folders of a home that hold whole trees of what clients installed.
const INSTALLED: &[&str] = &[".claude/plugins"];

/// A system whose files can be reached: that of this computer, or a disk with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Where its root is.
    pub root: PathBuf,
    /// What it is.
    pub system: System,
    /// A home folder that is not where the system has them.
    pub home: Option<PathBuf>,
}

impl Installation {
    /// Those of this computer: its own and, inside Windows' subsystem for Linux, that of Windows.
    pub fn of_this_computer() -> Vec<Self> {
        let system = match std::env::consts::OS {
            "windows" => System::Windows,
            "macos" => System::MacOs,
            _ => System::Linux,
        };
        let root = if system == System::Windows { r"C:\" } else { "/" };
        let home = std::env::home_dir();
        let mut all = vec![Self { root: PathBuf::from(root), system, home }];
        all.extend(Self::of_windows(Path::new("/")));
        all
    }

    /// The Windows beside a subsystem for Linux (<https://learn.microsoft.com/windows/wsl/wsl-config>: drives are mounted
    /// below `/mnt`).
    pub fn of_windows(root: &Path) -> Option<Self> {
        let release = fs::read_to_string(root.join("proc/sys/kernel/osrelease")).ok()?;
        let drive = root.join("mnt/c");
        let inside = release.to_ascii_lowercase().contains("microsoft") && drive.is_dir();
        inside.then_some(Self { root: drive, system: System::Windows, home: None })
    }

    /// All home folders; those of others too, which an administrator may read.
    fn homes(&self) -> BTreeSet<PathBuf> {
        let parent = self.root.join(if self.system == System::Linux { "home" } else { "Users" });
        let homes = fs::read_dir(parent).into_iter().flatten().flatten();
        // `/home/old -> /home/new` would be read twice.
        let homes = homes.filter(|home| home.file_type().is_ok_and(|kind| kind.is_dir())).map(|home| home.path());
        let administrator = self.root.join(if self.system == System::MacOs { "var/root" } else { "root" });
        let administrator = (self.system != System::Windows && administrator.is_dir()).then_some(administrator);
        homes.take(MAX_PATHS).chain(administrator).chain(self.home.clone()).collect()
    }
}

/// Finds the servers that the clients of these systems have configured and, with a masker, judges what surrounds them.
pub fn machine(installations: &[Installation], masker: Option<&Arc<Masker>>) -> Discovery {
    let mut found = Discovery { masker: masker.cloned(), ..Discovery::default() };
    let places = places(masker.is_some());
    let mut seen = BTreeSet::new();
    for installation in installations {
        for (place, meaning) in &places {
            let managed = place.from_root(installation.system).into_iter();
            for path in managed.flat_map(|path| expand(&installation.root, path)) {
                visit(&mut found, &mut seen, *meaning, &path);
            }
        }
        for home in installation.homes() {
            if let Err(error) = fs::read_dir(&home) {
                found.skip(&slashed(&home), why(&error));
                continue;
            }
            for (place, meaning) in &places {
                let place = place.from_home(installation.system).into_iter();
                for path in place.flat_map(|place| expand(&home, &place)) {
                    visit(&mut found, &mut seen, *meaning, &path);
                }
            }
            for folder in INSTALLED.iter().map(|folder| home.join(folder)).filter(|folder| folder.is_dir()) {
                found.merge(below(&folder, masker));
            }
        }
    }
    found.settle()
}

/// Every place of a home or of all users, with what stands there. A file of servers may also be one of settings.
fn places(surroundings: bool) -> Vec<(Place, Meaning)> {
    let sources = SOURCES.iter().flat_map(|source| {
        source.places.iter().map(move |place| (*place, Meaning { source: Some(source), surrounding: None }))
    });
    let around = SURROUNDINGS.iter().filter(|_| surroundings).flat_map(|surrounding| {
        surrounding.places.iter().map(move |place| (*place, Meaning { source: None, surrounding: Some(surrounding) }))
    });
    sources.chain(around).collect()
}

fn visit(found: &mut Discovery, seen: &mut BTreeSet<PathBuf>, meaning: Meaning, path: &Path) {
    // Only that there is none is no reason to tell.
    let exists = !matches!(fs::symlink_metadata(path), Err(error) if error.kind() == std::io::ErrorKind::NotFound);
    if exists && !path.is_dir() && seen.insert(path.to_owned()) {
        let shown = slashed(path);
        let by_path = || Meaning::of(&shown)?.for_scan(found.masker.as_ref())?.surrounding;
        let surrounding = meaning.surrounding.or_else(by_path);
        read(found, Meaning { surrounding, ..meaning }, path, &shown, Links::Followed);
    }
}

/// What a folder holds, under whole paths.
fn below(folder: &Path, masker: Option<&Arc<Masker>>) -> Discovery {
    let whole = |path: &str| if path == "." { slashed(folder) } else { format!("{}/{path}", slashed(folder)) };
    let mut found = match walk(folder, masker.cloned()) {
        Ok(found) => found,
        Err(error) => {
            let mut none = Discovery::default();
            none.skip(&slashed(folder), error.to_string());
            none
        }
    };
    for mcp in &mut found.mcps {
        mcp.config_path = whole(&mcp.config_path);
    }
    for found in &mut found.findings {
        found.path = whole(&found.path);
        found.finding.location = format!("file:{}", found.path);
    }
    for file in &mut found.skipped {
        file.path = whole(&file.path);
    }
    found
}

/// The paths that a place stands for: each part that has a pattern is looked up in its folder.
fn expand(folder: &Path, place: &str) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for choice in choices(place) {
        let mut paths = vec![folder.to_owned()];
        for part in choice.split('/') {
            paths = if part.contains('*') {
                paths.iter().flat_map(|path| entries(path, part)).take(MAX_PATHS).collect()
            } else {
                paths.into_iter().map(|path| path.join(part)).collect()
            };
        }
        all.extend(paths);
    }
    all
}

fn entries(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let pattern = pattern.to_ascii_lowercase();
    let fits = |entry: &fs::DirEntry| part_matches(&pattern, &entry.file_name().to_string_lossy().to_ascii_lowercase());
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(MAX_PATHS);
    let mut paths: Vec<_> = entries.filter(fits).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
