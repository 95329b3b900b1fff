//! The formats that are read, and the names of their files.

mod bun;
mod bundler;
mod cargo;
mod compose;
mod docker;
mod go;
mod maven;
mod npm_lock;
mod npm_manifest;
mod npmrc;
mod nuget;
mod pipfile;
mod pnpm;
mod pyproject;
mod python;
mod python_locks;
mod requirements;
mod setup_py;
mod yarn_berry;
mod yarn_classic;

#[cfg(test)]
mod tests;

use crate::tree::{self, File, Tree};
use crate::{Ecosystem, Resolved};

/// One format: which files have it, how they are read, and which lock files settle what they leave open.
pub(crate) struct Format {
    file_name: FileName,
    /// Adds what a file says.
    pub(crate) read: fn(File<'_>, &Tree, &mut Resolved) -> Result<(), String>,
    /// Names of lock files, if the format is a manifest.
    pub(crate) locks: &'static [&'static str],
}

enum FileName {
    Is(&'static str),
    /// The name begins and ends so; anything may stand between.
    Like(&'static str, &'static str),
}

const NPM_LOCKS: &[&str] =
    &["npm-shrinkwrap.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"];

const PYTHON_LOCKS: &[&str] = &["uv.lock", "poetry.lock", "pdm.lock"];

/// Every format. The first match counts.
const FORMATS: &[Format] = &[
    Format { file_name: FileName::Is("package.json"), read: npm_manifest::read, locks: NPM_LOCKS },
    lock("package-lock.json", npm_lock::read),
    lock("npm-shrinkwrap.json", npm_lock::read),
    lock("yarn.lock", yarn_classic::read),
    lock("pnpm-lock.yaml", pnpm::read),
    lock("bun.lock", bun::read),
    lock(".npmrc", npmrc::read),
    Format { file_name: FileName::Is("pyproject.toml"), read: pyproject::read, locks: PYTHON_LOCKS },
    lock("poetry.lock", python_locks::read),
    lock("pdm.lock", python_locks::read),
    lock("uv.lock", python_locks::read),
    Format { file_name: FileName::Is("Pipfile"), read: pipfile::read, locks: &["Pipfile.lock"] },
    lock("Pipfile.lock", pipfile::read_lock),
    Format { file_name: FileName::Like("requirements", ".txt"), read: requirements::read, locks: &[] },
    Format { file_name: FileName::Is("Cargo.toml"), read: cargo::read, locks: &["Cargo.lock"] },
    lock("Cargo.lock", cargo::read_lock),
    // The versions of a `go.mod` are exact; `go.sum` adds the hashes.
    Format { file_name: FileName::Is("go.mod"), read: go::read, locks: &["go.mod"] },
    lock("go.sum", go::read_sum),
    lock("Gemfile.lock", bundler::read),
    Format { file_name: FileName::Like("", ".csproj"), read: nuget::read, locks: &["packages.lock.json"] },
    lock("packages.lock.json", nuget::read_lock),
    Format { file_name: FileName::Is("pom.xml"), read: maven::read, locks: &[] },
    lock("gradle.lockfile", maven::read_gradle_lock),
    lock("setup.py", setup_py::read),
    Format { file_name: FileName::Like("compose", ".yml"), read: compose::read, locks: &[] },
    Format { file_name: FileName::Like("compose", ".yaml"), read: compose::read, locks: &[] },
    Format { file_name: FileName::Like("docker-compose", ".yml"), read: compose::read, locks: &[] },
    Format { file_name: FileName::Like("docker-compose", ".yaml"), read: compose::read, locks: &[] },
    lock("Containerfile", docker::read),
    Format { file_name: FileName::Like("Dockerfile", ""), read: docker::read, locks: &[] },
];

const fn lock(name: &'static str, read: fn(File<'_>, &Tree, &mut Resolved) -> Result<(), String>) -> Format {
    Format { file_name: FileName::Is(name), read, locks: &[] }
}

/// The format of a file, by its name. What was installed into a tree is not what the tree asks for.
pub(crate) fn format_of(path: &str) -> Option<&'static Format> {
    let path = path.replace('\\', "/");
    if path.split('/').any(|part| part == "node_modules") {
        return None;
    }
    let name = tree::name(&path);
    FORMATS.iter().find(|format| match format.file_name {
        FileName::Is(exact) => name == exact,
        FileName::Like(start, end) => name.starts_with(start) && name.ends_with(end),
    })
}

/// The name as its ecosystem compares it.
pub(crate) fn normalised_name(ecosystem: Ecosystem, name: &str) -> String {
    match ecosystem {
        Ecosystem::PyPi => python::normalised(name),
        Ecosystem::NuGet => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

/// What stands in the names of files that requirements are split into, or of their folder: pip and pip-tools leave the names
/// open, but nearly all of them are `requirements-base.in`, `constraints.txt`, `dev.requirements.txt` or `requirements/dev.txt`.
const SPLIT: [&str; 3] = ["requirement", "constraint", "reqs"];

/// Whether another file may take this one in. Text files of other names are mostly prose.
pub(crate) fn is_included(path: &str) -> bool {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let says = |part: &str| SPLIT.iter().any(|word| part.contains(word));
    let is_text = matches!(name.rsplit_once('.'), Some((_, "txt" | "in")));
    is_text && (says(&name) || parts.next().is_some_and(|folder| says(&folder.to_ascii_lowercase())))
}

/// Whether a file of this format tells of images only.
pub(crate) fn is_of_images(path: &str) -> bool {
    let name = tree::name(path);
    ["Containerfile", "Dockerfile", "compose", "docker-compose"].iter().any(|start| name.starts_with(start))
}

/// The lock files that would settle a manifest of this path.
pub(crate) fn locks_of(path: &str) -> &'static [&'static str] {
    format_of(path).map_or(&[], |format| format.locks)
}
