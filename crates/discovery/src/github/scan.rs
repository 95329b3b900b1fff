//! Repositories one after the other, so that whoever scans can keep each result before the next.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use contracts::github::GitHubSource;
use tokio::time::{Instant, timeout_at};

use super::answer::{Repository, is_object_name};
use super::api::Api;
use super::calls::{Calls, Form};
use super::repositories::shown_name;
use super::{Beside, Event, GitHubError, Watch};
use crate::Discovery;

/// A scan of one or more repositories.
pub struct Scan<'w> {
    calls: Calls<'w>,
    beside: Option<Beside>,
    reference: Option<String>,
    /// Those that are not read yet.
    open: VecDeque<Repository>,
    number: usize,
    of: usize,
    /// What is to be told about the list of repositories, with the next result.
    note: Option<(String, String)>,
    deadline: Instant,
}

/// What one repository holds.
pub struct Scanned {
    /// `acme/backend`, as it was listed.
    pub repository: String,
    /// Its servers, and what could not be read. Paths begin with the name of the repository.
    pub found: Discovery,
    /// The files that were wanted beside.
    pub files: Vec<RepositoryFile>,
}

/// A file of a repository. It may hold secrets, so it cannot be printed.
pub struct RepositoryFile {
    /// Its path in the repository.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl<'w> Scan<'w> {
    pub(super) async fn begin(
        api: Arc<Api>,
        source: &GitHubSource,
        beside: Option<Beside>,
        watch: &'w Watch<'w>,
    ) -> Result<Self, GitHubError> {
        let limits = api.limits;
        let deadline = Instant::now() + limits.total;
        let calls = Calls::new(api, watch);
        let listed = timeout_at(deadline, calls.repositories(source)).await;
        let listed = listed.map_err(|_| GitHubError::Deadline(limits.total))??;
        let reason = || format!("it has more than {} repositories: name the others one by one", limits.repositories);
        Ok(Self {
            calls,
            beside,
            reference: source.target.reference().map(str::to_owned),
            number: 0,
            of: listed.repositories.len(),
            note: listed.more.then(|| (source.target.owner().to_owned(), reason())),
            open: listed.repositories.into(),
            deadline,
        })
    }

    /// Leaves out repositories that were read before this scan was begun again.
    pub fn pass_over(&mut self, done: &BTreeSet<String>) {
        self.open.retain(|repository| !done.contains(&repository.full_name));
        self.number = self.of - self.open.len();
    }

    /// The names of the repositories that are still to be read.
    pub fn open(&self) -> impl Iterator<Item = String> {
        self.open.iter().map(|repository| shown_name(&repository.full_name))
    }

    /// Reads the next repository; `None` after the last. One that cannot be read is a result too, which says why. An error
    /// is about all of GitHub; what is still open stays so.
    pub async fn next(&mut self) -> Result<Option<Scanned>, GitHubError> {
        let Some(repository) = self.open.front() else { return Ok(None) };
        let number = self.number + 1;
        let shown = shown_name(&repository.full_name);
        (self.calls.watch)(&Event::Repository { name: &shown, number, of: self.of });
        let mut scanned = match timeout_at(self.deadline, self.read(repository, &shown)).await {
            Err(_) => return Err(GitHubError::Deadline(self.calls.api.limits.total)),
            Ok(Err(error)) if error.ends_scan() => return Err(error),
            Ok(Err(error)) => {
                let mut found = Discovery::default();
                found.skip(&shown, error.to_string());
                Scanned { repository: repository.full_name.clone(), found, files: Vec::new() }
            }
            Ok(Ok(scanned)) => scanned,
        };
        if let Some((account, reason)) = self.note.take() {
            scanned.found.skip(&account, reason);
        }
        self.number = number;
        self.open.pop_front();
        Ok(Some(scanned))
    }

    async fn read(&self, repository: &Repository, shown: &str) -> Result<Scanned, GitHubError> {
        let parts = legal_parts(&repository.full_name).ok_or(GitHubError::Answer)?;
        let commit = self.commit(parts, repository).await?;
        let mut files = self.calls.files(parts, &commit, self.beside).await?;
        let wanted = std::mem::take(&mut files.wanted);
        let (meant, beside): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|file| file.meaning.is_some());
        let mut reading = self.calls.read(parts, shown, meant, self.beside).await?;
        // Most repositories of an account have no server, and each file is a request.
        if !reading.found.mcps.is_empty() {
            let more = self.calls.read(parts, shown, beside, self.beside).await?;
            reading.found.merge(more.found);
            reading.files.extend(more.files);
        }
        for file in files.skipped {
            let path = if file.path.is_empty() { shown.to_owned() } else { format!("{shown}/{}", file.path) };
            reading.found.skip(&path, file.reason);
        }
        let repository = repository.full_name.clone();
        Ok(Scanned { repository, found: reading.found.settle(), files: reading.files })
    }

    /// The commit that is read, so that all comes from one state however often somebody pushes meanwhile.
    async fn commit(&self, (owner, name): (&str, &str), repository: &Repository) -> Result<String, GitHubError> {
        let of_default = || repository.default_branch.as_deref().map(|branch| format!("heads/{branch}"));
        let reference = self.reference.clone().or_else(of_default).ok_or(GitHubError::Empty)?;
        let mut parts = vec!["repos", owner, name, "commits"];
        parts.extend(reference.split('/'));
        let what = format!("repository `{owner}/{name}`");
        let got = match self.calls.get(self.calls.api.at(&parts)?, Form::Sha, 1_024, &what).await {
            Err(GitHubError::Status(422)) => return Err(GitHubError::NoReference(shown_name(&reference))),
            Err(GitHubError::NotFound(_)) if self.reference.is_some() => {
                return Err(GitHubError::NoReference(shown_name(&reference)));
            }
            got => got?,
        };
        let commit = std::str::from_utf8(&got.body).unwrap_or_default().trim();
        if is_object_name(commit) { Ok(commit.to_owned()) } else { Err(GitHubError::Answer) }
    }
}

/// Owner and name from what GitHub says, where both can be part of an address.
fn legal_parts(full_name: &str) -> Option<(&str, &str)> {
    let target: contracts::github::GitHubTarget = full_name.parse().ok()?;
    (target.repository().is_some() && target.reference().is_none()).then(|| full_name.split_once('/')).flatten()
}
