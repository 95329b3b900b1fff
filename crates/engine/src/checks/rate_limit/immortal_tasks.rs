//! Tasks that their server keeps for ever, or wants to be asked about without a pause.

use std::time::Duration;

use contracts::audit::{Confidence, NamedTest, Need, Severity};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::checks::tasks::{Task, Tasks, task};
use crate::probe::{Probe, ProbeError};

pub(crate) const CHECK: Check = Check {
    id: "MCPA-RL-009",
    title: "Tasks never expire",
    test: NamedTest::RateLimit,
    mode: Mode::Safe,
    carriers: Carriers::Any,
    worst: Severity::Low,
    remediation: "Give every task a ttl of hours at most and a poll interval of a second or more, and drop tasks that are over.",
    tags: &[Tag::Cwe(772), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

const LONGEST: Duration = Duration::from_hours(24);

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    Ok(match task(probe).await? {
        Tasks::NotOffered => Verdict::not_applicable("the server offers no tasks"),
        Tasks::NotStarted => {
            Verdict::needs(Need::Active, "no reading tool started a task; `--active` would allow more tools")
        }
        Tasks::Started(task) => judge(task).into_iter().collect(),
    })
}

fn judge(task: &Task) -> Vec<Draft> {
    let draft = |kind: &str, message: &str, shown: String| {
        let sample = Sample::whole(shown, format!("task:{kind}"));
        Draft::new(Severity::Low, Confidence::Confirmed, task.location.clone(), message)
            .distinct(kind)
            .sample(sample.after(task.opening.request.clone(), task.opening.status))
    };
    let mut drafts = Vec::new();
    match task.ttl {
        None if task.tells_ttl => {
            drafts.push(draft("ttl", "the server keeps the task for ever", "ttl: null".to_owned()));
        }
        Some(ttl) if ttl > LONGEST => {
            let shown = format!("ttl: {} hours", ttl.as_secs() / 3_600);
            drafts.push(draft("ttl", "the server keeps the task for more than a day", shown));
        }
        _ => {}
    }
    if task.poll == Some(Duration::ZERO) {
        drafts.push(draft(
            "poll",
            "the server wants to be asked about the task without a pause",
            "poll interval: 0".to_owned(),
        ));
    }
    drafts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn endless_lives_and_pauses_of_nothing_are_flagged() {
        let kinds = |ttl: Option<Duration>, tells_ttl, poll: Option<u64>| {
            let task = Task {
                location: "tool:get".into(),
                ttl,
                tells_ttl,
                poll: poll.map(Duration::from_millis),
                goes_on: false,
                opening: answered(200, ""),
                to_second: None,
            };
            judge(&task).into_iter().map(|draft| draft.discriminator).collect::<Vec<_>>()
        };
        assert_eq!(kinds(None, true, Some(1_000)), ["ttl"]);
        assert_eq!(kinds(Some(Duration::from_hours(25)), true, Some(0)), ["ttl", "poll"]);
        assert!(kinds(Some(Duration::from_hours(24)), true, None).is_empty());
        assert!(kinds(None, false, None).is_empty());
    }
}
