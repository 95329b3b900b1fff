//! Settings of a service, the secret ones from Secrets Manager.
//!
//! Lambda has no way to hand a secret to a function but its environment, which everybody reads who may describe the
//! function (CWE-526). So the environment may name secrets instead, in one variable: `MCP_AUDIT_SETTINGS_FROM` holds
//! `SETTING=SECRET` with commas between, a secret by its name or ARN. Its text is the value of the setting.

use anyhow::{Context as _, ensure};
use aws_config::BehaviorVersion;
use clap::{Command, Parser};

use crate::health_check;

/// The variable that says which settings are in which secrets.
const VARIABLE: &str = "MCP_AUDIT_SETTINGS_FROM";

/// Reads the settings of a service from flags, environment and the secrets that the environment names. Flags that are
/// wrong end the process with an explanation; a secret that cannot be had is an error that names it. With the flag
/// `--check-health` alone, the process asks the service of its container how it is and ends.
pub async fn settings<S: Parser>() -> anyhow::Result<S> {
    if std::env::args().nth(1).as_deref() == Some("--check-health") {
        health_check::check(std::env::var("MCP_AUDIT_LISTEN").ok().as_deref()).await.context("check the health")?;
        std::process::exit(0);
    }
    let references = references(&S::command(), |name| std::env::var(name).ok())?;
    let mut arguments: Vec<String> = std::env::args().collect();
    if !references.is_empty() {
        let aws = aws_config::defaults(BehaviorVersion::latest()).load().await;
        let secrets = aws_sdk_secretsmanager::Client::new(&aws);
        for Reference { flag, setting, secret } in references {
            let answer = secrets.get_secret_value().secret_id(&secret).send().await;
            let answer = answer.with_context(|| format!("read the secret `{secret}` for {setting}"))?;
            let value = answer.secret_string.with_context(|| format!("the secret `{secret}` holds no text"))?;
            // Not the arguments of the process, which others see, but those that the parser reads.
            arguments.push(format!("--{flag}={}", value.trim()));
        }
    }
    Ok(S::parse_from(arguments))
}

/// A setting whose value is in a secret.
#[derive(Debug, PartialEq, Eq)]
struct Reference {
    flag: String,
    setting: String,
    secret: String,
}

/// The settings of a command that the environment gives by a secret.
fn references(command: &Command, environment: impl Fn(&str) -> Option<String>) -> anyhow::Result<Vec<Reference>> {
    let named = environment(VARIABLE).unwrap_or_default();
    let pairs = named.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (setting, secret) = pair.split_once('=').with_context(|| {
            format!("{VARIABLE}: write `{pair}` as SETTING=SECRET, with the name or ARN of a secret")
        })?;
        let is_meant = |argument: &&clap::Arg| argument.get_env().is_some_and(|name| name == setting);
        let argument = command.get_arguments().find(is_meant);
        let flag = argument.and_then(clap::Arg::get_long);
        let flag = flag.with_context(|| format!("{VARIABLE}: this service has no setting {setting}"))?;
        ensure!(environment(setting).is_none(), "set either {setting} or its secret in {VARIABLE}, not both");
        Ok(Reference { flag: flag.to_owned(), setting: setting.to_owned(), secret: secret.to_owned() })
    };
    pairs.map(read).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[derive(Parser)]
    struct Service {
        #[command(flatten)]
        _worker: crate::Settings,
    }

    #[test]
    fn the_environment_may_name_secrets_instead_of_holding_them() {
        let read = |set: &[(&str, &str)]| {
            let lookup =
                |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            references(&Service::command(), lookup).map_err(|error| error.to_string())
        };
        assert_eq!(read(&[("REDIS_URL", "redis://127.0.0.1")]), Ok(vec![]));
        let redis = Reference { flag: "redis-url".into(), setting: "REDIS_URL".into(), secret: "prod/redis".into() };
        assert_eq!(read(&[(VARIABLE, "REDIS_URL=prod/redis, ")]), Ok(vec![redis]));
        for (named, expected) in [("REDIS_URL", "as SETTING=SECRET"), ("OTHER=prod/x", "has no setting OTHER")] {
            let error = read(&[(VARIABLE, named)]).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        let error = read(&[(VARIABLE, "REDIS_URL=x"), ("REDIS_URL", "redis://:hush@127.0.0.1")]).unwrap_err();
        assert!(error.contains("not both") && !error.contains("hush"), "{error}");
    }
}
