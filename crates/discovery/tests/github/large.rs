//! Trees that are larger than one answer, or nearly.

use servers::github::{Hub, Repository};

use crate::{config, scan, scan_with, settings};

#[tokio::test]
async fn a_truncated_tree_is_read_folder_by_folder() {
    let mut repository = Repository::new("acme/mono").list_limit(50).file(".mcp.json", config("root"));
    for folder in 0..6 {
        for file in 0..30 {
            repository = repository.file(&format!("pkg/p{folder}/f{file}.rs"), format!("// {folder} {file}"));
        }
        repository = repository.file(&format!("pkg/p{folder}/.mcp.json"), config(&format!("p{folder}")));
    }
    for file in 0..90 {
        repository = repository.file(&format!("node_modules/m{file}/mcp.json"), config("installed"));
    }
    let repository = repository.submodule("pkg/sub").file("tools/mcp.json", config("tools"));
    let server = Hub::default().repository(repository).start();
    let seen = scan(&server, "acme/mono").await.expect("a scan");
    let mut names: Vec<_> = seen.found.mcps.iter().map(|mcp| mcp.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["p0", "p1", "p2", "p3", "p4", "p5", "root", "tools"]);
    assert_eq!(seen.skipped(), ["acme/mono/pkg/sub: a submodule: scan its repository by itself"]);
    assert_eq!(server.files_read().len(), 8);
    // The top twice, `pkg` twice, its six folders and `tools`; never what was installed.
    let trees = server.asked().iter().filter(|asked| asked.path.contains("git/trees")).count();
    assert_eq!(trees, 11);

    for (trees, entries) in [(3, 1_000), (1_000, 60)] {
        let mut few = settings(&server);
        (few.limits.trees, few.limits.entries) = (trees, entries);
        let seen = scan_with(few, "acme/mono", None).await.expect("a scan");
        let told = |note: &String| note.contains("more folders and files than are looked at");
        assert!(seen.skipped().iter().any(told) && seen.servers().len() < 8, "{:?}", seen.skipped());
    }
}

#[tokio::test]
async fn a_hundred_thousand_entries_are_listed_in_one_answer() {
    // With the folders and the configuration 100 000, as many as GitHub lists at once.
    let mut repository = Repository::new("acme/huge");
    for file in 0..99_007 {
        repository = repository.file(&format!("src/d{}/module_{file}.rs", file / 100), "");
    }
    let repository = repository.file("src/d7/.mcp.json", config("needle"));
    let server = Hub::default().repository(repository).start();
    let seen = scan(&server, "acme/huge").await.expect("a scan");
    assert_eq!(seen.servers(), ["acme/huge/src/d7/.mcp.json needle"]);
    assert_eq!(seen.skipped(), Vec::<String>::new());
    let paths: Vec<_> = server.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
}
