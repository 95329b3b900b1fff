//! What goes wrong at GitHub: it is waited for, tried again, or told.

use std::time::Duration;

use discovery::github::{Credential, GitHubError};
use servers::github::{Fault, Hub, Repository};

use crate::{config, scan, scan_with, settings};

fn hub() -> Hub {
    Hub::default().organization("acme").repository(Repository::new("acme/backend").file(".mcp.json", config("a")))
}

#[tokio::test]
async fn limits_are_waited_for_and_told() {
    for fault in [Fault::PrimaryLimit(1), Fault::SecondaryLimit(1)] {
        let server = hub().fault("git/trees", 1, fault.clone()).start();
        let seen = scan(&server, "acme").await.expect("a scan");
        assert_eq!(seen.servers().len(), 1, "{fault:?}");
        assert_eq!(seen.events, ["1 listed, 0 archived, 0 forks", "1/1 acme/backend", "waiting"], "{fault:?}");
        let trees = server.asked().iter().filter(|asked| asked.path.contains("git/trees")).count();
        assert_eq!(trees, 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_limit_that_does_not_end_ends_the_scan() {
    for (fault, times) in
        [(Fault::PrimaryLimit(3_600), 1), (Fault::SecondaryLimit(u64::MAX), 1), (Fault::SecondaryLimit(0), 100)]
    {
        let server = hub().fault("orgs/acme/repos", times, fault.clone()).start();
        let error = scan(&server, "acme").await.map(drop).expect_err("no scan");
        assert!(matches!(error, GitHubError::Limited { .. }), "{fault:?}: {error}");
        assert!(server.asked().len() <= 6, "{fault:?}: {:?}", server.asked());
    }
}

#[tokio::test]
async fn passing_faults_are_tried_again() {
    for fault in [Fault::Status(500), Fault::Status(502), Fault::BreaksOff] {
        let server = hub().fault("git/", 2, fault.clone()).start();
        let seen = scan(&server, "acme").await.expect("a scan");
        assert_eq!((seen.servers().len(), seen.skipped()), (1, vec![]), "{fault:?}");
    }
}

#[tokio::test]
async fn a_repository_that_fails_does_not_keep_from_the_others() {
    let endless = u32::MAX;
    let cases = [
        (Fault::Status(503), "GitHub answered with status 503"),
        (Fault::Forbidden, "lacks the right to read"),
        (Fault::SingleSignOn, "single sign-on"),
        (Fault::Garbage, "is not what its API describes"),
        (Fault::Long(65 << 20), "is longer than 67108864 bytes"),
        (Fault::Slow, "no end of the answer within"),
        (Fault::Redirect("https://elsewhere.example/api/v3/x".to_owned()), "refers to another host"),
    ];
    for (fault, expected) in cases {
        let other = Repository::new("acme/other").file("mcp.json", config("b"));
        let server = hub().repository(other).fault("acme/backend/git/trees", endless, fault.clone()).start();
        let mut quick = settings(&server);
        if matches!(fault, Fault::Slow) {
            quick.limits.answer = Duration::from_millis(300);
            quick.limits.repeating = Duration::from_millis(300);
        }
        let seen = scan_with(quick, "acme", None).await.expect("a scan");
        assert_eq!(seen.servers(), ["acme/other/mcp.json b"], "{fault:?}");
        let skipped = seen.skipped();
        assert!(skipped.len() == 1 && skipped[0].starts_with("acme/backend: "), "{fault:?}: {skipped:?}");
        assert!(skipped[0].contains(expected), "{fault:?}: {skipped:?}");
    }
}

#[tokio::test]
async fn a_file_that_fails_does_not_keep_from_the_others() {
    for (fault, expected) in
        [(Fault::Status(404), "GitHub shows no such file"), (Fault::Long(2 << 20), "larger than 1 MiB")]
    {
        let repository = Repository::new("acme/x").file("a/mcp.json", config("a")).file("b/mcp.json", config("b"));
        let server = Hub::default().repository(repository).fault("git/blobs", 1, fault.clone()).start();
        let seen = scan(&server, "acme/x").await.expect("a scan");
        assert_eq!(seen.servers().len(), 1, "{fault:?}");
        let skipped = seen.skipped();
        assert!(skipped.len() == 1 && skipped[0].starts_with("acme/x/"), "{fault:?}: {skipped:?}");
        assert!(skipped[0].contains(expected), "{fault:?}: {skipped:?}");
    }
}

#[tokio::test]
async fn repositories_that_cannot_be_read_say_why() {
    let server = Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/blocked").blocked())
        .repository(Repository::new("acme/deleted").deleted())
        .repository(Repository::new("acme/empty").empty())
        .repository(Repository::new("acme/well").file(".mcp.json", config("a")))
        .start();
    let seen = scan(&server, "acme").await.expect("a scan");
    assert_eq!(seen.servers(), ["acme/well/.mcp.json a"]);
    assert_eq!(
        seen.skipped(),
        [
            "acme/blocked: GitHub blocks it, for a legal reason or by its staff",
            "acme/deleted: GitHub shows no repository `acme/deleted`: it does not exist, was deleted, or the token may not see it",
            "acme/empty: it is empty: it has no commit yet",
        ]
    );
}

#[tokio::test]
async fn a_renamed_repository_is_read_under_its_new_name() {
    let server = Hub::default()
        .repository(Repository::new("acme/new").file(".mcp.json", config("a")).formerly("acme/old"))
        .start();
    let seen = scan(&server, "acme/old").await.expect("a scan");
    assert_eq!(seen.servers(), ["acme/new/.mcp.json a"]);
    assert_eq!(seen.events[0], "acme/old is acme/new");
    let around = hub().fault("repos/acme/backend", 9, Fault::Redirect("backend".to_owned())).start();
    let error = scan(&around, "acme/backend").await.map(drop).expect_err("no scan");
    assert!(matches!(error, GitHubError::Redirects), "{error}");
}

#[tokio::test]
async fn a_token_never_leaves_for_another_host() {
    let elsewhere = hub().token("ghp_made_up_0123456789", "ada").start();
    for part in ["repos/acme/backend", "users/acme"] {
        let to = format!("{}/repos/acme/backend", elsewhere.url());
        let server = hub().token("ghp_made_up_0123456789", "ada").fault(part, 9, Fault::Redirect(to)).start();
        let mut with_token = settings(&server);
        with_token.credential = Credential::Token("ghp_made_up_0123456789".into());
        let target = if part.starts_with("users") { "acme" } else { "acme/backend" };
        let error = scan_with(with_token, target, None).await.map(drop).expect_err("no scan");
        assert!(matches!(error, GitHubError::Elsewhere), "{error}");
        assert!(!format!("{error:?} {error}").contains("0123456789"));
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn wrong_names_and_tokens_are_told_apart() {
    let server = hub().token("ghp_right", "ada").start();
    for (target, token, expected) in [
        ("nobody", None, "GitHub shows no organisation or user `nobody`"),
        ("acme/nothing", None, "GitHub shows no repository `acme/nothing`"),
        ("acme/backend", Some("ghp_wrong"), "GitHub refused the token"),
    ] {
        let mut settings = settings(&server);
        settings.credential = Credential::token(token.map(Into::into));
        let error = scan_with(settings, target, None).await.map(drop).expect_err(target).to_string();
        assert!(error.starts_with(expected) && !error.contains("ghp_"), "{error}");
    }
}

#[tokio::test]
async fn a_scan_ends_after_its_time() {
    let server = hub().fault("git/trees", u32::MAX, Fault::Slow).start();
    let mut short = settings(&server);
    short.limits.total = Duration::from_millis(500);
    let error = scan_with(short, "acme", None).await.map(drop).expect_err("no scan");
    assert!(matches!(error, GitHubError::Deadline(_)) && error.ends_scan(), "{error}");
}

#[tokio::test]
async fn addresses_that_are_not_allowed_are_not_asked() {
    let server = hub().start();
    let mut public = settings(&server);
    public.addresses = outbound::Policy::PublicOnly;
    let error = scan_with(public, "acme", None).await.map(drop).expect_err("no scan");
    assert!(matches!(error, GitHubError::Call(_)) && error.ends_scan(), "{error}");
    assert!(server.asked().is_empty());
}
