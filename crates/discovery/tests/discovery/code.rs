//! The code of servers in a tree: which files are judged. What is found in them the crate `source` tests.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use detect::evidence::{EvidenceKey, Masker};
use discovery::{Progress, WalkError, walk, walk_with_code};

const SERVER: &str = "import { exec } from \"child_process\";\nimport { McpServer } from \"@modelcontextprotocol/sdk\";\nserver.tool(\"ping\", { host: z.string() }, async ({ host }) => exec(`ping ${host}`));\n";

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

fn masker() -> Arc<Masker> {
    Arc::new(Masker::new(EvidenceKey([7; 32])))
}

#[test]
fn every_ending_of_code_is_judged_and_dependencies_are_not() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path();
    write(root, ".gitignore", b"dist/\n");
    for path in
        ["a.js", "b.mjs", "c.cjs", "src/d.ts", "src/e.tsx", "src/f.mts", "node_modules/x/g.js", "dist/h.js", "i.d.ts"]
    {
        write(root, path, SERVER.as_bytes());
    }
    let found = walk_with_code(root, masker(), &Progress::default()).expect("a walk");
    let mut paths: Vec<&str> = found.findings.iter().map(|found| found.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["a.js", "b.mjs", "c.cjs", "src/d.ts", "src/e.tsx", "src/f.mts"]);
    assert_eq!(found.skipped, []);
    assert_eq!(walk(root, Some(masker())).expect("a walk").findings, []);
}

#[test]
fn code_that_cannot_be_read_is_told_where_it_is_that_of_a_server() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let root = root.path();
    let long = "a".repeat(1024 * 1024);
    write(root, "bundle.js", format!("//{long}").as_bytes());
    write(root, "server.js", format!("{SERVER}//{long}").as_bytes());
    write(root, "latin.py", b"from mcp.server import Server\n# \xe4\n");
    let found = walk_with_code(root, masker(), &Progress::default()).expect("a walk");
    let skipped: Vec<(&str, &str)> =
        found.skipped.iter().map(|file| (file.path.as_str(), file.reason.as_str())).collect();
    assert_eq!(skipped, [("latin.py", "not UTF-8 text"), ("server.js", "larger than 1 MiB")]);
    assert_eq!(found.findings, []);
}

#[test]
fn a_single_file_may_be_named() {
    let root = tempfile::tempdir().expect("a temporary folder");
    write(root.path(), "server.ts", SERVER.as_bytes());
    let file = root.path().join("server.ts");
    let found = walk_with_code(&file, masker(), &Progress::default()).expect("a walk");
    assert_eq!((found.findings.len(), found.findings[0].path.as_str()), (1, "server.ts"));
    assert!(matches!(walk(&file, Some(masker())), Err(WalkError::NotASource(_))));
}
