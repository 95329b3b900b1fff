//! Checks that conclude something from a difference: where the request that they compare with is itself not answered
//! twice in the same way, they may find nothing and pass nothing (catalogue sections 3 and 10).
//!
//! Each server here does something otherwise each second time. That is the hardest case: what is let through once looks
//! like the effect of whatever was changed.

mod tools;

use std::collections::BTreeSet;

use contracts::audit::{NamedTest, Outcome};
use engine::check::{Mode, Run};
use engine::checks::ALL;
use engine::{Callback, Options, Session};
use serde_json::json;
use servers::{Flaw, Server, Tool, fixture, start_on};

use self::tools::{
    ADDRESSES, DATABASE, DELAYS, FAILURES, FOLDERS, HEADERS, OPTIONS, RECORDS, SHAPES, SIZES, WORDS, alternating,
    failure, server_of, text,
};
use crate::auditing::{Silent, listed, options, target, with_callers};

/// A server, and the checks that may conclude nothing about it.
struct Case {
    server: fn() -> Server,
    checks: &'static [&'static str],
}

/// The guard of a server with two eras: credentials, sessions and tokens are compared with a caller who has none.
const GUARD: Case = Case {
    server: || archive().guarded_by_web_tokens().flaw(Flaw::GuardsAtTimes),
    checks: &[
        "MCPA-AUTH-003",
        "MCPA-AUTH-004",
        "MCPA-AUTH-005",
        "MCPA-AUTH-006",
        "MCPA-AUTH-007",
        "MCPA-AUTH-008",
        "MCPA-AUTH-009",
        "MCPA-AUTH-010",
        "MCPA-AUTH-011",
        "MCPA-AUTH-012",
        "MCPA-AUTH-013",
        "MCPA-AUTH-014",
        "MCPA-AUTH-015",
        "MCPA-OAU-017",
        "MCPA-TRN-016",
        "MCPA-RL-003",
    ],
};

/// The known-good request: whatever is changed about it is compared with it.
const KNOWN_GOOD: Case = Case {
    server: || archive().flaw(Flaw::FailsAtTimes),
    checks: &[
        "MCPA-AZ-009",
        "MCPA-RL-004",
        "MCPA-RL-007",
        "MCPA-TRN-004",
        "MCPA-TRN-005",
        "MCPA-TRN-007",
        "MCPA-TRN-012",
        "MCPA-TRN-016",
        "MCPA-PR-001",
        "MCPA-PR-005",
        "MCPA-PR-006",
        "MCPA-PR-007",
        "MCPA-PR-010",
    ],
};

/// The same without any guard, so that what is changed is let through each second time.
const KNOWN_GOOD_UNGUARDED: Case = Case {
    server: || {
        let flaws = [Flaw::OriginUnchecked, Flaw::HostUnchecked, Flaw::AnyContentType, Flaw::HeadersUnchecked];
        flaws.into_iter().fold((KNOWN_GOOD.server)(), Server::flaw)
    },
    checks: &["MCPA-TRN-004", "MCPA-TRN-005", "MCPA-TRN-007", "MCPA-TRN-016", "MCPA-PR-001"],
};

/// What only a server without earlier revisions must insist on.
const MODERN_ONLY: Case =
    Case { server: || (KNOWN_GOOD.server)().modern_only(), checks: &["MCPA-PR-001", "MCPA-PR-003"] };

/// The lists of each caller, which are compared between callers, clients, calls and with what was approved.
const LISTS: Case = Case {
    server: || {
        archive()
            .guarded_by_web_tokens()
            .tool(writing().scoped())
            .tool(reading("get_load").for_owner())
            .tool(reading("get_year"))
            .resource("archive://index", "Index", "Twelve months.")
            .resource("archive://diary", "Diary of the owner", "On Monday the plants need water.")
            .private()
            .legacy_only()
            .running_tasks()
            .flaw(Flaw::UnsteadyLists)
    },
    checks: &[
        "MCPA-OAU-016",
        "MCPA-AZ-001",
        "MCPA-AZ-002",
        "MCPA-AZ-003",
        "MCPA-AZ-007",
        "MCPA-AZ-009",
        "MCPA-RP-001",
        "MCPA-RP-002",
        "MCPA-RP-003",
        "MCPA-RP-005",
        "MCPA-RP-006",
    ],
};

/// Lists with pages, and calls in rounds, of two callers.
const PAGES_OF_LISTS: Case = Case {
    server: || {
        let months = (0..60).map(|number| reading(&format!("get_month_{number}")));
        Server::new("archive").tools(months).guarded().in_two_rounds().modern_only().flaw(Flaw::UnsteadyLists)
    },
    checks: &["MCPA-AZ-005", "MCPA-PR-019"],
};

/// What the first caller hears about wrong arguments, with which the second one's answer is compared.
const COMPLAINTS: Case = Case {
    server: || {
        Server::new("archive")
            .tool(reading("get_month"))
            .tool(writing())
            .tool(reading("get_load").for_owner())
            .guarded_by_web_tokens()
            .flaw(Flaw::UnsteadyErrors)
    },
    checks: &["MCPA-AZ-007"],
};

/// A resource that only its owner is listed.
const PRIVATE_RESOURCE: Case = Case {
    server: || {
        let lines = counted(["Rain.", "Snow."]);
        let server = archive().resource_showing("archive://sky", "The sky", move || lines().to_owned());
        server.private().guarded().flaw(Flaw::PrivateReadable)
    },
    checks: &["MCPA-AZ-001"],
};

/// How a call goes on with its own state.
const ROUNDS: Case = Case {
    server: || {
        let tool = alternating("get_month", json!({}), text("Rain."), failure("The archive is closed."));
        Server::new("archive").tool(tool).guarded().in_two_rounds().modern_only()
    },
    checks: &["MCPA-AZ-005"],
};

/// What a call says when it goes on with the state that it handed out.
const STATES: Case = Case {
    server: || {
        let form = json!({
            "mode": "form",
            "message": "Which month do you mean?",
            "requestedSchema": { "type": "object", "properties": { "month": { "type": "string" } } },
        });
        let tool = alternating("get_archive", json!({}), text("In the cellar."), text("Under the roof."));
        Server::new("archive").tool(tool.asking("elicitation/create", form)).flaw(Flaw::ReadableState)
    },
    checks: &["MCPA-AZ-004"],
};

/// Answers that may be kept for everybody.
const SHARED_LISTS: Case = Case {
    server: || archive().guarded().modern_only().sharing_lists().flaw(Flaw::VariesByList),
    checks: &["MCPA-AZ-008"],
};

/// What a reading tool is compared with: all that shows a state here changes by itself.
const STATE: Case = Case {
    server: || {
        let clouds = alternating("list_clouds", json!({}), text("A cumulus."), text("A cirrus."));
        server_of(clouds).tool(Tool::saying("get_sky", "Returns the sky.", json!({}), "clear").reading())
    },
    checks: &["MCPA-DA-015"],
};

const PROMPTS: Case = Case {
    server: || archive().prompt("plan_trip", "Plans a trip.", "Plan a trip to the sea.").flaw(Flaw::UnsteadyPrompts),
    checks: &["MCPA-PI-005"],
};

const PATHS: Case = Case { server: || archive().flaw(Flaw::UnsteadyPages), checks: &["MCPA-DX-012"] };

const REDIRECTS: Case =
    Case { server: || archive().guarded().flaw(Flaw::UnsteadyAuthorization), checks: &["MCPA-OAU-011"] };

const LIMIT: Case =
    Case { server: || archive().guarded().limiting_lists(20).flaw(Flaw::UnsteadyLimit), checks: &["MCPA-RL-008"] };

/// A server that presents itself otherwise each time cannot be recognised at another address.
const PRESENTATION: Case = Case {
    server: || archive().modern_only().flaw(Flaw::AllInterfaces).flaw(Flaw::UnsteadyVersion),
    checks: &["MCPA-TRN-009"],
};

/// Checks that talk to a server and compare nothing with a known-good request, and why.
const NOT_COMPARING: &[(&str, &[&str])] = &[
    (
        "what they report stands in an answer, whatever others say",
        &[
            "AUTH-001", "AUTH-002", "CE-004", "CE-008", "CE-010", "CE-011", "CE-012", "CE-013", "DX-002", "DX-003",
            "DX-004", "DX-005", "DX-006", "DX-010", "DX-013", "DX-014", "DX-015", "INP-001", "INP-020", "PI-006",
            "PI-007", "PI-009", "PI-010", "PI-011", "PR-011", "PR-012", "PR-013", "PR-014", "PR-015", "RI-001",
            "RI-002", "RI-004", "RI-005", "RI-006", "RI-007", "RI-008", "RI-009", "RI-010", "RI-011", "RI-012",
            "RL-009", "RP-009", "TRN-006", "TRN-013", "TRN-017",
        ],
    ),
    (
        "the request is one that no server may serve, however it treats others",
        &["OAU-010", "OAU-012", "PR-004", "PR-008", "PR-009", "PR-016", "TRN-003", "TRN-008", "TRN-011", "TRN-015"],
    ),
    (
        "the proof is a value of our own that only the weakness shows: a product, a canary, a file, a call of ours",
        &[
            "DX-011", "INP-003", "INP-009", "INP-011", "INP-012", "INP-014", "INP-016", "INP-017", "INP-018",
            "INP-019", "INP-023", "OAU-013", "OAU-018", "PI-002", "PI-003", "PI-004", "RI-013", "TRN-014",
        ],
    ),
    (
        "they judge a published document, a token, an address or a certificate by itself",
        &[
            "OAU-001", "OAU-002", "OAU-003", "OAU-004", "OAU-005", "OAU-006", "OAU-007", "OAU-008", "OAU-009",
            "OAU-014", "OAU-015", "OAU-019", "TRN-001", "TRN-002",
        ],
    ),
    (
        "they look at a series of equal requests as a whole",
        &["AZ-006", "INP-021", "RI-003", "RL-001", "RL-002", "RL-005", "RL-006", "TRN-010"],
    ),
    ("that it is not the same twice is the finding", &["RP-004", "RP-007"]),
    (
        "they judge the files of the server's code, and ask nothing",
        &["SC-001", "SC-002", "SC-005", "SC-006", "SC-007", "SC-008", "SC-013"],
    ),
    ("they watch a process", &["TRN-018", "TRN-019", "TRN-020", "TRN-021"]),
    (
        "they compare with other servers of the user, which are not asked",
        &["XM-002", "XM-004", "XM-005", "XM-007", "XM-008", "XM-009", "XM-010", "XM-011", "XM-012"],
    ),
];

macro_rules! cases {
    ($($test:ident => $case:ident,)*) => {
        $(#[tokio::test]
        async fn $test() {
            assert_nothing_is_concluded(&$case).await;
        })*

        /// All servers here.
        const CASES: &[&Case] = &[$(&$case),*];
    };
}

cases! {
    a_guard_that_lets_some_in => GUARD,
    a_known_good_request_that_fails_at_times => KNOWN_GOOD,
    a_known_good_request_that_fails_at_times_without_guards => KNOWN_GOOD_UNGUARDED,
    a_modern_server_that_fails_at_times => MODERN_ONLY,
    lists_that_change => LISTS,
    pages_that_change => PAGES_OF_LISTS,
    complaints_in_other_words => COMPLAINTS,
    a_private_resource_that_changes => PRIVATE_RESOURCE,
    rounds_that_end_otherwise => ROUNDS,
    states_that_lead_elsewhere => STATES,
    shared_lists_that_change => SHARED_LISTS,
    delays_that_come_by_themselves => DELAYS,
    usage_that_is_shown_at_times => OPTIONS,
    database_errors_that_come_by_themselves => DATABASE,
    words_that_change => WORDS,
    records_that_come_and_go => RECORDS,
    folders_that_are_allowed_at_times => FOLDERS,
    addresses_that_answer_at_times => ADDRESSES,
    failures_that_come_by_themselves => FAILURES,
    sizes_that_change => SIZES,
    shapes_that_change => SHAPES,
    headers_that_are_no_reason => HEADERS,
    a_state_that_changes_by_itself => STATE,
    prompts_that_change => PROMPTS,
    paths_that_exist_at_times => PATHS,
    an_authorization_server_that_changes_its_mind => REDIRECTS,
    a_limit_that_ends_at_times => LIMIT,
    a_server_under_changing_versions => PRESENTATION,
}

#[test]
fn every_check_that_talks_to_a_server_compares_or_is_said_not_to() {
    let compared: BTreeSet<&str> = CASES.iter().flat_map(|case| case.checks).copied().collect();
    let others = NOT_COMPARING.iter().flat_map(|(_, checks)| checks.iter().map(|check| format!("MCPA-{check}")));
    let others: Vec<String> = others.collect();
    let talking: Vec<&str> =
        ALL.iter().filter(|check| !matches!(check.run, Run::Static(_))).map(|check| check.id).collect();
    let mut said: Vec<&str> = compared.iter().copied().chain(others.iter().map(String::as_str)).collect();
    said.sort_by_key(|id| talking.iter().position(|talking| talking == id));
    assert_eq!(said, talking);
}

/// Runs the named tests of a case one after the other, and looks at what its checks say.
async fn assert_nothing_is_concluded(case: &Case) {
    let running = start_on((case.server)(), 0);
    let usual = with_callers(options(fixture("clean-guarded")), &running);
    let baseline = if case.checks.contains(&"MCPA-RP-001") {
        Some(listed(&running, usual.clone()).await.baseline().await)
    } else {
        None
    };
    let active = Options { mode: Mode::Active, callback: Callback::Off, ..usual };
    let options = Options { baseline, second_is_read_only: true, ..active };
    let mut session = Session::connect(target(&running), options).await.expect("a connection");
    session.discover().await.expect("lists");
    let tests: BTreeSet<NamedTest> =
        ALL.iter().filter(|check| case.checks.contains(&check.id)).map(|check| check.test).collect();
    let mut told = Vec::new();
    for test in tests {
        let group = session.run(test, &Silent).await;
        told.extend(group.checks.into_iter().filter(|check| case.checks.contains(&check.check.as_str())));
    }
    session.close().await;
    let concluded: Vec<_> = told
        .iter()
        .filter(|check| {
            !matches!(&check.outcome, Outcome::NotAssessed { reason, needs: None } if reason.starts_with("unstable: "))
        })
        .map(|check| (check.check.as_str(), &check.outcome))
        .collect();
    assert!(concluded.is_empty() && told.len() == case.checks.len(), "{concluded:#?}");
}

fn archive() -> Server {
    Server::new("archive").tool(reading("get_month")).tool(reading("get_week"))
}

fn reading(name: &str) -> Tool {
    let month = json!({ "month": { "type": "integer", "minimum": 1, "maximum": 12, "description": "The month." } });
    Tool::saying(name, "Returns what there is to know about a month.", month, "nothing")
        .reading()
        .with("execution", json!({ "taskSupport": "optional" }))
}

fn writing() -> Tool {
    let text = json!({ "text": { "type": "string", "maxLength": 80, "description": "The text of the note." } });
    Tool::saying("add_note", "Adds a note to today's list.", text, "added")
}

/// Gives some texts in turn.
fn counted(texts: [&'static str; 2]) -> impl Fn() -> &'static str + Send + Sync {
    let count = std::sync::atomic::AtomicUsize::new(0);
    move || texts[count.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % texts.len()]
}
