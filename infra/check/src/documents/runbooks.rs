//! docs/runbooks: whoever is woken up is told what to do.

use std::collections::BTreeSet;

use crate::outcome::Outcome;
use crate::plan::Plan;

/// Where descriptions of alarms send people.
const FOLDER: &str = "docs/runbooks/";

/// Every alarm ends with a page that exists, and every page (by its file name) is that of some alarm.
pub fn check_plans(pages: &BTreeSet<String>, plans: &[Plan]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut used = BTreeSet::new();
    for resource in plans.iter().flat_map(|plan| &plan.resources) {
        if !matches!(resource.kind.as_str(), "aws_cloudwatch_metric_alarm" | "aws_cloudwatch_composite_alarm") {
            continue;
        }
        let description = resource.values.get("alarm_description").and_then(|text| text.as_str()).unwrap_or_default();
        let page = description.rsplit_once(FOLDER).map(|(_, page)| page.to_owned());
        let is_there = page.as_ref().is_some_and(|page| pages.contains(page));
        outcome.note((!is_there).then(|| {
            format!(
                "{} names no page of {FOLDER}: end its description with one, or write `{}`",
                resource.address,
                page.as_deref().unwrap_or("<kind>.md")
            )
        }));
        used.extend(page);
    }
    let unused = pages.difference(&used).filter(|page| page.as_str() != "README.md");
    outcome
        .faults
        .extend(unused.map(|page| format!("{FOLDER}{page} belongs to no alarm: remove it, or name it in one")));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(description: &str) -> Plan {
        let text = format!(
            r#"{{"plan": "shop", "environment": "prod", "resources": [{{"type": "aws_cloudwatch_metric_alarm", "values": {{"alarm_description": "{description}"}}}}]}}"#
        );
        serde_json::from_str(&text).expect("a plan")
    }

    #[test]
    fn alarms_and_pages_belong_together() {
        let pages = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let check = |names: &[&str], description: &str| check_plans(&pages(names), &[plan(description)]).faults;
        assert!(check(&["README.md", "redis.md"], "Full. Runbook: docs/runbooks/redis.md").is_empty());
        assert!(check(&["redis.md"], "Full.")[0].contains("names no page"));
        assert!(check(&[], "Full. Runbook: docs/runbooks/redis.md")[0].contains("redis.md"));
        assert!(
            check(&["redis.md", "waf.md"], "Full. Runbook: docs/runbooks/redis.md")[0].contains("waf.md belongs to no")
        );
    }
}
