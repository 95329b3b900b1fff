//! Settings of a service, the secret ones from Secrets Manager.
//!
//! Lambda has no way to hand a secret to a function but its environment, which everybody reads who may describe the
//! function (CWE-526). So for each setting `NAME` the environment may hold `NAME_SECRET_ARN` instead: the secret whose
//! text is the value. Containers are told the same way, so that there is one.

use anyhow::{Context as _, ensure};
use aws_config::BehaviorVersion;
use clap::{Command, Parser};

use crate::health_check;

/// Ends the name of a variable that holds the ARN of a secret.
const SUFFIX: &str = "_SECRET_ARN";

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
        for Reference { flag, variable, arn } in references {
            let secret = secrets.get_secret_value().secret_id(&arn).send().await;
            let secret = secret.with_context(|| format!("read the secret {arn} of {variable}{SUFFIX}"))?;
            let value =
                secret.secret_string.with_context(|| format!("the secret {arn} of {variable} holds no text"))?;
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
    variable: String,
    arn: String,
}

/// The settings of a command that the environment gives by a secret.
fn references(command: &Command, environment: impl Fn(&str) -> Option<String>) -> anyhow::Result<Vec<Reference>> {
    let mut references = Vec::new();
    for argument in command.get_arguments() {
        let (Some(variable), Some(flag)) = (argument.get_env().and_then(|name| name.to_str()), argument.get_long())
        else {
            continue;
        };
        let Some(arn) = environment(&format!("{variable}{SUFFIX}")) else { continue };
        ensure!(environment(variable).is_none(), "set either {variable} or {variable}{SUFFIX}, not both");
        references.push(Reference { flag: flag.to_owned(), variable: variable.to_owned(), arn });
    }
    Ok(references)
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
    fn a_variable_may_name_a_secret_instead_of_holding_it() {
        let read = |set: &[(&str, &str)]| {
            let lookup =
                |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            references(&Service::command(), lookup).map_err(|error| error.to_string())
        };
        assert_eq!(read(&[("REDIS_URL", "redis://127.0.0.1")]), Ok(vec![]));
        // Nothing of ours has this name.
        assert_eq!(read(&[("OTHER_SECRET_ARN", "arn:x")]), Ok(vec![]));
        let redis = Reference { flag: "redis-url".into(), variable: "REDIS_URL".into(), arn: "arn:x".into() };
        assert_eq!(read(&[("REDIS_URL_SECRET_ARN", "arn:x")]), Ok(vec![redis]));
        let error = read(&[("REDIS_URL_SECRET_ARN", "arn:x"), ("REDIS_URL", "redis://:hush@127.0.0.1")]).unwrap_err();
        assert!(error.contains("REDIS_URL_SECRET_ARN") && !error.contains("hush"), "{error}");
    }
}
