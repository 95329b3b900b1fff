//! Where a package is fetched from.

use contracts::audit::display_url;
use url::Url;

const MASK: &str = "<masked>";

/// How a package is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// By name and version, from a registry.
    Registry,
    /// From a repository.
    Git,
    /// An archive at an address.
    Url,
    /// A folder or archive beside the manifest.
    Path,
}

/// Where a package is fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// How.
    pub kind: SourceKind,
    /// The address, if the file names one; without user, query and whatever looks like a secret.
    pub url: Option<String>,
}

impl Source {
    /// The registry that the installer is set to.
    pub(crate) fn registry() -> Self {
        Self { kind: SourceKind::Registry, url: None }
    }

    /// Something beside the manifest.
    pub(crate) fn path() -> Self {
        Self { kind: SourceKind::Path, url: None }
    }

    /// An address.
    pub(crate) fn at(kind: SourceKind, address: &str) -> Self {
        Self { kind, url: Some(masked(address)) }
    }

    /// Whether the address is fetched in clear text (CWE-319).
    pub fn is_clear_text(&self) -> bool {
        let is_loopback =
            |url: &Url| url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
        self.url.as_deref().and_then(|url| Url::parse(url).ok()).is_some_and(|url| {
            matches!(url.scheme(), "http" | "git+http" | "git" | "git+git" | "ftp" | "sparse+http" | "registry+http")
                && !is_loopback(&url)
        })
    }
}

/// The address without user information, query and fragment; parts of the path that look like a token are masked too,
/// because hosted private registries carry it there.
pub(crate) fn masked(address: &str) -> String {
    let address = address.trim();
    let parsed = match Url::parse(address) {
        Ok(url) if url.has_host() => url,
        _ => match scp_address(address) {
            Some(url) => url,
            None => return MASK.to_owned(),
        },
    };
    let shown = display_url(&parsed);
    let Some((scheme, rest)) = shown.split_once("://") else { return MASK.to_owned() };
    let parts = rest.split('/').enumerate();
    let parts: Vec<&str> = parts.map(|(at, part)| if at > 0 && looks_random(part) { MASK } else { part }).collect();
    format!("{scheme}://{}", parts.join("/"))
}

/// `user@host:path`, as ssh and git take it.
fn scp_address(address: &str) -> Option<Url> {
    let (user_and_host, path) = address.split_once(':')?;
    let host = user_and_host.rsplit_once('@')?.1;
    Url::parse(&format!("ssh://{host}/{path}")).ok().filter(Url::has_host)
}

/// Letters and digits in one long word. Version numbers and file names have dots.
fn looks_random(part: &str) -> bool {
    part.len() >= 16
        && !part.contains('.')
        && part.bytes().any(|byte| byte.is_ascii_digit())
        && part.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_leave_addresses() {
        for (address, expected) in [
            ("https://user:hunter2@host.example/simple/", "https://host.example/simple/"),
            ("git+https://token0123@host.example/a/b.git#main", "git+https://host.example/a/b.git"),
            ("https://host.example/x.tgz?token=abc", "https://host.example/x.tgz"),
            ("https://host.example/aB3dE5gH7jK9mN1p/simple", "https://host.example/<masked>/simple"),
            ("git@host.example:a/b.git", "ssh://host.example/a/b.git"),
            ("not an address", "<masked>"),
        ] {
            assert_eq!(masked(address), expected, "{address}");
        }
    }

    #[test]
    fn clear_text_is_told_from_encrypted() {
        let clear = |address| Source::at(SourceKind::Url, address).is_clear_text();
        assert!(clear("http://host.example/a") && clear("git+http://host.example/a") && clear("git://host.example/a"));
        assert!(
            !clear("https://host.example/a") && !clear("http://localhost:4873/a") && !clear("ssh://host.example/a")
        );
    }
}
