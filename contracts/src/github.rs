//! What of GitHub is scanned.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Repositories of GitHub to look for MCP servers in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GitHubSource {
    /// The account or repository.
    pub target: GitHubTarget,
    /// Whether archived repositories of an account are scanned. One that is named always is.
    #[serde(default)]
    pub include_archived: bool,
    /// Whether forks of an account are scanned. One that is named always is.
    #[serde(default)]
    pub include_forks: bool,
}

/// All repositories of an organisation or user (`acme`), or one (`acme/backend`) in its default branch or at a branch,
/// tag or commit (`acme/backend@main`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = r"^[A-Za-z0-9._-]{1,100}(/[A-Za-z0-9._-]{1,100}(@.{1,255})?)?$"))]
pub struct GitHubTarget {
    owner: String,
    repository: Option<String>,
    reference: Option<String>,
}

/// Why a text names nothing at GitHub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    /// It has another form.
    #[error("name an account (`acme`), a repository (`acme/backend`) or a branch of one (`acme/backend@main`)")]
    Form,
    /// A name that no account or repository can have.
    #[error("`{0}` is no name of an account or repository: they have letters, digits, `-`, `_` and `.`")]
    Name(String),
    /// A name that no branch can have.
    #[error("`{0}` is no name of a branch, tag or commit")]
    Reference(String),
}

impl GitHubTarget {
    /// The account.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The name of the one repository; `None` for all of the account.
    pub fn repository(&self) -> Option<&str> {
        self.repository.as_deref()
    }

    /// Branch, tag or commit; `None` for the default branch.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }
}

impl FromStr for GitHubTarget {
    type Err = InvalidTarget;

    fn from_str(text: &str) -> Result<Self, InvalidTarget> {
        let Some((owner, rest)) = text.split_once('/') else {
            return Ok(Self { owner: name(text)?, repository: None, reference: None });
        };
        let (repository, reference) = match rest.split_once('@') {
            Some((repository, reference)) => (repository, Some(reference)),
            None => (rest, None),
        };
        let reference = reference.map(checked_reference).transpose()?;
        Ok(Self { owner: name(owner)?, repository: Some(name(repository)?), reference })
    }
}

/// Names become parts of addresses, so nothing that separates those, and no `.` or `..`, may be one.
fn name(text: &str) -> Result<String, InvalidTarget> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if text.is_empty() || text.contains([':', '/', '@']) {
        return Err(InvalidTarget::Form);
    }
    if text.len() > 100 || matches!(text, "." | "..") || !text.bytes().all(legal) {
        return Err(InvalidTarget::Name(text.chars().take(100).collect::<String>().escape_debug().to_string()));
    }
    Ok(text.to_owned())
}

/// The rules of `git check-ref-format`.
fn checked_reference(text: &str) -> Result<String, InvalidTarget> {
    let legal_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.to_ascii_lowercase().ends_with(".lock")
    };
    let forbidden = |character: char| {
        character.is_control() || character.is_whitespace() || ['~', '^', ':', '?', '*', '[', '\\'].contains(&character)
    };
    let legal = text.len() <= 255
        && text.split('/').all(legal_part)
        && !text.contains("..")
        && !text.contains("@{")
        && !text.contains(forbidden)
        && text != "@";
    if legal {
        Ok(text.to_owned())
    } else {
        Err(InvalidTarget::Reference(text.chars().take(100).collect::<String>().escape_debug().to_string()))
    }
}

impl fmt::Display for GitHubTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.owner)?;
        self.repository.iter().try_for_each(|repository| write!(f, "/{repository}"))?;
        self.reference.iter().try_for_each(|reference| write!(f, "@{reference}"))
    }
}

impl TryFrom<String> for GitHubTarget {
    type Error = InvalidTarget;
    fn try_from(text: String) -> Result<Self, InvalidTarget> {
        text.parse()
    }
}

impl From<GitHubTarget> for String {
    fn from(target: GitHubTarget) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_repositories_and_branches_are_told_apart() {
        for (text, parts) in [
            ("acme", ("acme", None, None)),
            ("acme/back.end_2", ("acme", Some("back.end_2"), None)),
            ("acme/backend@main", ("acme", Some("backend"), Some("main"))),
            ("acme/backend@feature/a@b", ("acme", Some("backend"), Some("feature/a@b"))),
        ] {
            let target: GitHubTarget = text.parse().unwrap();
            assert_eq!((target.owner(), target.repository(), target.reference()), parts);
            assert_eq!(target.to_string(), text);
        }
    }

    #[test]
    fn a_scan_is_asked_for_with_files_as_ever_or_with_a_target() {
        use crate::api::scans::CreateScan;
        let read = |source: &str| serde_json::from_str::<CreateScan>(&format!("{{\"name\": \"x\", {source}}}"));
        let files = read(r#""tree": {"files": [{"path": "a", "text": "b"}]}"#).unwrap();
        assert!(files.tree.is_some_and(|tree| tree.files.len() == 1) && files.github.is_none());
        let target = read(r#""github": {"target": "acme/backend@main"}"#).unwrap().github.unwrap();
        assert_eq!(target.target.to_string(), "acme/backend@main");
        assert!(!target.include_archived && !target.include_forks);
        let error = read(r#""github": {"target": "acme/../x"}"#).unwrap_err().to_string();
        assert!(error.contains("`acme/backend`"), "{error}");
    }

    #[test]
    fn what_would_lead_elsewhere_is_refused() {
        for text in [
            "",
            "/",
            "acme/",
            "/backend",
            "acme/..",
            "../acme",
            "acme/a/b",
            "https://host.example/acme/backend",
            "acme@main",
            "acme/a b",
            "acme/a\u{1b}[2J",
            "acme/a%2e",
            "acme/a?x=1",
            "acme/a@",
            "acme/a@../../user",
            "acme/a@x/./y",
            "acme/a@x y",
            "acme/a@x\ny",
            "acme/a@HEAD~1",
        ] {
            let error = text.parse::<GitHubTarget>().expect_err(text).to_string();
            assert!(!error.contains(char::is_control), "{error:?}");
        }
        assert!("x".repeat(101).parse::<GitHubTarget>().is_err());
    }
}
