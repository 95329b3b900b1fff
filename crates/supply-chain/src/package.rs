//! What a manifest or lock file says about packages.

use std::fmt;

use crate::Source;

/// Where packages of one kind come from. Names and versions are only comparable within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// JavaScript and TypeScript.
    Npm,
    /// Python.
    PyPi,
    /// Rust.
    CratesIo,
    /// Go modules.
    Go,
    /// Java and Kotlin.
    Maven,
    /// Ruby.
    RubyGems,
    /// .NET.
    NuGet,
    /// Container images. No advisory names one.
    Docker,
}

impl Ecosystem {
    /// Its name in OSV records, if they know it.
    pub fn osv_name(self) -> Option<&'static str> {
        match self {
            Self::Npm => Some("npm"),
            Self::PyPi => Some("PyPI"),
            Self::CratesIo => Some("crates.io"),
            Self::Go => Some("Go"),
            Self::Maven => Some("Maven"),
            Self::RubyGems => Some("RubyGems"),
            Self::NuGet => Some("NuGet"),
            Self::Docker => None,
        }
    }

    /// The type in a package URL (purl).
    pub fn purl_type(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::PyPi => "pypi",
            Self::CratesIo => "cargo",
            Self::Go => "golang",
            Self::Maven => "maven",
            Self::RubyGems => "gem",
            Self::NuGet => "nuget",
            Self::Docker => "docker",
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.purl_type())
    }
}

/// How a package came into the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// A manifest asks for it.
    Direct,
    /// Another package asks for it.
    Transitive,
    /// The file does not tell.
    Unknown,
}

/// One package in one exact version, as one file pins it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Its name, normalised as its ecosystem does.
    pub name: String,
    /// Its exact version, or the digest of an image.
    pub version: String,
    /// Asked for by a manifest or by another package.
    pub relation: Relation,
    /// Only needed to develop or test. Such packages do not run with the server.
    pub dev: bool,
    /// `name@version` from the direct dependency to this package: one of the shortest ways. Of more than 32 steps, the
    /// last ones.
    pub path: Vec<String>,
    /// The file that pins it.
    pub file: String,
    /// Its line in the file, counted from 1.
    pub line: Option<u32>,
    /// Where it is fetched from.
    pub source: Source,
    /// Whether the file holds a hash of the contents.
    pub hashed: bool,
    /// Whether the file says that the package runs a script when it is installed.
    pub install_script: bool,
}

impl Package {
    /// A package that nothing more is known of.
    pub(crate) fn new(ecosystem: Ecosystem, name: impl Into<String>, version: impl Into<String>, file: &str) -> Self {
        Self {
            ecosystem,
            name: name.into(),
            version: version.into(),
            path: Vec::new(),
            relation: Relation::Unknown,
            dev: false,
            file: file.to_owned(),
            line: None,
            source: Source::registry(),
            hashed: false,
            install_script: false,
        }
    }

    /// `name@version`, or the name alone where the file does not tell the version.
    pub fn coordinate(&self) -> String {
        if self.version.is_empty() { self.name.clone() } else { format!("{}@{}", self.name, self.version) }
    }
}

/// What a manifest asks for: a package and the versions that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Where it comes from.
    pub ecosystem: Ecosystem,
    /// Its name, normalised as its ecosystem does.
    pub name: String,
    /// The range as it is written, empty where any version would do. A URL is masked.
    pub range: String,
    /// The version, if the range allows exactly one.
    pub exact: Option<String>,
    /// Only needed to develop or test.
    pub dev: bool,
    /// Its line in the file, counted from 1.
    pub line: Option<u32>,
    /// Where it is fetched from.
    pub source: Source,
    /// Whether a hash of the contents stands beside it.
    pub hashed: bool,
}

/// A file in which people write down what their program needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Where its packages come from.
    pub ecosystem: Ecosystem,
    /// The file.
    pub file: String,
    /// The name of the package that it describes.
    pub name: Option<String>,
    /// Whether others build upon it. Such a manifest leaves the versions open on purpose.
    pub library: bool,
    /// Whether it has members in folders below, which share its lock file.
    pub workspace: bool,
    /// What it asks for.
    pub requirements: Vec<Requirement>,
    /// Commands that run when the package is installed: name and command.
    pub install_scripts: Vec<(String, String)>,
    /// The lock file that settles its versions.
    pub lock: Option<String>,
}

impl Manifest {
    pub(crate) fn new(ecosystem: Ecosystem, file: &str) -> Self {
        Self {
            ecosystem,
            file: file.to_owned(),
            name: None,
            library: false,
            workspace: false,
            requirements: Vec::new(),
            install_scripts: Vec::new(),
            lock: None,
        }
    }
}

/// How a file directs an installer to a place for packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexRole {
    /// The one registry, instead of the public one.
    Main,
    /// One more registry. Whoever registers a name in one of them wins it (CWE-427, dependency confusion).
    Extra,
    /// A host whose certificate is not checked.
    TrustedHost,
}

/// A place for packages that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Who uses it.
    pub ecosystem: Ecosystem,
    /// How it is used.
    pub role: IndexRole,
    /// Its address, masked.
    pub url: String,
    /// The file that names it.
    pub file: String,
    /// Its line in the file, counted from 1.
    pub line: Option<u32>,
}

/// A file, or a part of it, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// What is wrong and what to do, without any of the file's text.
    pub reason: String,
}
