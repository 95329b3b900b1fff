//! The files of one tree.

use std::collections::BTreeMap;

/// A file of the tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File<'a> {
    /// Its path in the tree, with `/`.
    pub(crate) path: &'a str,
    /// Its text without a byte order mark.
    pub(crate) text: &'a str,
}

/// The files of one tree by path.
#[derive(Debug, Default)]
pub(crate) struct Tree(BTreeMap<String, String>);

impl Tree {
    pub(crate) fn insert(&mut self, path: &str, text: String) {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        self.0.insert(path.replace('\\', "/"), text);
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = File<'_>> {
        self.0.iter().map(|(path, text)| File { path, text })
    }

    /// The file of that name in the folder of another.
    pub(crate) fn beside(&self, path: &str, name: &str) -> Option<File<'_>> {
        self.get(&join(folder(path), name)?)
    }

    fn get(&self, path: &str) -> Option<File<'_>> {
        self.0.get_key_value(path).map(|(path, text)| File { path, text })
    }
}

/// The folder of a path, without a slash at its end.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Whether the path ends in a dot and these letters, in whatever case.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

/// A path relative to a folder. Nothing if it leads out of the tree.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || relative.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_tree() {
        for (relative, expected) in [
            ("base.txt", Some("a/b/base.txt")),
            ("../base.txt", Some("a/base.txt")),
            ("./x/../y.txt", Some("a/b/y.txt")),
            ("../../../base.txt", None),
            ("/etc/passwd", None),
            ("https://host.example/base.txt", None),
        ] {
            assert_eq!(join("a/b", relative).as_deref(), expected, "{relative}");
        }
    }
}
