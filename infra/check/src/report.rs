//! One line per row: what it is, how it is, and what shows it.

use std::fmt::Write as _;

use crate::checklist::Row;
use crate::gates::Findings;
use crate::outcome::Outcome;

/// How a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Every check of this tier holds.
    Ok,
    /// A check objects, or shows nothing.
    Failed,
    /// All its checks belong to a higher tier.
    Later,
}

/// What one check of a row says.
struct Part {
    name: String,
    /// Whether it was run in this tier.
    ran: bool,
    faults: Vec<String>,
}

/// A row and all that was found about it.
pub struct Judged<'a> {
    row: &'a Row,
    parts: Vec<Part>,
}

/// Judges every row.
pub fn judge(findings: &Findings) -> Vec<Judged<'_>> {
    findings.rows.iter().map(|row| Judged { row, parts: parts(row, findings) }).collect()
}

fn parts(row: &Row, findings: &Findings) -> Vec<Part> {
    let mut parts = Vec::new();
    let planned = findings.scan.is_some();
    if row.tests {
        let runs = findings.runs.get(&row.id).map_or(&[][..], Vec::as_slice);
        let mut faults: Vec<String> = runs.iter().flat_map(|run| run.faults.clone()).collect();
        if runs.is_empty() && !findings.partial {
            faults.push(format!("no test proves it: name a run `{}_…`", prefix(&row.id)));
        }
        let name = if planned { format!("T {}", runs.len()) } else { format!("T {} to run", runs.len()) };
        parts.push(Part { name, ran: true, faults });
    }
    for rule in &row.checkov {
        let outcome = findings.scan.as_ref().map(|scan| scan.of(rule));
        parts.push(part(format!("K {rule}"), outcome.as_ref(), findings.partial));
    }
    for policy in &row.policies {
        parts.push(part(format!("R {policy}"), findings.policies.get(policy), findings.partial));
    }
    for rule in &row.source {
        parts.push(part(format!("H {rule}"), findings.source.get(rule), findings.partial));
    }
    for name in &row.rejected {
        parts.push(part(format!("V {name}"), findings.rejected.get(name), findings.partial));
    }
    if row.apply {
        parts.push(Part { name: "M make infra-apply-local".to_owned(), ran: false, faults: Vec::new() });
    }
    parts
}

/// A check that looked at nothing has shown nothing.
fn part(name: String, outcome: Option<&Outcome>, partial: bool) -> Part {
    let mut faults = outcome.map(|outcome| outcome.faults.clone()).unwrap_or_default();
    if !partial && outcome.is_some_and(|outcome| outcome.examined == 0) {
        faults.push(format!("{name} found nothing to look at"));
    }
    Part { name, ran: outcome.is_some(), faults }
}

fn prefix(id: &str) -> String {
    match id.split_at_checked(1) {
        Some((kind @ ("X" | "P"), number)) => format!("{}{number:0>2}", kind.to_lowercase()),
        _ => format!("r{id:0>2}"),
    }
}

impl Judged<'_> {
    /// How the row is.
    pub fn state(&self) -> State {
        if self.parts.iter().any(|part| !part.faults.is_empty()) {
            State::Failed
        } else if self.parts.iter().any(|part| part.ran) {
            State::Ok
        } else {
            State::Later
        }
    }

    /// Names of the checks that failed, as `24 R r24_alias`.
    pub fn failed(&self) -> impl Iterator<Item = String> {
        let failed = self.parts.iter().filter(|part| !part.faults.is_empty());
        failed.map(|part| {
            let name = if part.name.starts_with("T ") { "T" } else { &part.name };
            format!("{} {name}", self.row.id)
        })
    }

    /// The line of the row, and what is wrong below it.
    pub fn text(&self) -> String {
        let state = match self.state() {
            State::Ok => "ok",
            State::Failed => "FAILED",
            State::Later => "later",
        };
        let names: Vec<String> = self
            .parts
            .iter()
            .map(|part| if part.ran { part.name.clone() } else { format!("({})", part.name) })
            .collect();
        let label = format!("{} {}", self.row.label(), self.row.findings.join(" "));
        let mut text = format!("{label:<28} {:<48} {state:<6} {}\n", self.row.title, names.join(" · "));
        for fault in self.parts.iter().flat_map(|part| &part.faults) {
            let _ = writeln!(text, "    {fault}");
        }
        text
    }
}

/// All lines and a summary; whether everything holds.
pub fn print(findings: &Findings) -> (String, bool) {
    let judged = judge(findings);
    let mut text = String::new();
    for row in &judged {
        text.push_str(&row.text());
    }
    text.push('\n');
    for (name, outcome) in &findings.further {
        let state = if outcome.faults.is_empty() { "ok" } else { "FAILED" };
        let _ = writeln!(text, "{name:<77} {state}");
        for fault in &outcome.faults {
            let _ = writeln!(text, "    {fault}");
        }
    }
    let count = |state: State| judged.iter().filter(|row| row.state() == state).count();
    let others = findings.further.values().filter(|outcome| !outcome.faults.is_empty()).count();
    let (ok, failed, later) = (count(State::Ok), count(State::Failed), count(State::Later));
    let _ = writeln!(
        text,
        "\n{ok} rows ok, {failed} failed, {later} left to a later tier (in parentheses); {others} other gates failed"
    );
    (text, failed + others == 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::roots::Run;

    fn findings(run: Option<&[&str]>, examined: usize) -> Findings {
        let row = "id = \"5\"\nfindings = [\"RES-CRIT-2\"]\ntitle = \"One per zone\"\ntests = true\npolicies = [\"r05_zones\"]\napply = true";
        let run = run.map(|faults| Run {
            name: "r05_zones".to_owned(),
            faults: faults.iter().map(|fault| (*fault).to_owned()).collect(),
        });
        let policy = Outcome { examined, faults: Vec::new() };
        Findings {
            rows: vec![toml::from_str(row).expect("a row")],
            source: BTreeMap::new(),
            policies: BTreeMap::from([("r05_zones".to_owned(), policy)]),
            runs: run.map(|run| BTreeMap::from([("5".to_owned(), vec![run])])).unwrap_or_default(),
            rejected: BTreeMap::new(),
            scan: None,
            partial: false,
            further: BTreeMap::new(),
        }
    }

    #[test]
    fn a_row_is_ok_only_where_every_check_has_shown_something() {
        let lines =
            |findings: &Findings| print(findings).0.lines().take(2).map(str::trim_end).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(lines(&findings(Some(&[]), 1)), @"#5 RES-CRIT-2                One per zone                                     ok     T 1 to run · R r05_zones · (M make infra-apply-local)");
        assert!(lines(&findings(None, 1)).contains("no test proves it: name a run `r05_…`"));
        assert!(lines(&findings(Some(&[]), 0)).contains("R r05_zones found nothing to look at"));
        assert!(lines(&findings(Some(&["two"]), 1)).contains("FAILED"));
        let findings = findings(Some(&["two"]), 0);
        let failed: Vec<String> = judge(&findings)[0].failed().collect();
        assert_eq!(failed, ["5 T", "5 R r05_zones"]);
    }
}
