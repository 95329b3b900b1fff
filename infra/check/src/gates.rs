//! The gates: what is run in each tier, and what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::checklist::{self, Row};
use crate::checkov::{self, Scan, Skip};
use crate::documents::{controls, costs, runbooks};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::policy::Policies;
use crate::references::Locals;
use crate::roots::{Report, Roots, Run};
use crate::source;
use crate::tools::{self, Terraform};
use crate::tree::{Kind, Tree};

/// The examples that checkov must find nothing in.
const PRODUCTION: &[&str] = &["mcp_prod", "mcp_multi_tenant", "platform_prod"];

/// The routes of the platform are those of the contract.
const OPENAPI: &str = "contracts/openapi.json";

/// Everything that a tier needs and what it found.
pub struct Findings {
    /// The checklist.
    pub rows: Vec<Row>,
    /// Rules over the source and of documents, by name.
    pub source: BTreeMap<String, Outcome>,
    /// Policies over the plans, by name. Empty in tier 0.
    pub policies: BTreeMap<String, Outcome>,
    /// Runs of tests, by the row they prove. In tier 0 they are only looked for.
    pub runs: BTreeMap<String, Vec<Run>>,
    /// Configurations that must be refused.
    pub rejected: BTreeMap<String, Outcome>,
    /// What checkov says of the production examples; nothing in tier 0.
    pub scan: Option<Scan>,
    /// Whether only some folders were looked at, so that a check may have found nothing.
    pub partial: bool,
    /// What belongs to no row: formatting, validity, runs without a row, checkov's other rules.
    pub further: BTreeMap<&'static str, Outcome>,
}

/// The repository and where to work.
#[derive(Debug, Clone)]
pub struct Gates {
    /// The repository.
    pub repository: PathBuf,
    /// `infra/` of the repository, or a copy.
    pub infra: PathBuf,
    /// Where plans and what was downloaded are kept.
    pub work: PathBuf,
    /// The folders that Terraform is run in, relative to `infra/`; empty for all.
    pub only: Vec<String>,
}

impl Gates {
    fn check_folder(&self) -> PathBuf {
        self.repository.join("infra/check")
    }

    fn document(&self, name: &str) -> Result<String> {
        let path = self.repository.join("docs").join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn runbooks(&self) -> Result<BTreeSet<String>> {
        let folder = self.repository.join("docs/runbooks");
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn skips(&self, plans: bool) -> Result<Vec<Skip>> {
        checkov::skips(&self.check_folder().join(if plans { "skips-plan.toml" } else { "skips-source.toml" }))
    }

    /// Copies the tree, and what it reads of the rest of the repository, to where Terraform may write beside it.
    pub fn copy(&self, name: &str) -> Result<PathBuf> {
        let copy = self.work.join(name);
        refresh(&self.infra, &copy.join("infra"))?;
        std::fs::create_dir_all(copy.join("contracts"))?;
        std::fs::copy(self.repository.join(OPENAPI), copy.join(OPENAPI))
            .with_context(|| format!("cannot copy {OPENAPI}"))?;
        Ok(copy.join("infra"))
    }

    /// Runs what needs the source only.
    pub fn tier0(&self, say: &(dyn Fn(&str) + Sync)) -> Result<Findings> {
        let tree = Tree::load(&self.infra)?;
        let rows = checklist::load(&self.check_folder().join("checklist.toml"))?;
        let mut source: BTreeMap<String, Outcome> =
            source::RULES.iter().map(|rule| (rule.name.to_owned(), (rule.check)(&tree))).collect();
        source.insert("controls".to_owned(), controls::check(&self.document("infrastructure-controls.md")?, &rows));
        source.insert("costs".to_owned(), costs::check(&self.document("cost.md")?));
        let mut runs: BTreeMap<String, Vec<Run>> = BTreeMap::new();
        let mut unknown = Outcome::default();
        for root in &tree.roots {
            for block in root.test_blocks("run") {
                let name = crate::hcl::label(block, 0);
                for row in checklist::rows_of_run(name) {
                    let known = rows.iter().any(|known| known.id == row);
                    unknown.note((!known).then(|| format!("{}: run {name} names row {row}, which is none", root.path)));
                    runs.entry(row).or_default().push(Run { name: name.to_owned(), faults: Vec::new() });
                }
            }
        }
        let mut further = BTreeMap::from([("names of runs", unknown)]);
        if self.only.is_empty() {
            say("checkov over the source");
            let mut scan = Scan::source(&tools::checkov(&self.repository)?, &self.infra)?;
            let stale = scan.forgive(&self.skips(false)?)?;
            let faults = scan.faults().chain(stale).collect();
            further.insert("checkov over the source", Outcome { examined: 1, faults });
        }
        let (policies, rejected) = (BTreeMap::new(), BTreeMap::new());
        let partial = !self.only.is_empty();
        Ok(Findings { rows, source, policies, runs, rejected, scan: None, partial, further })
    }

    /// Runs everything that needs Terraform and no cloud, on top of tier 0.
    pub fn tier1(&self, say: &(dyn Fn(&str) + Sync)) -> Result<Findings> {
        let identity = crate::sts::start()?;
        let terraform = Terraform::find(&self.work, identity)?;
        say(terraform.version());
        let mut findings = self.tier0(say)?;
        let copy = self.copy("tree")?;
        let tree = Tree::load(&copy)?;
        findings.further.insert("formatting", formatting(&terraform, &copy)?);

        let roots = Roots { terraform: &terraform, tree: &copy, work: &self.work };
        let asked = |path: &String| self.only.is_empty() || self.only.contains(path);
        let wanted: Vec<_> = tree.roots.iter().filter(|root| asked(&root.path)).collect();
        let reports = roots.run(&wanted, &tree, |path, report| say(&line(path, report)))?;
        findings.take_reports(&reports);
        for row in &findings.rows {
            for name in &row.rejected {
                let outcome = rejected(&terraform, &self.check_folder(), &self.work, name)?;
                findings.rejected.insert(name.clone(), outcome);
            }
        }

        let plans = plans(&tree, &reports)?;
        say(&format!("policies over {} plans", plans.len()));
        findings.policies = self.policies(&plans)?;
        for (name, outcome) in self.documents(&plans)? {
            findings.source.entry(name).or_default().merge(outcome);
        }
        say("checkov over the plans");
        let production: Vec<&Plan> = plans.iter().filter(|plan| PRODUCTION.contains(&plan.plan.as_str())).collect();
        let files = self.scannable(&production)?;
        let mut scan =
            if files.is_empty() { Scan::default() } else { Scan::plans(&tools::checkov(&self.repository)?, &files)? };
        let stale = scan.forgive(&self.skips(true)?)?;
        let asked: BTreeSet<&String> = findings.rows.iter().flat_map(|row| &row.checkov).collect();
        let others = scan.faults().filter(|fault| !asked.contains(&fault.split(':').next().unwrap_or("").to_owned()));
        let faults = others.chain(stale).collect();
        findings.further.insert("checkov over the plans", Outcome { examined: files.len(), faults });
        findings.scan = Some(scan);
        Ok(findings)
    }

    /// Asks every policy about every plan.
    pub fn policies(&self, plans: &[Plan]) -> Result<BTreeMap<String, Outcome>> {
        let read = |path: &str| -> Result<serde_json::Value> {
            let text =
                std::fs::read_to_string(self.infra.join(path)).with_context(|| format!("cannot read infra/{path}"))?;
            serde_json::from_str(&text).with_context(|| format!("infra/{path} is no JSON"))
        };
        let contract: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(self.repository.join(OPENAPI))?)?;
        let data = json!({
            "topology": read("topology.json")?,
            "iam_matrix": read("policy/iam-matrix.json")?,
            "public_routes": public_routes(&contract),
        });
        let policies = Policies::load(&self.infra.join("policy"), &data)?;
        let names: Vec<&str> = policies.names().collect();
        let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
        for plan in plans {
            for (name, outcome) in names.iter().zip(policies.ask_all(&names, plan)?) {
                outcomes.entry((*name).to_owned()).or_default().merge(outcome);
            }
        }
        Ok(outcomes)
    }

    /// Writes plans as checkov can read them.
    pub fn scannable(&self, plans: &[&Plan]) -> Result<Vec<PathBuf>> {
        let folder = self.work.join("scan");
        std::fs::create_dir_all(&folder)?;
        let write = |plan: &&Plan| -> Result<PathBuf> {
            let text = std::fs::read_to_string(&plan.file)?;
            let path = folder.join(format!("{}.json", plan.plan));
            std::fs::write(&path, crate::plan::with_stand_ins(&text, plan)?)?;
            Ok(path)
        };
        plans.iter().map(write).collect()
    }

    fn documents(&self, plans: &[Plan]) -> Result<Vec<(String, Outcome)>> {
        let controls = controls::check_plans(&self.document("infrastructure-controls.md")?, plans);
        let cost = self.document("cost.md")?;
        let mut costs = Outcome::default();
        for plan in plans {
            costs.merge(costs::check_plan(&cost, plan));
        }
        let runbooks = runbooks::check_plans(&self.runbooks()?, plans);
        let named = [("controls", controls), ("costs", costs), ("runbooks", runbooks)];
        Ok(named.map(|(name, outcome)| (name.to_owned(), outcome)).into())
    }
}

impl Findings {
    fn take_reports(&mut self, reports: &BTreeMap<String, Report>) {
        self.runs.clear();
        let (mut validity, mut others) = (Outcome::default(), Outcome::default());
        for report in reports.values() {
            validity.merge(Outcome { examined: 1, faults: report.faults.clone() });
            for run in &report.runs {
                let rows = checklist::rows_of_run(&run.name);
                if rows.is_empty() {
                    others.merge(Outcome { examined: 1, faults: run.faults.clone() });
                }
                for row in rows {
                    self.runs.entry(row).or_default().push(run.clone());
                }
            }
        }
        self.further.insert("validity and plans", validity);
        self.further.insert("tests without a row", others);
    }
}

/// The operations of the contract that ask for no token, as `POST /v1/auth/sign-in`.
fn public_routes(contract: &serde_json::Value) -> Vec<String> {
    let paths = contract["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, operations)| {
        operations.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    operations
        .filter(|(_, _, operation)| operation["security"].as_array().is_some_and(Vec::is_empty))
        .map(|(path, method, _)| format!("{} {path}", method.to_uppercase()))
        .collect()
}

fn line(path: &str, report: &Report) -> String {
    let failed = report.faults.len() + report.runs.iter().filter(|run| !run.faults.is_empty()).count();
    let state = if failed == 0 { "ok".to_owned() } else { format!("{failed} FAILED") };
    format!("{path}: {} runs, {state}", report.runs.len())
}

/// Reads the plans that were made of examples.
pub fn plans(tree: &Tree, reports: &BTreeMap<String, Report>) -> Result<Vec<Plan>> {
    let locals = Locals::of(tree);
    let mut plans = Vec::new();
    for root in tree.of(Kind::Example) {
        if let Some(path) = reports.get(&root.path).and_then(|report| report.plan.as_ref()) {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            let plan = Plan::digest(&root.path, &text, &locals)?;
            plans.push(Plan { file: path.clone(), ..plan });
        }
    }
    Ok(plans)
}

fn formatting(terraform: &Terraform, tree: &Path) -> Result<Outcome> {
    let mut command = terraform.command(tree, ".");
    let output = command.args(["fmt", "-check", "-recursive", "-list=true", "."]).output().context("cannot run fmt")?;
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    let faults =
        names.lines().map(|file| format!("infra/{file} is not formatted: run `terraform fmt -recursive infra`"));
    Ok(Outcome { examined: 1, faults: faults.collect() })
}

/// `validate` must refuse the configuration, with the words of its file `expected`.
fn rejected(terraform: &Terraform, check: &Path, work: &Path, name: &str) -> Result<Outcome> {
    let copy = work.join("rejected");
    refresh(&check.join("rejected"), &copy)?;
    let run = |arguments: &[&str]| -> Result<String> {
        let output = terraform.command(&copy, name).args(arguments).output().context("cannot run terraform")?;
        let text = [output.stdout, output.stderr].concat();
        Ok(String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    run(&["init", "-backend=false", "-input=false", "-no-color"])?;
    let said = run(&["validate", "-no-color"])?;
    let expected =
        std::fs::read_to_string(copy.join(name).join("expected")).context("a rejected folder has no `expected`")?;
    let mut outcome = Outcome::default();
    outcome.note((!said.contains(expected.trim())).then(|| format!("{name} is not refused: {said}")));
    Ok(outcome)
}

/// Makes `copy` equal to `from`, but for lock files that an earlier `init` wrote there.
fn refresh(from: &Path, copy: &Path) -> Result<()> {
    let mut wanted = BTreeSet::new();
    copy_below(from, copy, Path::new(""), &mut wanted)?;
    remove_others(copy, Path::new(""), &wanted)
}

fn copy_below(from: &Path, copy: &Path, folder: &Path, wanted: &mut BTreeSet<PathBuf>) -> Result<()> {
    std::fs::create_dir_all(copy.join(folder))?;
    let source = from.join(folder);
    for entry in std::fs::read_dir(&source).with_context(|| format!("cannot read {}", source.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let path = folder.join(&name);
        if entry.file_type()?.is_dir() {
            // The checker itself, and what tools keep.
            if path != Path::new("check") && !name.to_string_lossy().starts_with('.') && name != "target" {
                copy_below(from, copy, &path, wanted)?;
            }
        } else {
            std::fs::copy(entry.path(), copy.join(&path))?;
            wanted.insert(path);
        }
    }
    Ok(())
}

fn remove_others(copy: &Path, folder: &Path, wanted: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(copy.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            remove_others(copy, &path, wanted)?;
        } else if !wanted.contains(&path) && entry.file_name() != ".terraform.lock.hcl" {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes the interface of every module into its README. One without a README, or without markers in it, is left to the
/// check, which says so.
pub fn write_documents(infra: &Path) -> Result<Vec<String>> {
    let tree = Tree::load(infra)?;
    let mut written = Vec::new();
    for root in source::interface::documented(&tree) {
        let Some(readme) = &root.readme else { continue };
        let Some(text) = source::interface::with_interface(root, readme) else { continue };
        if text != *readme {
            std::fs::write(infra.join(&root.path).join("README.md"), text)?;
            written.push(root.path.clone());
        }
    }
    Ok(written)
}
