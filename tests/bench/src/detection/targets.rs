//! Live servers, vulnerable and benign. The bench's own `run_targets.py` starts and stops them; each is audited on both
//! levels with probing calls.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use contracts::audit::{Audit, Finding, Level, Severity};
use contracts::progress::Step;
use engine::{Observer, Options, Target};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::process::Command;

use crate::category;
use crate::rates::percent;

/// From the start of a target to the end of its audit.
const TARGET: Duration = Duration::from_mins(4);
/// What can be seen from outside; labels that only the source shows count apart.
const OUTSIDE: [&str; 5] = ["listing", "response", "stateful", "oob_or_timing", "transport"];

#[derive(Debug, Deserialize)]
struct Document {
    targets: Vec<Labelled>,
}

/// A target and what is known about it.
#[derive(Debug, Deserialize)]
struct Labelled {
    id: String,
    kind: Kind,
    #[serde(default)]
    labels: Vec<Label>,
    /// Categories that count neither way here.
    #[serde(default)]
    tolerated: BTreeSet<String>,
    /// Fixed twins and safe controls on a vulnerable target.
    #[serde(default)]
    benign_tools: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Vulnerable,
    Benign,
}

#[derive(Debug, Deserialize)]
struct Label {
    category: String,
    /// Name, resource address, or `*`.
    tool: String,
    observable: String,
}

/// What `run_targets.py start` prints.
#[derive(Debug, Deserialize)]
struct Started {
    url: Option<String>,
    command: Option<String>,
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// A finding as the bench's scoring reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Found {
    category: &'static str,
    tool: String,
    severity: Severity,
}

/// The outcome on all targets.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Measured {
    audited: usize,
    /// Why others were not: never counted as passed.
    not_audited: BTreeMap<String, String>,
    /// Share of the labels that can be seen from outside.
    recall: Option<f64>,
    found: u32,
    missed: Vec<String>,
    /// Findings above low on benign targets and safe controls.
    false_positives: Vec<String>,
    seconds: BTreeMap<String, f64>,
}

/// Audits every target that starts.
pub(crate) async fn measure(bench: &Path, out: &Path, screen: &mut impl Write) -> anyhow::Result<Measured> {
    let text = std::fs::read_to_string(bench.join("targets.json")).context("read targets.json")?;
    let document: Document = serde_json::from_str(&text).context("targets.json is no list of targets")?;
    let only = std::env::var("BENCH_TARGETS").unwrap_or_default();
    let wanted = |target: &&Labelled| only.is_empty() || only.split(',').any(|id| id == target.id);
    let mut measured = Measured::default();
    for target in document.targets.iter().filter(wanted) {
        let began = Instant::now();
        let audited = tokio::time::timeout(TARGET, audit(bench, &target.id)).await;
        run(bench, "stop", &target.id).await?;
        match audited.unwrap_or_else(|_| bail!("not done within {} s", TARGET.as_secs())) {
            Ok(audit) => {
                let found: BTreeSet<Found> = audit.findings.iter().flat_map(found).collect();
                let file = out.join(format!("{}.json", target.id));
                std::fs::write(file, serde_json::to_vec_pretty(&found)?).context("write findings")?;
                std::fs::write(out.join(format!("{}.audit.json", target.id)), serde_json::to_vec_pretty(&audit)?)?;
                measured.judge(target, &found);
                measured.audited += 1;
                measured.seconds.insert(target.id.clone(), began.elapsed().as_secs_f64());
                writeln!(
                    screen,
                    "  {:<52}{:>3} findings{:>8.1} s",
                    target.id,
                    found.len(),
                    began.elapsed().as_secs_f64()
                )?;
            }
            Err(error) => {
                writeln!(screen, "  {:<52}not audited: {error:#}", target.id)?;
                measured.not_audited.insert(target.id.clone(), format!("{error:#}"));
            }
        }
    }
    let labels = f64::from(measured.found) + f64::from(u32::try_from(measured.missed.len())?);
    measured.recall = (labels > 0.0).then(|| f64::from(measured.found) / labels);
    Ok(measured)
}

impl Measured {
    fn judge(&mut self, target: &Labelled, found: &BTreeSet<Found>) {
        let mut explained = BTreeSet::new();
        for label in target.labels.iter().filter(|label| OUTSIDE.contains(&label.observable.as_str())) {
            let mut hits = found.iter().filter(|found| explains(label, found)).peekable();
            if hits.peek().is_some() {
                self.found += 1;
            } else {
                self.missed.push(format!("{} {} {} ({})", target.id, label.category, label.tool, label.observable));
            }
            explained.extend(hits);
        }
        let innocent = |found: &&Found| target.kind == Kind::Benign || target.benign_tools.contains(&found.tool);
        let wrong = found
            .iter()
            .filter(|found| found.severity > Severity::Low && !target.tolerated.contains(found.category))
            .filter(|found| !explained.contains(found))
            .filter(innocent);
        self.false_positives.extend(wrong.map(|found| format!("{} {} {}", target.id, found.category, found.tool)));
    }

    /// Shows the figures.
    pub(crate) fn print(&self, screen: &mut impl Write) -> std::io::Result<()> {
        writeln!(screen, "targets: {} audited, {} not", self.audited, self.not_audited.len())?;
        writeln!(screen, "  recall of what shows from outside {} ({} found)", percent(self.recall), self.found)?;
        writeln!(screen, "  missed ({}): {}", self.missed.len(), self.missed.join("; "))?;
        writeln!(screen, "  wrong ({}): {}", self.false_positives.len(), self.false_positives.join("; "))
    }
}

/// Whether a finding is what a label says.
fn explains(label: &Label, found: &Found) -> bool {
    found.category == label.category && (label.tool == "*" || found.tool == "*" || found.tool == label.tool)
}

/// A finding above info in the bench's words.
fn found(finding: &Finding) -> Vec<Found> {
    let place = finding.location.split('#').next().unwrap_or_default();
    let named = ["tool:", "prompt:", "resource:"].iter().find_map(|prefix| place.strip_prefix(prefix));
    let severity = finding.severity;
    let categories = [category::of(finding.check.as_str()), category::second_of(finding)].into_iter().flatten();
    let found = |category| Found { category, tool: named.unwrap_or("*").to_owned(), severity };
    categories.filter(|_| severity > Severity::Info).map(found).collect()
}

struct Silent;

impl Observer for Silent {
    fn on(&self, _: Step) {}
}

async fn audit(bench: &Path, id: &str) -> anyhow::Result<Audit> {
    let printed = run(bench, "start", id).await?;
    let started: Started = serde_json::from_str(printed.lines().last().unwrap_or_default())
        .with_context(|| format!("`run_targets.py start {id}` printed no JSON"))?;
    let target = match (started.url, started.command) {
        (Some(url), _) => Target::Http { url: url.parse().context("the address")?, headers: Vec::new() },
        (None, Some(program)) => Target::Stdio {
            program,
            args: started.args,
            env: started.env.into_iter().map(|(name, value)| (name, value.into())).collect(),
        },
        (None, None) => bail!("neither an address nor a command: {}", json!(printed)),
    };
    let options = Options {
        level: Level::Two,
        mode: engine::check::Mode::Active,
        addresses: outbound::Policy::AllowLoopback,
        ..Options::default()
    };
    Ok(engine::audit(target, options, &Silent).await?)
}

/// Runs the bench's program, and gives what it printed.
async fn run(bench: &Path, verb: &str, id: &str) -> anyhow::Result<String> {
    let program = bench.join("run_targets.py");
    let output = Command::new("python3").arg(&program).args([verb, id]).kill_on_drop(true).output().await;
    let output = output.context("start python3")?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("`run_targets.py {verb} {id}` failed: {}", errors.lines().last().unwrap_or("it printed nothing"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
