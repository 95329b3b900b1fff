//! A GitHub App in place of a token: what it sees, how long, and what people are told where it gets none.

use std::time::Duration;

use discovery::github::{AppError, Credential, GitHub, GitHubError, Settings};
use servers::github::{App, Fault, GitHub as Server, Hub, Repository, Standing};

use crate::{config, scan_by, scan_with, settings};

const ID: &str = "Iv1.0123456789abcdef";
const EXCHANGE: &str = "app/installations/7/access_tokens";

fn app() -> App {
    App::new(ID, 7)
}

fn hub() -> Hub {
    let mut files = Repository::new("acme/files");
    for number in 0..12 {
        files = files.file(&format!("{number}/mcp.json"), config(&format!("f{number}")));
    }
    Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/secret").file(".mcp.json", config("secret")).private())
        .repository(files)
}

/// Settings for a server with an app whose key is this.
fn with_key(server: &Server, private_key: &str) -> Settings {
    let mut settings = settings(server);
    let private_key = private_key.to_owned().into();
    settings.credential = Credential::App(discovery::github::App { id: ID.to_owned(), installation: 7, private_key });
    settings
}

fn exchanges(server: &Server) -> usize {
    server.asked().iter().filter(|asked| asked.path == EXCHANGE).count()
}

fn refusals(server: &Server) -> usize {
    server.asked().iter().filter(|asked| asked.status == 401).count()
}

#[tokio::test]
async fn an_app_reads_what_it_is_installed_for_with_one_token() {
    let app = app();
    let keys = [app.private_key(), app.private_key_pkcs8()];
    let server = hub().app(app).start();
    for (number, key) in (1..).zip(keys) {
        let github = GitHub::new(with_key(&server, &key)).expect("a client");
        let (all, one) = tokio::join!(scan_by(&github, "acme", None), scan_by(&github, "acme/secret", None));
        assert_eq!(all.expect("a scan").servers().len(), 13);
        assert_eq!(one.expect("a scan").servers(), ["acme/secret/.mcp.json secret"]);
        assert_eq!((exchanges(&server), refusals(&server)), (number, 0), "one token for two scans at once");
        let shown = format!("{github:?}");
        assert!(!shown.contains("ghs_") && !shown.contains(&key[40..80]), "{shown}");
    }
    assert!(server.asked().iter().all(|asked| asked.authorized));
}

#[tokio::test]
async fn an_app_of_a_user_sees_the_private_repositories_of_that_user() {
    let app = app();
    let key = app.private_key();
    let server = Hub::default()
        .user("ada")
        .repository(Repository::new("ada/diary").file("mcp.json", config("diary")).private())
        .repository(Repository::new("ada/open").file("mcp.json", config("open")))
        .repository(Repository::new("grace/other").file("mcp.json", config("other")).private())
        .app(app)
        .start();
    let seen = scan_with(with_key(&server, &key), "ada", None).await.expect("a scan");
    assert_eq!(seen.servers(), ["ada/diary/mcp.json diary", "ada/open/mcp.json open"]);
}

#[tokio::test]
async fn a_token_that_is_taken_back_in_the_middle_is_replaced_once() {
    // Behind the list, amid the files, of which several are read at a time.
    for requests in [2, 9] {
        let app = app().tokens_taken_back(1, requests);
        let key = app.private_key();
        let server = hub().app(app).start();
        let seen = scan_with(with_key(&server, &key), "acme", None).await.expect("a scan");
        assert_eq!((seen.servers().len(), seen.skipped()), (13, vec![]), "after {requests}");
        assert_eq!(exchanges(&server), 2, "after {requests}");
        assert!((1..=4).contains(&refusals(&server)), "after {requests}: {:?}", server.asked());
    }
}

#[tokio::test]
async fn a_token_that_ends_while_a_limit_is_waited_for_is_not_sent() {
    let app = app().tokens_live(Duration::from_secs(6));
    let key = app.private_key();
    let server = hub().app(app).fault("acme/files/git/trees", 1, Fault::PrimaryLimit(5)).start();
    let seen = scan_with(with_key(&server, &key), "acme", None).await.expect("a scan");
    assert_eq!(seen.servers().len(), 13);
    assert!(seen.events.contains(&"waiting".to_owned()), "{:?}", seen.events);
    assert!(exchanges(&server) >= 2 && refusals(&server) == 0, "{:?}", server.asked());
}

#[tokio::test]
async fn tokens_that_are_never_good_end_the_scan() {
    let app = app().tokens_taken_back(usize::MAX, 0);
    let key = app.private_key();
    let server = hub().app(app).start();
    let error = scan_with(with_key(&server, &key), "acme", None).await.map(drop).expect_err("no scan");
    assert!(matches!(error, GitHubError::App(AppError::TokenRefused)) && error.ends_scan(), "{error}");
    assert_eq!((exchanges(&server), refusals(&server)), (2, 2));
}

#[tokio::test]
async fn an_app_without_a_token_is_told_what_to_check() {
    let hour = 3_600;
    let other = App::new(ID, 7).private_key();
    for (app, key, expected) in [
        (app(), Some(&other), "check that the private key was made for this very app"),
        (app().clock_ahead(hour), None, "the clock of this machine is -3"),
        (app().clock_ahead(-hour), None, "the clock of this machine is 3"),
        (app().standing(Standing::Suspended), None, "the installation is suspended"),
        (app().standing(Standing::WithoutContents), None, "give it the permission `Contents: read-only`"),
        (App::new(ID, 8), None, "GitHub knows no such installation"),
        (App::new("Iv1.another", 7), None, "GitHub knows no such installation"),
    ] {
        let key = key.cloned().unwrap_or_else(|| app.private_key());
        let server = hub().app(app).start();
        let error = scan_with(with_key(&server, &key), "acme", None).await.map(drop).expect_err(expected);
        assert!(error.ends_scan() && matches!(error, GitHubError::App(_)), "{error}");
        let told = error.to_string();
        assert!(told.contains(expected) && !told.contains(ID), "{told}");
        assert_eq!(server.asked().len(), 1, "{told}: {:?}", server.asked());
    }
}

#[tokio::test]
async fn the_proof_of_an_app_goes_to_this_api_only_and_waits_for_its_limits() {
    let elsewhere = hub().app(app()).start();
    for (fault, expected) in [
        (Fault::Redirect(format!("{}/{EXCHANGE}", elsewhere.url())), Some("status 301")),
        (Fault::Garbage, Some("status 200")),
        (Fault::SecondaryLimit(1), None),
        (Fault::Status(502), None),
    ] {
        let app = app();
        let key = app.private_key();
        let server = hub().app(app).fault(EXCHANGE, 1, fault.clone()).start();
        let seen = scan_with(with_key(&server, &key), "acme", None).await;
        match expected {
            None => assert_eq!(seen.expect("a scan").servers().len(), 13, "{fault:?}"),
            Some(expected) => {
                let error = seen.map(drop).expect_err(expected).to_string();
                assert!(error.contains(expected), "{fault:?}: {error}");
            }
        }
    }
    assert!(elsewhere.asked().is_empty());
}
