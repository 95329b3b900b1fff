//! Walks over folders.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use discovery::{Progress, WalkError, walk, watched_walk};

const SERVER: &str = r#"{"mcpServers": {"one": {"command": "one"}}}"#;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn paths(found: &discovery::Discovery) -> Vec<&str> {
    found.mcps.iter().map(|mcp| mcp.config_path.as_str()).collect()
}

#[test]
fn hidden_and_ignored_files_are_read_ignored_folders_and_dependencies_are_not() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path();
    write(root, ".gitignore", "out/\n.mcp.json\n.vscode/\n*.local.json\n");
    write(root, ".mcp.json", SERVER);
    write(root, "a/.cursor/mcp.json", SERVER);
    write(root, "a/.vscode/mcp.json", r#"{"servers": {"one": {"command": "one"}}}"#);
    write(root, "out/.mcp.json", SERVER);
    write(root, "node_modules/x/.mcp.json", SERVER);
    write(root, ".git/modules/.mcp.json", SERVER);
    write(root, "src/main.ts", "mcp");
    let progress = Progress::default();
    let found = watched_walk(root, None, &progress).expect("a walk");
    assert_eq!(paths(&found), [".mcp.json", "a/.cursor/mcp.json", "a/.vscode/mcp.json"]);
    assert_eq!(progress.files.load(Ordering::Relaxed), 3);
    assert_eq!(found.skipped, []);
}

#[cfg(unix)]
#[test]
fn links_large_files_pipes_and_unreadable_files_say_why() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path();
    write(root, "b/mcp.json", &" ".repeat(1024 * 1024 + 1));
    write(root, "c/package.json", &" ".repeat(1024 * 1024 + 1));
    fs::write(root.join("b/.mcp.json"), [0xff, 0xfe, b'm', b'c', b'p']).expect("a file");
    std::os::unix::fs::symlink("/etc/hostname", root.join(".mcp.json")).expect("a link");
    std::os::unix::fs::symlink("/", root.join("everything")).expect("a link");
    rustix::fs::mknodat(rustix::fs::CWD, root.join("b/opencode.json"), rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .expect("a pipe");
    let found = walk(root, None).expect("a walk");
    let skipped: Vec<_> = found.skipped.iter().map(|file| (file.path.as_str(), file.reason.as_str())).collect();
    assert_eq!(
        skipped,
        [
            (".mcp.json", "a link: links are not followed"),
            ("b/.mcp.json", "not UTF-8 text"),
            ("b/mcp.json", "larger than 1 MiB"),
            ("b/opencode.json", "no regular file"),
        ]
    );
    assert!(matches!(walk(&root.join("missing"), None), Err(WalkError::NotAFolder(_))));
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let root = tempfile::tempdir().expect("a temporary folder");
    for number in 0..200 {
        write(root.path(), &format!("{}/{number}/.mcp.json", number % 7), SERVER);
    }
    let first = walk(root.path(), None).expect("a walk");
    assert_eq!(first.mcps.len(), 200);
    for _ in 0..5 {
        assert_eq!(walk(root.path(), None).expect("a walk").mcps, first.mcps);
    }
}

#[test]
fn a_walk_can_be_stopped() {
    let root = tempfile::tempdir().expect("a temporary folder");
    write(root.path(), "a/.mcp.json", SERVER);
    let progress = Progress::default();
    progress.stop.store(true, Ordering::Relaxed);
    assert_eq!(watched_walk(root.path(), None, &progress).expect("a walk").mcps, []);
}

#[test]
fn one_file_is_read_on_its_own() {
    let root = tempfile::tempdir().expect("a temporary folder");
    write(root.path(), ".cursor/mcp.json", SERVER);
    write(root.path(), "notes.txt", SERVER);
    let found = walk(&root.path().join(".cursor/mcp.json"), None).expect("a file");
    assert_eq!((found.mcps[0].client.as_str(), found.mcps[0].config_path.as_str()), ("cursor", "mcp.json"));
    let error = walk(&root.path().join("notes.txt"), None).expect_err("no source");
    assert!(matches!(&error, WalkError::NotASource(_)), "{error}");
}
