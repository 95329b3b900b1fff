//! Crashes and deploys in the middle of a test.

use std::collections::BTreeSet;

use contracts::audit::NamedTest;
use contracts::progress::{Phase, Step};
use e2e::{Member, Service, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_test_whose_worker_is_killed_completes_without_repeating_finished_groups() -> anyhow::Result<()> {
    let mut stack = Stack::start().await?;
    let member = Member::sign_up(&stack).await?;
    let server = servers::start(servers::fixture("slow"));
    let test = member.start_test(server.url(), "click-1").await?;

    let mut follower = member.follow(&test.test_id).await?;
    let mut finished = BTreeSet::new();
    while finished.len() < 2 {
        finished.extend(finished_group(&follower.next().await?));
    }
    stack.take(Service::TestOrchestrator)?.kill().await?;
    let sent_before = server.requests().len();
    stack.restart(Service::TestOrchestrator).await?;

    let rest = follower.into_steps().await?;
    member.wait_completed(&test.test_id).await?;
    // Steps that were under way when the process died may still arrive; what counts is what the second worker began.
    let resumed = rest.iter().position(|step| *step == Step::Phase { phase: Phase::Connect });
    let resumed = &rest[resumed.expect("the second worker connects")..];
    let repeated: Vec<_> = resumed.iter().filter_map(finished_group).filter(|group| finished.contains(group)).collect();
    assert!(repeated.is_empty(), "repeated {repeated:?} of {finished:?}");
    assert!(!resumed.contains(&Step::Phase { phase: Phase::DiscoverTools }), "listed everything again");
    assert!(server.requests().len() > sent_before, "the second worker asked the server nothing");

    let checks: BTreeSet<_> = member.client.test(&test.test_id).await?.tests.iter().map(|result| result.test).collect();
    assert_eq!(checks.len(), 12, "{checks:?}");
    stack.stop().await
}

fn finished_group(step: &Step) -> Option<NamedTest> {
    match step {
        Step::Group { test, done, total } if done == total => Some(*test),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_in_the_middle_of_a_test_hands_it_over_at_once() -> anyhow::Result<()> {
    let mut stack = Stack::start().await?;
    let member = Member::sign_up(&stack).await?;
    let server = servers::start(servers::fixture("slow"));
    let test = member.start_test(server.url(), "click-1").await?;
    let mut follower = member.follow(&test.test_id).await?;
    while finished_group(&follower.next().await?).is_none() {}
    stack.take(Service::TestOrchestrator)?.stop().await?;
    stack.restart(Service::TestOrchestrator).await?;
    member.wait_completed(&test.test_id).await?;
    stack.stop().await
}
