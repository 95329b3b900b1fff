//! Findings: one item each in the partition of their test, which names no organisation, so every read verifies `org`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use contracts::api::Page;
use contracts::audit::{Finding, Severity};
use contracts::ids::TestId;

use crate::item::{Item, json, text};
use crate::keys::Key;
use crate::table::{Range, replacement};
use crate::test::PAGE_ITEMS;
use crate::{OrgScope, Result, Store, StoreError, cursor};

const PREFIX: &str = "FINDING#";

impl Store {
    /// Lists the findings of a test, worst first: severity, confidence, check, location. `None` where the organisation
    /// has no such test. `limit` is brought into 1 to 200.
    ///
    /// All findings are read and sorted for each page: a test has at most 5 000, and the order has no key of its own.
    pub async fn findings(
        &self,
        scope: &OrgScope,
        test: &TestId,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Option<Page<Finding>>> {
        if self.test(scope, test).await?.is_none() {
            return Ok(None);
        }
        let list = format!("findings/{test}");
        let after = match cursor {
            Some(cursor) => {
                let position = cursor::decode(scope, &list, cursor)?;
                Some(serde_json::from_str::<Position>(&position).map_err(|_| StoreError::BadCursor)?)
            }
            None => None,
        };
        let mut findings = BTreeMap::new();
        for item in self.range(Range::all(partition(test), PREFIX)).await? {
            item.verify(scope)?;
            let finding: Finding = item.json("finding")?;
            findings.insert(position(&finding), finding);
        }
        let limit = limit.clamp(*PAGE_ITEMS.start(), *PAGE_ITEMS.end()) as usize;
        let (next_cursor, items) = page(findings, after.as_ref(), limit);
        let next_cursor = match next_cursor {
            Some(position) => {
                let position =
                    serde_json::to_string(&position).map_err(|error| StoreError::damaged("a list position", error))?;
                Some(cursor::encode(scope, &list, &position))
            }
            None => None,
        };
        Ok(Some(Page { items, next_cursor }))
    }

    /// Writes findings next to those that are there.
    pub(crate) async fn add_findings(&self, scope: &OrgScope, test: &TestId, findings: &[Finding]) -> Result<()> {
        let items = items(scope, test, findings)?;
        self.write_batches(items.into_values().map(replacement).collect()).await
    }

    /// Makes the findings of a test exactly these.
    pub(crate) async fn replace_findings(&self, scope: &OrgScope, test: &TestId, findings: &[Finding]) -> Result<()> {
        self.replace_range(scope, partition(test), PREFIX, items(scope, test, findings)?).await
    }
}

/// Where a finding is in the order of a list: severity and confidence downwards, then check, location and fingerprint.
type Position = (Reverse<u8>, Reverse<u8>, String, String, String);

fn position(finding: &Finding) -> Position {
    (
        Reverse(rank(finding.severity)),
        Reverse(finding.confidence as u8),
        finding.check.to_string(),
        finding.location.clone(),
        finding.fingerprint.to_string(),
    )
}

/// The findings behind `after`, and the position of the last one where more follow.
fn page(
    findings: BTreeMap<Position, Finding>,
    after: Option<&Position>,
    limit: usize,
) -> (Option<Position>, Vec<Finding>) {
    let mut rest = findings.into_iter().skip_while(|(position, _)| after.is_some_and(|after| position <= after));
    let (mut positions, items): (Vec<_>, Vec<_>) = rest.by_ref().take(limit).unzip();
    (rest.next().and_then(|_| positions.pop()), items)
}

fn partition(test: &TestId) -> String {
    format!("TEST#{test}")
}

/// Findings by sort key: a batch may name each key only once.
fn items(scope: &OrgScope, test: &TestId, findings: &[Finding]) -> Result<BTreeMap<String, Item>> {
    let item = |finding: &Finding| {
        let sk = format!("{PREFIX}{}", finding.fingerprint);
        let item = Item::of_org(Key { pk: partition(test), sk: sk.clone() }, scope)
            .with("org_id", text(scope.org().as_str()))
            .with("severity", text(sortable_severity(finding.severity)))
            .with("finding", json(&format!("finding `{}`", finding.fingerprint), finding)?);
        Ok((sk, item))
    };
    findings.iter().map(item).collect()
}

/// Sort key of GSI3: the rank in front makes the index sort by severity.
fn sortable_severity(severity: Severity) -> String {
    format!("{}-{severity}", rank(severity))
}

fn rank(severity: Severity) -> u8 {
    severity as u8
}

#[cfg(test)]
mod tests {
    use contracts::audit::{CheckId, Confidence, Fingerprint, NamedTest, Triage};

    use super::*;

    fn finding(severity: Severity, confidence: Confidence, location: &str) -> Finding {
        let check: CheckId = "MCPA-DA-001".parse().unwrap();
        Finding {
            fingerprint: Fingerprint::new(&check, "target", location, ""),
            check,
            title: String::new(),
            test: NamedTest::DescriptionAnalysis,
            severity,
            confidence,
            location: location.to_owned(),
            message: String::new(),
            remediation: String::new(),
            evidence: Vec::new(),
            references: Vec::new(),
            by_design: false,
            see: None,
            deduction: 0,
            triage: Triage::Open,
        }
    }

    #[test]
    fn pages_go_from_the_worst_to_the_mildest_without_gap_or_repetition() {
        let all = [
            finding(Severity::Low, Confidence::Confirmed, "d"),
            finding(Severity::Critical, Confidence::Tentative, "c"),
            finding(Severity::High, Confidence::Likely, "b"),
            finding(Severity::Critical, Confidence::Confirmed, "a2"),
            finding(Severity::Critical, Confidence::Confirmed, "a1"),
        ];
        let findings: BTreeMap<_, _> = all.iter().map(|finding| (position(finding), finding.clone())).collect();
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let (next, items) = page(findings.clone(), after.as_ref(), 2);
            seen.extend(items.into_iter().map(|finding| finding.location));
            // Positions survive the trip through a cursor.
            after = next.map(|next| serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap());
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a1", "a2", "c", "b", "d"]);
    }

    #[test]
    fn the_index_sorts_by_severity() {
        let all = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        assert!(all.map(sortable_severity).is_sorted());
        assert_eq!(sortable_severity(Severity::Critical), "4-critical");
    }
}
