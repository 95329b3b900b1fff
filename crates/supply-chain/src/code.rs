//! Which of a tree's manifests and lock files belong to the code of one server. A tree holds the code of many things; what
//! the others are made of says nothing about the server.

use std::collections::{BTreeMap, BTreeSet};

use crate::{formats, is_manifest, is_wanted, resolve, tree};

/// Whether a file of this path is worth keeping for a later look at the packages. Files that tell of images only are not:
/// no check objects to an image, and they often hold passwords.
pub fn is_kept(path: &str) -> bool {
    is_wanted(path) && !formats::is_of_images(path)
}

/// The manifests and lock files of one tree, to find those of a server's code among them.
pub struct Code<'a> {
    /// Text by path.
    files: BTreeMap<&'a str, &'a str>,
    /// Folders with a manifest or lock file directly in them.
    folders: BTreeSet<&'a str>,
}

impl<'a> Code<'a> {
    /// Takes the files of a tree, each with its path and text.
    pub fn new(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files: BTreeMap<_, _> = files.into_iter().collect();
        let manifests = files.keys().copied().filter(|path| is_manifest(path));
        Self { folders: manifests.map(tree::folder).collect(), files }
    }

    /// The folder of the code of a server, from the file that configures it and the words that start it. `fetched` says
    /// that they fetch its package: then it is in the tree only if they lead there. Nothing where no manifest is of it.
    pub fn folder(&self, config_path: &str, command: &[String], fetched: bool) -> Option<&'a str> {
        let configured = project_of(config_path);
        if let Some(started) = command.iter().find_map(|word| self.led_to(configured, word)) {
            return Some(started);
        }
        if fetched {
            return None;
        }
        let above = std::iter::successors(Some(configured), |folder| parent(folder));
        let nearest = above.into_iter().find_map(|folder| self.folders.get(folder).copied());
        // The servers of a repository without a manifest at its top are in the folders below.
        nearest.or_else(|| {
            let below = self.files.keys().find(|path| is_below(path, configured) && is_manifest(path))?;
            Some(&below[..configured.len()])
        })
    }

    /// The folder that a word of a command leads to, if it has a manifest and is not above the configuration.
    fn led_to(&self, configured: &str, word: &str) -> Option<&'a str> {
        // `${workspaceFolder}/server/index.js`
        let word = word.strip_prefix("${").and_then(|rest| Some(rest.split_once("}/")?.1)).unwrap_or(word);
        if word.starts_with(['-', '~', '$', '@']) {
            return None;
        }
        let place = tree::join(configured, word)?;
        let above = std::iter::successors(Some(place.as_str()), |folder| parent(folder));
        let inside = above.take_while(|folder| *folder != configured && !is_below(configured, folder));
        inside.into_iter().find_map(|folder| self.folders.get(folder).copied())
    }

    /// The files of a folder and of what is below it, those that are nearest first, and those of the workspace that the
    /// folder is a member of, where its versions are locked.
    pub fn files_of(&self, folder: &str) -> Vec<(&'a str, &'a str)> {
        let inside = self.files.iter().filter(|(path, _)| is_below(path, folder));
        let mut inside: Vec<_> = inside.map(|(path, text)| (*path, *text)).collect();
        inside.sort_by_key(|(path, _)| path.matches('/').count());
        let locks: BTreeSet<&str> =
            self.directly_in(folder).flat_map(|(path, _)| formats::locks_of(path)).copied().collect();
        let is_lock = |(path, _): &(&str, &str)| locks.contains(tree::name(path));
        if locks.is_empty() || self.directly_in(folder).any(|file| is_lock(&file)) {
            return inside;
        }
        let mut above = std::iter::successors(parent(folder), |folder| parent(folder));
        let workspace = above.find(|folder| self.directly_in(folder).any(|file| is_lock(&file)));
        let is_workspace = |folder: &str| {
            let manifests = self.directly_in(folder).filter(|(path, _)| !formats::locks_of(path).is_empty());
            resolve(manifests).manifests.iter().any(|manifest| manifest.workspace)
        };
        inside.extend(workspace.filter(|folder| is_workspace(folder)).into_iter().flat_map(|at| self.directly_in(at)));
        inside
    }

    fn directly_in(&self, folder: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files.iter().filter(move |(path, _)| tree::folder(path) == folder).map(|(path, text)| (*path, *text))
    }
}

/// The folder that a configuration is for. Clients have folders of their own in it, such as `.vscode`.
fn project_of(config_path: &str) -> &str {
    let folder = tree::folder(config_path);
    let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
    let mut start = 0;
    for end in ends {
        if folder[start..end].starts_with('.') {
            return folder[..start].trim_end_matches('/');
        }
        start = end + 1;
    }
    folder
}

fn parent(folder: &str) -> Option<&str> {
    (!folder.is_empty()).then(|| tree::folder(folder))
}

/// Whether a path is in a folder or below it; all are below the empty one.
fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 10] = [
        ("acme/app/package.json", r#"{ "workspaces": ["packages/*"] }"#),
        ("acme/app/package-lock.json", "{}"),
        ("acme/app/.npmrc", ""),
        ("acme/app/packages/server/package.json", "{}"),
        ("acme/app/packages/server/docs/requirements.txt", ""),
        ("acme/app/tools/py/pyproject.toml", ""),
        ("acme/app/tools/py/uv.lock", ""),
        ("acme/app/tools/alone/package.json", "{}"),
        ("acme/app/tools/alone/package-lock.json", "{}"),
        ("acme/bare/server/go.mod", ""),
    ];

    fn folder(config_path: &str, command: &str, fetched: bool) -> Option<&'static str> {
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        Code::new(FILES).folder(config_path, &command, fetched)
    }

    #[test]
    fn a_server_is_made_of_what_its_command_or_its_configuration_stands_beside() {
        for (config_path, command, expected) in [
            ("acme/app/.mcp.json", "", Some("acme/app")),
            ("acme/app/.vscode/mcp.json", "", Some("acme/app")),
            ("acme/app/.claude/plugins/x/.mcp.json", "", Some("acme/app")),
            ("acme/app/packages/server/src/.mcp.json", "", Some("acme/app/packages/server")),
            ("acme/app/.mcp.json", "node packages/server/dist/index.js", Some("acme/app/packages/server")),
            (
                "acme/app/.vscode/mcp.json",
                "uv --directory ${workspaceFolder}/tools/py run x",
                Some("acme/app/tools/py"),
            ),
            ("acme/app/tools/py/mcp.json", "node ../alone/index.js", Some("acme/app/tools/alone")),
            // What leads nowhere or out leads to what is beside.
            ("acme/app/.mcp.json", "node ../../../x /etc/x https://host.example/x ~/y", Some("acme/app")),
            ("acme/bare/.mcp.json", "", Some("acme/bare")),
            ("acme/other/.mcp.json", "", None),
            ("acme/bareword/.mcp.json", "", None),
        ] {
            assert_eq!(folder(config_path, command, false), expected, "{config_path} {command}");
        }
    }

    #[test]
    fn a_package_that_is_fetched_is_not_made_of_what_it_is_configured_beside() {
        assert_eq!(folder("acme/app/.mcp.json", "npx -y @scope/server", true), None);
        assert_eq!(folder("acme/app/.mcp.json", "uvx --from ./tools/py x", true), Some("acme/app/tools/py"));
    }

    #[test]
    fn a_folder_has_its_own_files_and_those_of_the_workspace_that_locks_it() {
        let files = |folder| Code::new(FILES).files_of(folder).iter().map(|(path, _)| *path).collect::<Vec<_>>();
        let of_member = [
            "acme/app/packages/server/package.json",
            "acme/app/packages/server/docs/requirements.txt",
            "acme/app/.npmrc",
            "acme/app/package-lock.json",
            "acme/app/package.json",
        ];
        assert_eq!(files("acme/app/packages/server"), of_member);
        assert_eq!(files("acme/app/tools/py"), ["acme/app/tools/py/pyproject.toml", "acme/app/tools/py/uv.lock"]);
        assert_eq!(files("acme/app/tools/alone").len(), 2);
        assert_eq!(files("acme/app").len(), 9);
        assert_eq!(files("").len(), FILES.len());
    }

    #[test]
    fn a_lock_file_above_that_is_of_something_else_is_not_taken() {
        let files = [
            ("package.json", r#"{ "name": "website" }"#),
            ("package-lock.json", "{}"),
            ("mcp/package.json", r#"{ "name": "server" }"#),
        ];
        assert_eq!(Code::new(files).files_of("mcp"), [files[2]]);
    }

    #[test]
    fn what_tells_of_images_or_is_prose_is_not_kept() {
        for path in
            ["a/uv.lock", "requirements.txt", "requirements/dev.txt", "a/dev-requirements.in", "constraints.txt"]
        {
            assert!(is_kept(path), "{path}");
        }
        for path in ["Dockerfile.dev", "compose.yaml", "docker-compose.yml", "README.txt", "robots.txt", "MANIFEST.in"]
        {
            assert!(!is_kept(path), "{path}");
        }
    }
}
