//! The HCL source under `infra/`, parsed.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use hcl_edit::structure::{Block, Body};

/// What kind of thing a folder with HCL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Reusable by others.
    Module,
    /// A part of the platform.
    Platform,
    /// Something that can be planned.
    Example,
}

/// One file of HCL.
#[derive(Debug)]
pub struct SourceFile {
    /// Relative to `infra/`.
    pub path: String,
    /// As written.
    pub text: String,
    /// As parsed.
    pub body: Body,
}

/// A folder that Terraform can be run in.
#[derive(Debug)]
pub struct Root {
    /// Its folder relative to `infra/`, such as `modules/kms`.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// `*.tf`.
    pub files: Vec<SourceFile>,
    /// `tests/*.tftest.hcl`.
    pub tests: Vec<SourceFile>,
    /// README.md.
    pub readme: Option<String>,
    /// .terraform.lock.hcl.
    pub lock: Option<String>,
}

/// All of it, ordered by path.
#[derive(Debug, Default)]
pub struct Tree {
    /// Every folder that Terraform can be run in.
    pub roots: Vec<Root>,
}

const FOLDERS: [(&str, Kind); 3] =
    [("modules", Kind::Module), ("platform", Kind::Platform), ("examples", Kind::Example)];

impl Tree {
    /// Reads the tree under `infra`.
    pub fn load(infra: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for (folder, _) in FOLDERS {
            collect(infra, Path::new(folder), &mut files)?;
        }
        Self::from_files(files)
    }

    /// Builds a tree of paths relative to `infra/` and texts.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Self> {
        let mut roots: BTreeMap<String, Root> = BTreeMap::new();
        for (path, text) in files {
            let Some((folder, file)) = path.rsplit_once('/') else { bail!("`{path}` lies in no module") };
            let test = folder.strip_suffix("/tests").filter(|_| file.ends_with(".tftest.hcl"));
            if test.is_none() && folder.contains("/tests") {
                continue;
            }
            let folder = test.unwrap_or(folder).to_owned();
            let Some(kind) = FOLDERS.iter().find(|(name, _)| folder.starts_with(name)).map(|(_, kind)| *kind) else {
                continue;
            };
            let root = roots.entry(folder.clone()).or_insert_with(|| Root {
                path: folder,
                kind,
                files: Vec::new(),
                tests: Vec::new(),
                readme: None,
                lock: None,
            });
            if test.is_some() {
                root.tests.push(parsed(path, text)?);
            } else if file == "README.md" {
                root.readme = Some(text);
            } else if file == ".terraform.lock.hcl" {
                root.lock = Some(text);
            } else if Path::new(file).extension().is_some_and(|extension| extension == "tf") {
                root.files.push(parsed(path, text)?);
            }
        }
        let roots = roots.into_values().filter(|root| !root.files.is_empty()).collect();
        Ok(Self { roots })
    }

    /// Roots of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Root> {
        self.roots.iter().filter(move |root| root.kind == kind)
    }
}

impl Root {
    /// Its last path component.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Top-level blocks of a kind, such as every `variable`.
    pub fn blocks<'a>(&'a self, ident: &'a str) -> impl Iterator<Item = &'a Block> {
        self.files.iter().flat_map(move |file| file.body.get_blocks(ident))
    }

    /// Top-level blocks of a kind in the tests.
    pub fn test_blocks<'a>(&'a self, ident: &'a str) -> impl Iterator<Item = &'a Block> {
        self.tests.iter().flat_map(move |file| file.body.get_blocks(ident))
    }
}

fn parsed(path: String, text: String) -> Result<SourceFile> {
    let body = text.parse().with_context(|| format!("`infra/{path}` is no valid HCL"))?;
    Ok(SourceFile { path, text, body })
}

fn collect(infra: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    let directory = infra.join(folder);
    let entries = std::fs::read_dir(&directory).with_context(|| format!("cannot read {}", directory.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = folder.join(&name);
        if entry.file_type()?.is_dir() {
            // What a tool keeps beside the source.
            if !name.starts_with('.') {
                collect(infra, &path, files)?;
            }
        } else if name == "README.md" || [".tf", ".hcl"].iter().any(|end| name.ends_with(end)) {
            let text = std::fs::read_to_string(infra.join(&path))
                .with_context(|| format!("cannot read {}", infra.join(&path).display()))?;
            files.push((path.to_string_lossy().into_owned(), text));
        }
    }
    Ok(())
}
