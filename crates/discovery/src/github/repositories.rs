//! Which repositories there are.

use std::collections::BTreeMap;

use contracts::github::GitHubSource;
use serde::de::DeserializeOwned;

use super::answer::{Account, Page, Repository};
use super::api::Access;
use super::calls::{Calls, Form, Got};
use super::{Event, GitHubError};

/// The longest page of a list. A hundred repositories have some 600 KiB.
const MAX_PAGE_BYTES: u64 = 8 << 20;
/// The longest description of one account or repository.
const MAX_ENTITY_BYTES: u64 = 1 << 20;

/// The repositories of a source.
pub(super) struct Listed {
    /// By name.
    pub(super) repositories: Vec<Repository>,
    /// Whether there are more than are listed.
    pub(super) more: bool,
}

impl Calls<'_> {
    /// The repositories of a source.
    pub(super) async fn repositories(&self, source: &GitHubSource) -> Result<Listed, GitHubError> {
        let owner = source.target.owner();
        if let Some(name) = source.target.repository() {
            let asked = format!("{owner}/{name}");
            let url = self.api.at(&["repos", owner, name])?;
            let what = format!("repository `{asked}`");
            let repository: Repository = parsed(&self.get(url, Form::Json, MAX_ENTITY_BYTES, &what).await?)?;
            if !repository.full_name.eq_ignore_ascii_case(&asked) {
                (self.watch)(&Event::Renamed { from: &asked, to: &shown_name(&repository.full_name) });
            }
            (self.watch)(&Event::Listed { repositories: 1, archived: 0, forks: 0 });
            return Ok(Listed { repositories: vec![repository], more: false });
        }
        let (listed, more) = self.of_account(owner).await?;
        let (mut archived, mut forks) = (0, 0);
        // Pages shift while they are read; a name counts once.
        let mut wanted = BTreeMap::new();
        for repository in listed {
            if repository.archived && !source.include_archived {
                archived += 1;
            } else if repository.fork && !source.include_forks {
                forks += 1;
            } else {
                wanted.insert(repository.full_name.clone(), repository);
            }
        }
        (self.watch)(&Event::Listed { repositories: wanted.len(), archived, forks });
        Ok(Listed { repositories: wanted.into_values().collect(), more })
    }

    /// The repositories of an account, and whether there are more.
    async fn of_account(&self, owner: &str) -> Result<(Vec<Repository>, bool), GitHubError> {
        let what = format!("organisation or user `{owner}`");
        let url = self.api.at(&["users", owner])?;
        let account: Account = parsed(&self.get(url, Form::Json, MAX_ENTITY_BYTES, &what).await?)?;
        if account.kind == "Organization" {
            return self.listed(&["orgs", owner, "repos"], Some(("type", "all")), &what).await;
        }
        // The list of a user has private repositories only where users ask for their own.
        if self.is_of_token(&account).await? {
            return self.listed(&["user", "repos"], Some(("affiliation", "owner")), &what).await;
        }
        let (mut all, mut more) = self.listed(&["users", owner, "repos"], Some(("type", "owner")), &what).await?;
        // An app sees private ones only among those that it is installed for, whoever owns them.
        if matches!(self.api.access, Access::App(_)) {
            let (installed, further) =
                self.listed(&["installation", "repositories"], None, "list of the installation").await?;
            let is_theirs = |repository: &Repository| {
                let of = repository.full_name.split_once('/');
                of.is_some_and(|(of, _)| of.eq_ignore_ascii_case(&account.login))
            };
            all.extend(installed.into_iter().filter(is_theirs));
            more |= further;
        }
        Ok((all, more))
    }

    /// All pages of a list, and whether there are more.
    async fn listed(
        &self,
        parts: &[&str],
        parameter: Option<(&str, &str)>,
        what: &str,
    ) -> Result<(Vec<Repository>, bool), GitHubError> {
        let mut url = self.api.at(parts)?;
        url.query_pairs_mut().extend_pairs(parameter).append_pair("per_page", "100").append_pair("sort", "full_name");
        let mut all: Vec<Repository> = Vec::new();
        // A page may be empty, so their number is bounded too.
        for _ in 0..=self.api.limits.repositories / 10 {
            let got = self.get(url, Form::Json, MAX_PAGE_BYTES, what).await?;
            all.extend(parsed::<Page>(&got)?.repositories());
            url = match got.next {
                Some(_) if all.len() >= self.api.limits.repositories => return Ok((all, true)),
                Some(next) => next,
                None => return Ok((all, false)),
            };
            if !self.api.owns(&url) {
                return Err(GitHubError::Elsewhere);
            }
        }
        Err(GitHubError::Answer)
    }

    /// Whether the token is that of the user. Tokens of apps, of which one may be given too, belong to nobody and may not ask.
    async fn is_of_token(&self, account: &Account) -> Result<bool, GitHubError> {
        if !matches!(self.api.access, Access::Token(_)) {
            return Ok(false);
        }
        match self.get(self.api.at(&["user"])?, Form::Json, MAX_ENTITY_BYTES, "user").await {
            Ok(got) => Ok(parsed::<Account>(&got)?.login.eq_ignore_ascii_case(&account.login)),
            Err(GitHubError::Denied | GitHubError::SingleSignOn | GitHubError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Reads a document.
pub(super) fn parsed<T: DeserializeOwned>(got: &Got) -> Result<T, GitHubError> {
    serde_json::from_slice(&got.body).map_err(|_| GitHubError::Answer)
}

/// A name from outside, for people.
pub(super) fn shown_name(name: &str) -> String {
    name.chars().take(200).flat_map(char::escape_debug).collect()
}
