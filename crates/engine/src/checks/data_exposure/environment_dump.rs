//! Answers that print the environment of the server's process.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use contracts::audit::{Confidence, NamedTest, Severity};
use detect::secret;
use regex::Regex;

use super::outputs::{nothing_called, outputs};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-DX-006",
    title: "Environment dump",
    test: NamedTest::DataExposure,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Critical,
    remediation: "Remove the tool, or return only the settings that it needs by name; rotate every secret that stood in the environment.",
    tags: &[Tag::Cwe(526), Tag::McpTop10(1), Tag::LlmTop10(2)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// How many known variables make a dump.
const FEWEST: usize = 4;
/// Variables that processes have, each with a value behind it: as lines, or as members of a JSON object.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    let names = "PATH|HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|LANG|LC_ALL|HOSTNAME|TERM|TZ|TMPDIR|EDITOR|SHLVL|MAIL|DISPLAY|XDG_[A-Z_]+|SSH_[A-Z_]+|\
        NODE_[A-Z_]+|NPM_CONFIG_[A-Z_]+|PYTHON[A-Z_]+|VIRTUAL_ENV|JAVA_HOME|GOPATH|CARGO_HOME|RUSTUP_HOME|LD_LIBRARY_PATH|AWS_[A-Z_]+|AZURE_[A-Z_]+|\
        GOOGLE_[A-Z_]+|GITHUB_[A-Z_]+|KUBERNETES_[A-Z_]+|DATABASE_URL|REDIS_URL|OPENAI_API_KEY|ANTHROPIC_API_KEY|SYSTEMROOT|USERPROFILE|APPDATA|\
        COMPUTERNAME|WINDIR|COMSPEC|USERNAME|PROGRAMFILES|NUMBER_OF_PROCESSORS";
    Regex::new(&format!(r#"(?m)(?:^|["'\s,{{;])(?P<name>{names})["']?\s*(?:=|:)\s*["']?(?P<value>[^\s"',;}}]+)"#))
        .expect("a constant pattern is valid")
});

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let outputs = outputs(probe).await?;
    if outputs.is_empty() {
        return Ok(nothing_called());
    }
    let mut drafts: Vec<Draft> = Vec::new();
    // Structured answers hold one variable per value: the answer as a whole is what is judged.
    for answer in outputs.chunk_by(|one, next| one.request == next.request && one.item() == next.item()) {
        let text = answer
            .iter()
            .map(|output| output.named().unwrap_or_else(|| output.text.clone()))
            .collect::<Vec<_>>()
            .join("\n");
        if let Some((range, with_secret)) = dump(&text) {
            let severity = if with_secret { Severity::Critical } else { Severity::High };
            let sample = Sample::part(text, range, "environment").after(answer[0].request.clone(), answer[0].status);
            let message = "an answer prints environment variables of the server's process with their values";
            drafts.push(Draft::new(severity, Confidence::Confirmed, answer[0].item(), message).sample(sample));
        }
    }
    Ok(Verdict::Decided(drafts))
}

/// Where a dump begins and ends, and whether it holds a secret.
fn dump(text: &str) -> Option<(Range<usize>, bool)> {
    // `PATH=$PATH:/opt` and `HOME=<home>` are documentation.
    let is_value = |value: &str| !value.starts_with(['$', '<', '{', '%', '*']) && !value.starts_with("...");
    let found: Vec<_> = VARIABLE.captures_iter(text).filter(|found| is_value(&found["value"])).collect();
    let names: BTreeSet<&str> = found.iter().filter_map(|found| found.name("name")).map(|name| name.as_str()).collect();
    if names.len() < FEWEST {
        return None;
    }
    let start = found.first()?.get(0)?.start();
    let end = found.last()?.get(0)?.end();
    Some((start..end, !secret::scan(text).is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_variables_with_values_are_a_dump_and_documentation_is_not() {
        assert!(dump("PATH=/usr/bin\nHOME=/root\nUSER=app\nLANG=C").is_some_and(|(_, secret)| !secret));
        assert!(dump(r#"{"PATH": "/usr/bin", "HOME": "/root", "USER": "app", "SHELL": "/bin/sh"}"#).is_some());
        assert!(
            dump("PATH=/bin\nHOME=/root\nUSER=app\nAWS_SECRET_KEY=q9Zx27LmR4tVw81KpNs6YbTe")
                .is_some_and(|(_, secret)| secret)
        );
        assert!(dump("PATH=/usr/bin\nHOME=/root\nPATH=/bin\nUSER=app").is_none());
        assert!(
            dump(
                "Set PATH, HOME, USER and LANG before you start. PATH=$PATH:/opt HOME=<home> USER=<you> LANG=<locale>"
            )
            .is_none()
        );
    }
}
