//! Runs Terraform in every root: initialises, validates, tests, and plans the examples.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::tools::Terraform;
use crate::tree::{Kind, Root, Tree};

/// One run of a test file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Its label.
    pub name: String,
    /// What went wrong; empty where it passed.
    pub faults: Vec<String>,
}

/// What Terraform says about one root.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Report {
    /// Of initialising, validating and planning.
    pub faults: Vec<String>,
    /// Of its tests.
    pub runs: Vec<Run>,
    /// Where its plan is, as JSON.
    pub plan: Option<PathBuf>,
}

/// How many roots are worked on at once: the provider takes 600 MB each time.
const SIDE_BY_SIDE: usize = 2;

/// Runs Terraform in a copy of the tree.
pub struct Roots<'a> {
    /// Terraform itself.
    pub terraform: &'a Terraform,
    /// The copy of `infra/`.
    pub tree: &'a Path,
    /// Where plans and remembered reports are kept.
    pub work: &'a Path,
}

impl Roots<'_> {
    /// Works through roots, the longest first, and calls `done` after each.
    pub fn run(
        &self,
        roots: &[&Root],
        all: &Tree,
        done: impl Fn(&str, &Report) + Sync,
    ) -> Result<BTreeMap<String, Report>> {
        let mut ordered: Vec<&&Root> = roots.iter().collect();
        ordered.sort_by_key(|root| std::cmp::Reverse(root.test_blocks("run").count()));
        let queue: Mutex<VecDeque<_>> = Mutex::new(ordered.into_iter().collect());
        let reports = Mutex::new(BTreeMap::new());
        let next = || queue.lock().ok().and_then(|mut queue| queue.pop_front());
        let worker = || -> Result<()> {
            while let Some(root) = next() {
                let report = self.remembered(root, all)?;
                done(&root.path, &report);
                if let Ok(mut reports) = reports.lock() {
                    reports.insert(root.path.clone(), report);
                }
            }
            Ok(())
        };
        std::thread::scope(|scope| -> Result<()> {
            let workers: Vec<_> = (0..SIDE_BY_SIDE).map(|_| scope.spawn(worker)).collect();
            for worker in workers {
                worker.join().map_err(|_| anyhow::anyhow!("a worker panicked"))??;
            }
            Ok(())
        })?;
        reports.into_inner().map_err(|_| anyhow::anyhow!("a worker panicked"))
    }

    /// A root is worked on again only where it, or what it is made of, differs from when it last succeeded.
    fn remembered(&self, root: &Root, all: &Tree) -> Result<Report> {
        let memory = self.work.join("reports").join(format!("{}.json", root.path.replace('/', ".")));
        let digest = self.digest(root, all)?;
        if let Ok(text) = std::fs::read_to_string(&memory)
            && let Ok((remembered, report)) = serde_json::from_str::<(String, Report)>(&text)
            && remembered == digest
            && report.plan.as_ref().is_none_or(|plan| plan.is_file())
        {
            return Ok(report);
        }
        let report = self.report(root)?;
        if report.faults.is_empty() && report.runs.iter().all(|run| run.faults.is_empty()) {
            std::fs::create_dir_all(self.work.join("reports"))?;
            std::fs::write(&memory, serde_json::to_string(&(digest, &report))?)?;
        }
        Ok(report)
    }

    fn report(&self, root: &Root) -> Result<Report> {
        let mut report = Report::default();
        if let Some(fault) = self.initialise(root)? {
            report.faults.push(fault);
            return Ok(report);
        }
        // Terraform cannot validate alone what is given two providers by its caller; the tests give it both.
        let alone = !root.files.iter().any(|file| file.text.contains("configuration_aliases"));
        if alone {
            let validated = self.command(root, &["validate", "-no-color"])?;
            if !validated.status.success() {
                report.faults.push(format!("{} is not valid: {}", root.path, said(&validated)));
                return Ok(report);
            }
        } else if root.tests.is_empty() {
            report.faults.push(format!("{} can only be checked by tests, and has none", root.path));
        }
        if !root.tests.is_empty() {
            self.test(root, &mut report)?;
        }
        // The SDK refuses another address in the place of a FIPS endpoint, so such an example is checked by its tests alone.
        let fips = root.blocks("provider").any(|block| block.body.has_attribute("use_fips_endpoint"));
        if root.kind == Kind::Example && !fips {
            self.plan(root, &mut report)?;
        }
        Ok(report)
    }

    fn initialise(&self, root: &Root) -> Result<Option<String>> {
        let mut arguments = vec!["init", "-backend=false", "-input=false", "-no-color"];
        // What a lock says must hold; `pins` tells of examples without one.
        if root.lock.is_some() && root.kind == Kind::Example {
            arguments.push("-lockfile=readonly");
        }
        let output = self.command(root, &arguments)?;
        Ok((!output.status.success()).then(|| format!("{} cannot be initialised: {}", root.path, said(&output))))
    }

    fn test(&self, root: &Root, report: &mut Report) -> Result<()> {
        let output = self.command(root, &["test", "-json"])?;
        let mut said_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
            let run = message["@testrun"].as_str().unwrap_or_default().to_owned();
            if message["type"] == "diagnostic" && message["diagnostic"]["severity"] == "error" {
                let diagnostic = &message["diagnostic"];
                let detail = diagnostic["detail"].as_str().unwrap_or_default().replace('\n', " ");
                let summary = diagnostic["summary"].as_str().unwrap_or_default();
                said_of.entry(run).or_default().push(format!("{summary}: {detail}"));
            } else if message["type"] == "test_run" && message["test_run"]["progress"] == "complete" {
                let name = message["test_run"]["run"].as_str().unwrap_or_default().to_owned();
                let passed = message["test_run"]["status"] == "pass";
                let faults = if passed { Vec::new() } else { vec![format!("{}: run {name} fails", root.path)] };
                report.runs.push(Run { name, faults });
            }
        }
        for run in report.runs.iter_mut().filter(|run| !run.faults.is_empty()) {
            run.faults.extend(said_of.remove(&run.name).unwrap_or_default());
        }
        if !output.status.success() && report.runs.iter().all(|run| run.faults.is_empty()) {
            let said: Vec<String> = said_of.into_values().flatten().collect();
            report.faults.push(format!("{}: the tests cannot be run: {}", root.path, said.join(" ")));
        }
        let declared: BTreeSet<_> = root.test_blocks("run").map(|run| crate::hcl::label(run, 0)).collect();
        for name in declared {
            if !report.runs.iter().any(|run| run.name == name) {
                let faults = vec![format!("{}: run {name} did not run", root.path)];
                report.runs.push(Run { name: name.to_owned(), faults });
            }
        }
        Ok(())
    }

    fn plan(&self, root: &Root, report: &mut Report) -> Result<()> {
        let folder = self.work.join("plans");
        std::fs::create_dir_all(&folder)?;
        let binary = folder.join(format!("{}.tfplan", root.name()));
        let out = format!("-out={}", binary.display());
        let planned = self.command(root, &["plan", "-input=false", "-lock=false", "-no-color", &out])?;
        if !planned.status.success() {
            report.faults.push(format!("{} cannot be planned: {}", root.path, said(&planned)));
            return Ok(());
        }
        let shown = self.command(root, &["show", "-json", &binary.display().to_string()])?;
        if !shown.status.success() {
            bail!("cannot show the plan of {}: {}", root.path, said(&shown));
        }
        let path = folder.join(format!("{}.json", root.name()));
        std::fs::write(&path, shown.stdout)?;
        report.plan = Some(path);
        Ok(())
    }

    fn command(&self, root: &Root, arguments: &[&str]) -> Result<Output> {
        let mut command = self.terraform.command(self.tree, &root.path);
        command.args(arguments).output().with_context(|| format!("cannot run terraform {}", arguments.join(" ")))
    }

    /// A digest of everything that a report of this root depends on.
    fn digest(&self, root: &Root, all: &Tree) -> Result<String> {
        let mut hash = Sha256::new();
        hash.update(self.terraform.version());
        let mut paths = Vec::new();
        for folder in closure(root, all) {
            files_below(&self.tree.join(folder), &mut paths)?;
        }
        for shared in ["topology.json", "policy/iam-matrix.json", "../contracts/openapi.json"] {
            paths.push(self.tree.join(shared));
        }
        paths.sort();
        for path in paths {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update(std::fs::read(&path).unwrap_or_default());
        }
        Ok(hash.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
    }
}

/// The folders that a root is made of: its own and those of the modules it calls, in turn.
fn closure(root: &Root, all: &Tree) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![root.path.clone()];
    while let Some(path) = open.pop() {
        if !found.insert(path.clone()) {
            continue;
        }
        let Some(root) = all.roots.iter().find(|root| root.path == path) else { continue };
        for call in root.blocks("module").chain(root.test_blocks("run").flat_map(|run| run.body.get_blocks("module"))) {
            if let Some(source) = crate::hcl::text(&call.body, "source") {
                open.push(crate::references::joined(&path, source));
            }
        }
    }
    found
}

fn files_below(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files_below(&entry.path(), paths)?;
        } else if entry.file_name() != ".terraform.lock.hcl" {
            paths.push(entry.path());
        }
    }
    Ok(())
}

/// What a command said, on one line.
fn said(output: &Output) -> String {
    let text = format!("{} {}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let words: Vec<&str> = text.split(['\n', '│', '╷', '╵']).map(str::trim).filter(|line| !line.is_empty()).collect();
    words.join(" ").chars().take(1500).collect()
}
