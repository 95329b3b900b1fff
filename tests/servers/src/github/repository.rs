//! A repository and its git objects.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Value, json};

/// A repository.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) full_name: String,
    pub(crate) archived: bool,
    pub(crate) fork: bool,
    pub(crate) private: bool,
    pub(crate) state: Standing,
    /// How many entries a recursive listing has at most.
    pub(crate) list_limit: usize,
    /// The default branch first.
    pub(crate) branches: Vec<Branch>,
}

/// Whether it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    Readable,
    Empty,
    Blocked,
    /// Still listed.
    Deleted,
    /// Its former name; not listed.
    Was(String),
}

#[derive(Debug, Clone)]
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) path: String,
    pub(crate) mode: &'static str,
    pub(crate) content: Vec<u8>,
    /// The size that listings tell.
    pub(crate) told_size: usize,
}

impl Repository {
    /// A repository with a branch `main` and nothing in it.
    pub fn new(full_name: &str) -> Self {
        Self {
            full_name: full_name.to_owned(),
            archived: false,
            fork: false,
            private: false,
            state: Standing::Readable,
            list_limit: 100_000,
            branches: vec![Branch { name: "main".to_owned(), entries: Vec::new() }],
        }
    }

    /// Adds a file to the last branch.
    #[must_use]
    pub fn file(self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.entry(path, "100644", content)
    }

    /// Adds a link to the last branch.
    #[must_use]
    pub fn link(self, path: &str, to: &str) -> Self {
        self.entry(path, "120000", to)
    }

    /// Adds a submodule to the last branch.
    #[must_use]
    pub fn submodule(self, path: &str) -> Self {
        self.entry(path, "160000", path)
    }

    /// Adds an entry of any mode to the last branch.
    #[must_use]
    pub fn entry(mut self, path: &str, mode: &'static str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let entry = Entry { path: path.to_owned(), mode, told_size: content.len(), content };
        if let Some(branch) = self.branches.last_mut() {
            branch.entries.push(entry);
        }
        self
    }

    /// Lets listings tell another size of the last file.
    #[must_use]
    pub fn told_size(mut self, bytes: usize) -> Self {
        if let Some(entry) = self.branches.last_mut().and_then(|branch| branch.entries.last_mut()) {
            entry.told_size = bytes;
        }
        self
    }

    /// Adds a branch; what follows is in it.
    #[must_use]
    pub fn branch(mut self, name: &str) -> Self {
        self.branches.push(Branch { name: name.to_owned(), entries: Vec::new() });
        self
    }

    /// Archives it.
    #[must_use]
    pub fn archived(self) -> Self {
        Self { archived: true, ..self }
    }

    /// Makes it a fork.
    #[must_use]
    pub fn fork(self) -> Self {
        Self { fork: true, ..self }
    }

    /// Shows it to the token only.
    #[must_use]
    pub fn private(self) -> Self {
        Self { private: true, ..self }
    }

    /// Leaves it without a commit.
    #[must_use]
    pub fn empty(self) -> Self {
        Self { state: Standing::Empty, ..self }
    }

    /// Blocks it for a legal reason.
    #[must_use]
    pub fn blocked(self) -> Self {
        Self { state: Standing::Blocked, ..self }
    }

    /// Deletes it after it was listed.
    #[must_use]
    pub fn deleted(self) -> Self {
        Self { state: Standing::Deleted, ..self }
    }

    /// Gives it a former name, under which it is redirected.
    #[must_use]
    pub fn formerly(self, full_name: &str) -> Self {
        Self { state: Standing::Was(full_name.to_owned()), ..self }
    }

    /// Lets a recursive listing end after so many entries.
    #[must_use]
    pub fn list_limit(self, entries: usize) -> Self {
        Self { list_limit: entries, ..self }
    }

    /// Its account.
    pub(crate) fn owner(&self) -> &str {
        self.full_name.split('/').next().unwrap_or_default()
    }

    /// The number under which it is found whatever its name is.
    pub(crate) fn id(&self) -> u64 {
        digest(&["repository", &self.full_name]) >> 16
    }

    /// It as lists show it.
    pub(crate) fn shown(&self) -> Value {
        json!({
            "id": self.id(),
            "name": self.full_name.rsplit('/').next(),
            "full_name": self.full_name,
            "private": self.private,
            "owner": { "login": self.owner() },
            "fork": self.fork,
            "archived": self.archived,
            "disabled": false,
            "size": 12,
            "default_branch": self.branches[0].name,
            "visibility": if self.private { "private" } else { "public" },
        })
    }

    /// The name of the commit at the end of a branch.
    pub(crate) fn commit(&self, branch: &Branch) -> String {
        object_name(&["commit", &self.full_name, &branch.name])
    }

    /// The name of a folder; that of the commit stands for the top.
    pub(crate) fn folder(&self, branch: &Branch, path: &str) -> String {
        if path.is_empty() { self.commit(branch) } else { object_name(&["tree", &self.full_name, &branch.name, path]) }
    }

    /// The listing of a tree.
    pub(crate) fn listing(&self, branch: &Branch, folder: &str, recursive: bool, sha: &str) -> Value {
        let mut tree = Vec::new();
        let mut folders = BTreeSet::new();
        let beginning = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        for entry in &branch.entries {
            let Some(path) = entry.path.strip_prefix(&beginning) else { continue };
            let ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).collect();
            for end in ends.iter().take(if recursive { usize::MAX } else { 1 }) {
                if folders.insert(path[..*end].to_owned()) {
                    let whole = format!("{beginning}{}", &path[..*end]);
                    tree.push(json!({ "path": &path[..*end], "mode": "040000", "type": "tree", "sha": self.folder(branch, &whole) }));
                }
            }
            if recursive || ends.is_empty() {
                tree.push(entry.shown(path));
            }
        }
        let truncated = recursive && tree.len() > self.list_limit;
        if truncated {
            tree.truncate(self.list_limit);
        }
        json!({ "sha": sha, "tree": tree, "truncated": truncated })
    }
}

impl Entry {
    /// Its name as a git object, by its content.
    pub(crate) fn object_name(&self) -> String {
        object_name(&["blob", &String::from_utf8_lossy(&self.content)])
    }

    fn shown(&self, path: &str) -> Value {
        let sha = self.object_name();
        match self.mode {
            "160000" => json!({ "path": path, "mode": self.mode, "type": "commit", "sha": sha }),
            _ => {
                json!({ "path": path, "mode": self.mode, "type": "blob", "sha": sha, "size": self.told_size, "url": format!("https://github.example/api/v3/git/blobs/{sha}") })
            }
        }
    }
}

fn digest(parts: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// Forty digits as those of SHA-1.
fn object_name(parts: &[&str]) -> String {
    let first = digest(parts);
    format!("{first:016x}{:016x}{:08x}", first.rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15), first >> 32)
}
