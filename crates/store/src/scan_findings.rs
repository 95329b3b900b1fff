//! Findings of scans: one object each, in the order in which they are listed. No question goes across scans yet, and rows would be
//! thousands of writes at the end of a scan.

use contracts::api::Page;
use contracts::api::scans::FileFinding;
use contracts::ids::ScanId;

use crate::test::PAGE_ITEMS;
use crate::{OrgScope, Result, Store, StoreError, cursor, keys};

impl Store {
    /// Lists the findings of a scan as they were kept, worst first; none before it is completed. `None` where the organisation has
    /// no such scan. `limit` is brought into 1 to 200.
    pub async fn scan_findings(
        &self,
        scope: &OrgScope,
        scan: &ScanId,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<Option<Page<FileFinding>>> {
        let Some(item) = self.scan(scope, scan).await? else { return Ok(None) };
        let list = format!("scan-findings/{scan}");
        let start = match cursor {
            Some(cursor) => cursor::decode(scope, &list, cursor)?.parse().map_err(|_| StoreError::BadCursor)?,
            None => 0,
        };
        if item.findings.unwrap_or_default() == 0 {
            return Ok(Some(Page { items: Vec::new(), next_cursor: None }));
        }
        let key = object_key(scope, scan);
        let all: Option<Vec<FileFinding>> = self.get_document(&key).await?;
        let all = all.ok_or_else(|| StoreError::damaged(format!("object `{key}`"), "it is missing"))?;
        let limit = limit.clamp(*PAGE_ITEMS.start(), *PAGE_ITEMS.end()) as usize;
        let (items, next) = page(all, start, limit);
        Ok(Some(Page { items, next_cursor: next.map(|next| cursor::encode(scope, &list, &next.to_string())) }))
    }

    /// Keeps the findings of a scan before it is completed.
    pub(crate) async fn save_scan_findings(
        &self,
        scope: &OrgScope,
        scan: &ScanId,
        findings: &[FileFinding],
    ) -> Result<()> {
        if findings.is_empty() {
            return Ok(());
        }
        self.put_document(&object_key(scope, scan), &findings).await
    }
}

fn object_key(scope: &OrgScope, scan: &ScanId) -> String {
    keys::object(scope, &format!("scans/{scan}/findings.json"))
}

/// The items from `start` on, and where the next page begins.
fn page<T>(all: Vec<T>, start: usize, limit: usize) -> (Vec<T>, Option<usize>) {
    let end = start.saturating_add(limit);
    let next = (end < all.len()).then_some(end);
    (all.into_iter().skip(start).take(limit).collect(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_all_items_once() {
        let all = || vec!['a', 'b', 'c'];
        assert_eq!(page(all(), 0, 2), (vec!['a', 'b'], Some(2)));
        assert_eq!(page(all(), 2, 2), (vec!['c'], None));
        assert_eq!(page(all(), 0, 3), (all(), None));
        assert_eq!(page(all(), usize::MAX, 2), (vec![], None));
    }
}
