//! Manifests without their secrets, before they are kept. What resolvers read of them stays, and each line keeps its number.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Stands for a secret. A plain word, so that JSON, TOML, YAML and XML stay what they are.
const MASK: &str = "masked";
/// What stands in the names of parameters that hold secrets.
const SECRET_NAMES: [&str; 8] = ["token", "key", "secret", "pass", "pwd", "auth", "sig", "credential"];
/// Length from which a part of a path may be the token of a hosted registry.
const SHORTEST_TOKEN: usize = 16;

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s"'`<>\\]+"#).expect("a fixed pattern"));

/// The text of a manifest or lock file, without secrets.
pub(crate) fn without_secrets(path: &str, text: &str) -> String {
    let is_npmrc = path.rsplit('/').next() == Some(".npmrc");
    let text = if is_npmrc { Cow::Owned(registries_of(text)) } else { Cow::Borrowed(text) };
    let text = ADDRESS.replace_all(&text, |found: &Captures<'_>| address(&found[0]));
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for hit in detect::secret::scan(&text) {
        let value = &text[hit.matched.clone()];
        if is_digest(&text[..hit.matched.start], value) {
            continue;
        }
        masked.push_str(&text[at..hit.matched.start]);
        masked.push_str(MASK);
        // A private key has many lines; what follows it must not move up.
        masked.extend(value.chars().filter(|letter| *letter == '\n'));
        at = hit.matched.end;
    }
    masked.push_str(&text[at..]);
    masked
}

/// Only the lines of an `.npmrc` that name registries; the others hold passwords, and no check reads them.
fn registries_of(text: &str) -> String {
    let is_read =
        |key: &str| key == "registry" || key == "strict-ssl" || key.starts_with('@') && key.ends_with(":registry");
    let lines = text.lines().map(|line| match line.split_once('=') {
        Some((key, _)) if is_read(key.trim()) => line,
        _ => "",
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An address without user information, and without what looks like a secret in its path and its query.
fn address(found: &str) -> String {
    let (scheme, rest) = found.split_once("://").unwrap_or(("", found));
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(authority_end);
    let host = match authority.rsplit_once('@') {
        // That of ssh is the same for everybody.
        Some((user, host)) if user != "git" => host,
        _ => authority,
    };
    let (rest, fragment) = rest.find('#').map_or((rest, ""), |at| rest.split_at(at));
    let (path, query) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
    let path: Vec<&str> = path.split('/').map(|part| if is_token(part) { MASK } else { part }).collect();
    let query: Vec<Cow<'_, str>> = query.split('&').map(parameter).collect();
    format!("{scheme}://{host}{}{}{fragment}", path.join("/"), query.join("&"))
}

fn parameter(text: &str) -> Cow<'_, str> {
    match text.split_once('=') {
        Some((name, _)) if SECRET_NAMES.iter().any(|word| name.to_ascii_lowercase().contains(word)) => {
            format!("{name}={MASK}").into()
        }
        _ => text.into(),
    }
}

/// Small and capital letters and digits in one long word: hosted registries have their tokens in the path. Names of packages
/// have no capitals, and digests no mixture of both.
fn is_token(part: &str) -> bool {
    let has = |is: fn(&u8) -> bool| part.as_bytes().iter().any(is);
    part.len() >= SHORTEST_TOKEN
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
}

/// Whether it is the digest of a content, which opens nothing and which lock files are full of.
fn is_digest(before: &str, value: &str) -> bool {
    const ALGORITHMS: [&str; 5] = ["sha1", "sha256", "sha384", "sha512", "h1"];
    let before = before.trim_end_matches(['-', ':', '=']);
    ALGORITHMS.iter().any(|algorithm| value.starts_with(algorithm) || before.ends_with(algorithm))
}

#[cfg(test)]
mod tests {
    use supply_chain::resolve;

    use super::*;

    const TOKEN: &str = "ghp_J9sbMrD0p3q1TnV5uW7xYz2AcEgIkMoQaB12";

    #[test]
    fn secrets_leave_and_lines_stay() {
        for (path, text, expected) in [
            (
                "a/.npmrc",
                "//r.example/:_authToken=hunter2\nregistry=https://ada:hunter2@r.example/\nemail=a@b.example\n",
                "\nregistry=https://r.example/\n",
            ),
            (
                "requirements.txt",
                "--index-url https://hunter2@r.example/aB3dE5gH7jK9mN1p/simple?api_key=hunter2&x=1#a\nrequests==2.0\n",
                "--index-url https://r.example/masked/simple?api_key=masked&x=1#a\nrequests==2.0\n",
            ),
            ("package.json", &format!("{{\"x\": \"{TOKEN}\"}}"), "{\"x\": \"masked\"}"),
            ("pom.xml", "<url>https://a:b@r.example/x</url>", "<url>https://r.example/x</url>"),
        ] {
            assert_eq!(without_secrets(path, text).trim_end(), expected.trim_end(), "{path}");
        }
    }

    /// A lock file with all that could be mistaken for a secret.
    #[test]
    fn what_lock_files_say_stays() {
        let npm = r#"{ "lockfileVersion": 3, "packages": { "": { "dependencies": { "js-tokens": "^4.0.0", "own": "git+ssh://git@host.example/a/b.git" } },
            "node_modules/js-tokens": { "version": "4.0.0", "resolved": "https://registry.npmjs.org/js-tokens/-/js-tokens-4.0.0.tgz",
                "integrity": "sha512-RdJUflcE3cUzKiMqQgsCu06FPu9UdIJO0beYbPhHN4k6apgJtifcoCtT9bcxOpYBtpD2kCM6Sbzg4CausW/PKQ==" },
            "node_modules/own": { "version": "1.0.0", "resolved": "git+ssh://git@host.example/a/b.git#0123456789abcdef0123456789abcdef01234567" } } }"#;
        let cargo = "version = 4\n\n[[package]]\nname = \"token\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"6c6e1fcd7f7b3e1cbf1a5e8d7b6bd7a9a9d0a4d7b6f1c1a3a1b7d3e8f9a0b1c2\"\n";
        let go = "module example.com/m\n\nrequire example.com/token v1.2.3\n";
        let sums = "example.com/token v1.2.3 h1:X6jPk2XyMVRHcEL8MqLIWEfNaTkhrYIFNf9Rrd1Kh8s=\n";
        let pip = "token==1.0 --hash=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n";
        let files = [
            ("package-lock.json", npm),
            ("Cargo.lock", cargo),
            ("go.mod", go),
            ("go.sum", sums),
            ("requirements.txt", pip),
        ];
        let kept = files.map(|(path, text)| (path, without_secrets(path, text)));
        let resolved = resolve(files);
        assert_eq!(resolve(kept), resolved);
        assert!(resolved.problems.is_empty() && resolved.packages.len() >= 5, "{resolved:?}");
    }

    #[test]
    fn real_lock_files_say_the_same() {
        for (path, text) in [
            ("package-lock.json", include_str!("../../../tests/node/package-lock.json")),
            ("Cargo.lock", include_str!("../../../Cargo.lock")),
        ] {
            let kept = without_secrets(path, text);
            assert!(resolve([(path, text)]).packages.len() > 50, "{path} names no packages");
            assert_eq!(resolve([(path, kept)]), resolve([(path, text)]), "{path}");
        }
    }
}
