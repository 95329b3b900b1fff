//! Labelled tool definitions. One counts as flagged if a static check raises a finding on it that is at least low
//! and likely, and whose category a definition alone can show; advice on hygiene has no category.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;
use contracts::audit::{Confidence, Severity};
use engine::check::{Run, Verdict};
use engine::checks::ALL;
use engine::snapshot::Snapshot;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::category;
use crate::rates::{Counts, Rates, percent};

/// A line of a corpus.
#[derive(Debug, Deserialize)]
struct Labelled {
    id: String,
    source: String,
    server: String,
    tool: Value,
    label: Label,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    Malicious,
    Benign,
    /// Counts neither way.
    Neutral,
}

/// A finding on one definition.
struct Flag {
    check: &'static str,
    category: &'static str,
    severity: Severity,
}

/// The outcome of a corpus.
pub(crate) struct Measured {
    pub(crate) rates: Rates,
    counts: Counts,
    by_check: BTreeMap<&'static str, Counts>,
    missed: Vec<String>,
    wrong: Vec<String>,
}

/// Judges every definition in the folder and writes what was found to `static.jsonl`.
pub(crate) fn measure(corpus: &Path, out: &Path) -> anyhow::Result<Measured> {
    let labelled = read(corpus)?;
    let mut servers: BTreeMap<(&str, &str), Vec<&Labelled>> = BTreeMap::new();
    for line in &labelled {
        servers.entry((&line.source, &line.server)).or_default().push(line);
    }
    let mut file = BufWriter::new(File::create(out.join("static.jsonl")).context("write static.jsonl")?);
    let (mut counts, mut by_check) = (Counts::default(), BTreeMap::<&str, Counts>::new());
    let (mut missed, mut wrong) = (Vec::new(), Vec::new());
    for tools in servers.values() {
        for (line, flags) in judge(tools) {
            for flag in &flags {
                let found = json!({ "id": line.id, "category": flag.category, "severity": flag.severity });
                writeln!(file, "{found}")?;
            }
            let textual: BTreeSet<&str> =
                flags.iter().filter(|flag| category::is_of_text(flag.category)).map(|flag| flag.check).collect();
            let malicious = match line.label {
                Label::Malicious => true,
                Label::Benign => false,
                Label::Neutral => continue,
            };
            counts.add(malicious, !textual.is_empty());
            let name = || line.tool.get("name").and_then(Value::as_str).unwrap_or("no name").to_owned();
            if malicious && textual.is_empty() {
                missed.push(format!("{} {}", line.id, name()));
            } else if !malicious && !textual.is_empty() {
                wrong.push(format!("{} {} {textual:?}", line.id, name()));
            }
            for check in textual {
                by_check.entry(check).or_default().add(malicious, true);
            }
        }
    }
    // What a check did not flag is the rest of its label.
    let malicious = counts.true_positives + counts.false_negatives;
    let benign = counts.false_positives + counts.true_negatives;
    for of_check in by_check.values_mut() {
        of_check.false_negatives = malicious - of_check.true_positives;
        of_check.true_negatives = benign - of_check.false_positives;
    }
    file.flush()?;
    Ok(Measured { rates: counts.rates(), counts, by_check, missed, wrong })
}

impl Measured {
    /// Shows the figures, in all and per check.
    pub(crate) fn print(&self, screen: &mut impl Write) -> std::io::Result<()> {
        let Counts { true_positives, false_negatives, false_positives, true_negatives } = self.counts;
        writeln!(
            screen,
            "definitions: {} malicious, {} benign",
            true_positives + false_negatives,
            false_positives + true_negatives
        )?;
        let line = |screen: &mut dyn Write, name: &str, rates: Rates| {
            let Rates { recall, precision, f1, false_positive_rate } = rates;
            let [recall, precision, f1, wrong] = [recall, precision, f1, false_positive_rate].map(percent);
            writeln!(screen, "  {name:<14}{recall:>10}{precision:>11}{f1:>10}{wrong:>18}")
        };
        writeln!(screen, "  {:<14}{:>10}{:>11}{:>10}{:>18}", "", "recall", "precision", "F1", "false positives")?;
        line(screen, "all", self.rates)?;
        for (check, counts) in &self.by_check {
            line(screen, check, counts.rates())?;
        }
        writeln!(screen, "missed ({}): {}", self.missed.len(), self.missed.join(", "))?;
        writeln!(screen, "wrong ({}): {}", self.wrong.len(), self.wrong.join(", "))
    }
}

/// All lines of all corpora in the folder.
fn read(corpus: &Path) -> anyhow::Result<Vec<Labelled>> {
    let mut labelled = Vec::new();
    let entries = std::fs::read_dir(corpus).with_context(|| format!("read {}", corpus.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    for path in files {
        let file = File::open(&path).with_context(|| format!("open {}", path.display()))?;
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.with_context(|| format!("read {}", path.display()))?;
            let parsed = serde_json::from_str(&line);
            labelled.push(parsed.with_context(|| format!("{}:{number} is no labelled definition", path.display()))?);
        }
    }
    Ok(labelled)
}

/// What the static checks say about each tool of one server.
fn judge<'l>(tools: &[&'l Labelled]) -> Vec<(&'l Labelled, Vec<Flag>)> {
    let definitions: Vec<Value> = tools.iter().map(|line| line.tool.clone()).collect();
    let snapshot = Snapshot::of_definitions(&definitions);
    let mut flags: BTreeMap<String, Vec<Flag>> = BTreeMap::new();
    for check in ALL {
        let (Run::Static(run), Some(category)) = (&check.run, category::of(check.id)) else { continue };
        let Verdict::Decided(drafts) = run(&snapshot) else { continue };
        for draft in
            drafts.into_iter().filter(|draft| draft.severity >= Severity::Low && draft.confidence >= Confidence::Likely)
        {
            let Some(tool) = draft.location.strip_prefix("tool:").and_then(|place| place.split('#').next()) else {
                continue;
            };
            let flag = Flag { check: check.id, category, severity: draft.severity };
            flags.entry(tool.to_owned()).or_default().push(flag);
        }
    }
    let mut judged = Vec::new();
    for line in tools {
        let name = line.tool.get("name").and_then(Value::as_str).unwrap_or_default();
        judged.push((*line, flags.remove(name).unwrap_or_default()));
    }
    judged
}
