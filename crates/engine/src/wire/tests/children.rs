//! Servers that are child processes: shell scripts, each odd in one way.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use contracts::audit::Transport;
use secrecy::SecretString;
use serde_json::Value;

use super::rig::options;
use crate::check::Mode;
use crate::networks;
use crate::probe::{Cap, ProbeError};
use crate::processes::members;
use crate::session::{ConnectError, Session};
use crate::target::{ChildNetwork, Options, Target};
use crate::wire::isolation;

/// What every script knows: how to answer, and a loop over its input. `$id` and `$method` are those of a request.
const PRELUDE: &str = r#"
say() { printf '%s\n' "$1"; }
ok() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$1}"; }
no() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":-32601,\"message\":\"no\"}}"; }
next() {
  IFS= read -r line || exit 0
  id=$(printf '%s' "$line" | sed -n 's/.*"id":\([0-9][0-9]*\).*/\1/p')
  method=$(printf '%s' "$line" | sed -n 's/.*"method":"\([^"]*\)".*/\1/p')
}
hello() { ok '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"script"}}'; }
tools() { ok '{"tools":[{"name":"get_it"}]}'; }
"#;
const PLAIN: &str = r#"while next; do case "$method" in initialize) hello;; tools/list) tools;; notifications/*|"") ;; *) no;; esac; done"#;

fn target(script: &str) -> Target {
    let args = vec!["-c".to_owned(), format!("{PRELUDE}\n{script}")];
    Target::Stdio { program: "sh".to_owned(), args, env: vec![("GIVEN".to_owned(), SecretString::from("given-value"))] }
}

async fn discovered(script: &str) -> Session {
    let mut session = Session::connect(target(script), options()).await.expect("a connection");
    session.discover().await.expect("a listing");
    session
}

#[tokio::test]
async fn a_child_is_spoken_to_and_ended() {
    let session = discovered(PLAIN).await;
    let snapshot = session.snapshot();
    assert_eq!(
        (snapshot.transport, snapshot.eras[0].version.as_str(), snapshot.tools.len()),
        (Transport::Stdio, "2025-11-25", 1)
    );
    assert_eq!(session.probe().relist_fresh(None).await.expect("a second child").tools.len(), 1);
    assert!(session.probe().second_start().await.expect("a third child").ended);
    let group = session.probe().process_group().expect("a process group");
    session.close().await;
    let group = rustix::process::Pid::from_raw(i32::try_from(group).expect("a process id")).expect("a process id");
    assert!(!crate::wire::child::has_live_member(group), "the child survived");
}

#[tokio::test]
async fn both_eras_of_a_child_are_found() {
    let script = r#"while next; do case "$method" in
        server/discover) ok '{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}';;
        initialize) hello;; tools/list) tools;; notifications/*|"") ;; *) no;; esac; done"#;
    let session = discovered(script).await;
    let versions: Vec<&str> = session.snapshot().eras.iter().map(|era| era.version.as_str()).collect();
    assert_eq!(versions, ["2026-07-28", "2025-11-25"]);
    session.close().await;
}

#[tokio::test]
async fn a_child_that_starts_slowly_and_takes_the_first_message_for_a_choice_is_understood() {
    // Slower than the wait for the newer era, each time it is started.
    let script = r#"sleep 6; while next; do case "$method" in
        server/discover) chosen=yes; ok '{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}';;
        initialize) [ -n "$chosen" ] && no || hello;; tools/list) tools;; notifications/*|"") ;; *) no;; esac; done"#;
    let session = discovered(script).await;
    assert_eq!(session.snapshot().eras[0].version, "2026-07-28");
    session.close().await;
}

#[tokio::test]
async fn a_child_that_exits_on_an_unknown_message_is_started_again() {
    let script =
        r#"next; [ "$method" = initialize ] || { echo "unknown method" >&2; exit 3; }; hello; "#.to_owned() + PLAIN;
    assert_eq!(discovered(&script).await.snapshot().tools.len(), 1);
    let broken = Session::connect(target("echo 'cannot find given-value' >&2; exit 3"), options())
        .await
        .err()
        .expect("no session");
    let ConnectError::Exited { reason, last_words } = &broken else { panic!("{broken:?}") };
    assert!(reason.contains("exit status: 3") && last_words.ends_with("cannot find {{credential}}"), "{broken}");
    let absent = Target::Stdio { program: "mcp-audit-no-such-program".to_owned(), args: Vec::new(), env: Vec::new() };
    assert!(matches!(Session::connect(absent, options()).await, Err(ConnectError::Spawn { .. })));
}

#[tokio::test]
async fn what_is_no_message_is_kept_apart() {
    let script = r#"echo "starting up"; echo "on stderr" >&2; say '{"level":"info"}'
        say '{"jsonrpc":"2.0","id":"q","method":"ping"}'; say '{"jsonrpc":"2.0","method":"notifications/message"}'; "#
        .to_owned()
        + PLAIN;
    let session = discovered(&script).await;
    assert_eq!(session.probe().stray_stdout(), ["starting up", "{\"level\":\"info\"}"]);
    assert_eq!(session.probe().unsolicited().len(), 2);
    assert_eq!(session.probe().stderr(), "on stderr\n");
    session.close().await;
}

#[tokio::test]
async fn a_flood_ends_and_the_next_request_works() {
    let script = r#"while next; do case "$method" in
        initialize) hello;; tools/list) tools;; notifications/*) ;;
        long) head -c 5000000 /dev/zero | tr '\0' 'x'; echo;;
        flood) i=0; while [ $i -lt 1100 ]; do say '{"method":"notifications/message"}'; i=$((i+1)); done; ok '{}';;
        die) exit 1;;
        *) no;; esac; done"#;
    let session = discovered(script).await;
    let probe = session.probe();
    let cap = |exchange: Result<crate::wire::Exchange, ProbeError>| exchange.expect("an exchange").truncated;
    assert_eq!(cap(probe.request("long", Value::Null).send().await), Some(Cap::Line));
    assert_eq!(cap(probe.request("flood", Value::Null).send().await), Some(Cap::Notifications));
    assert!(probe.request("tools/list", Value::Null).send().await.expect("an answer").result().is_some());
    let gone = probe.request("die", Value::Null).send().await.expect_err("no answer");
    assert!(matches!(&gone, ProbeError::Unreachable(reason) if reason.contains("exit status: 1")), "{gone}");
    assert!(
        probe.request("tools/list", Value::Null).send().await.expect("an answer of a new child").result().is_some()
    );
    session.close().await;
}

#[tokio::test]
async fn a_child_sees_a_scratch_folder_and_what_it_was_given() {
    let script = r#"echo "$GIVEN $(pwd) ${CARGO_MANIFEST_DIR:-none}" >&2; "#.to_owned() + PLAIN;
    let session = discovered(&script).await;
    let seen = session.probe().stderr();
    assert!(
        seen.starts_with("given-value ") && seen.contains("mcp-audit-") && seen.trim_end().ends_with("none"),
        "{seen}"
    );
    session.close().await;
}

#[tokio::test]
async fn a_child_reaches_the_network_only_if_it_may() {
    // A route is what leads out of a machine. The names of the interfaces differ from machine to machine.
    let script = PLAIN.replace(
        "tools/list) tools;;",
        r#"tools/list) ok "{\"tools\":[{\"name\":\"routes_$(tail -n +2 /proc/net/route | wc -l)\"}]}";;"#,
    );
    let isolated = Options { child_network: ChildNetwork::Isolated, ..options() };
    let connected = Session::connect(target(&script), isolated).await;
    if isolation::words().is_none() {
        assert!(matches!(connected, Err(ConnectError::NotIsolated)), "it was started all the same");
        return;
    }
    let mut session = connected.expect("a connection");
    session.discover().await.expect("a listing");
    assert_eq!(session.snapshot().tools[0].name, "routes_0");
    // The listener follows the child, where the system lets us.
    let members = members(session.probe().process_group().expect("a child")).expect("Linux");
    let inside = &networks::of(&members).others[0];
    match session.probe().callback().await {
        Ok(listener) => {
            let there = SocketAddr::from((Ipv4Addr::LOCALHOST, listener.port()));
            assert_eq!(inside.listen(there).expect_err("it listens there").kind(), ErrorKind::AddrInUse);
        }
        Err(reason) => {
            let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            assert_eq!(inside.listen(anywhere).expect_err("no administrator").kind(), ErrorKind::PermissionDenied);
            assert!(reason.contains("--stdio-net"), "{reason}");
        }
    }
    assert!(session.probe().second_start().await.expect("a second child").ended);
    session.close().await;
}

#[tokio::test]
async fn a_child_gets_the_network_only_where_it_does_not_start_without() {
    let automatic = || Options { child_network: ChildNetwork::Automatic, ..options() };
    let session = Session::connect(target(PLAIN), automatic()).await.expect("a connection");
    assert_eq!(session.probe().is_isolated(), isolation::words().is_some());
    session.close().await;

    if isolation::words().is_none() {
        return;
    }
    let own = std::fs::read_link("/proc/self/ns/net").expect("a namespace");
    let needy = format!("[ \"$(readlink /proc/self/ns/net)\" = '{}' ] || exit 1\n{PLAIN}", own.display());
    let session = Session::connect(target(&needy), automatic()).await.expect("a connection");
    assert!(!session.probe().is_isolated());
    session.close().await;

    let probing = Options { mode: Mode::Active, ..automatic() };
    let session = Session::connect(target(PLAIN), probing).await.expect("a connection");
    assert!(!session.probe().is_isolated(), "a server that is to call back needs to reach us");
    session.close().await;
}

#[tokio::test]
async fn a_child_may_ask_a_client_that_says_so_and_no_other() {
    let session = discovered(
        r#"call() { ok '{"content":[{"type":"text","text":"done"}]}'; }
        while next; do case "$method" in
        initialize) case "$line" in *elicitation*) asks=yes;; esac; hello;;
        tools/list) tools;;
        tools/call)
            if [ -n "$asks" ]; then
                calling=$id
                say '{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Which one?"}}'
                next
                case "$line" in *'"action":"decline"'*) id=$calling; call;; esac
            else call; fi;;
        notifications/*|"") ;; *) no;; esac; done"#,
    )
    .await;
    let calls = session.probe().benign_calls().await.expect("calls");
    assert_eq!((calls.len(), calls[0].answer.exchange.messages.len()), (1, 1), "a client that cannot be asked is not");
    let dialog = session.probe().dialog().await.expect("a dialog");
    let asked: Vec<_> = dialog.questions.iter().map(|asked| (asked.location.as_str(), asked.method.as_str())).collect();
    assert_eq!((dialog.called, asked), (1, vec![("tool:get_it", "elicitation/create")]));
}
