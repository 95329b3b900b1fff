//! What must not leave: values that look like secrets.

use contracts::audit::display_url;
use url::Url;

const MASK: &str = "<masked>";
const SECRET_WORDS: &[&str] =
    &["token", "secret", "password", "passwd", "apikey", "api-key", "api_key", "credential", "auth", "private"];

/// Whether a value is a secret, judged by its name and form. A reference such as `${TOKEN}` is none.
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() || is_reference(value) {
        return false;
    }
    names_secret(name) || is_random(value)
}

/// Whether a command holds a secret.
pub(crate) fn holds_secret(command: &[String]) -> bool {
    self::command(command) != *command
}

/// The command with every value that looks like a secret masked.
pub(crate) fn command(command: &[String]) -> Vec<String> {
    let mut after_secret_flag = false;
    command
        .iter()
        .map(|word| {
            let follows = std::mem::take(&mut after_secret_flag);
            if word.starts_with('-') && !word.contains('=') {
                after_secret_flag = names_secret(word);
                return word.clone();
            }
            if follows && !is_reference(word) {
                return MASK.to_owned();
            }
            if Url::parse(word).is_ok_and(|url| url.has_host()) {
                return if url_holds_secret(word) { url(word) } else { word.clone() };
            }
            match word.split_once('=') {
                Some((name, value)) if is_secret(name, value) => format!("{name}={MASK}"),
                None if is_random(word) => MASK.to_owned(),
                _ => word.clone(),
            }
        })
        .collect()
}

/// The URL without user information, query and fragment.
pub(crate) fn url(text: &str) -> String {
    Url::parse(text).map_or_else(|_| MASK.to_owned(), |url| display_url(&url))
}

/// Whether the parts that [`url`] removes hold a secret.
pub(crate) fn url_holds_secret(text: &str) -> bool {
    Url::parse(text)
        .is_ok_and(|url| url.password().is_some() || url.query_pairs().any(|(name, value)| is_secret(&name, &value)))
}

fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("key") || SECRET_WORDS.iter().any(|word| name.contains(word))
}

fn is_reference(value: &str) -> bool {
    let placeholder = value.strip_prefix("Bearer ").unwrap_or(value);
    (placeholder.starts_with("${") || placeholder.starts_with("{{") || placeholder.starts_with('<'))
        && placeholder.ends_with(['}', '>'])
        || placeholder.starts_with('$') && placeholder[1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Letters and digits mixed without a word's structure: 20 characters or more, at least 3.5 bits per character.
fn is_random(value: &str) -> bool {
    let bare = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+/=".contains(&b));
    let mixed = value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic());
    let path_or_package =
        value.contains('/') || value.starts_with('@') || value.contains("==") || value.starts_with('-');
    value.len() >= 20 && bare && mixed && !path_or_package && entropy(value) >= 3.5
}

/// Shannon entropy in bits per byte.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    value.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    #[expect(clippy::cast_precision_loss, reason = "configuration values are far shorter than 2^52 bytes")]
    let length = value.len() as f64;
    counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_no_secrets() {
        for reference in ["${TOKEN}", "$TOKEN", "Bearer ${env:TOKEN}", "{{token}}", "<your-token>", ""] {
            assert!(!is_secret("API_TOKEN", reference), "{reference}");
        }
        assert!(is_secret("API_TOKEN", "hunter2"));
        assert!(!is_secret("LOG_LEVEL", "debug"));
    }

    #[test]
    fn ordinary_arguments_stay() {
        let words = [
            "npx",
            "-y",
            "@modelcontextprotocol/server-filesystem@2026.8.31",
            "/home/me/projects/app2",
            "--port",
            "8080",
        ];
        let words = words.map(str::to_owned).to_vec();
        assert_eq!(command(&words), words);
    }
}
