//! Servers that speak only protocol revisions whose controls are outdated.

use contracts::audit::{Confidence, NamedTest, Severity, Transport};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-SC-011",
    title: "Only outdated protocol revisions",
    test: NamedTest::SupplyChain,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Upgrade the MCP SDK, so that the server speaks 2025-06-18 or later, over Streamable HTTP instead of HTTP+SSE.",
    tags: &[Tag::Cwe(477), Tag::McpTop10(4)],
    run: Run::Static(check),
};

/// The newest revision that counts as outdated. Revisions are dates: text order is their order.
const OUTDATED: &str = "2025-03-26";

fn check(snapshot: &Snapshot) -> Verdict {
    let Some(newest) = snapshot.eras.iter().map(|era| era.version.as_str()).max() else {
        return Verdict::not_assessed("the server named no protocol revision");
    };
    let message = if snapshot.transport == Transport::HttpSse {
        "the server is reachable only over the HTTP+SSE transport, which is deprecated"
    } else if newest <= OUTDATED {
        "the server speaks no protocol revision newer than 2025-03-26"
    } else {
        return Verdict::PASS;
    };
    Draft::new(Severity::Low, Confidence::Confirmed, "server", message)
        .sample(Sample::whole(newest, "negotiation"))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, server};
    use crate::snapshot::Era;

    #[test]
    fn an_old_revision_is_flagged_and_a_dual_era_server_is_not() {
        let with = |versions: &[&str]| {
            let mut snapshot = server(&[]);
            snapshot.eras =
                versions.iter().map(|&version| Era { version: version.into(), modern: version >= "2026" }).collect();
            snapshot
        };
        assert_eq!(findings(&CHECK, &with(&["2025-03-26"])).len(), 1);
        assert_eq!(findings(&CHECK, &with(&["2025-06-18"])).len(), 0);
        assert_eq!(findings(&CHECK, &with(&["2026-07-28", "2024-11-05"])).len(), 0);
        let over_sse = Snapshot { transport: Transport::HttpSse, ..with(&["2025-06-18"]) };
        assert_eq!(findings(&CHECK, &over_sse).len(), 1);
    }
}
