//! Proof files: files of the operating system that everybody may read and that hold no personal data. Whoever returns one
//! reads outside of the folder that it is meant for.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What proof files look like: two of the lines of `os-release`, the sections of `win.ini`, the keys of
/// `SystemVersion.plist`.
static SIGNATURES: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let pattern = |pattern: &str| Regex::new(pattern).expect("a constant pattern is valid");
    [
        pattern(
            r"\b(?:PRETTY_NAME|NAME|ID|VERSION_ID)=[^\n]+?(?:\\n|\n)(?:PRETTY_NAME|NAME|ID|ID_LIKE|VERSION|VERSION_ID|VERSION_CODENAME|HOME_URL)=",
        ),
        pattern(r"(?i); for 16-bit app support|\[mci extensions\]"),
        pattern(r"<key>ProductBuildVersion</key>|ProductBuildVersion.{0,40}ProductVersion"),
    ]
});

/// Where the content of a proof file stands.
pub(crate) fn signature(text: &str) -> Option<Range<usize>> {
    SIGNATURES.iter().find_map(|pattern| pattern.find(text)).map(|found| found.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proof_files_are_recognised_and_settings_are_not() {
        assert!(signature("PRETTY_NAME=\"Debian GNU/Linux 13\"\nNAME=\"Debian GNU/Linux\"\n").is_some());
        assert!(signature("{\"text\":\"ID=alpine\\nVERSION_ID=3.20\\n\"}").is_some());
        assert!(signature("; for 16-bit app support\n[fonts]").is_some());
        assert!(signature("NAME=weather").is_none());
        assert!(signature("file not found: ../../etc/os-release").is_none());
    }
}
