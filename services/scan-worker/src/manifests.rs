//! What a scan keeps of the code of the servers that it found: the manifests and lock files of the folder that each lies in,
//! so that tests need not read the repository again.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use contracts::api::scans::{DiscoveredMcp, KeptManifests, McpKind, SkippedFile};
use contracts::documents::{Manifests, UploadedFile};
use contracts::ids::ScanId;
use discovery::Discovery;
use discovery::archive::Unpacked;
use discovery::github::{Beside, Scanned};
use store::{OrgScope, Store};
use supply_chain::{Code, FolderFiles, is_kept};

use crate::masked::without_secrets;

/// The largest file that is kept. Lock files of large monorepos have some MiB.
const MAX_FILE_BYTES: usize = 8 << 20;
/// Files of one folder.
const MAX_FILES: usize = 300;
/// Bytes of one folder.
const MAX_FOLDER_BYTES: usize = 16 << 20;
/// Bytes of all folders of one repository or tree.
pub(crate) const MAX_TREE_BYTES: usize = 64 << 20;
/// Folders of one repository or tree.
const MAX_FOLDERS: usize = 100;
/// Files of one folder that are told to be left out.
const MAX_LEFT_OUT: usize = 100;

/// What is read of repositories for it.
pub(crate) const BESIDE: Beside = Beside { wanted: is_kept, max_bytes: MAX_FILE_BYTES as u64 };

/// Where the manifests of a scan are kept.
pub(crate) struct Keeping<'a> {
    pub(crate) store: &'a Store,
    pub(crate) scope: &'a OrgScope,
    pub(crate) scan: &'a ScanId,
    pub(crate) worker: &'a str,
}

/// The manifests and lock files of one repository or tree. They may hold secrets.
#[derive(Default)]
pub(crate) struct Tree {
    /// Path, as that of the configurations, and text.
    pub(crate) files: Vec<(String, String)>,
    /// Such files that could not be read.
    pub(crate) unread: Vec<SkippedFile>,
}

impl From<&mut Scanned> for Tree {
    fn from(scanned: &mut Scanned) -> Self {
        let repository = &scanned.repository;
        let files = std::mem::take(&mut scanned.files);
        Self {
            files: files.into_iter().map(|file| (format!("{repository}/{}", file.path), file.text)).collect(),
            unread: unread(&scanned.found),
        }
    }
}

impl From<&mut Unpacked> for Tree {
    fn from(unpacked: &mut Unpacked) -> Self {
        let files = std::mem::take(&mut unpacked.files);
        Self { files: files.into_iter().map(|file| (file.path, file.text)).collect(), unread: unread(&unpacked.found) }
    }
}

/// The manifests that could not be read.
fn unread(found: &Discovery) -> Vec<SkippedFile> {
    found.skipped.iter().filter(|file| is_kept(&file.path)).cloned().collect()
}

impl From<FolderFiles> for Tree {
    fn from(folder: FolderFiles) -> Self {
        let unread = folder.problems.into_iter();
        Self {
            files: folder.files,
            unread: unread.map(|problem| SkippedFile { path: problem.file, reason: problem.reason }).collect(),
        }
    }
}

impl Keeping<'_> {
    /// Keeps what the servers are made of, and notes at each of them what was kept.
    pub(crate) async fn keep(&self, found: &mut Discovery, tree: Tree) -> anyhow::Result<()> {
        let tree = Arc::new(tree);
        let mut left = MAX_TREE_BYTES;
        let (folders, more) = tree.folders(&found.mcps);
        for (folder, servers) in folders {
            let tree = Arc::clone(&tree);
            // Masking looks at each byte, so it must not hold up the renewal of the lease.
            let taken = tokio::task::spawn_blocking(move || tree.take(folder, left.min(MAX_FOLDER_BYTES)));
            let (manifests, kept, bytes) = taken.await.context("mask the manifests of a folder")?;
            left -= bytes;
            self.store
                .save_manifests(self.scope, self.scan, self.worker, &manifests)
                .await
                .context("keep the manifests of a folder")?;
            for server in servers {
                found.mcps[server].manifests = Some(kept.clone());
            }
        }
        if let Some(first) = more {
            let path = found.mcps[first].config_path.clone();
            found.skip(
                &path,
                format!("servers in more than {MAX_FOLDERS} folders: what the others are made of was not kept"),
            );
        }
        Ok(())
    }
}

impl Tree {
    /// The folders of the servers' code, each with its servers, and the first server for whose folder there is no room.
    fn folders(&self, mcps: &[DiscoveredMcp]) -> (BTreeMap<String, Vec<usize>>, Option<usize>) {
        let code = self.code();
        let mut folders: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut more = None;
        for (server, mcp) in mcps.iter().enumerate() {
            let is_run = matches!(mcp.kind, McpKind::Configured | McpKind::Deployed);
            let fetched = is_run && mcp.package.is_some();
            let Some(folder) = code.folder(&mcp.config_path, &mcp.command, fetched) else { continue };
            if folders.len() < MAX_FOLDERS || folders.contains_key(folder) {
                folders.entry(folder.to_owned()).or_default().push(server);
            } else {
                more = more.or(Some(server));
            }
        }
        (folders, more)
    }

    /// Files that could not be read count too: a folder that has only such has a manifest, about which nothing is known.
    fn code(&self) -> Code<'_> {
        let unread = self.unread.iter().map(|file| (file.path.as_str(), ""));
        Code::new(unread.chain(self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))))
    }

    /// What is kept of a folder, and how many bytes of it. The nearest files come first where not all have room.
    fn take(&self, folder: String, max_bytes: usize) -> (Manifests, KeptManifests, usize) {
        let unread: BTreeMap<&str, &str> =
            self.unread.iter().map(|file| (file.path.as_str(), file.reason.as_str())).collect();
        let (mut files, mut left_out) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        for (path, text) in self.code().files_of(&folder) {
            let reason = if let Some(reason) = unread.get(path) {
                (*reason).to_owned()
            } else if text.len() > MAX_FILE_BYTES {
                format!("larger than {} MiB", MAX_FILE_BYTES >> 20)
            } else if files.len() >= MAX_FILES {
                format!("the {MAX_FILES} nearest files of the folder were kept")
            } else if bytes + text.len() > max_bytes {
                "the files before it were as much as is kept".to_owned()
            } else {
                bytes += text.len();
                files.push(UploadedFile { path: path.to_owned(), text: without_secrets(path, text) });
                continue;
            };
            left_out.push(SkippedFile { path: path.to_owned(), reason });
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let kept = KeptManifests { folder: folder.clone(), files: count(files.len()), left_out: count(left_out.len()) };
        if let Some(more) = left_out.len().checked_sub(MAX_LEFT_OUT).filter(|more| *more > 0) {
            left_out.truncate(MAX_LEFT_OUT);
            left_out.push(SkippedFile { path: folder.clone(), reason: format!("{more} further files were not kept") });
        }
        (Manifests { folder, files, left_out }, kept, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, String)]) -> Tree {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect();
        Tree { files, ..Tree::default() }
    }

    fn shown(taken: &Manifests) -> (Vec<&str>, Vec<String>) {
        let left_out = taken.left_out.iter().map(|file| format!("{}: {}", file.path, file.reason));
        (taken.files.iter().map(|file| file.path.as_str()).collect(), left_out.collect())
    }

    #[test]
    fn servers_of_one_folder_share_what_is_kept_and_a_fetched_one_has_nothing() {
        let mut found = Discovery::default();
        let config = r#"{"mcpServers": {"own": {"command": "node", "args": ["index.js"]}, "far": {"url": "https://far.example/mcp"},
            "fetched": {"command": "npx", "args": ["-y", "somebodys-mcp"]}}}"#;
        found.read("app/.mcp.json", config);
        let tree = tree(&[("app/package.json", "{}".to_owned()), ("package.json", "{}".to_owned())]);
        let names = |servers: &[usize]| servers.iter().map(|at| found.mcps[*at].name.as_str()).collect::<Vec<_>>();
        let (folders, more) = tree.folders(&found.mcps);
        let folders: Vec<_> = folders.iter().map(|(folder, servers)| (folder.as_str(), names(servers))).collect();
        assert_eq!((folders, more), (vec![("app", vec!["own", "far"])], None));
    }

    #[test]
    fn what_is_not_kept_is_told() {
        let mut tree = tree(&[
            ("app/deep/uv.lock", "x".repeat(20)),
            ("app/package-lock.json", "x".repeat(MAX_FILE_BYTES + 1)),
            ("app/package.json", "{}".to_owned()),
            ("other/package.json", "{}".to_owned()),
        ]);
        let gone = SkippedFile { path: "app/yarn.lock".to_owned(), reason: "not UTF-8 text".to_owned() };
        tree.unread.push(gone);
        let (taken, kept, bytes) = tree.take("app".to_owned(), 10);
        let left_out = [
            "app/package-lock.json: larger than 8 MiB",
            "app/yarn.lock: not UTF-8 text",
            "app/deep/uv.lock: the files before it were as much as is kept",
        ];
        assert_eq!(shown(&taken), (vec!["app/package.json"], left_out.map(str::to_owned).to_vec()));
        assert_eq!((kept.files, kept.left_out, bytes), (1, 3, 2));
    }

    #[test]
    fn a_hostile_repository_fills_nothing() {
        let mut found = Discovery::default();
        let mut files = Vec::new();
        for number in 0..MAX_FOLDERS + 5 {
            found.read(&format!("{number}/.mcp.json"), r#"{"mcpServers": {"x": {"url": "https://x.example/mcp"}}}"#);
            files.push((format!("{number}/package.json"), "{}".to_owned()));
        }
        let tree = Tree { files, ..Tree::default() };
        let (folders, more) = tree.folders(&found.mcps);
        assert_eq!((folders.len(), more), (MAX_FOLDERS, Some(MAX_FOLDERS)));

        let many =
            (0..MAX_FILES + MAX_LEFT_OUT + 7).map(|number| (format!("a/{number}/package.json"), "{}".to_owned()));
        let (taken, kept, _) = Tree { files: many.collect(), ..Tree::default() }.take("a".to_owned(), 1 << 20);
        let told = taken.left_out.last().expect("a last one");
        assert_eq!((taken.files.len(), taken.left_out.len(), kept.left_out), (MAX_FILES, MAX_LEFT_OUT + 1, 107));
        assert_eq!(told.reason, "7 further files were not kept");
    }
}
