//! MCPA-SC-006: code that runs when a package is installed (CWE-829).

use contracts::packages::{Issue, IssueKind};

use super::{in_file, shown};
use crate::Resolved;

/// Packages whose script builds or fetches their native part, which is what such scripts are for.
const NATIVE_PACKAGES: &[&str] = &[
    "@parcel/watcher",
    "@swc/core",
    "argon2",
    "bcrypt",
    "better-sqlite3",
    "bufferutil",
    "canvas",
    "core-js",
    "cpu-features",
    "electron",
    "esbuild",
    "fsevents",
    "isolated-vm",
    "keytar",
    "leveldown",
    "msgpackr-extract",
    "node-pty",
    "nx",
    "playwright",
    "protobufjs",
    "puppeteer",
    "re2",
    "sharp",
    "sqlite3",
    "ssh2",
    "tree-sitter",
    "unrs-resolver",
    "utf-8-validate",
    "workerd",
];
/// The first words of commands that build a native part, or set up a repository's hooks for its developers.
const NATIVE_COMMANDS: &[&str] = &[
    "cmake-js",
    "husky",
    "napi",
    "node-gyp",
    "node-gyp-build",
    "node-gyp-build-optional-packages",
    "node-pre-gyp",
    "prebuild-install",
    "prebuildify",
    "simple-git-hooks",
];

pub(super) fn issues(resolved: &Resolved) -> Vec<Issue> {
    let locked = resolved.packages.iter().filter(|package| package.install_script && !is_native(&package.name));
    let locked = locked.map(|package| {
        let coordinate = package.coordinate();
        let reason = format!("`{coordinate}` runs a script when it is installed; install with `--ignore-scripts`");
        let subject = format!("{}:{}", package.ecosystem, package.name);
        let place = in_file(&package.file, package.line);
        Issue {
            package: Some(shown(package.ecosystem, &coordinate)),
            path: package.path.clone(),
            ..super::issue(IssueKind::InstallScript, subject, place, reason)
        }
    });
    let own = resolved.manifests.iter().flat_map(|manifest| {
        let scripts = manifest.install_scripts.iter().filter(|(_, command)| !is_native_command(command));
        // The command itself may hold a secret; its name is enough to find it.
        scripts.map(move |(name, _)| {
            let reason = format!("`{name}` runs code when the package is installed; make it a step that users start");
            let package = manifest.name.as_ref().map(|package| shown(manifest.ecosystem, package));
            let place = in_file(&manifest.file, None);
            Issue { package, ..super::issue(IssueKind::InstallScript, name.clone(), place, reason) }
        })
    });
    locked.chain(own).collect()
}

fn is_native(name: &str) -> bool {
    NATIVE_PACKAGES.contains(&name)
}

/// Whether every command of a line is one that builds a native part.
fn is_native_command(line: &str) -> bool {
    let commands = line.split(['|', '&', ';']).map(str::trim).filter(|command| !command.is_empty());
    let first = |command: &str| command.split_whitespace().find(|word| *word != "npx").unwrap_or_default().to_owned();
    !line.contains(['$', '`', '<', '>'])
        && commands.into_iter().all(|command| NATIVE_COMMANDS.contains(&first(command).as_str()))
}
