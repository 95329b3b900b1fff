//! `package.json`: <https://docs.npmjs.com/cli/configuring-npm/package-json>.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::lines::Lines;
use crate::source::masked;
use crate::tree::{File, Tree, has_extension};
use crate::{Ecosystem, Manifest, Requirement, Resolved, Source, SourceKind, syntax};

/// The parts of the file that matter here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PackageJson {
    name: Option<String>,
    version: Option<String>,
    private: bool,
    bin: Option<Value>,
    workspaces: Option<Value>,
    scripts: IndexMap<String, Value>,
    pub(super) dependencies: IndexMap<String, String>,
    pub(super) dev_dependencies: IndexMap<String, String>,
    pub(super) optional_dependencies: IndexMap<String, String>,
    pub(super) peer_dependencies: IndexMap<String, String>,
}

impl PackageJson {
    /// Names with ranges, and whether they are only for development.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let production = [&self.dependencies, &self.optional_dependencies, &self.peer_dependencies];
        let production = production.into_iter().flatten().map(|(name, range)| (name, range, false));
        let development = self.dev_dependencies.iter().map(|(name, range)| (name, range, true));
        production.chain(development).map(|(name, range, dev)| (name.as_str(), range.as_str(), dev))
    }
}

/// The manifest beside a lock file, if there is one that can be read. That it cannot is told where it is read itself.
pub(super) fn beside(lock: &str, tree: &Tree) -> Option<PackageJson> {
    syntax::json(tree.beside(lock, "package.json")?.text).ok()
}

/// npm runs these scripts of a package and of each of its dependencies on installation.
const INSTALL_SCRIPTS: [&str; 3] = ["preinstall", "install", "postinstall"];

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let package: PackageJson = syntax::json(file.text)?;
    let mut manifest = Manifest::new(Ecosystem::Npm, file.path);
    // What can be started is a program: whoever runs it gets whatever its ranges allow that day.
    manifest.library = package.name.is_some() && package.version.is_some() && !package.private && package.bin.is_none();
    manifest.workspace = package.workspaces.is_some();
    for script in INSTALL_SCRIPTS {
        if let Some(command) = package.scripts.get(script).and_then(Value::as_str) {
            manifest.install_scripts.push((script.to_owned(), command.to_owned()));
        }
    }
    let sections = [
        ("\"dependencies\"", &package.dependencies, false),
        ("\"optionalDependencies\"", &package.optional_dependencies, false),
        ("\"devDependencies\"", &package.dev_dependencies, true),
    ];
    for (section, dependencies, dev) in sections {
        let mut lines = Lines::new(file.text);
        lines.next(section);
        for (name, range) in dependencies {
            let line = lines.next(&format!("\"{name}\""));
            manifest.requirements.push(Requirement { dev, line, ..requirement(name, range) });
        }
    }
    manifest.name = package.name;
    resolved.manifests.push(manifest);
    Ok(())
}

/// One dependency: <https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies>.
pub(super) fn requirement(name: &str, specifier: &str) -> Requirement {
    let specifier = specifier.trim();
    let (name, range) = match specifier.strip_prefix("npm:") {
        Some(alias) => name_and_version(alias),
        None => (name, specifier),
    };
    let source = source_of_specifier(range);
    let (range, exact) = match source.kind {
        SourceKind::Registry => (range.to_owned(), exact_version(range)),
        _ => (source.url.clone().unwrap_or_default(), None),
    };
    let (ecosystem, name) = (Ecosystem::Npm, name.to_owned());
    Requirement { ecosystem, name, range, exact, dev: false, line: None, source, hashed: false }
}

/// `name@version`, where the name may begin with the `@` of a scope.
pub(super) fn name_and_version(text: &str) -> (&str, &str) {
    let start = usize::from(text.starts_with('@'));
    match text[start..].find('@') {
        Some(at) => (&text[..start + at], &text[start + at + 1..]),
        None => (text, ""),
    }
}

fn exact_version(range: &str) -> Option<String> {
    let version = range.strip_prefix('=').unwrap_or(range).trim();
    // The parser is as lenient as npm's; a range never is one version to it.
    nodejs_semver::Version::parse(version).ok().map(|version| version.to_string())
}

fn source_of_specifier(specifier: &str) -> Source {
    const PATHS: [&str; 5] = ["file:", "link:", "portal:", "workspace:", "."];
    const HOSTS: [&str; 3] = ["github:", "gitlab:", "bitbucket:"];
    if PATHS.iter().any(|prefix| specifier.starts_with(prefix))
        || specifier.starts_with(['/', '~']) && specifier.contains('/')
    {
        Source::path()
    } else if let Some(host) = HOSTS.iter().find(|host| specifier.starts_with(**host)) {
        let domain = if *host == "bitbucket:" { "org" } else { "com" };
        let (service, repository) = specifier.split_once(':').unwrap_or_default();
        Source::at(SourceKind::Git, &format!("git+https://{service}.{domain}/{repository}"))
    } else {
        source_of_address(specifier).unwrap_or_else(|| {
            // `owner/repository` is short for GitHub; ranges and tags hold no slash.
            match specifier.split_once('/') {
                Some(_) => Source::at(SourceKind::Git, &format!("git+https://github.com/{specifier}")),
                None => Source::registry(),
            }
        })
    }
}

/// Where a `resolved` field of a lock file leads. Registries keep archives behind `/-/`.
pub(super) fn source_of_address(address: &str) -> Option<Source> {
    if address.starts_with("git") && address.contains(':') || address.starts_with("ssh:") {
        return Some(Source::at(SourceKind::Git, address));
    }
    if address.starts_with("http:") || address.starts_with("https:") {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let kind = match path {
            _ if has_extension(path, "git") => SourceKind::Git,
            _ if path.contains("/-/") || path.starts_with("https://npm.pkg.github.com/download/") => {
                SourceKind::Registry
            }
            _ => SourceKind::Url,
        };
        return Some(Source { kind, url: Some(masked(address)) });
    }
    address.starts_with("file:").then(Source::path)
}
