//! Breaks settings on purpose: exactly the checks that are for a setting must object.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use serde::Deserialize;

use crate::checkov::{self, Scan};
use crate::gates::{self, Gates};
use crate::roots::Roots;
use crate::source;
use crate::tools::{self, Terraform};
use crate::tree::Tree;
use crate::{checklist, sts};

/// One way to break a setting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mutation {
    /// What it breaks, in words.
    pub what: String,
    /// Relative to `infra/`.
    pub file: String,
    /// What stands there exactly once.
    pub from: String,
    /// What is written instead.
    pub to: String,
    /// The module or example whose tests are run, and the example that is planned.
    pub roots: Vec<String>,
    /// The checks that must fail, as `24 R r24_alias`, `24 T` or `7 H prevent_destroy_server_api`.
    pub fails: BTreeSet<String>,
}

#[derive(Deserialize)]
struct File {
    mutation: Vec<Mutation>,
}

/// Reads the list.
pub fn load(path: &Path) -> Result<Vec<Mutation>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let file: File = toml::from_str(&text).with_context(|| format!("{} lists no mutations", path.display()))?;
    Ok(file.mutation)
}

/// Chooses `count` of them by a seed, in an order that the seed decides too.
pub fn choose(all: &[Mutation], count: usize, seed: u64) -> Vec<Mutation> {
    let mut random = SmallRng::seed_from_u64(seed);
    all.sample(&mut random, count).cloned().collect()
}

impl Mutation {
    /// Writes it into a tree.
    fn apply(&self, infra: &Path) -> Result<()> {
        let path = infra.join(&self.file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read infra/{}", self.file))?;
        let places = text.matches(&self.from).count();
        ensure!(places == 1, "`{}` is {places} times in infra/{}: `{}` needs it once", self.from, self.file, self.what);
        std::fs::write(&path, text.replacen(&self.from, &self.to, 1))?;
        Ok(())
    }
}

/// Applies one mutation at a time to a copy and returns what is not as expected.
pub fn run(gates: &Gates, mutations: &[Mutation], say: &(dyn Fn(&str) + Sync)) -> Result<Vec<String>> {
    let terraform = Terraform::find(&gates.work, sts::start()?)?;
    let mut surprises = Vec::new();
    // What fails in the same roots where nothing is broken.
    let mut whole: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    for mutation in mutations {
        let before = match whole.get(&mutation.roots) {
            Some(before) => before,
            None => whole.entry(mutation.roots.clone()).or_insert(failing(gates, &terraform, mutation, false)?),
        };
        let after = failing(gates, &terraform, mutation, true)?;
        let failed: BTreeSet<String> = after.difference(before).cloned().collect();
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        if failed == mutation.fails {
            say(&format!("{}: {} ok", mutation.what, list(&failed)));
        } else {
            let text = format!("{}: expected [{}], got [{}]", mutation.what, list(&mutation.fails), list(&failed));
            say(&text);
            surprises.push(text);
        }
    }
    Ok(surprises)
}

/// The names of all checks that fail in the roots of a mutation.
fn failing(gates: &Gates, terraform: &Terraform, mutation: &Mutation, broken: bool) -> Result<BTreeSet<String>> {
    let copy = gates.copy("mutant")?;
    if broken {
        mutation.apply(&copy)?;
    }
    let tree = Tree::load(&copy)?;
    let rows = checklist::load(&gates.repository.join("infra/check/checklist.toml"))?;
    let mut failing = BTreeSet::new();
    for rule in source::RULES {
        if !(rule.check)(&tree).faults.is_empty() {
            let asking = rows.iter().filter(|row| row.source.iter().any(|name| name == rule.name));
            failing.extend(asking.map(|row| format!("{} H {}", row.id, rule.name)));
        }
    }

    let work = gates.work.join("mutation");
    let roots = Roots { terraform, tree: &copy, work: &work };
    let wanted: Vec<_> = tree.roots.iter().filter(|root| mutation.roots.contains(&root.path)).collect();
    ensure!(wanted.len() == mutation.roots.len(), "`{}` names a root that is none", mutation.what);
    let reports = roots.run(&wanted, &tree, |_, _| {})?;
    for (path, report) in &reports {
        if !report.faults.is_empty() {
            failing.insert(format!("plan {path}"));
        }
        for run in report.runs.iter().filter(|run| !run.faults.is_empty()) {
            let proved = checklist::rows_of_run(&run.name);
            failing.extend(proved.iter().map(|row| format!("{row} T")));
            if proved.is_empty() {
                failing.insert(format!("T {}", run.name));
            }
        }
    }

    let inner = Gates { infra: copy, ..gates.clone() };
    let plans = gates::plans(&tree, &reports)?;
    for (policy, outcome) in inner.policies(&plans)? {
        if !outcome.faults.is_empty() {
            let asking = rows.iter().filter(|row| row.policies.contains(&policy));
            failing.extend(asking.map(|row| format!("{} R {policy}", row.id)));
        }
    }
    if !plans.is_empty() {
        let files = gates.scannable(&plans.iter().collect::<Vec<_>>())?;
        let mut scan = Scan::plans(&tools::checkov(&gates.repository)?, &files)?;
        scan.forgive(&checkov::skips(&gates.repository.join("infra/check/skips-plan.toml"))?)?;
        let rules: BTreeSet<String> =
            scan.faults().filter_map(|fault| fault.split(':').next().map(str::to_owned)).collect();
        for rule in rules {
            let asking: Vec<_> = rows.iter().filter(|row| row.checkov.contains(&rule)).collect();
            failing.extend(asking.iter().map(|row| format!("{} K {rule}", row.id)));
            if asking.is_empty() {
                failing.insert(format!("K {rule}"));
            }
        }
    }
    Ok(failing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Vec<Mutation> {
        load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("mutations.toml")).expect("the list loads")
    }

    #[test]
    fn the_seed_decides_which_are_chosen() {
        let names = |seed| choose(&list(), 10, seed).into_iter().map(|mutation| mutation.what).collect::<Vec<_>>();
        assert_eq!(names(7), names(7));
        assert_ne!(names(7), names(8));
        assert_eq!(names(7).iter().collect::<BTreeSet<_>>().len(), 10);
    }

    #[test]
    fn every_mutation_fits_the_source_and_names_checks_of_the_checklist() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let rows = checklist::load(&folder.join("checklist.toml")).expect("the checklist loads");
        for mutation in list() {
            let text = std::fs::read_to_string(folder.join("..").join(&mutation.file)).expect("the file is there");
            assert_eq!(text.matches(&mutation.from).count(), 1, "{}: `{}`", mutation.what, mutation.from);
            assert!(!mutation.fails.is_empty(), "{} breaks nothing", mutation.what);
            for check in &mutation.fails {
                let id = check.split(' ').next().unwrap_or_default();
                assert!(["T", "K", "plan"].contains(&id) || rows.iter().any(|row| row.id == id), "{check} is no check");
            }
        }
    }
}
