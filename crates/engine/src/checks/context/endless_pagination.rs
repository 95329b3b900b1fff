//! Lists that never end.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::{Listing, ListingStop, Snapshot};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-007",
    title: "Endless pagination",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "End every list with a page without `nextCursor`, and give each cursor once.",
    tags: &[Tag::Cwe(835), Tag::LlmTop10(6)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let draft = |listing: &Listing| {
        let (kind, message) = match listing.stopped.as_ref()? {
            ListingStop::RepeatedCursor => ("repeated-cursor", "the list gives a cursor a second time and never ends"),
            ListingStop::RepeatedPage => ("repeated-page", "the list gives a page a second time and never ends"),
            ListingStop::TooMany => ("too-many", "the list goes on beyond 100 pages or 5 000 items"),
            ListingStop::TooLarge | ListingStop::Failed(_) => return None,
        };
        let shown = format!("{} pages, {} items", listing.pages, listing.items);
        Some(
            Draft::new(Severity::High, Confidence::Confirmed, format!("method:{}", listing.method), message)
                .distinct(kind)
                .sample(Sample::whole(shown, format!("pagination:{kind}"))),
        )
    };
    snapshot.listings.iter().filter_map(draft).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server};

    #[test]
    fn a_repeated_cursor_is_flagged_and_a_finished_list_is_not() {
        let mut snapshot = server(&[]);
        let listing = |stopped| Listing { method: "tools/list".into(), pages: 3, items: 30, stopped };
        snapshot.listings = vec![listing(None)];
        assert!(findings(&CHECK, &snapshot).is_empty());
        snapshot.listings =
            vec![listing(Some(ListingStop::RepeatedCursor)), listing(Some(ListingStop::Failed("no answer".into())))];
        let found = findings(&CHECK, &snapshot);
        assert_eq!(found.iter().map(|draft| draft.location.as_str()).collect::<Vec<_>>(), ["method:tools/list"]);
    }
}
