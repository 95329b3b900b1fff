//! The notations that manifests and lock files are written in.
//!
//! Errors name a line and nothing of the text: a snippet could carry a secret.

use serde::de::DeserializeOwned;

/// Reads JSON (RFC 8259).
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| {
        let what = if error.is_data() { "holds something unexpected" } else { "is not valid JSON" };
        format!("the file {what} at line {}; write it again with the tool that made it", error.line())
    })
}

/// Reads TOML 1.1.
pub(crate) fn toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = 1 + text.get(..start).unwrap_or_default().matches('\n').count();
        format!("the file is not valid TOML or holds something unexpected at line {line}; correct it or lock again")
    })
}

/// Reads YAML 1.2, which JSON with trailing commas is too. Aliases and depth are bounded by the reader's budget.
pub(crate) fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_saphyr::from_str(text).map_err(|error| match error.location() {
        Some(location) => format!(
            "the file is not valid YAML or holds something unexpected at line {}; correct it or lock again",
            location.line()
        ),
        None => "the file is not valid YAML or larger than a reader takes; correct it or lock again".to_owned(),
    })
}
