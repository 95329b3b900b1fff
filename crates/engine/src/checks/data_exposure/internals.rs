//! Recognises internals of a server in its errors: stack traces, source paths, SQL, debug pages.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use detect::mentions_any;

/// Internals in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Internals {
    /// `debug-page`, `stack-trace`, `sql`, `source-path`.
    pub(crate) kind: &'static str,
    /// Where.
    pub(crate) matched: Range<usize>,
}

/// A kind of internals.
struct Kind {
    name: &'static str,
    /// What it looks like.
    patterns: &'static [&'static str],
    /// Words of which each of its patterns holds one.
    words: &'static [&'static str],
    /// Its patterns as one, compiled for the first text that holds a word.
    regex: OnceLock<Regex>,
}

impl Kind {
    const fn new(name: &'static str, words: &'static [&'static str], patterns: &'static [&'static str]) -> Self {
        Self { name, patterns, words, regex: OnceLock::new() }
    }

    fn find(&self, text: &str) -> Option<Internals> {
        if !mentions_any(text, self.words) {
            return None;
        }
        let compile = || Regex::new(&self.patterns.join("|")).expect("a constant pattern is valid");
        let found = self.regex.get_or_init(compile).find(text)?;
        Some(Internals { kind: self.name, matched: found.range() })
    }
}

/// In order of weight: the first kind that matches names the finding.
static KINDS: [Kind; 4] = [
    Kind::new(
        "debug-page",
        &[
            "__debugger__=",
            "werkzeug",
            "debug = true",
            "django version:",
            "whoops",
            "action controller:",
            "web console",
            "bettererrors",
            "server error in '",
        ],
        &[
            r"(?i)__debugger__=yes|Werkzeug Debugger|<title>[^<]*// Werkzeug",
            r"You're seeing this error because you have <code>DEBUG = True|Django Version:",
            r"Whoops, looks like something went wrong|Whoops! There was an error",
            r"Action Controller: Exception caught|Web Console|BetterErrors",
            r"Server Error in '[^']*' Application\.",
        ],
    ),
    Kind::new(
        "stack-trace",
        &[
            "traceback (",
            ", line ",
            "/",
            "node:",
            "webpack:",
            ":\\",
            ".java:",
            ".kt:",
            ".scala:",
            ".groovy:",
            "exception in thread ",
            "goroutine ",
            "panic: ",
            "panicked at",
            ":line ",
            ".php",
            ".rb:",
        ],
        &[
            r"Traceback \(most recent call last\)",
            r#"File \\?"[^"\\\n]+\.pyx?\\?", line \d+"#,
            r"\bat [^\n]*[(\s](?:file://|node:|webpack:|/|[A-Za-z]:\\)[^\n)]+:\d+:\d+\)?",
            r"\bat [\w.$<>]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)",
            r"Exception in thread \x22",
            r"goroutine \d+ \[[a-z ]+\]:|\bpanic: [^\n]+|thread '[^']*' (?:\(\d+\) )?panicked at",
            r"\bat [\w.`<>\[\], ]+\([^)\n]*\) in [^\n]+:line \d+",
            r"(?:PHP )?(?:Fatal error|Warning|Parse error):[^\n]+ in [^\n]+\.php(?: on line |:)\d+",
            r"[\w/.-]+\.rb:\d+:in [`']",
        ],
    ),
    Kind::new(
        "sql",
        &[
            "sqlstate[",
            "sqlite",
            "ora-",
            "psycopg",
            "sqlalchemy",
            "asyncpg",
            "sql syntax",
            "syntax error",
            "no such table: ",
            "no such column: ",
            "unrecognized token: ",
            "select",
            "insert",
        ],
        &[
            r"\bSQLSTATE\[|\bSQLITE_[A-Z]{3,}|\bORA-\d{5}\b|\bsqlite3\.\w*Error\b|\bpsycopg\d?\.|\bsqlalchemy\.exc\b|\basyncpg\.exceptions\b",
            r"You have an error in your SQL syntax|syntax error at or near \W|near \W{1,2}\S*: syntax error|no such (?:table|column): \w+|unrecognized token: \W",
            r#"(?i)\bselect\s+(?:\*|[\w.",\s]+?)\s+from\s+[\w."]+\s+where\b|\binsert\s+into\s+[\w."]+\s*\([^)]+\)\s*values\b"#,
        ],
    ),
    Kind::new(
        "source-path",
        &[
            ".py",
            ".js",
            ".mjs",
            ".cjs",
            ".ts",
            ".go",
            ".rs",
            ".java",
            ".rb",
            ".php",
            ".cs",
            ".kt",
            "node_modules/",
            "site-packages/",
        ],
        &[
            r"(?:/(?:home|usr|opt|srv|var|app|Users|root|code|workspace|build)/[\w.@/-]+|\b[A-Za-z]:\\[\w.\\ -]+)\.(?:py|m?js|cjs|ts|go|rs|java|rb|php|cs|kt)\b(?::\d+)?",
            r"\bnode_modules/|\bsite-packages/",
        ],
    ),
];

/// The weightiest internals in a text.
pub(crate) fn scan(text: &str) -> Option<Internals> {
    KINDS.iter().find_map(|kind| kind.find(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use detect::testing::assert_demanded;

    #[test]
    fn every_pattern_holds_a_word() {
        for kind in &KINDS {
            assert_demanded(&kind.patterns.join("|"), kind.words);
        }
    }

    #[test]
    fn internals_are_named_and_plain_errors_are_not() {
        let cases = [
            ("Traceback (most recent call last):\n ...", Some("stack-trace")),
            ("Error: x\n    at handler (/srv/app/index.js:10:5)", Some("stack-trace")),
            ("at com.acme.Tool.call(Tool.java:42)", Some("stack-trace")),
            ("thread 'main' panicked at src/main.rs:3:5", Some("stack-trace")),
            ("sqlite3.OperationalError: no such table: users", Some("sql")),
            ("failed: SELECT id, name FROM users WHERE id = 'x'", Some("sql")),
            ("cannot load /srv/app/tools/weather.py", Some("source-path")),
            ("<title>ValueError // Werkzeug Debugger</title>", Some("debug-page")),
            ("missing required argument: city", None),
            ("select a city from the list where possible", None),
            ("file not found: /data/report.txt", None),
            ("expected string at position 3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(scan(text).map(|hit| hit.kind), expected, "{text}");
        }
    }
}
