//! The setting that tells which organisation has installed which GitHub App.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow, ensure};
use contracts::ids::OrgId;
use discovery::github::App;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

const SETTING: &str = "MCP_AUDIT_GITHUB_APPS";

/// One installation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    org: OrgId,
    app: String,
    installation: u64,
    private_key: SecretString,
}

/// Reads the installations from the setting, or from the file that it names. What is wrong is told without them.
pub(crate) fn apps(given: Option<&SecretString>) -> anyhow::Result<Vec<(OrgId, App)>> {
    let Some(setting) = given.map(|given| given.expose_secret().trim()).filter(|setting| !setting.is_empty()) else {
        return Ok(Vec::new());
    };
    if setting.starts_with(['[', '{']) {
        return parsed(setting);
    }
    // Not named: whoever gives a key where a path belongs would find it in the log.
    let file = std::fs::read_to_string(setting).map(SecretString::from);
    let file = file.with_context(|| format!("{SETTING} is no JSON array, and no file that can be read"))?;
    parsed(file.expose_secret()).context("read the file that is named in the settings")
}

fn parsed(json: &str) -> anyhow::Result<Vec<(OrgId, App)>> {
    let all: Vec<Given> = serde_json::from_str(json).map_err(|error| {
        // The error itself may quote a key that stands in the wrong place.
        let (line, column) = (error.line(), error.column());
        anyhow!(
            "{SETTING}, line {line}, column {column}: write [{{\"org\": ORG, \"app\": CLIENT_ID, \"installation\": NUMBER, \
             \"private_key\": PEM}}], with an organisation's id, and the line ends of the key as \\n"
        )
    })?;
    let mut organisations = BTreeSet::new();
    for Given { org, .. } in &all {
        ensure!(organisations.insert(org), "{SETTING} has two apps for organisation {org}: remove one");
    }
    let app = |Given { org, app, installation, private_key }| (org, App { id: app, installation, private_key });
    Ok(all.into_iter().map(app).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"org": "org-1", "app": "Iv1.a", "installation": 7, "private_key": "hidden"}"#;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let shown = |(org, app): (OrgId, App)| format!("{org} {} {}", app.id, app.installation);
        match apps(Some(&text.into())) {
            Ok(apps) => Ok(apps.into_iter().map(shown).collect()),
            Err(error) => Err(format!("{error:#}")),
        }
    }

    #[test]
    fn each_organisation_has_its_installation() {
        assert_eq!(read(" "), Ok(vec![]));
        let two = format!("[{ONE}, {}]", ONE.replace("org-1", "org-2").replace('7', "8"));
        let expected = vec!["org-1 Iv1.a 7".to_owned(), "org-2 Iv1.a 8".to_owned()];
        assert_eq!(read(&two), Ok(expected.clone()));
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), two).expect("written");
        assert_eq!(read(file.path().to_str().expect("a path")), Ok(expected));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_key() {
        for (bad, expected) in [
            (ONE.to_owned(), "line 1, column"),
            (format!("[{ONE}, {ONE}]"), "two apps for organisation org-1"),
            (format!("[{}]", ONE.replace('7', "\"hidden\"")), "line 1, column"),
            (format!("[{}]", ONE.replace("org-1", "org 1")), "line 1, column"),
            (format!("[{}]", ONE.replace("\"app\"", "\"hidden\"")), "line 1, column"),
            ("-----BEGIN RSA PRIVATE KEY-----\nhidden".to_owned(), "no file that can be read"),
        ] {
            let error = read(&bad).expect_err(&bad);
            assert!(!error.contains("hidden") && error.contains(SETTING) && error.contains(expected), "{error}");
        }
    }
}
