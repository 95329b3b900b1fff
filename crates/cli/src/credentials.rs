//! Headers with credentials: from the command line, from the environment, or from a file.

use std::convert::Infallible;
use std::fs;
use std::str::FromStr;

use engine::Headers;
use secrecy::{ExposeSecret as _, SecretString};

/// A header as it was given: `Name: value`, or `@FILE`. It is read after the command line is understood, because what is
/// said about a malformed argument repeats it.
#[derive(Debug, Clone)]
pub(crate) struct Header(SecretString);

impl FromStr for Header {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.into()))
    }
}

/// Reads the headers of an option. The error names the option and never a value.
pub(crate) fn read(headers: &[Header], option: &str) -> Result<Headers, String> {
    let mut read = Headers::new();
    for Header(given) in headers {
        let text = given.expose_secret();
        let lines = match text.strip_prefix('@') {
            Some(file) => SecretString::from(
                fs::read_to_string(file).map_err(|error| format!("`{option}`: cannot read {file}: {error}"))?,
            ),
            None => given.clone(),
        };
        for line in lines.expose_secret().lines().filter(|line| !line.trim().is_empty()) {
            read.push(header(line).map_err(|reason| format!("`{option}`: {reason}"))?);
        }
    }
    Ok(read)
}

fn header(line: &str) -> Result<(String, SecretString), &'static str> {
    let (name, value) = line.split_once(':').ok_or("write it as 'Name: value', or as @FILE with one per line")?;
    let (name, value) = (name.trim(), value.trim());
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        return Err("what is before the colon is no header name");
    }
    if value.is_empty() || value.chars().any(char::is_control) {
        return Err("the value is empty or holds control characters");
    }
    Ok((name.to_owned(), value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Result<Headers, String> {
        read(&[text.parse().expect("any text")], "--credential2")
    }

    #[test]
    fn headers_come_from_arguments_and_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("headers");
        fs::write(&file, "Authorization: Bearer b\n\nX-Tenant: two\n").expect("written");
        let shown = |headers: Headers| -> Vec<String> {
            headers.iter().map(|(name, value)| format!("{name}={}", value.expose_secret())).collect()
        };
        assert_eq!(shown(given("X-Key:  a:b ").expect("a header")), ["X-Key=a:b"]);
        let from_file = given(&format!("@{}", file.display())).expect("headers");
        assert_eq!(shown(from_file), ["Authorization=Bearer b", "X-Tenant=two"]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        for (text, expected) in [
            ("topsecret", "Name: value"),
            ("X Key: topsecret", "no header name"),
            ("X-Key:", "is empty"),
            ("X-Key: top\u{1}secret", "control characters"),
            ("@/there/is/no/such/file", "cannot read"),
        ] {
            let error = given(text).expect_err(text);
            assert!(error.contains(expected) && error.contains("--credential2"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
