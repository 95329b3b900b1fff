//! What a test knows of the server's packages: what a scan kept of its code, the package that its clients launch, and the
//! name and version that it tells. No repository is read again.

use std::time::Duration;

use anyhow::Context;
use contracts::api::scans::{DiscoveredMcp, McpKind};
use contracts::commands::test::DiscoveryRef;
use contracts::packages::{Gap, Packages};
use engine::Session;
use store::{OrgScope, Store};
use supply_chain::{
    Advisories, AdvisorySource, Known, Launched, OF_ADVISORIES, OsvError, Problem, Resolved, assess, resolve,
};

/// How long advisories are looked up. A server of hundreds of packages needs seconds.
const LOOKING_UP: Duration = Duration::from_mins(3);

/// Assesses the packages of discovered servers.
pub(crate) struct Assessor {
    /// Where advisories are looked up; nowhere where the operator turned it off.
    pub(crate) advisories: Option<AdvisorySource>,
}

impl Assessor {
    /// Judges what the discovered server is made of. Only our own store can make it fail: advisories that cannot be looked up
    /// are told in the result, as all that is missing.
    pub(crate) async fn assess(
        &self,
        store: &Store,
        scope: &OrgScope,
        reference: &DiscoveryRef,
        session: &Session,
    ) -> anyhow::Result<Packages> {
        let mcp = store.discovered_mcp(scope, reference).await.context("read the discovered MCP")?;
        let told = |field| session.snapshot().server_field(field).map(str::to_owned);
        let known = Known {
            resolved: Some(resolved(store, scope, reference, mcp.as_ref()).await?),
            launched: mcp.as_ref().and_then(launched),
            told: told("name").zip(told("version")),
        };
        let Some(source) = &self.advisories else {
            let mut packages = assess(&known, Some(Ok(Advisories::default())));
            let reason = "no advisories: the operator of this service turned looking them up off".to_owned();
            packages.gaps.push(Gap { kinds: OF_ADVISORIES.to_vec(), reason, failed: false });
            return Ok(packages);
        };
        let found = tokio::time::timeout(LOOKING_UP, source.look_up(known.coordinates())).await;
        let too_slow = |_| {
            let reason = format!("it was not complete within {} minutes", LOOKING_UP.as_secs() / 60);
            Err(OsvError::Answer(reason))
        };
        let found = found.unwrap_or_else(too_slow);
        if let Err(error) = &found {
            tracing::warn!(%error, "advisories could not be looked up");
        }
        Ok(assess(&known, Some(found)))
    }
}

/// What the kept files say.
async fn resolved(
    store: &Store,
    scope: &OrgScope,
    reference: &DiscoveryRef,
    mcp: Option<&DiscoveredMcp>,
) -> anyhow::Result<Resolved> {
    let missing = |file: &str| {
        let reason = "what the scan kept is gone: scan again, and test what that scan finds".to_owned();
        Resolved { problems: vec![Problem { file: file.to_owned(), reason }], ..Resolved::default() }
    };
    let Some(mcp) = mcp else { return Ok(missing("the discovered server")) };
    let Some(kept) = &mcp.manifests else { return Ok(Resolved::default()) };
    let manifests = store.manifests(scope, &reference.scan_id, &kept.folder).await.context("read the manifests")?;
    let Some(manifests) = manifests else { return Ok(missing(&kept.folder)) };
    let left_out = manifests.left_out.into_iter();
    let problems: Vec<_> =
        left_out.map(|file| Problem { file: file.path, reason: format!("it was not kept: {}", file.reason) }).collect();
    let files = manifests.files.into_iter().map(|file| (file.path, file.text));
    // Lock files of some MiB take a while, and the lease is to be renewed meanwhile.
    let resolving = tokio::task::spawn_blocking(move || resolve(files));
    let mut resolved = resolving.await.context("read what the manifests say")?;
    resolved.problems.extend(problems);
    Ok(resolved)
}

/// The package that clients or containers fetch. What is built or offered here has a name too, which may be anybody's in
/// the registry.
fn launched(mcp: &DiscoveredMcp) -> Option<Launched> {
    let is_run = matches!(mcp.kind, McpKind::Configured | McpKind::Deployed);
    mcp.package.as_deref().filter(|_| is_run).and_then(Launched::parse)
}
