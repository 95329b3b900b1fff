//! docs/infrastructure-controls.md: what implements each control, and which checks show it.

use std::collections::BTreeSet;

use super::table;
use crate::checklist::Row;
use crate::outcome::Outcome;
use crate::plan::Plan;

/// A row of the table.
struct Control {
    ids: Vec<String>,
    checks: Vec<String>,
}

/// Every control names checks that exist.
pub fn check(document: &str, rows: &[Row]) -> Outcome {
    let mut outcome = Outcome::default();
    let controls = controls(document);
    if controls.is_empty() {
        outcome.faults.push("docs/infrastructure-controls.md has no table of controls".to_owned());
    }
    let known = known(rows);
    for control in &controls {
        let name = control.ids.join(", ");
        outcome
            .note(control.checks.is_empty().then(|| format!("control {name} names no check: give one in backquotes")));
        for check in control.checks.iter().filter(|check| !known.contains(check.as_str())) {
            outcome.faults.push(format!("control {name} names the check `{check}`, which no row of the checklist has"));
        }
    }
    outcome
}

/// Every control is carried by a tag of a resource that a production example plans, and every tag is in the table.
pub fn check_plans(document: &str, plans: &[Plan]) -> Outcome {
    let mut outcome = Outcome::default();
    let tagged: BTreeSet<&str> = plans
        .iter()
        .filter(|plan| plan.environment == "prod")
        .flat_map(|plan| &plan.resources)
        .filter_map(|resource| resource.values.get("tags")?.get("Controls")?.as_str())
        .flat_map(str::split_whitespace)
        .collect();
    let listed: BTreeSet<String> = controls(document).into_iter().flat_map(|control| control.ids).collect();
    for id in &listed {
        outcome.note((!tagged.contains(id.as_str())).then(|| {
            format!("control {id} is on no resource of a production example: tag what implements it with `Controls`")
        }));
    }
    for id in tagged.iter().filter(|id| !listed.contains(**id)) {
        outcome
            .faults
            .push(format!("resources are tagged with control {id}, which docs/infrastructure-controls.md lacks"));
    }
    outcome
}

fn controls(document: &str) -> Vec<Control> {
    let rows = table::below(document, None).unwrap_or_default();
    let control = |cells: Vec<String>| {
        let ids = cells.first()?.split([',', ' ', '/']).filter(|id| id.contains('-')).map(str::to_owned).collect();
        let checks = cells.last()?.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        Some(Control { ids, checks })
    };
    rows.into_iter().filter_map(control).collect()
}

/// Everything that a control may name: rows with tests as `#8` or `X4`, policies, rules over the source and of checkov.
fn known(rows: &[Row]) -> BTreeSet<String> {
    rows.iter()
        .flat_map(|row| {
            let tests = row.tests.then(|| row.label());
            tests.into_iter().chain(row.policies.iter().chain(&row.source).chain(&row.checkov).cloned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str =
        "# Controls\n\n| Control | By | Checks |\n| --- | --- | --- |\n| AU-9, AU-11 | logs | `r01_cors`, `#5` |\n";

    fn rows(policy: &str) -> Vec<Row> {
        let row = format!("id = \"5\"\ntitle = \"One\"\ntests = true\npolicies = [\"{policy}\"]\n");
        vec![toml::from_str(&row).expect("a row")]
    }

    fn plan(controls: &str) -> Plan {
        let text = format!(
            r#"{{"plan": "shop", "environment": "prod", "resources": [{{"values": {{"tags": {{"Controls": "{controls}"}}}}}}]}}"#
        );
        serde_json::from_str(&text).expect("a plan")
    }

    #[test]
    fn a_control_needs_a_check_that_exists() {
        assert!(check(DOCUMENT, &rows("r01_cors")).faults.is_empty());
        assert!(check(DOCUMENT, &rows("r02_other")).faults[0].contains("`r01_cors`"));
        assert!(check(&DOCUMENT.replace('`', ""), &rows("r01_cors")).faults[0].contains("names no check"));
        assert!(check("# Controls\n", &[]).faults[0].contains("no table"));
    }

    #[test]
    fn a_control_needs_a_resource() {
        assert!(check_plans(DOCUMENT, &[plan("AU-11 AU-9")]).faults.is_empty());
        assert!(check_plans(DOCUMENT, &[plan("AU-9")]).faults[0].contains("AU-11 is on no resource"));
        assert!(check_plans(DOCUMENT, &[plan("AU-11 AU-9 SC-7")]).faults[0].contains("SC-7"));
    }
}
