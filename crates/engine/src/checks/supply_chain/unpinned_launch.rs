//! Launch commands that fetch whatever is newest.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::launch::{Launch, without_source};
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-SC-003",
    title: "Unpinned launch",
    test: NamedTest::SupplyChain,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::Medium,
    remediation: "Name an exact version in the launch command (`package@1.2.3`, `package==1.2.3`), and an image by its digest (`@sha256:...`).",
    tags: &[Tag::Cwe(494), Tag::McpTop10(4), Tag::Agentic(4)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    let Some(launch) = Launch::of(snapshot) else { return without_source() };
    let Some(package) = launch.package().filter(|package| package.pinned.is_none()) else { return Verdict::PASS };
    let message = "each start fetches whatever version the source offers at that time";
    Draft::new(Severity::Medium, Confidence::Confirmed, "config:command", message)
        .distinct(format!("{}:{}", package.launcher, package.name))
        .sample(Sample::whole(snapshot.command.join(" "), format!("launch:{}", package.launcher)))
        .into()
}

#[cfg(test)]
mod tests {
    use contracts::audit::Need;

    use super::*;
    use crate::checks::samples::{findings, launched, server};

    #[test]
    fn a_floating_package_is_flagged_and_an_exact_one_is_not() {
        let found = findings(&CHECK, &launched("npx -y @scope/server@latest"));
        assert_eq!(found[0].discriminator, "npx:@scope/server");
        assert!(findings(&CHECK, &launched("npx -y @scope/server@1.2.3")).is_empty());
        assert!(findings(&CHECK, &launched("/opt/server --port 3")).is_empty());
    }

    #[test]
    fn a_url_has_no_launch_command() {
        assert!(
            matches!(check(&server(&[])), Verdict::Needs(Need::Source, reason) if reason.contains("give the launch command"))
        );
    }
}
