//! Servers that speak two eras and guard only one of them: who is refused in one comes in through the other.

use contracts::audit::{Confidence, NamedTest, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::access::{anonymous_lists, guarded_eras, shown, was_granted, was_refused};
use crate::checks::auth::anonymous_access;
use crate::checks::subject::over_network;
use crate::checks::transport::guard::{Guard, is_local, treated};
use crate::checks::transport::origin;
use crate::probe::{Probe, ProbeError};
use crate::snapshot::Era;
use crate::wire::Exchange;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-TRN-016",
    title: "Control in one era only",
    test: NamedTest::AuthTest,
    mode: Mode::Passive,
    carriers: Carriers::Http,
    worst: Severity::Critical,
    remediation: "Put the checks of credential, origin, host and content type in front of the dispatcher, so that every protocol revision passes the same ones.",
    tags: &[Tag::Cwe(693), Tag::McpTop10(7)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let eras = probe.eras();
    if eras.len() < 2 {
        return Ok(Verdict::not_applicable("the server speaks only one era of the protocol"));
    }
    let mut drafts = Vec::new();
    if let Err(unstable @ Verdict::NotAssessed(_)) = guarded_eras(probe).await? {
        return Ok(unstable);
    }
    let lists = anonymous_lists(probe).await?;
    let access: Vec<Option<bool>> = lists.iter().map(admitted).collect();
    if let (Some(open), Some(severity)) = (gap(&access), anonymous_access::severity(&probe.snapshot().tools)) {
        let severity = over_network(severity, probe.snapshot());
        drafts.push(draft(severity, "method:tools/list", "the credential", &eras[open], &lists[open]));
    }
    let is_local = is_local(probe).await?;
    let mut unseen = None;
    for guard in [Guard::Origin, Guard::Host, Guard::ContentType] {
        if guard == Guard::Host && !is_local {
            continue;
        }
        let seen = treated(probe, guard).await?;
        unseen = unseen.or_else(|| seen.iter().find_map(|era| era.as_ref().err()));
        let granted: Vec<Option<bool>> = seen.iter().map(|era| era.as_ref().ok().map(|era| era.granted)).collect();
        let Some(open) = gap(&granted) else { continue };
        let severity = match guard {
            Guard::Origin => origin::severity(probe).await?,
            Guard::Host => Severity::High,
            Guard::ContentType => {
                let any_origin = &treated(probe, Guard::Origin).await?[open];
                let is_open = any_origin.as_ref().is_ok_and(|origin| origin.granted);
                if is_open { Severity::High } else { Severity::Medium }
            }
        };
        let location = format!("header:{}", guard.header());
        let what = format!("`{}`", guard.header());
        drafts
            .extend(seen[open].as_ref().ok().map(|seen| draft(severity, &location, &what, &eras[open], &seen.answer)));
    }
    Ok(unseen.filter(|_| drafts.is_empty()).cloned().unwrap_or(Verdict::Decided(drafts)))
}

/// Whether a caller without a credential got the list; `None` where that failed for another reason than the caller.
fn admitted(list: &Exchange) -> Option<bool> {
    let granted = was_granted(list);
    (granted || was_refused(list)).then_some(granted)
}

/// The era that lets through what another one stops.
fn gap(granted: &[Option<bool>]) -> Option<usize> {
    let open = granted.iter().position(|granted| *granted == Some(true))?;
    granted.contains(&Some(false)).then_some(open)
}

fn draft(severity: Severity, location: &str, what: &str, era: &Era, answer: &Exchange) -> Draft {
    let message = format!("the server looks at {what} in one protocol era and not in that of {}", era.version);
    let sample = Sample::whole(shown(answer), "differential").after(answer.request.clone(), answer.status);
    Draft::new(severity, Confidence::Confirmed, location, message)
        .distinct(if era.modern { "modern" } else { "legacy" })
        .sample(sample)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn one_open_and_one_closed_era_make_a_gap() {
        assert_eq!(gap(&[Some(false), Some(true)]), Some(1));
        assert_eq!(gap(&[Some(true), Some(false)]), Some(0));
        for even in [[Some(true), Some(true)], [Some(false), Some(false)], [Some(true), None], [None, Some(false)]] {
            assert_eq!(gap(&even), None, "{even:?}");
        }
    }

    #[test]
    fn only_the_caller_counts_as_a_reason() {
        assert_eq!(admitted(&answered(200, r#"{"id":1,"result":{}}"#)), Some(true));
        assert_eq!(admitted(&answered(401, "")), Some(false));
        assert_eq!(admitted(&answered(429, "")), None);
    }
}
