//! Versions that are known for certain: given by the user, installed beside the configuration, or locked there.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The largest lock file that is read.
const MAX_LOCK_BYTES: u64 = 32 * 1024 * 1024;

/// What is known for one configuration.
pub(super) struct Versions<'a> {
    given: &'a [(String, String)],
    /// Folders from that of the configuration up to the root of the scan, nearest first.
    folders: Vec<PathBuf>,
}

impl<'a> Versions<'a> {
    pub(super) fn new(root: &Path, file: &Path, given: &'a [(String, String)]) -> Self {
        let folders = file.ancestors().skip(1).take_while(|folder| folder.starts_with(root)).map(Path::to_owned);
        Self { given, folders: folders.collect() }
    }

    /// The version of a package, `npm:name` or `pypi:name`. An installed copy and a lock file that disagree tell nothing.
    pub(super) fn of(&self, package: &str) -> Option<String> {
        let (ecosystem, name) = package.split_once(':')?;
        let is_it = |given: &&(String, String)| given.0.eq_ignore_ascii_case(name);
        if let Some((_, version)) = self.given.iter().find(is_it) {
            return Some(version.clone());
        }
        if ecosystem != "npm" || !is_npm_name(name) {
            return None;
        }
        self.folders.iter().find_map(|folder| {
            let installed = version_in(&folder.join("node_modules").join(name).join("package.json"), |file| {
                file.get("version").cloned()
            });
            let key = format!("node_modules/{name}");
            let locked = version_in(&folder.join("package-lock.json"), |file| {
                file.get("packages")?.get(&key)?.get("version").cloned()
            });
            match (installed, locked) {
                (Some(installed), Some(locked)) => (installed == locked).then_some(installed),
                (one, other) => one.or(other),
            }
        })
    }
}

/// A name that stands for one folder, or one below a scope, and nothing above (npm: package-name-guidelines).
fn is_npm_name(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
    };
    match name.strip_prefix('@') {
        Some(scoped) => scoped.split_once('/').is_some_and(|(scope, name)| plain(scope) && plain(name)),
        None => plain(name),
    }
}

fn version_in(path: &Path, pick: impl Fn(&Value) -> Option<Value>) -> Option<String> {
    let size = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?.len();
    let file: Value = serde_json::from_slice(&(size <= MAX_LOCK_BYTES).then(|| std::fs::read(path).ok())??).ok()?;
    pick(&file)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_certain_counts() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("node_modules/@acme/a/package.json", r#"{"version": "1.2.3"}"#);
        write(
            "app/package-lock.json",
            r#"{"packages": {"node_modules/b": {"version": "2.0.0"}, "node_modules/c": {"version": "3.0.0"}}}"#,
        );
        write("app/node_modules/c/package.json", r#"{"version": "3.0.1"}"#);
        write("package.json", r#"{"version": "9.9.9"}"#);
        let given = [("D".to_owned(), "4.0.0".to_owned())];
        let versions = Versions::new(root.path(), &root.path().join("app/.cursor/mcp.json"), &given);
        let of = |package: &str| versions.of(package);
        assert_eq!(of("npm:@acme/a").as_deref(), Some("1.2.3"));
        assert_eq!(of("npm:b").as_deref(), Some("2.0.0"));
        assert_eq!(of("npm:c"), None, "two sources disagree");
        assert_eq!(of("pypi:d").as_deref(), Some("4.0.0"));
        for package in ["npm:e", "npm:..", "npm:@acme/../..", "npm:../../x", "npm:@acme", "pypi:b"] {
            assert_eq!(of(package), None, "{package}");
        }
    }
}
