//! What the API answers, as far as it is read.

use std::borrow::Cow;

use serde::Deserialize;
use url::Url;

/// A user or organisation.
#[derive(Debug, Deserialize)]
pub(super) struct Account {
    pub(super) login: String,
    #[serde(rename = "type", default)]
    pub(super) kind: String,
}

/// A repository, in a list or alone.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Repository {
    /// `acme/backend`.
    pub(super) full_name: String,
    #[serde(default)]
    pub(super) default_branch: Option<String>,
    #[serde(default)]
    pub(super) archived: bool,
    #[serde(default)]
    pub(super) fork: bool,
}

/// A page of a list of repositories.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Page {
    /// Of an account.
    Account(Vec<Repository>),
    /// Of an installed app.
    Installation {
        /// Those that it may see.
        repositories: Vec<Repository>,
    },
}

impl Page {
    pub(super) fn repositories(self) -> Vec<Repository> {
        match self {
            Self::Account(repositories) | Self::Installation { repositories } => repositories,
        }
    }
}

/// The tree of a commit or folder.
#[derive(Debug, Deserialize)]
pub(super) struct Tree<'a> {
    #[serde(borrow)]
    pub(super) tree: Vec<Entry<'a>>,
    #[serde(default)]
    pub(super) truncated: bool,
}

/// A file, folder, link or submodule.
#[derive(Debug, Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    pub(super) path: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) mode: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) sha: Cow<'a, str>,
    #[serde(default)]
    pub(super) size: Option<u64>,
}

/// The address of the next page in a `Link` header (RFC 8288).
pub(super) fn next_page(link: &str) -> Option<Url> {
    let mut rest = link;
    while let Some((_, begun)) = rest.split_once('<') {
        let (address, parameters) = begun.split_once('>')?;
        let own = parameters.split('<').next().unwrap_or_default();
        if own.split(';').any(|parameter| {
            let parameter = parameter.trim().trim_end_matches(',').trim();
            matches!(parameter, "rel=\"next\"" | "rel=next")
        }) {
            return address.parse().ok();
        }
        rest = parameters;
    }
    None
}

/// Whether a text is the name of a git object, SHA-1 or SHA-256.
pub(super) fn is_object_name(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_others() {
        let next = |link| next_page(link).map(|url| url.to_string());
        let both =
            r#"<https://a.example/orgs/x/repos?page=1>; rel="prev", <https://a.example/x?a=b,c&page=3>; rel="next""#;
        assert_eq!(next(both).as_deref(), Some("https://a.example/x?a=b,c&page=3"));
        assert_eq!(
            next(r#"<https://a.example/?page=2>; rel="next", <https://a.example/?page=9>; rel="last""#).as_deref(),
            Some("https://a.example/?page=2")
        );
        for none in
            ["", "<", "<https://a.example/>", r#"<https://a.example/>; rel="last""#, r#"<no address>; rel="next""#]
        {
            assert_eq!(next(none), None, "{none}");
        }
    }
}
