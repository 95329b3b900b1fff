//! The code of servers that are built in a tree. What is wrong in it the crate `source` says.

use std::path::Path;

use crate::Discovery;
use crate::read::{Content, Links, TOO_LARGE, content};

/// How the names of code end that no client reads, so that a walk passes them over without being asked.
pub(crate) const ENDINGS: &[&str] = &["py", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];

/// Whether a file is code by its name.
pub(crate) fn is_code(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).and_then(source::Language::of).is_some()
}

/// Judges a file of code. One that imports no SDK of MCP is passed over, whatever it holds.
pub(crate) fn judge(found: &mut Discovery, file: &Path, path: &str, links: Links) {
    let (Some(language), Some(masker)) = (source::Language::of(path), found.masker.clone()) else { return };
    let text = match content(file, links) {
        Ok((_, Content::Text(text))) => text,
        Ok((_, Content::TooLarge(bytes))) => return skip_server(found, language, path, &bytes, TOO_LARGE),
        Ok((_, Content::NoText(bytes))) => return skip_server(found, language, path, &bytes, "not UTF-8 text"),
        Err(reason) => return found.skip(path, reason),
    };
    match source::judge(path, text.as_bytes(), &masker) {
        Ok(judgement) => {
            found.findings.extend(judgement.findings);
            if let Some(reason) = judgement.incomplete {
                found.skip(path, reason);
            }
        }
        Err(reason) => found.skip(path, reason),
    }
}

fn skip_server(found: &mut Discovery, language: source::Language, path: &str, bytes: &[u8], reason: &str) {
    if source::is_server(language, &String::from_utf8_lossy(bytes)) {
        found.skip(path, reason);
    }
}
