//! docs/cost.md: what each example costs, with arithmetic that is done again and counts that its plan must have.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};

use super::table;
use crate::outcome::Outcome;
use crate::plan::{Plan, Resource};

/// The examples that the document has a table of.
const EXAMPLES: &[&str] = &["mcp_prod", "platform_prod", "platform_dev"];

/// A cent, because every line is rounded to one.
const TOLERANCE: f64 = 0.0051;

/// Does the arithmetic again.
pub fn check(document: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for example in EXAMPLES {
        match lines(document, example) {
            Ok(lines) => {
                for line in lines {
                    outcome.note(line.fault(example));
                }
            }
            Err(error) => outcome.faults.push(format!("docs/cost.md, {example}: {error}")),
        }
    }
    outcome
}

/// Compares what the arithmetic counts with what a plan has.
pub fn check_plan(document: &str, plan: &Plan) -> Outcome {
    let mut outcome = Outcome::default();
    if !EXAMPLES.contains(&plan.plan.as_str()) {
        return outcome;
    }
    // The arithmetic itself has been told of already.
    let Ok(lines) = lines(document, &plan.plan) else { return outcome };
    let planned = counts(plan);
    let mut claimed: BTreeMap<&str, f64> = BTreeMap::new();
    for line in &lines {
        for (unit, count) in &line.counts {
            claimed.insert(unit, *count);
        }
    }
    for (unit, count) in &planned {
        let told = claimed.get(unit).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a count of resources is small")]
        let same = (told - *count as f64).abs() < 0.5;
        outcome.note((!same).then(|| {
            format!("docs/cost.md, {}: counts {told} {unit}, but the plan has {count}: correct the table", plan.plan)
        }));
    }
    outcome
}

struct Line {
    item: String,
    told: f64,
    computed: f64,
    counts: Vec<(String, f64)>,
}

impl Line {
    fn fault(&self, example: &str) -> Option<String> {
        let wrong = (self.told - self.computed).abs() > TOLERANCE;
        wrong.then(|| {
            let Self { item, told, computed, .. } = self;
            format!("docs/cost.md, {example}: {item} says {told:.2}, but its arithmetic gives {computed:.2}")
        })
    }
}

/// Lines of `| Item | … | Ours | Arithmetic |`. The last one is their sum.
fn lines(document: &str, example: &str) -> Result<Vec<Line>> {
    let Some(rows) = table::below(document, Some(example)) else { bail!("there is no such table") };
    let mut lines: Vec<Line> = Vec::new();
    let mut sum = 0.0;
    for row in rows {
        let [item, .., ours, arithmetic] = row.as_slice() else { bail!("a row has fewer than three cells") };
        let item = item.trim_matches('*').to_owned();
        let told = number(ours.trim_matches('*'))?;
        if item == "Total" {
            lines.push(Line { item, told, computed: sum, counts: Vec::new() });
            return Ok(lines);
        }
        let mut arithmetic = Arithmetic { rest: arithmetic, counts: Vec::new() };
        let computed = (arithmetic.sum()? * 100.0).round() / 100.0;
        ensure!(arithmetic.rest.trim().is_empty(), "`{}` is no arithmetic", arithmetic.rest);
        sum += told;
        lines.push(Line { item, told, computed, counts: arithmetic.counts });
    }
    bail!("the table has no line `Total`")
}

fn number(text: &str) -> Result<f64> {
    text.replace(',', "").parse().map_err(|_| anyhow::anyhow!("`{text}` is no number"))
}

/// `6 endpoints × 3 zones × 0.01 × 730 + 0.5`: numbers with a unit in words, sums, products and parentheses.
struct Arithmetic<'a> {
    rest: &'a str,
    counts: Vec<(String, f64)>,
}

impl Arithmetic<'_> {
    fn sum(&mut self) -> Result<f64> {
        let mut value = self.product()?;
        loop {
            if self.takes('+') {
                value += self.product()?;
            } else if self.takes('−') || self.takes('-') {
                value -= self.product()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<f64> {
        let mut value = self.factor()?;
        loop {
            if self.takes('×') {
                value *= self.factor()?;
            } else if self.takes('/') {
                value /= self.factor()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn factor(&mut self) -> Result<f64> {
        if self.takes('(') {
            let value = self.sum()?;
            ensure!(self.takes(')'), "a parenthesis is not closed");
            return Ok(value);
        }
        self.rest = self.rest.trim_start();
        let digits = self.rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(self.rest.len());
        let value = number(&self.rest[..digits])?;
        self.rest = &self.rest[digits..];
        let end = self.rest.find(|c: char| !c.is_alphabetic() && c != ' ').unwrap_or(self.rest.len());
        let unit = self.rest[..end].trim();
        self.rest = &self.rest[end..];
        let unit = match unit.split_once(' ') {
            Some(("M" | "k", unit)) => unit,
            _ if matches!(unit, "M" | "k") => "",
            _ => unit,
        };
        if !unit.is_empty() {
            self.counts.push((unit.to_owned(), value));
        }
        Ok(value)
    }

    fn takes(&mut self, wanted: char) -> bool {
        match self.rest.trim_start().strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// How many metrics an alarm watches: each is charged.
fn watched(alarm: &Resource) -> usize {
    let queries = alarm.values.get("metric_query").and_then(|queries| queries.as_array());
    let metrics = queries.into_iter().flatten().filter(|query| {
        query.get("metric").and_then(|metric| metric.as_array()).is_some_and(|metric| !metric.is_empty())
    });
    metrics.count().max(1)
}

/// What a plan has of everything that is paid for by the piece.
fn counts(plan: &Plan) -> BTreeMap<&'static str, usize> {
    let of = |kind: &'static str| plan.resources.iter().filter(move |resource| resource.kind == kind);
    let text = |resource: &Resource, key: &str| {
        resource.values.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    let interfaces = of("aws_vpc_endpoint").filter(|endpoint| text(endpoint, "vpc_endpoint_type") == "Interface");
    let nodes =
        of("aws_elasticache_replication_group").filter_map(|group| group.values.get("num_cache_clusters")?.as_u64());
    let tasks = of("aws_ecs_service").filter_map(|service| service.values.get("desired_count")?.as_u64());
    BTreeMap::from([
        ("interface endpoints", interfaces.count()),
        ("NAT gateways", of("aws_nat_gateway").count()),
        ("alarm metrics", of("aws_cloudwatch_metric_alarm").map(watched).sum()),
        ("composite alarms", of("aws_cloudwatch_composite_alarm").count()),
        ("dashboards", of("aws_cloudwatch_dashboard").count()),
        ("keys", of("aws_kms_key").count()),
        ("secrets", of("aws_secretsmanager_secret").count()),
        ("nodes", usize::try_from(nodes.sum::<u64>()).unwrap_or(usize::MAX)),
        ("tasks", usize::try_from(tasks.sum::<u64>()).unwrap_or(usize::MAX)),
        ("balancers", of("aws_lb").count()),
        ("web ACLs", of("aws_wafv2_web_acl").count()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(keys: &str, total: &str) -> String {
        EXAMPLES.iter().fold(String::new(), |text, example| {
            format!(
                "{text}## {example}\n\n| Item | Ours | Arithmetic |\n| - | - | - |\n| Keys | {keys} | 2 keys × 1.00 + (3 − 1) × 0.05 / 2 |\n\
                 | Calls | 1.85 | 1 M × 1.00 + 10 GB × 0.085 |\n| **Total** | **{total}** | |\n\n"
            )
        })
    }

    #[test]
    fn the_arithmetic_is_done_again() {
        assert_eq!(check(&document("2.05", "3.90")).faults, Vec::<String>::new());
        assert!(check(&document("2.50", "4.35")).faults[0].contains("Keys says 2.50, but its arithmetic gives 2.05"));
        assert!(check(&document("2.05", "4.00")).faults[0].contains("Total says 4.00"));
        assert!(check("").faults[0].contains("no such table"));
        assert!(check(&document("2.05", "3.90").replace("10 GB", "ten GB")).faults[0].contains("is no number"));
    }

    #[test]
    fn counts_are_those_of_the_plan() {
        let plan = |keys: usize| {
            let key = Resource { kind: "aws_kms_key".to_owned(), ..Resource::default() };
            Plan {
                plan: "mcp_prod".to_owned(),
                environment: "prod".to_owned(),
                resources: vec![key; keys],
                ..Plan::default()
            }
        };
        let document = document("2.05", "3.90");
        assert_eq!(check_plan(&document, &plan(2)).faults, Vec::<String>::new());
        assert!(check_plan(&document, &plan(3)).faults[0].contains("counts 2 keys, but the plan has 3"));
    }
}
