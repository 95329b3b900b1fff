//! MCPA-SC-008: packages from a place that can be spoofed (CWE-829, CWE-319, CWE-427).

use std::collections::BTreeMap;

use contracts::packages::{Issue, IssueKind};
use url::Url;

use super::{in_file, shown};
use crate::{Index, IndexRole, Resolved, Source, SourceKind};

pub(super) fn issues(resolved: &Resolved) -> Vec<Issue> {
    let indexes = resolved.indexes.iter().filter_map(of_index);
    indexes.chain(clear_text(resolved)).collect()
}

/// A single index over https is what the check asks for.
fn of_index(index: &Index) -> Option<Issue> {
    let url = &index.url;
    let source = Source { kind: SourceKind::Registry, url: Some(url.clone()) };
    let reason = match index.role {
        _ if source.is_clear_text() => format!("packages come from `{url}` in clear text; use https"),
        IndexRole::Main => return None,
        IndexRole::Extra => format!(
            "packages come from `{url}` beside the main index, and whoever holds a name in either is installed; use one index"
        ),
        IndexRole::TrustedHost => {
            format!("the certificate of `{url}` is not checked; have it issued by a known authority")
        }
    };
    Some(super::issue(IssueKind::UntrustedSource, url.clone(), in_file(&index.file, index.line), reason))
}

/// One issue per file and host: a lock file names its registry in every entry.
fn clear_text(resolved: &Resolved) -> impl Iterator<Item = Issue> {
    let locked = resolved
        .packages
        .iter()
        .map(|package| (package.ecosystem, package.coordinate(), &package.file, package.line, &package.source));
    let asked = resolved.manifests.iter().flat_map(|manifest| {
        manifest
            .requirements
            .iter()
            .map(|asked| (asked.ecosystem, asked.name.clone(), &manifest.file, asked.line, &asked.source))
    });
    let mut first: BTreeMap<(String, String), Issue> = BTreeMap::new();
    for (ecosystem, package, file, line, source) in locked.chain(asked).filter(|row| row.4.is_clear_text()) {
        let url = source.url.clone().unwrap_or_default();
        let host = Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let reason = format!("`{package}` is fetched from `{url}` in clear text; use https");
        first.entry((file.clone(), host.clone())).or_insert_with(|| {
            let issue = super::issue(IssueKind::UntrustedSource, host, in_file(file, line), reason);
            Issue { package: Some(shown(ecosystem, &package)), ..issue }
        });
    }
    first.into_values()
}
