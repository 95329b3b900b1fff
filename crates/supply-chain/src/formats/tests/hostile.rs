//! Arbitrary and hostile bytes under every name: an answer or a problem, never a panic, and no end of time or memory.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::{FORMATS, FileName};
use crate::resolve;

/// A file name of each format.
fn names() -> Vec<String> {
    FORMATS
        .iter()
        .map(|format| match format.file_name {
            FileName::Is(name) => name.to_owned(),
            FileName::Like(start, end) => format!("{start}{end}"),
        })
        .collect()
}

/// Pieces that the formats are made of, so that chance gets beyond the first byte.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\n",
    "  ",
    "=",
    "(",
    ")",
    "packages",
    "dependencies",
    "version",
    "\"1.0.0\"",
    "node_modules/",
    "@",
    "/",
    "[[package]]\n",
    "name = \"a\"\n",
    "require (",
    "==1.0",
    "-r ",
    "\\\n",
    "- ",
    "&a",
    "*a",
    "<project>",
    "<dependency>",
    "</",
    ">",
    "FROM ",
    "image: ",
    "lockfileVersion",
    "\u{feff}",
    "\u{0}",
    "ä",
    "${HOME}",
    "https://u:p@h/",
    "GEM\n",
    "    a (1.0)\n",
    "importers",
    "resolution",
    "9223372036854775808",
    "1e999",
    "^",
    "~>",
    ";",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_makes_a_parser_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60),
        noise in any::<Vec<u8>>(),
    ) {
        let noise = String::from_utf8_lossy(&noise).into_owned();
        for name in names() {
            resolve([(name.as_str(), pieces.concat())]);
            resolve([(name.as_str(), noise.clone())]);
            resolve([(name.as_str(), format!("{}{noise}", pieces.concat()))]);
        }
    }
}

#[test]
fn names_that_end_in_a_separator_are_no_requirements() {
    for text in ["importers-", "a- [b]", "a[-]", "-", "a @ ${HOME}", "a==1; x=='${HOME}'"] {
        let resolved = resolve([("requirements.txt", text)]);
        let home = std::env::var("HOME").unwrap_or_else(|_| "/".to_owned());
        assert!(home.len() < 2 || !format!("{resolved:?}").contains(&home), "{text}: our environment shows");
    }
    assert_eq!(resolve([("requirements.txt", "importers-")]).problems.len(), 1);
}

#[test]
fn depth_and_repetition_are_bounded() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    let texts = [
        deep("[", "]"),
        deep("{\"dependencies\":", "}"),
        deep("a = [", "]"),
        deep("<a>", "</a>"),
        deep("- ", "\n"),
        "a: &a [x]\n".to_owned() + &"b: [*a, *a, *a]\n".repeat(20_000),
        format!("{{\"packages\":{{\"{}\":{{}}}}}}", "a/".repeat(100_000)),
        "-r requirements.txt\n".repeat(10_000),
    ];
    for name in names() {
        for text in &texts {
            let started = Instant::now();
            resolve([(name.as_str(), text.as_str())]);
            assert!(started.elapsed() < Duration::from_secs(20), "{name}: {text:.40}");
        }
    }
}

#[test]
fn errors_hold_nothing_of_the_text() {
    let secret = "ghp_hunter2hunter2hunter2";
    for name in names() {
        for text in [
            secret.to_owned(),
            format!("{{\"dependencies\": \"{secret}\"}}"),
            format!("{{\"packages\": [\"{secret}\"]}}"),
            format!("package = \"{secret}\"\n"),
            format!("packages: {secret}\n"),
            format!("--index-url https://{secret}@host.example/simple\n"),
            format!("registry=https://x:{secret}@host.example/\n"),
        ] {
            let resolved = resolve([(name.as_str(), text.as_str())]);
            assert!(
                !format!("{:?} {:?}", resolved.problems, resolved.indexes).contains(secret),
                "{name}: {resolved:?}"
            );
        }
    }
}
