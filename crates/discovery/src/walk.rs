//! Reading a folder: only files that are sources, without following links.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ignore::WalkBuilder;

use crate::{Discovery, MAX_FILE_BYTES, source_of};

/// Why a folder cannot be walked.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// It is missing or no folder.
    #[error("`{0}` is no folder that can be read")]
    NotAFolder(String),
}

/// Finds the configured servers below a folder. Ignored folders such as `node_modules` are passed over, hidden files are not:
/// most configurations are hidden.
pub fn walk(root: &Path) -> Result<Discovery, WalkError> {
    if !root.is_dir() {
        return Err(WalkError::NotAFolder(root.display().to_string()));
    }
    let mut discovery = Discovery::default();
    let entries = WalkBuilder::new(root).hidden(false).follow_links(false).sort_by_file_path(Path::cmp).build();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                discovery.skip(&root.display().to_string(), error.to_string());
                continue;
            }
        };
        let path = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        if source_of(&path).is_none() {
            continue;
        }
        match entry.file_type() {
            Some(kind) if kind.is_file() => match read(entry.path()) {
                Ok(text) => discovery.read(&path, &text),
                Err(reason) => discovery.skip(&path, reason),
            },
            Some(kind) if kind.is_symlink() => discovery.skip(&path, "a link: links are not followed"),
            _ => {}
        }
    }
    Ok(discovery)
}

fn read(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err("larger than 1 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn walks_hidden_files_and_reports_links_and_large_files() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write("a/.mcp.json", r#"{"mcpServers": {"one": {"command": "one"}}}"#);
        write("b/mcp.json", &" ".repeat(1024 * 1024 + 1));
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", root.path().join(".mcp.json")).expect("a link");
        let found = walk(root.path()).expect("a walk");
        assert_eq!(found.mcps.iter().map(|mcp| mcp.config_path.as_str()).collect::<Vec<_>>(), ["a/.mcp.json"]);
        let skipped: Vec<_> = found.skipped.iter().map(|file| (file.path.as_str(), file.reason.as_str())).collect();
        #[cfg(unix)]
        assert_eq!(skipped, [(".mcp.json", "a link: links are not followed"), ("b/mcp.json", "larger than 1 MiB")]);
        assert!(matches!(walk(&root.path().join("missing")), Err(WalkError::NotAFolder(_))));
    }
}
