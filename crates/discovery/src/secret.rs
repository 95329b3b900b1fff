//! What must not leave: values that are or look like secrets, by their name, their format or their randomness.

use contracts::api::scans::{FoundSecret, SecretPlace};
use contracts::audit::display_url;
use detect::secret::{begins_like, entropy};
use url::Url;

use crate::reference;

/// What stands in place of a secret.
pub(crate) const MASK: &str = "<masked>";

const SECRET_WORDS: &[&str] =
    &["token", "secret", "password", "passwd", "passphrase", "apikey", "credential", "private", "authorization"];

/// Names that hold such a word and no secret: limits, places, identifiers.
const HARMLESS_ENDINGS: &[&str] = &[
    "url", "uri", "host", "id", "name", "file", "path", "dir", "limit", "type", "mode", "tokens", "enabled", "ttl",
    "expiry",
];

/// The secret in a named value, if it holds one. A reference such as `${TOKEN}` is none.
pub(crate) fn of_value(place: SecretPlace, name: &str, value: &str) -> Option<FoundSecret> {
    let literal = reference::literal(value);
    let credentials = if place == SecretPlace::Header { is_credential_header(name) } else { names_secret(name) };
    let suspicious = credentials && !is_setting(&literal)
        || literal.split(|c: char| c.is_whitespace() || "\"'`,;".contains(c)).any(is_secret_alone)
        || Url::parse(&literal).is_ok_and(|url| !of_url(&url).is_empty());
    suspicious.then(|| found(place, Some(name), &literal))
}

/// The secrets in a launch command, and the command without them.
pub(crate) fn of_command(command: &[String]) -> (Vec<String>, Vec<FoundSecret>) {
    let mut secrets = Vec::new();
    let mut option: Option<&str> = None;
    let shown = command
        .iter()
        .map(|word| {
            let before = option.take();
            if is_option(word) {
                option = Some(word);
                return word.clone();
            }
            masked(word, before, &mut secrets)
        })
        .collect();
    (shown, secrets)
}

/// Whether a word names an option. A private key begins with a dash as well, and is the value of one.
fn is_option(word: &str) -> bool {
    word.starts_with('-')
        && !word.contains(|c: char| c.is_whitespace() || "=:".contains(c))
        && !is_secret_alone(word.trim_start_matches('-'))
}

/// Whether a text holds a private key as RFC 7468 writes it. Its lines, one by one, need not look like secrets.
fn holds_private_key(text: &str) -> bool {
    text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----")
}

/// One word of a command, or a whole command line that a shell gets.
fn masked(word: &str, option: Option<&str>, secrets: &mut Vec<FoundSecret>) -> String {
    if let Some(option) = option.filter(|option| names_secret(option)) {
        let literal = reference::literal(word);
        if !is_setting(&literal) {
            secrets.push(found(SecretPlace::Argument, Some(option), &literal));
            return MASK.to_owned();
        }
    }
    if holds_private_key(word) {
        secrets.push(found(SecretPlace::Argument, option, word));
        return MASK.to_owned();
    }
    if let Ok(address) = Url::parse(word)
        && address.has_host()
    {
        let in_url = of_url(&address);
        let shown = if in_url.is_empty() { word.to_owned() } else { url(word) };
        secrets.extend(in_url.into_iter().map(|secret| FoundSecret { place: SecretPlace::Argument, ..secret }));
        return shown;
    }
    // `NAME=value`, and `Name: value` as bridges take headers.
    if let Some((name, separator, value)) = named(word)
        && let Some(secret) = of_value(place_of(separator), name, value)
    {
        secrets.push(FoundSecret { place: SecretPlace::Argument, ..secret });
        return format!("{}{separator}{MASK}", printable(name));
    }
    if word.contains(char::is_whitespace) {
        let words: Vec<String> = word.split_whitespace().map(str::to_owned).collect();
        let (shown, inside) = of_command(&words);
        let unchanged = inside.is_empty();
        secrets.extend(inside);
        return if unchanged { word.to_owned() } else { shown.join(" ") };
    }
    if let Some(secret) = inside(word) {
        secrets.push(found(SecretPlace::Argument, None, &secret));
        return MASK.to_owned();
    }
    word.to_owned()
}

/// A secret among the parts of a word: `{"token":"…"}`, `${TOKEN:-…}`. Paths are left alone: their parts are often random.
fn inside(word: &str) -> Option<String> {
    if word.starts_with(['/', '~', '.']) || word.contains(['\\', '@']) && !word.contains(['"', '\'']) {
        return None;
    }
    let literal = reference::literal(word);
    let parts = literal.split(|c: char| c.is_whitespace() || "\"'`{}[]()<>,;&|".contains(c));
    // A digest says what is meant and opens nothing.
    let values = parts
        .filter(|part| !part.contains("sha256:"))
        .filter_map(|part| part.rsplit([':', '=']).find(|part| !part.is_empty()));
    values.into_iter().find(|value| is_secret_alone(value)).map(str::to_owned)
}

fn place_of(separator: char) -> SecretPlace {
    if separator == ':' { SecretPlace::Header } else { SecretPlace::Argument }
}

fn named(word: &str) -> Option<(&str, char, &str)> {
    let at = word.find(['=', ':'])?;
    let (name, value) = (&word[..at], &word[at + 1..]);
    let separator = if word.as_bytes()[at] == b'=' { '=' } else { ':' };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    is_name.then_some((name, separator, value))
}

/// The secrets in a URL: user information, parameters, fragment and segments of the path that look random.
pub(crate) fn of_url(url: &Url) -> Vec<FoundSecret> {
    let password = url.password().filter(|password| !reference::literal(&decoded(password)).is_empty());
    let user = (!url.username().is_empty()).then(|| url.username()).filter(|user| is_secret_alone(user));
    let in_authority = password.or(user).map(|secret| found(SecretPlace::Url, None, secret));
    let parameters = url.query_pairs().filter_map(|(name, value)| of_value_without_url(&name, &value));
    let segments = url.path_segments().into_iter().flatten().map(|segment| segment.trim_start_matches('@'));
    let in_path =
        segments.filter(|segment| is_secret_alone(segment)).map(|segment| found(SecretPlace::Url, None, segment));
    let fragment = url.fragment().filter(|fragment| fragment.split(['=', '&']).any(is_secret_alone));
    let in_fragment = fragment.map(|fragment| found(SecretPlace::Url, None, fragment));
    in_authority.into_iter().chain(parameters).chain(in_path).chain(in_fragment).collect()
}

/// As [`of_value`], but looks into no URL inside the URL: a hostile one would nest without end.
fn of_value_without_url(name: &str, value: &str) -> Option<FoundSecret> {
    let literal = reference::literal(value);
    let suspicious = names_secret(name) && !is_setting(&literal) || is_secret_alone(&literal);
    suspicious.then(|| found(SecretPlace::Url, Some(name), &literal))
}

/// The URL without user information, query and fragment, and without segments that look like secrets.
pub(crate) fn url(text: &str) -> String {
    let Ok(url) = Url::parse(text) else {
        // `${BASE}/mcp` is no URL before the client fills it in.
        return if text.contains(['$', '{', '<', '%'])
            && !text.contains(['@', '?', '#'])
            && of_command(&[text.to_owned()]).1.is_empty()
        {
            printable(text)
        } else {
            MASK.to_owned()
        };
    };
    let shown = display_url(&url);
    shown
        .split('/')
        .map(|part| if is_secret_alone(part.trim_start_matches('@')) { MASK } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

/// Names come from a file that an attacker may have written: bounded, without control characters, and no secret in the
/// place of a name.
pub(crate) fn printable(name: &str) -> String {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    let mut words = shown.split(|c: char| c.is_whitespace() || "=:,;\"'".contains(c));
    if holds_private_key(name) || words.any(is_secret_alone) { MASK.to_owned() } else { shown }
}

fn found(place: SecretPlace, name: Option<&str>, value: &str) -> FoundSecret {
    let known = begins_like(value);
    let beginning = known.and_then(|(_, public)| value.get(..public)).unwrap_or_default();
    FoundSecret {
        place,
        name: name.map(printable),
        secret_type: known.map_or("secret", |(kind, _)| kind).to_owned(),
        masked: format!("{beginning}… ({} characters)", value.chars().count()),
    }
}

fn names_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase().replace(['-', '.'], "_");
    let last = lower.rsplit('_').next().unwrap_or_default();
    !HARMLESS_ENDINGS.contains(&last)
        && (lower.ends_with("key")
            || lower == "auth"
            || last == "auth"
            || last == "pat"
            || last == "pwd"
            || SECRET_WORDS.iter().any(|word| lower.contains(word)))
}

fn is_credential_header(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    names_secret(name) || lower == "cookie" || lower.ends_with("-auth")
}

/// A value that even a name like `token` makes no secret: nothing, a number, a switch, a path.
fn is_setting(value: &str) -> bool {
    value.is_empty()
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "none" | "null" | "oauth" | "bearer" | "basic" | "auto"
        )
        || value.starts_with(['/', '~', '.'])
        || value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is a secret whatever its name: by the beginning of its format, or by its randomness.
fn is_secret_alone(word: &str) -> bool {
    begins_like(word).is_some() || is_random(word)
}

/// Letters and digits mixed without a word's structure: 20 characters or more, at least 3.5 bits per character.
fn is_random(value: &str) -> bool {
    let bare = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+=".contains(&b));
    let mixed = value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic());
    let option_or_version = value.contains("==") || value.starts_with('-');
    value.len() >= 20 && bare && mixed && !option_or_version && longest_run(value) >= 16 && entropy(value) >= 3.5
}

/// The longest run of letters and digits that holds both: names such as `server-filesystem-v2` have short ones. A UUID counts
/// as one run.
fn longest_run(value: &str) -> usize {
    let hexadecimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = value.split(['-', '.']).collect();
    if let [a, b, c, d, e] = parts[..]
        && [a.len(), b.len(), c.len(), d.len(), e.len()] == [8, 4, 4, 4, 12]
        && parts.iter().all(|part| hexadecimal(part))
    {
        return value.len();
    }
    let mixed = |run: &&str| run.bytes().any(|b| b.is_ascii_digit()) && run.bytes().any(|b| b.is_ascii_alphabetic());
    value.split(['-', '_', '.', '+', '=']).filter(mixed).map(str::len).max().unwrap_or_default()
}

fn decoded(text: &str) -> String {
    url::form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &[&str]) -> Vec<String> {
        line.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn references_and_settings_are_no_secrets() {
        for value in ["${TOKEN}", "Bearer ${env:TOKEN}", "<your-token>", "", "true", "4096", "/run/secrets/token"] {
            assert_eq!(of_value(SecretPlace::Environment, "API_TOKEN", value), None, "{value}");
        }
        for (name, value) in [
            ("LOG_LEVEL", "debug"),
            ("MAX_TOKENS", "4096"),
            ("TOKEN_URL", "https://a.example/token"),
            ("MONKEY_ID", "7"),
        ] {
            assert_eq!(of_value(SecretPlace::Environment, name, value), None, "{name}");
        }
        let found = of_value(SecretPlace::Environment, "API_TOKEN", "hunter2").expect("a secret");
        assert_eq!((found.secret_type.as_str(), found.masked.as_str()), ("secret", "… (7 characters)"));
    }

    #[test]
    fn a_known_format_needs_no_name() {
        let token = ["ghp_", "0123456789", "abcdefghijABCDEFGHIJ", "012345"].concat();
        let found = of_value(SecretPlace::Environment, "NOTE", &token).expect("a secret");
        assert_eq!((found.secret_type.as_str(), found.masked.as_str()), ("github-token", "ghp_… (40 characters)"));
    }

    #[test]
    fn ordinary_arguments_stay() {
        let line = words(&[
            "npx",
            "-y",
            "@modelcontextprotocol/server-filesystem@2026.8.31",
            "/home/me/projects/app2",
            "--port",
            "8080",
            "--token-limit=4096",
            "acme/mcp@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "https://mcp.example.com/v1/mcp",
            r"C:\Users\me\server.js",
            "/nix/store/0c1k2d3v4n5a6p7q8r9s0f1g2h3i4j5k-acme/bin/acme",
        ]);
        assert_eq!(of_command(&line), (line, Vec::new()));
    }

    #[test]
    fn secrets_of_every_form_leave_a_command() {
        let secret = ["s3cr3t", "Value", "0123456789abcdef"].concat();
        let lines = [
            words(&["a", "--token", &secret]),
            words(&["a", &format!("--api-key={secret}")]),
            words(&["a", "--header", &format!("Authorization: Bearer {secret}")]),
            words(&["docker", "run", "-e", &format!("TOKEN={secret}"), "acme/mcp"]),
            words(&["sh", "-c", &format!("export TOKEN={secret}; npx acme")]),
            words(&["sh", "-c", &format!("curl -H 'Authorization: Bearer {secret}' https://a.example")]),
            words(&["a", &format!("postgresql://me:{secret}@db.example/app")]),
            words(&["a", &format!("https://a.example/{secret}/sse?token={secret}#{secret}")]),
            words(&["a", &secret]),
            words(&["a", "--token", &format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----")]),
            words(&["a", &format!("-----BEGIN EC PRIVATE KEY-----\nAB{secret}\nQ==\n-----END EC PRIVATE KEY-----")]),
            words(&["a", &format!("${{TOKEN:-{secret}}}")]),
            words(&["a", &format!("{{\"token\":\"{secret}\"}}")]),
        ];
        for line in lines {
            let (shown, secrets) = of_command(&line);
            assert!(!shown.join(" ").contains(&secret), "{shown:?}");
            assert!(!secrets.is_empty(), "{line:?}");
            assert!(!format!("{secrets:?}").contains(&secret), "{secrets:?}");
        }
    }

    #[test]
    fn urls_keep_what_is_public() {
        assert_eq!(url("https://u:p@wiki.example/mcp?key=1"), "https://wiki.example/mcp");
        assert_eq!(url("${BASE}/mcp"), "${BASE}/mcp");
        assert_eq!(
            url("https://a.example/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/mcp"),
            format!("https://a.example/{MASK}/mcp")
        );
    }
}
