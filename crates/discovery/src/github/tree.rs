//! Which files a repository has, and which of them are read.

use std::sync::Arc;

use contracts::api::scans::SkippedFile;
use detect::evidence::Masker;
use url::Url;

use super::answer::{Entry, Tree, is_object_name};
use super::calls::{Calls, Form};
use super::repositories::shown_name;
use super::{Beside, GitHubError};
use crate::read::TOO_LARGE;
use crate::walk::{MAX_DEPTH, PASSED_OVER};
use crate::{MAX_FILE_BYTES, Meaning};

/// The longest list of files. GitHub ends a recursive one at 100 000 entries, with some 300 bytes each.
const MAX_TREE_BYTES: u64 = 64 << 20;
/// The longest path, as uploaded trees have it.
pub(crate) const MAX_PATH_BYTES: usize = 1_024;
/// How many files of one repository are told to be passed over; a hostile one may have any number.
pub(crate) const MAX_NOTES: usize = 1_000;

/// A file to read.
pub(super) struct Wanted {
    /// Its path in the repository.
    pub(super) path: String,
    /// Its name as a git object.
    pub(super) sha: String,
    /// What it is to a scan.
    pub(super) meaning: Option<Meaning>,
    /// Whether the caller wants it besides.
    pub(super) beside: bool,
}

/// The files of a repository.
#[derive(Default)]
pub(super) struct Files {
    pub(super) wanted: Vec<Wanted>,
    pub(super) skipped: Vec<SkippedFile>,
    notes: usize,
    entries: usize,
    beside: Option<Beside>,
    masker: Option<Arc<Masker>>,
}

impl Calls<'_> {
    /// Lists the files of a commit. `repository` are its owner and name.
    pub(super) async fn files(
        &self,
        repository: (&str, &str),
        commit: &str,
        beside: Option<Beside>,
    ) -> Result<Files, GitHubError> {
        let mut files = Files { beside, masker: self.api.masker.clone(), ..Files::default() };
        // Where all is too much for one answer, folders are asked for one by one.
        let mut open = vec![(String::new(), commit.to_owned())];
        let mut requests = 0;
        while let Some((folder, sha)) = open.pop() {
            let whole = self.get(self.tree_at(repository, &sha, true)?, Form::Json, MAX_TREE_BYTES, "tree").await;
            requests += 1;
            let too_large = match whole {
                Ok(got) => {
                    let tree: Tree<'_> = serde_json::from_slice(&got.body).map_err(|_| GitHubError::Answer)?;
                    if !tree.truncated {
                        tree.tree.iter().for_each(|entry| files.visit(&folder, entry));
                    }
                    tree.truncated
                }
                Err(GitHubError::TooLong(_)) => true,
                Err(error) => return Err(error),
            };
            if too_large {
                let got = self.get(self.tree_at(repository, &sha, false)?, Form::Json, MAX_TREE_BYTES, "tree").await?;
                requests += 1;
                let tree: Tree<'_> = serde_json::from_slice(&got.body).map_err(|_| GitHubError::Answer)?;
                if tree.truncated {
                    files.skip(&folder, "GitHub does not list all entries of this folder");
                }
                open.extend(tree.tree.iter().filter_map(|entry| files.enter(&folder, entry)));
            }
            if files.entries > self.api.limits.entries || (requests >= self.api.limits.trees && !open.is_empty()) {
                files.skip("", "the repository has more folders and files than are looked at: the rest was left out");
                break;
            }
        }
        Ok(files.settled())
    }

    fn tree_at(&self, (owner, name): (&str, &str), sha: &str, recursive: bool) -> Result<Url, GitHubError> {
        let mut url = self.api.at(&["repos", owner, name, "git", "trees", sha])?;
        if recursive {
            // Any value asks for it, also `0`; so it is left out otherwise.
            url.set_query(Some("recursive=1"));
        }
        Ok(url)
    }
}

impl Files {
    /// Looks at one entry of a folder. Gives the folder to look into, where it is one that is worth it.
    fn enter(&mut self, folder: &str, entry: &Entry<'_>) -> Option<(String, String)> {
        self.visit(folder, entry);
        let path = joined(folder, &entry.path);
        let is_folder = entry.mode == "040000" && is_object_name(&entry.sha) && is_legal(&path);
        if !is_folder || is_passed_over(&path) {
            return None;
        }
        if path.split('/').count() >= MAX_DEPTH {
            self.skip(&path, "below 64 folders: it was not entered");
            return None;
        }
        Some((path, entry.sha.clone().into_owned()))
    }

    /// Looks at one entry.
    fn visit(&mut self, folder: &str, entry: &Entry<'_>) {
        self.entries += 1;
        if entry.mode == "040000" {
            return;
        }
        let path = joined(folder, &entry.path);
        if is_passed_over(&path) {
            return;
        }
        if entry.mode == "160000" {
            return self.skip(&path, "a submodule: scan its repository by itself");
        }
        let meaning = Meaning::of(&path).and_then(|meaning| meaning.for_scan(self.masker.as_ref()));
        let beside = self.beside.filter(|beside| (beside.wanted)(&path));
        if meaning.is_none() && beside.is_none() {
            return;
        }
        let size = entry.size.unwrap_or_default();
        // What seldom is about MCP is told only where that is known.
        let telling = meaning.is_none_or(|meaning| !meaning.is_broad());
        let reason = if !is_legal(&path) {
            "its path is longer than 1024 bytes, leads out of the repository or has control characters"
        } else if path.split('/').count() > MAX_DEPTH {
            "below 64 folders"
        } else if entry.mode == "120000" && telling {
            "a link: links are not followed"
        } else if !matches!(entry.mode.as_ref(), "100644" | "100755" | "100664" | "120000")
            || !is_object_name(&entry.sha)
        {
            "no regular file"
        } else if entry.mode == "120000" {
            return;
        } else {
            let meaning = match meaning {
                Some(meaning) if size > MAX_FILE_BYTES && !meaning.is_broad() => {
                    self.skip(&path, TOO_LARGE);
                    None
                }
                meaning => meaning,
            };
            let beside = match beside {
                Some(beside) if size > beside.max_bytes => {
                    self.skip(&path, "too large to be read");
                    false
                }
                beside => beside.is_some(),
            };
            if meaning.is_some() || beside {
                self.wanted.push(Wanted { path, sha: entry.sha.clone().into_owned(), meaning, beside });
            }
            return;
        };
        self.skip(&path, reason);
    }

    fn skip(&mut self, path: &str, reason: &str) {
        self.notes += 1;
        if self.notes <= MAX_NOTES {
            self.skipped.push(SkippedFile { path: shown_name(path), reason: reason.to_owned() });
        }
    }

    /// Puts files that surely configure servers before others, as there is an end to how many are read: then those that may, those
    /// around servers, and what the caller wants besides.
    fn settled(mut self) -> Self {
        if self.notes > MAX_NOTES {
            let reason = format!("{} more entries of this repository were passed over", self.notes - MAX_NOTES);
            self.skipped.push(SkippedFile { path: String::new(), reason });
        }
        let rank = |file: &Wanted| match file.meaning {
            Some(Meaning { source: Some(source), .. }) => u8::from(source.broad),
            Some(_) => 2,
            None => 3,
        };
        self.wanted.sort_by(|one, other| (rank(one), &one.path).cmp(&(rank(other), &other.path)));
        self
    }
}

fn joined(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// Whether it is a path below the repository that can be shown. Git itself refuses to check others out.
pub(crate) fn is_legal(path: &str) -> bool {
    let legal_part = |part: &str| {
        !matches!(part, "" | "." | "..") && !part.chars().any(|character| character == '\\' || character.is_control())
    };
    path.len() <= MAX_PATH_BYTES && path.split('/').all(legal_part)
}

pub(crate) fn is_passed_over(path: &str) -> bool {
    path.split('/').any(|part| PASSED_OVER.contains(&part))
}
