//! From the files of a tree to its packages.

use std::collections::BTreeSet;

use crate::formats::{self, Format};
use crate::tree::{self, File, Tree};
use crate::{Index, Manifest, Package, Problem, SourceKind};

/// The largest file that is read. Lock files of large monorepos have some 10 MiB.
pub const MAX_FILE_BYTES: usize = 32 << 20;
/// The most bytes of all files of one tree together.
pub(crate) const MAX_TREE_BYTES: usize = 256 << 20;
/// The most packages of one tree.
const MAX_PACKAGES: usize = 250_000;

/// What the files of a tree say, in the order of their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Packages in exact versions, from lock files, and from manifests that no lock file settles.
    pub packages: Vec<Package>,
    /// What the manifests ask for.
    pub manifests: Vec<Manifest>,
    /// Places for packages that files name.
    pub indexes: Vec<Index>,
    /// Files that could not be read, or not wholly.
    pub problems: Vec<Problem>,
}

impl Resolved {
    /// Whether no file said anything, not even that it cannot be read.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether any file names packages of a registry that advisories are kept of, or could have. `setup.py` is a program
    /// and is not asked.
    pub(crate) fn names_packages(&self) -> bool {
        let mut manifests = self.manifests.iter().filter(|manifest| tree::name(&manifest.file) != "setup.py");
        manifests.any(|manifest| manifest.ecosystem.osv_name().is_some())
            || self.packages.iter().any(|package| package.ecosystem.osv_name().is_some())
    }

    pub(crate) fn problem(&mut self, file: &str, reason: impl Into<String>) {
        self.problems.push(Problem { file: file.to_owned(), reason: reason.into() });
    }
}

/// Whether a file of this path is a manifest, a lock file or a configuration of an installer.
pub fn is_manifest(path: &str) -> bool {
    formats::format_of(path).is_some()
}

/// Whether [`resolve`] makes use of a file of this path. Others need not be read.
pub fn is_wanted(path: &str) -> bool {
    is_manifest(path) || formats::is_included(path)
}

/// Reads the files of one tree. Those that no format claims are passed over.
pub fn resolve<P: AsRef<str>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Resolved {
    let mut resolved = Resolved::default();
    let mut tree = Tree::default();
    let mut bytes = 0;
    for (path, text) in files {
        let path = path.as_ref();
        if !is_wanted(path) {
            continue;
        }
        let text = text.into();
        if text.len() > MAX_FILE_BYTES {
            resolved.problem(path, format!("the file is larger than {} MiB and was not read", MAX_FILE_BYTES >> 20));
        } else if bytes + text.len() > MAX_TREE_BYTES {
            let limit = MAX_TREE_BYTES >> 20;
            resolved.problem(path, format!("the files before it fill {limit} MiB; scan its folder separately"));
        } else {
            bytes += text.len();
            tree.insert(path, text);
        }
    }
    for file in tree.files() {
        let Some(format) = formats::format_of(file.path) else { continue };
        read(format, file, &tree, &mut resolved);
    }
    settle(&mut resolved, &tree);
    for package in &mut resolved.packages {
        // Formats without a graph know no way but the package itself.
        if package.path.is_empty() {
            package.path = vec![package.coordinate()];
        }
    }
    resolved
}

fn read(format: &Format, file: File<'_>, tree: &Tree, resolved: &mut Resolved) {
    if resolved.packages.len() >= MAX_PACKAGES {
        resolved.problem(file.path, format!("the files before it hold {MAX_PACKAGES} packages; scan its folder alone"));
    } else if let Err(reason) = (format.read)(file, tree, resolved) {
        resolved.problem(file.path, reason);
    }
}

/// Finds the lock file of each manifest. What has none stands for itself: its exact versions are packages.
fn settle(resolved: &mut Resolved, tree: &Tree) {
    let workspaces: BTreeSet<String> = resolved
        .manifests
        .iter()
        .filter(|manifest| manifest.workspace)
        .map(|manifest| tree::folder(&manifest.file).to_owned())
        .collect();
    for manifest in &mut resolved.manifests {
        manifest.lock = lock_of(&manifest.file, formats::locks_of(&manifest.file), &workspaces, tree);
    }
    for manifest in &resolved.manifests {
        if manifest.lock.is_none() {
            resolved.packages.extend(pinned(manifest));
        }
    }
}

fn lock_of(manifest: &str, locks: &[&str], workspaces: &BTreeSet<String>, tree: &Tree) -> Option<String> {
    let beside = |folder: &str| {
        let place = tree::join(folder, "manifest")?;
        locks.iter().find_map(|lock| tree.beside(&place, lock)).map(|file| file.path.to_owned())
    };
    let mut folder = tree::folder(manifest);
    if let Some(lock) = beside(folder) {
        return Some(lock);
    }
    while !folder.is_empty() {
        folder = tree::folder(folder);
        if workspaces.contains(folder)
            && let Some(lock) = beside(folder)
        {
            return Some(lock);
        }
    }
    None
}

/// The requirements of a manifest that allow one version only.
fn pinned(manifest: &Manifest) -> impl Iterator<Item = Package> {
    let requirements = manifest.requirements.iter().filter(|requirement| requirement.source.kind != SourceKind::Path);
    requirements.filter_map(|requirement| {
        let version = requirement.exact.as_deref()?;
        let package = Package::new(requirement.ecosystem, &requirement.name, version, &manifest.file);
        Some(Package {
            relation: crate::Relation::Direct,
            dev: requirement.dev,
            line: requirement.line,
            source: requirement.source.clone(),
            hashed: requirement.hashed,
            ..package
        })
    })
}
