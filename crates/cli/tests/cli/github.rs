//! `mcp-audit scan --github`: the program against a server that answers as GitHub does.

use std::net::TcpListener;

use servers::github::{Fault, GitHub, Hub, Repository};

use crate::program::{Ended, command, json, mcp_audit};

const TOKEN: &str = "ghp_made_up_t0k3n_0123456789";

fn config(name: &str) -> String {
    format!("{{\"mcpServers\": {{\"{name}\": {{\"command\": \"npx\", \"args\": [\"-y\", \"{name}\"]}}}}}}")
}

fn hub() -> Hub {
    Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/backend").file(".mcp.json", config("files")).private())
        .repository(Repository::new("acme/old").file("mcp.json", config("old")).archived())
        .repository(Repository::new("acme/web").file(".cursor/mcp.json", config("browser")))
        .token(TOKEN, "ada")
}

/// Runs a scan of this server; the token is in `ACME_TOKEN`.
fn scan(server: &GitHub, target: &str, arguments: &[&str]) -> Ended {
    let fixed = ["scan", "--github", target, "--github-url", server.url()];
    let output = command(&[&fixed, arguments].concat())
        .env("ACME_TOKEN", TOKEN)
        .env("GITHUB_TOKEN", "ghp_of_another_host")
        .output()
        .expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let ended = Ended { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) };
    assert!(!format!("{ended:?}").contains("ghp_"), "{ended:?}");
    ended
}

#[test]
fn an_organisation_is_shown_as_a_folder_would_be() {
    let server = hub().fault("repos/acme/web/git/trees", 1, Fault::PrimaryLimit(1)).start();
    let ended = scan(&server, "acme", &["--github-token-env", "ACME_TOKEN", "--format", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let scan: contracts::api::scans::Scan = serde_json::from_value(json(&ended.output)).expect("a scan");
    let paths: Vec<_> = scan.discovered.iter().map(|mcp| mcp.config_path.as_str()).collect();
    assert_eq!((scan.name.as_str(), paths), ("acme", vec!["acme/backend/.mcp.json", "acme/web/.cursor/mcp.json"]));
    assert!(ended.errors.contains("Repositories: 2; left out: 1 archived (--include-archived)"), "{}", ended.errors);
    assert!(ended.errors.contains("GitHub allows no more requests for now; going on at "), "{}", ended.errors);
    assert!(server.asked().iter().all(|asked| asked.authorized));

    let all = scan_names(&server, &["--github-token-env", "ACME_TOKEN", "--include-archived"]);
    assert_eq!(all, ["files", "old", "browser"]);
    // The token for github.com does not go to another host.
    server.forget();
    assert_eq!(scan_names(&server, &[]), ["browser"]);
    assert!(server.asked().iter().all(|asked| !asked.authorized));
}

fn scan_names(server: &GitHub, arguments: &[&str]) -> Vec<String> {
    let ended = scan(server, "acme", &[&["--format", "json"], arguments].concat());
    let scan: contracts::api::scans::Scan = serde_json::from_value(json(&ended.output)).expect("a scan");
    scan.discovered.into_iter().map(|mcp| mcp.name).collect()
}

#[test]
fn one_repository_ends_as_a_folder_would() {
    let empty = Repository::new("acme/empty").empty();
    let clean = Repository::new("acme/clean").file("README.md", "nothing here");
    let server = Hub::default().repository(empty).repository(clean).start();
    let clean = scan(&server, "acme/clean@main", &["--quiet"]);
    assert_eq!((clean.code, clean.errors.as_str()), (Some(0), ""), "{clean:?}");
    assert!(clean.output.contains("acme/clean@main") && clean.output.contains("No MCP servers found"), "{clean:?}");
    let empty = scan(&server, "acme/empty", &[]);
    assert_eq!(empty.code, Some(5), "{empty:?}");
    assert!(empty.output.contains("it has no commit yet"), "{empty:?}");
    assert_eq!(scan(&server, "acme/empty", &["--allow-incomplete"]).code, Some(0));
}

#[test]
fn what_was_read_before_the_end_is_shown() {
    let server = hub().fault("repos/acme/web/git/trees", 1, Fault::PrimaryLimit(100_000)).start();
    let ended = scan(&server, "acme", &["--github-token-env", "ACME_TOKEN", "--fail-on", "critical"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    for expected in ["files", "INCOMPLETE the limit of requests is used up until", "acme/web: not read"] {
        assert!(ended.output.contains(expected), "{expected}: {}", ended.output);
    }
}

#[test]
fn what_is_wrong_is_one_line_that_says_what_to_do() {
    let server = hub().start();
    let wanting = Hub::default().organization("acme").fault("users/acme", 9, Fault::Status(401)).start();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let nobody = format!("http://{}", listener.local_addr().expect("its address"));
    drop(listener);
    let with_token = ["--github-token-env", "ACME_TOKEN"];
    let cases = [
        (
            scan(&server, "nobody", &[]),
            3,
            "`nobody`: it does not exist, was deleted, or the token may not see it: check the name",
        ),
        (scan(&server, "acme/none", &with_token), 3, "the rights of the token in `ACME_TOKEN`"),
        (scan(&server, "acme", &["--github-token-env", "GITHUB_TOKEN"]), 3, "check the token in `GITHUB_TOKEN`"),
        (scan(&wanting, "acme", &[]), 3, "`--github-token-env`"),
        (scan(&server, "acme", &["--github-token-env", "NOT_SET"]), 2, "`NOT_SET` is not set"),
        (mcp_audit(&["scan", "--github", "acme", "--github-url", &nobody]), 3, "check that the server is running"),
        (mcp_audit(&["scan", "--github", "acme", "--github-url", "http://github.example"]), 2, "with https"),
        (mcp_audit(&["scan", "--github", "acme/a b"]), 2, "is no name of an account or repository"),
    ];
    for (ended, code, expected) in cases {
        assert_eq!(ended.code, Some(code), "{expected}: {ended:?}");
        assert!(ended.errors.contains(expected), "{expected}: {}", ended.errors);
        assert_eq!(ended.output, "", "{expected}");
    }
}
