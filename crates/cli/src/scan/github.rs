//! Repositories of GitHub instead of a folder.

use std::sync::Arc;

use contracts::github::{GitHubSource, GitHubTarget};
use detect::evidence::Masker;
use discovery::Discovery;
use discovery::github::{Credential, Event, GitHub, GitHubError, Settings};
use outbound::Policy;
use secrecy::SecretString;
use url::Url;

use super::Searched;
use crate::arguments::Scan;
use crate::gate::Exit;
use crate::installation::evidence_key;
use crate::interrupts::{Interrupts, STOPPING};
use crate::progress::Display;
use crate::run::{Failure, internal, usage};

const GITHUB_API: &str = "https://api.github.com";
/// Where people and CI keep their token for github.com.
const TOKEN_VARIABLE: &str = "GITHUB_TOKEN";

/// Reads the repositories of a target.
pub(super) async fn search(
    arguments: &Scan,
    target: &GitHubTarget,
    display: &Display,
    interrupts: &Interrupts,
) -> Result<Searched, Failure> {
    let settings = settings(arguments)?;
    let has_token = !matches!(settings.credential, Credential::None);
    let failed = |error: GitHubError| failure(&error, arguments, has_token);
    let github = GitHub::new(settings).map_err(failed)?;
    let source = GitHubSource {
        target: target.clone(),
        include_archived: arguments.include_archived,
        include_forks: arguments.include_forks,
    };
    let watch = |event: &Event<'_>| tell(event, display);
    let mut scan = tokio::select! {
        scan = github.scan(&source, None, &watch) => scan.map_err(failed)?,
        () = interrupts.reach(1) => {
            let message = "interrupted before GitHub answered".to_owned();
            return Err(Failure { exit: Exit::Interrupted, message });
        }
    };
    let mut searched = Searched { found: Discovery::default(), failure: None, interrupted: false };
    loop {
        let next = tokio::select! {
            next = scan.next() => next,
            () = interrupts.reach(1) => {
                display.say(STOPPING);
                searched.interrupted = true;
                break;
            }
        };
        match next {
            Ok(Some(scanned)) => searched.found.merge(scanned.found),
            Ok(None) => break,
            // What was read before is worth showing.
            Err(error) => {
                for repository in scan.open() {
                    searched.found.skip(&repository, "not read: the scan ended before");
                }
                searched.failure = Some(failed(error).message);
                break;
            }
        }
    }
    searched.found = searched.found.settle();
    Ok(searched)
}

fn settings(arguments: &Scan) -> Result<Settings, Failure> {
    let base = match &arguments.github_url {
        Some(url) => url.clone(),
        None => Url::parse(GITHUB_API).map_err(|error| internal(format!("{GITHUB_API}: {error}")))?,
    };
    let base = discovery::github::base(&base).map_err(|error| usage(format!("`--github-url`: {error}")))?;
    let is_public = base.host_str() == Some("api.github.com");
    let mut settings = Settings::new(base);
    settings.masker = Some(Arc::new(Masker::new(evidence_key())));
    // An Enterprise server is mostly in a network of its own; whoever runs this program names it.
    settings.addresses = if is_public { Policy::PublicOnly } else { Policy::AllowPrivate };
    settings.credential = Credential::token(match &arguments.github_token_env {
        Some(name) => Some(token(name).ok_or_else(|| {
            usage(format!("`--github-token-env`: the environment variable `{name}` is not set or empty"))
        })?),
        // A token for github.com is no business of any other host.
        None if is_public => token(TOKEN_VARIABLE),
        None => None,
    });
    Ok(settings)
}

fn token(variable: &str) -> Option<SecretString> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty()).map(SecretString::from)
}

fn failure(error: &GitHubError, arguments: &Scan, has_token: bool) -> Failure {
    let variable = arguments.github_token_env.as_deref().unwrap_or(TOKEN_VARIABLE);
    let give = match (&arguments.github_url, &arguments.github_token_env) {
        (Some(_), None) => "name the variable that holds one with `--github-token-env`".to_owned(),
        _ => format!("set `{variable}` to one"),
    };
    let advice = match error {
        GitHubError::Unauthorized | GitHubError::Token => format!(": check the token in `{variable}`"),
        GitHubError::NeedsToken => format!(": {give}"),
        GitHubError::NotFound(_) if has_token => {
            format!(": check the name, and the rights of the token in `{variable}`")
        }
        GitHubError::NotFound(_) => format!(": check the name; what is private needs a token: {give}"),
        GitHubError::Limited { .. } if !has_token => format!(" ({give})"),
        _ => String::new(),
    };
    let exit = if matches!(error, GitHubError::Base(_) | GitHubError::Token) { Exit::Usage } else { Exit::Unreachable };
    Failure { exit, message: format!("{error}{advice}") }
}

/// Says how far the scan is. What takes long or changes what is read stays; the rest is only for terminals.
fn tell(event: &Event<'_>, display: &Display) {
    match event {
        Event::Listed { repositories, archived, forks } => {
            let mut left_out = Vec::new();
            left_out.extend((*archived > 0).then(|| format!("{archived} archived (--include-archived)")));
            left_out.extend((*forks > 0).then(|| format!("{forks} forks (--include-forks)")));
            let left_out =
                if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) };
            display.say(&format!("Repositories: {repositories}{left_out}"));
        }
        Event::Repository { name, number, of } => display.update(format!("Reading {name} ({number} of {of})")),
        Event::Renamed { from, to } => display.say(&format!("{from} is now called {to}")),
        Event::Waiting { until } => {
            display.say(&format!(
                "GitHub allows no more requests for now; going on at {}",
                until.strftime("%H:%M:%S UTC")
            ));
        }
    }
}
