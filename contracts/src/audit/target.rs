//! How targets are shown.

use url::Url;

/// A URL for people: no query, no fragment, no user information, any of which may hold a secret.
pub fn display_url(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs that cannot have user information, which then have none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_shown_without_what_may_be_secret() {
        let shown = |target: &str| display_url(&target.parse().unwrap());
        assert_eq!(shown("https://user:secret@mcp.example/mcp?token=secret#secret"), "https://mcp.example/mcp");
        assert_eq!(shown("http://127.0.0.1:8080/"), "http://127.0.0.1:8080/");
    }
}
