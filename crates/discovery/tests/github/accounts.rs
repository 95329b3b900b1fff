//! Organisations, users, repositories, branches: which repositories are read, and which files of them.

use std::collections::BTreeSet;

use discovery::github::{Beside, Credential, Event, GitHub, GitHubError};
use servers::github::{Fault, Hub, Repository};

use crate::{config, read_all, scan, scan_with, settings, source};

#[tokio::test]
async fn a_repository_is_read_where_it_configures_servers_and_nowhere_else() {
    let monorepo = Repository::new("acme/backend")
        .file("README.md", "mcp")
        .file(".mcp.json", config("root"))
        .file("services/a/.cursor/mcp.json", config("a"))
        .file("services/b/.vscode/mcp.json", "{\"servers\": {\"b\": {\"command\": \"b\"}}}")
        .file("services/b/src/main.rs", "fn main() {}")
        .file("node_modules/x/.mcp.json", config("installed"))
        .file("services/copy/.mcp.json", config("root"))
        .link("linked/.mcp.json", "../.mcp.json")
        .submodule("third-party/tools");
    let server = Hub::default().organization("acme").repository(monorepo).start();
    let seen = scan(&server, "acme/backend").await.expect("a scan");
    assert_eq!(
        seen.servers(),
        [
            "acme/backend/.mcp.json root",
            "acme/backend/services/a/.cursor/mcp.json a",
            "acme/backend/services/b/.vscode/mcp.json b",
            "acme/backend/services/copy/.mcp.json root",
        ]
    );
    assert_eq!(
        seen.skipped(),
        [
            "acme/backend/linked/.mcp.json: a link: links are not followed",
            "acme/backend/third-party/tools: a submodule: scan its repository by itself",
        ]
    );
    let wanted = [".mcp.json", "services/a/.cursor/mcp.json", "services/b/.vscode/mcp.json", "services/copy/.mcp.json"];
    let wanted: BTreeSet<_> = wanted.iter().map(|path| format!("acme/backend/{path}")).collect();
    // Installed packages are not looked at; its file has a content of its own.
    assert_eq!(server.files_read(), wanted);
    let contents = server.asked().iter().filter(|asked| asked.path.contains("/git/blobs/")).count();
    assert_eq!(contents, 3, "one content is read once");
}

#[tokio::test]
async fn an_organisation_is_listed_page_by_page_without_archived_repositories_and_forks() {
    let mut hub = Hub::default().organization("acme");
    for number in 0..230 {
        hub = hub.repository(Repository::new(&format!("acme/r{number:03}")).file("a.txt", "a"));
    }
    let hub = hub
        .repository(Repository::new("acme/old").file("mcp.json", config("old")).archived())
        .repository(Repository::new("acme/copy").file("mcp.json", config("copy")).fork())
        .repository(Repository::new("acme/tools").file("mcp.json", config("tools")))
        .repository(Repository::new("other/tools").file("mcp.json", config("other")));
    let server = hub.start();
    let seen = scan(&server, "acme").await.expect("a scan");
    assert_eq!(seen.events[0], "231 listed, 1 archived, 1 forks");
    assert_eq!((seen.events[1].as_str(), seen.events.len()), ("1/231 acme/r000", 232));
    assert_eq!(seen.servers(), ["acme/tools/mcp.json tools"]);
    let pages = server.asked().iter().filter(|asked| asked.path.starts_with("orgs/acme/repos")).count();
    assert_eq!(pages, 3);
    let all = scan(&server, "acme archived forks").await.expect("a scan");
    let names: Vec<_> = all.found.mcps.iter().map(|mcp| mcp.name.as_str()).collect();
    assert_eq!(names, ["copy", "old", "tools"]);
}

#[tokio::test]
async fn more_repositories_than_the_bound_are_told() {
    let mut hub = Hub::default().organization("acme");
    for number in 0..130 {
        hub = hub.repository(Repository::new(&format!("acme/r{number:03}")));
    }
    let server = hub.start();
    let mut bounded = settings(&server);
    bounded.limits.repositories = 100;
    let seen = scan_with(bounded, "acme", None).await.expect("a scan");
    assert_eq!(seen.repositories.len(), 100);
    assert_eq!(seen.skipped(), ["acme: it has more than 100 repositories: name the others one by one"]);
}

#[tokio::test]
async fn users_see_their_own_private_repositories() {
    let hub = || {
        Hub::default()
            .user("ada")
            .repository(Repository::new("ada/open").file("mcp.json", config("open")))
            .repository(Repository::new("ada/diary").file("mcp.json", config("diary")).private())
    };
    let anonymous = hub().start();
    assert_eq!(scan(&anonymous, "ada").await.expect("a scan").servers(), ["ada/open/mcp.json open"]);
    assert!(anonymous.asked().iter().all(|asked| !asked.authorized));
    for (user, expected) in [("ada", 2), ("grace", 1)] {
        let server = hub().token("ghp_made_up", user).start();
        let mut with_token = settings(&server);
        with_token.credential = Credential::Token("ghp_made_up".into());
        assert_eq!(scan_with(with_token, "ada", None).await.expect("a scan").servers().len(), expected, "{user}");
        assert!(server.asked().iter().all(|asked| asked.authorized));
    }
}

#[tokio::test]
async fn a_branch_is_read_instead_of_the_default() {
    let repository = Repository::new("acme/backend")
        .file(".mcp.json", config("stable"))
        .branch("feature/new-tools@2")
        .file(".mcp.json", config("new"));
    let server = Hub::default().repository(repository).start();
    let names = async |target| scan(&server, target).await.expect("a scan").found.mcps[0].name.clone();
    assert_eq!(names("acme/backend").await, "stable");
    assert_eq!(names("acme/backend@feature/new-tools@2").await, "new");
    let missing = scan(&server, "acme/backend@nowhere").await.expect("a scan");
    assert_eq!(missing.skipped(), ["acme/backend: it has no branch, tag or commit `nowhere`"]);
}

#[tokio::test]
async fn other_files_are_handed_over_where_they_are_wanted() {
    let repository = Repository::new("acme/backend")
        .file("package.json", "{\"dependencies\": {\"@modelcontextprotocol/sdk\": \"1.0.0\"}}")
        .file("package-lock.json", "{}")
        .file("blob.lock", [0xff, 0xfe])
        .file("large.lock", "x".repeat(2_000))
        .file("src/index.ts", "");
    let without = Repository::new("acme/website").file("package.json", "{}").file("yarn.lock", "");
    let server = Hub::default().repository(repository).repository(without).start();
    let beside = Beside { wanted: |path| path.contains(".lock") || path.starts_with("package"), max_bytes: 1_000 };
    let seen = scan_with(settings(&server), "acme/backend", Some(beside)).await.expect("a scan");
    let mut paths: Vec<_> = seen.files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["package-lock.json", "package.json"]);
    assert_eq!(seen.found.mcps.len(), 1, "the package is a server that is built");
    assert_eq!(
        seen.skipped(),
        ["acme/backend/blob.lock: not UTF-8 text", "acme/backend/large.lock: too large to be read"]
    );
    assert!(
        !server.files_read().contains("acme/backend/large.lock")
            && !server.files_read().contains("acme/backend/src/index.ts")
    );
    // Where no server is, nothing is needed beside one.
    scan_with(settings(&server), "acme/website", Some(beside)).await.expect("a scan");
    assert!(!server.files_read().contains("acme/website/yarn.lock"), "{:?}", server.files_read());
}

#[tokio::test]
async fn a_scan_that_was_interrupted_goes_on_with_what_is_open() {
    let server = Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/a").file("mcp.json", config("a")))
        .repository(Repository::new("acme/b").file("mcp.json", config("b")))
        .repository(Repository::new("acme/c").file("mcp.json", config("c")))
        .fault("acme/b/git/trees", 1, Fault::PrimaryLimit(3_000))
        .start();
    let github = GitHub::new(settings(&server)).expect("a client");
    let watch = |_: &Event<'_>| ();
    let mut begun = github.scan(&source("acme"), None, &watch).await.expect("a scan");
    let first = begun.next().await.expect("a repository").expect("the first");
    let error = begun.next().await.map(drop).expect_err("a limit that lasts longer than is waited");
    assert!(matches!(error, GitHubError::Limited { .. }) && error.ends_scan(), "{error}");
    assert_eq!(begun.open().collect::<Vec<_>>(), ["acme/b", "acme/c"]);

    let github = GitHub::new(settings(&server)).expect("a client");
    server.forget();
    let mut resumed = github.scan(&source("acme"), None, &watch).await.expect("a scan");
    resumed.pass_over(&BTreeSet::from([first.repository]));
    let mut seen = crate::Seen::default();
    read_all(&mut resumed, &mut seen).await.expect("the others");
    assert_eq!(seen.repositories, ["acme/b", "acme/c"]);
    assert!(!server.asked().iter().any(|asked| asked.path.starts_with("repos/acme/a/")));
}

#[tokio::test]
async fn a_server_has_the_same_id_however_its_repository_is_scanned() {
    let server = Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/a").file(".mcp.json", config("x")))
        .repository(Repository::new("acme/b").file(".mcp.json", config("x")))
        .start();
    let all = scan(&server, "acme").await.expect("a scan").found.mcps;
    let one = scan(&server, "acme/b").await.expect("a scan").found.mcps;
    assert_eq!(one[0].mcp_id, all[1].mcp_id);
    assert_ne!(all[0].mcp_id, all[1].mcp_id);
}
