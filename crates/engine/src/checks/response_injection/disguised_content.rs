//! Content whose bytes are something else than its type says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contracts::audit::{Confidence, NamedTest, Severity};

use super::blocks::{Block, blocks};
use crate::check::{Carriers, Check, Draft, Mode, Run, Tag, Verdict};
use crate::checks::data_exposure::outputs::nothing_read;
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RI-011",
    title: "Type and bytes disagree",
    test: NamedTest::ResponseInjection,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Derive the type from the bytes, and never send active content or programs as text or images.",
    tags: &[Tag::Cwe(434), Tag::LlmTop10(10)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// Bytes that are enough to recognise a format, in base64: a multiple of four characters.
const HEAD: usize = 1_024;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let Some(blocks) = blocks(probe).await? else { return Ok(nothing_read()) };
    let drafts = blocks.iter().filter_map(|block| {
        let (pointer, declared, actual) = disguise(block)?;
        let (severity, message) = if actual.is_active {
            (Severity::Medium, "an answer sends active content or a program under an innocent type")
        } else {
            (Severity::Low, "an answer sends content under the type of another format")
        };
        let location = format!("{}{pointer}", block.location);
        let draft = Draft::new(severity, Confidence::Confirmed, location, message).distinct(actual.name);
        Some(draft.sample(block.sample(format!("{declared}: {}", actual.name), "magic-bytes")))
    });
    Ok(drafts.collect())
}

/// Where the bytes are, what they should be, and what they are, where that differs.
fn disguise<'b>(block: &'b Block<'_>) -> Option<(&'static str, &'b str, &'static Format)> {
    let places = [("/data", "/mimeType"), ("/blob", "/mimeType"), ("/resource/blob", "/resource/mimeType")];
    places.into_iter().find_map(|(pointer, kind)| {
        let (data, declared) = (block.text(pointer)?, block.text(kind)?);
        let head = data.get(..data.len().min(HEAD)).unwrap_or_default();
        let bytes = STANDARD.decode(head.trim_end()).ok()?;
        let actual = FORMATS.iter().find(|format| format.matches(&bytes))?;
        (!actual.is(declared)).then_some((pointer, declared, actual))
    })
}

/// A format by its first bytes.
struct Format {
    name: &'static str,
    magic: &'static [u8],
    /// What its type contains.
    kinds: &'static [&'static str],
    /// Whether a client that opens it runs it.
    is_active: bool,
}

const FORMATS: &[Format] = &[
    Format { name: "png", magic: b"\x89PNG\r\n", kinds: &["png"], is_active: false },
    Format { name: "jpeg", magic: b"\xff\xd8\xff", kinds: &["jpeg", "jpg"], is_active: false },
    Format { name: "gif", magic: b"GIF8", kinds: &["gif"], is_active: false },
    Format { name: "pdf", magic: b"%PDF-", kinds: &["pdf"], is_active: false },
    Format {
        name: "zip",
        magic: b"PK\x03\x04",
        kinds: &["zip", "openxml", "officedocument", "jar", "epub", "apk", "opendocument"],
        is_active: false,
    },
    Format { name: "gzip", magic: b"\x1f\x8b", kinds: &["gzip", "tgz"], is_active: false },
    Format {
        name: "elf",
        magic: b"\x7fELF",
        kinds: &["executable", "elf", "octet-stream", "sharedlib"],
        is_active: true,
    },
    Format {
        name: "pe",
        magic: b"MZ\x90\x00",
        kinds: &["msdownload", "dosexec", "octet-stream", "portable-executable"],
        is_active: true,
    },
    Format {
        name: "script",
        magic: b"#!/",
        kinds: &["x-sh", "shellscript", "python", "perl", "javascript", "text/plain", "octet-stream"],
        is_active: true,
    },
    Format { name: "svg", magic: b"<svg", kinds: &["svg", "xml"], is_active: true },
    Format { name: "html", magic: b"<!doctype html", kinds: &["html"], is_active: true },
    Format { name: "html", magic: b"<html", kinds: &["html"], is_active: true },
    Format { name: "html", magic: b"<script", kinds: &["html", "javascript"], is_active: true },
];

impl Format {
    fn matches(&self, bytes: &[u8]) -> bool {
        let text = self.magic.starts_with(b"<");
        let bytes = if text { bytes.trim_ascii_start() } else { bytes };
        bytes.get(..self.magic.len()).is_some_and(|head| head.eq_ignore_ascii_case(self.magic))
    }

    fn is(&self, declared: &str) -> bool {
        let declared = declared.to_ascii_lowercase();
        self.kinds.iter().any(|kind| declared.contains(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_their_bytes() {
        let named = |bytes: &[u8]| FORMATS.iter().find(|format| format.matches(bytes)).map(|format| format.name);
        assert_eq!(named(b"\x89PNG\r\n\x1a\n"), Some("png"));
        assert_eq!(named(b"  <!DOCTYPE HTML><p>"), Some("html"));
        assert_eq!(named(b"plain text"), None);
        let png = &FORMATS[0];
        assert!(png.is("image/png") && !png.is("image/jpeg"));
    }
}
