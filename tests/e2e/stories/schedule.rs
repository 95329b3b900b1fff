//! Scans that are repeated, and what people hear of them.

use std::time::Duration;

use anyhow::Context;
use contracts::api::Status;
use contracts::api::changes::ChangeCounts;
use contracts::api::scans::{CreateScan, Scan};
use contracts::api::schedules::{PutScanSchedule, ScanSchedule};
use contracts::commands::scan::ScanRequested;
use contracts::github::GitHubSource;
use contracts::ids::{MessageId, ScanId, ScheduleId};
use e2e::{Cloud, Mailbox, Member, Service, Stack, wait};
use jiff::{SignedDuration, Timestamp};
use servers::github::{Fault, GitHub, Hub, Repository};
use store::{MAX_SCHEDULES, NewSchedule, OrgScope, ScheduleItem, Store};

use crate::events::Events;

/// GitHub with one repository that configures these servers.
fn hub(servers: &[&str]) -> Hub {
    let entry = |name: &&str| format!("\"{name}\": {{\"command\": \"npx\", \"args\": [\"-y\", \"{name}-mcp@1.0.0\"]}}");
    let entries: Vec<String> = servers.iter().map(entry).collect();
    let config = format!("{{\"mcpServers\": {{{}}}}}", entries.join(", "));
    Hub::default()
        .organization("acme")
        .repository(Repository::new("acme/a").file(".mcp.json", config))
        .repository(Repository::new("acme/b").file("README.md", "nothing"))
}

fn acme() -> anyhow::Result<GitHubSource> {
    Ok(GitHubSource { target: "acme".parse()?, include_archived: false, include_forks: false })
}

fn every(hours: u16) -> anyhow::Result<PutScanSchedule> {
    Ok(PutScanSchedule { name: "acme, nightly".to_owned(), github: acme()?, every_hours: hours, starts_at: None })
}

/// Lets the worker read another state of GitHub.
async fn turn_to(stack: &mut Stack, server: &GitHub) -> anyhow::Result<()> {
    stack.cloud.set("MCP_AUDIT_GITHUB_URL", server.url());
    stack.take(Service::ScanWorker)?.stop().await?;
    stack.restart(Service::ScanWorker).await
}

/// Waits for a scan of the schedule other than `before`, and for its end.
async fn next_scan(member: &Member, schedule: &ScheduleId, before: Option<&ScanId>) -> anyhow::Result<Scan> {
    let started = || async {
        let last = member.client.scan_schedule(schedule).await?.last_scan_id;
        Ok(last.filter(|last| Some(last) != before))
    };
    let scan = wait::until("a scan of the schedule", Duration::from_secs(30), started).await?;
    member.wait_scan(&scan).await
}

async fn scan_now(member: &Member, key: &str) -> anyhow::Result<Scan> {
    let request = CreateScan { name: "acme, by hand".to_owned(), tree: None, upload: None, github: Some(acme()?) };
    let scan = member.client.create_scan(&request, Some(key)).await?;
    member.wait_scan(&scan.scan_id).await
}

fn counts(scan: &Scan) -> anyhow::Result<ChangeCounts> {
    Ok(scan.changes.as_ref().with_context(|| format!("a comparison of {scan:?}"))?.counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduled_scan_tells_once_of_a_server_that_came() -> anyhow::Result<()> {
    let server = hub(&["first"]).start();
    let mut cloud = Cloud::own().await?;
    cloud.set("MCP_AUDIT_GITHUB_URL", server.url());
    cloud.set("MCP_AUDIT_SCHEDULE_TICK_SECONDS", "1");
    let mut stack = Stack::on(cloud).await?;
    let mut events = Events::subscribe(&stack.cloud).await?;
    let (member, stranger) = (Member::sign_up(&stack).await?, Member::sign_up(&stack).await?);
    let nightly: ScheduleId = "nightly".parse()?;

    member.client.put_scan_schedule(&nightly, &every(24)?).await?;
    let first = next_scan(&member, &nightly, None).await?;
    assert_eq!((first.name.as_str(), first.discovered.len(), first.changes), ("acme, nightly", 1, None));
    let again = member.client.put_scan_schedule(&nightly, &every(24)?).await?;
    assert_eq!(again.last_scan_id.as_ref(), Some(&first.scan_id));
    let until_next = again.next_at.duration_since(Timestamp::now());
    assert!(until_next > SignedDuration::from_hours(23), "{again:?}");
    let refused = stranger.client.scan_schedule(&nightly).await.err().context("a stranger reads the schedule")?;
    assert_eq!(refused.status(), Some(404));

    // A change of the schedule begins it anew. Somebody else looks at the same time: one of the two is first.
    let grown = hub(&["first", "second"]).start();
    turn_to(&mut stack, &grown).await?;
    member.client.put_scan_schedule(&nightly, &every(12)?).await?;
    let (scheduled, by_hand) =
        tokio::try_join!(next_scan(&member, &nightly, Some(&first.scan_id)), scan_now(&member, "click-1"))?;
    let new = counts(&scheduled)?.new + counts(&by_hand)?.new;
    assert_eq!(new, 1, "{:?} and {:?}", scheduled.changes, by_hand.changes);
    let told = if counts(&scheduled)?.new == 1 { &scheduled } else { &by_hand };
    let named: Vec<_> = told.changes.iter().flat_map(|changes| &changes.new).map(|mcp| mcp.name.as_str()).collect();
    assert_eq!(named, ["second"]);

    let mailbox = Mailbox::new(&stack.cloud)?;
    let mail = mailbox.wait_for(&member.email, &["1 new MCP server `second`"]).await?;
    for part in ["second in acme/a/.mcp.json", "npm:second-mcp@1.0.0"] {
        assert!(mail.text.contains(part) && mail.html.contains(part), "{part}: {}", mail.text);
    }
    let event = events.wait_for("mcp.discovered.v1", told.scan_id.as_str()).await?;
    events.wait_for("scan.alerted.v1", told.scan_id.as_str()).await?;

    // What cannot be read is not gone.
    let closed = hub(&["first", "second"]).fault("repos/acme/a", 1_000, Fault::Forbidden).start();
    turn_to(&mut stack, &closed).await?;
    let partial = scan_now(&member, "click-2").await?;
    assert_eq!(partial.discovered.len(), 0);
    assert_eq!(counts(&partial)?, ChangeCounts { unread: 2, ..ChangeCounts::default() });
    let shrunk = hub(&["second"]).start();
    turn_to(&mut stack, &shrunk).await?;
    let last = scan_now(&member, "click-3").await?;
    assert_eq!(counts(&last)?, ChangeCounts { gone: 1, ..ChangeCounts::default() });

    // The event again, and another behind it: once that is mailed, the repetition has been handled.
    events.publish(&event).await?;
    let mut marker = event.clone();
    marker["id"] = "marker-mail".into();
    marker["data"]["name"] = "marker".into();
    events.publish(&marker).await?;
    mailbox.wait_for(&member.email, &["marker"]).await?;
    let subjects = async |member: &Member| {
        let subjects = mailbox.of(&member.email).await?.into_iter().map(|mail| mail.subject);
        anyhow::Ok(subjects.filter(|subject| subject.contains("new MCP server")).collect::<Vec<_>>())
    };
    let told = subjects(&member).await?;
    assert!(told.len() == 2 && told[1].contains("marker"), "{told:?}");
    assert!(subjects(&stranger).await?.is_empty(), "another organisation was told");

    member.client.delete_scan_schedule(&nightly).await?;
    let gone = member.client.delete_scan_schedule(&nightly).await.err().context("a schedule ends twice")?;
    assert_eq!((gone.status(), member.client.scan_schedules().await?.items), (Some(404), Vec::<ScanSchedule>::new()));
    stack.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_has_not_ended_keeps_the_next_waiting() -> anyhow::Result<()> {
    let mut cloud = Cloud::own().await?;
    cloud.set("MCP_AUDIT_SCHEDULE_TICK_SECONDS", "1");
    let mut stack = Stack::on(cloud).await?;
    let member = Member::sign_up(&stack).await?;
    let nightly: ScheduleId = "nightly".parse()?;
    stack.take(Service::ScanWorker)?.stop().await?;

    let changed = async |hours: u16| {
        let put = member.client.put_scan_schedule(&nightly, &every(hours)?).await?;
        let looked_at = || async {
            let now = member.client.scan_schedule(&nightly).await?;
            Ok((now.next_at != put.next_at).then_some(now))
        };
        wait::until("a tick that sees the schedule", Duration::from_secs(30), looked_at).await
    };
    let started = changed(24).await?;
    let first = started.last_scan_id.context("a scan")?;
    let waiting = changed(12).await?;
    assert_eq!(waiting.last_scan_id.as_ref(), Some(&first), "a second scan began beside the first");
    let soon = waiting.next_at.duration_since(Timestamp::now());
    assert!(soon < SignedDuration::from_mins(6), "the next scan is left out: {waiting:?}");
    assert_eq!(member.client.scan(&first).await?.status, Status::Queued);
    stack.stop().await
}

/// The store on resources of its own, and the scopes of two organisations.
async fn store() -> anyhow::Result<(Store, [OrgScope; 2])> {
    let cloud = Cloud::own().await?;
    let aws = cloud.aws().await?.into_builder().endpoint_url(cloud.get("AWS_ENDPOINT_URL_DYNAMODB")?).build();
    let settings = store::Settings {
        table: cloud.get("MCP_AUDIT_TABLE")?.to_owned(),
        reports_bucket: cloud.get("MCP_AUDIT_REPORTS_BUCKET")?.to_owned(),
        manifests_bucket: cloud.get("MCP_AUDIT_MANIFESTS_BUCKET")?.to_owned(),
        exports_bucket: None,
    };
    let scope = |org: &str| {
        let source = contracts::commands::scan::ScanSource::Folder { path: String::new() };
        let command = ScanRequested { scan_id: ScanId::random(), source };
        anyhow::Ok(OrgScope::of_event(&contracts::Envelope::new(MessageId::random(), "/", org.parse()?, command)))
    };
    Ok((Store::connect(&aws, &settings), [scope("org-1")?, scope("org-2")?]))
}

fn daily(id: &str, now: Timestamp) -> anyhow::Result<NewSchedule> {
    let (schedule_id, name) = (id.parse()?, "acme".to_owned());
    Ok(NewSchedule { schedule_id, name, github: acme()?, every_hours: 24, starts_at: Some(now) })
}

async fn save(store: &Store, scope: &OrgScope, schedule: &NewSchedule, now: Timestamp) -> anyhow::Result<ScheduleItem> {
    store.save_schedule(scope, schedule, now).await?.context("no schedule more")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_occurrence_is_started_once_whoever_looks_and_however_late() -> anyhow::Result<()> {
    let (store, [scope, other]) = store().await?;
    let now: Timestamp = "2026-11-01T02:00:00Z".parse()?;
    let hours = |hours: i64| now + SignedDuration::from_hours(hours);
    let schedule = daily("nightly", now)?;
    save(&store, &scope, &schedule, now).await?;
    save(&store, &other, &daily("weekly", hours(1))?, now).await?;
    assert!(store.due_schedules(hours(0) - SignedDuration::from_secs(1), 10).await?.is_empty());

    // Two replicas after five days of downtime.
    let late = hours(5 * 24 + 3);
    let due = store.due_schedules(late, 10).await?;
    let ids: Vec<_> = due.iter().map(|(scope, due)| (scope.clone(), due.schedule_id.as_str())).collect();
    assert_eq!(ids, [(scope.clone(), "nightly"), (other.clone(), "weekly")], "the longest overdue first");
    let seen = &due[0].1;
    let (one, two) = tokio::try_join!(
        store.start_scheduled_scan(&scope, seen, late),
        store.start_scheduled_scan(&scope, seen, late)
    )?;
    assert!(one.is_some() != two.is_some(), "{one:?} and {two:?}");
    let scan = one.or(two).context("a scan")?;
    let stored = store.scan(&scope, &scan.scan_id).await?.context("the scan is stored")?;
    assert_eq!((stored.status, stored.requested_by), (Status::Queued, None));
    assert!(store.scan(&other, &scan.scan_id).await?.is_none());
    let after = store.schedule(&scope, &schedule.schedule_id).await?.context("the schedule")?;
    assert_eq!((after.next_at, after.last_scan.as_ref()), (hours(6 * 24), Some(&scan.scan_id)));
    assert_eq!(store.due_schedules(late, 10).await?.len(), 1, "what was missed is started once");

    // The same again changes nothing, something else begins anew, and what somebody saw before is void.
    assert_eq!(save(&store, &scope, &schedule, late).await?, after);
    let changed = NewSchedule { every_hours: 12, ..schedule.clone() };
    let changed = save(&store, &scope, &changed, late).await?;
    assert_eq!((changed.next_at, changed.created_at), (hours(5 * 24 + 12), now));
    assert!(store.start_scheduled_scan(&scope, &after, hours(6 * 24)).await?.is_none());
    store.postpone_schedule(&scope, &after, hours(900)).await?;
    assert_eq!(store.schedule(&scope, &schedule.schedule_id).await?.as_ref(), Some(&changed));
    store.postpone_schedule(&scope, &changed, hours(6 * 24)).await?;
    let waiting = store.schedule(&scope, &schedule.schedule_id).await?.context("the schedule")?;
    assert_eq!((waiting.next_at, &waiting.last_scan), (hours(6 * 24), &changed.last_scan));
    assert!(store.start_scheduled_scan(&scope, &changed, hours(6 * 24)).await?.is_none());
    assert!(store.delete_schedule(&scope, &schedule.schedule_id).await?);
    assert!(!store.delete_schedule(&scope, &schedule.schedule_id).await?);
    assert!(store.start_scheduled_scan(&scope, &changed, hours(6 * 24)).await?.is_none());
    // One of the same id is another schedule: its occurrence at the same time is one of its own.
    save(&store, &scope, &schedule, now).await?;
    let due = store.due_schedules(now, 10).await?;
    let anew = store.start_scheduled_scan(&scope, &due[0].1, now).await?.context("a scan")?;
    assert_ne!(anew.scan_id, scan.scan_id);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_a_limit_of_schedules_of_its_own() -> anyhow::Result<()> {
    let (store, [scope, other]) = store().await?;
    let now = Timestamp::now();
    let schedules =
        (0..MAX_SCHEDULES + 3).map(|number| daily(&format!("s-{number}"), now)).collect::<anyhow::Result<Vec<_>>>()?;
    let saving = schedules.iter().map(|schedule| store.save_schedule(&scope, schedule, now));
    let saved = futures_util::future::try_join_all(saving).await?;
    let full = saved.iter().filter(|saved| saved.is_none()).count();
    assert_eq!((full, store.schedules(&scope).await?.len()), (3, MAX_SCHEDULES));
    save(&store, &other, &schedules[0], now).await?;

    let last = store.schedules(&scope).await?.pop().context("a schedule")?;
    let replaced = NewSchedule { every_hours: 2, ..daily(last.schedule_id.as_str(), now)? };
    assert_eq!(save(&store, &scope, &replaced, now).await?.every_hours, 2, "a full organisation changes what it has");
    assert!(store.delete_schedule(&scope, &last.schedule_id).await?);
    save(&store, &scope, &daily("another", now)?, now).await?;
    assert!(store.save_schedule(&scope, &daily("one-more", now)?, now).await?.is_none());
    Ok(())
}
