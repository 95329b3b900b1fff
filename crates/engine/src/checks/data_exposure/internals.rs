//! Recognises internals of a server in its errors: stack traces, source paths, SQL, debug pages.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Internals in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Internals {
    /// `debug-page`, `stack-trace`, `sql`, `source-path`.
    pub(crate) kind: &'static str,
    /// Where.
    pub(crate) matched: Range<usize>,
}

/// In order of weight: the first kind that matches names the finding.
static PATTERNS: LazyLock<[(&str, Regex); 4]> = LazyLock::new(|| {
    let pattern = |alternatives: &[&str]| Regex::new(&alternatives.join("|")).expect("a constant pattern is valid");
    [
        (
            "debug-page",
            pattern(&[
                r"(?i)__debugger__=yes|Werkzeug Debugger|<title>[^<]*// Werkzeug",
                r"You're seeing this error because you have <code>DEBUG = True|Django Version:",
                r"Whoops, looks like something went wrong|Whoops! There was an error",
                r"Action Controller: Exception caught|Web Console|BetterErrors",
                r"Server Error in '[^']*' Application\.",
            ]),
        ),
        (
            "stack-trace",
            pattern(&[
                r"Traceback \(most recent call last\)",
                r#"File \\?"[^"\\\n]+\.pyx?\\?", line \d+"#,
                r"\bat [^\n]*[(\s](?:file://|node:|webpack:|/|[A-Za-z]:\\)[^\n)]+:\d+:\d+\)?",
                r"\bat [\w.$<>]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)",
                r"Exception in thread \x22",
                r"goroutine \d+ \[[a-z ]+\]:|\bpanic: [^\n]+|thread '[^']*' (?:\(\d+\) )?panicked at",
                r"\bat [\w.`<>\[\], ]+\([^)\n]*\) in [^\n]+:line \d+",
                r"(?:PHP )?(?:Fatal error|Warning|Parse error):[^\n]+ in [^\n]+\.php(?: on line |:)\d+",
                r"[\w/.-]+\.rb:\d+:in [`']",
            ]),
        ),
        (
            "sql",
            pattern(&[
                r"\bSQLSTATE\[|\bSQLITE_[A-Z]{3,}|\bORA-\d{5}\b|\bsqlite3\.\w*Error\b|\bpsycopg\d?\.|\bsqlalchemy\.exc\b|\basyncpg\.exceptions\b",
                r"You have an error in your SQL syntax|syntax error at or near \W|near \W{1,2}\S*: syntax error|no such (?:table|column): \w+|unrecognized token: \W",
                r#"(?i)\bselect\s+(?:\*|[\w.",\s]+?)\s+from\s+[\w."]+\s+where\b|\binsert\s+into\s+[\w."]+\s*\([^)]+\)\s*values\b"#,
            ]),
        ),
        (
            "source-path",
            pattern(&[
                r"(?:/(?:home|usr|opt|srv|var|app|Users|root|code|workspace|build)/[\w.@/-]+|\b[A-Za-z]:\\[\w.\\ -]+)\.(?:py|m?js|cjs|ts|go|rs|java|rb|php|cs|kt)\b(?::\d+)?",
                r"\bnode_modules/|\bsite-packages/",
            ]),
        ),
    ]
});

/// The weightiest internals in a text.
pub(crate) fn scan(text: &str) -> Option<Internals> {
    PATTERNS
        .iter()
        .find_map(|(kind, pattern)| pattern.find(text).map(|found| Internals { kind, matched: found.range() }))
}

#[cfg(test)]
mod tests {
    use super::*;

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
