//! One test per fixture: exactly its findings, and no traffic that the rules forbid.

use std::net::UdpSocket;

use contracts::audit::{Audit, Confidence, Finding, Outcome, Severity};
use servers::{Expected, Fixture, fixture};

use crate::auditing::audit;
use crate::rules::assert_allowed;

/// What identifies a finding to a reader.
type Shown = (String, Severity, Confidence, String);

async fn assert_audited(name: &str) {
    let fixture = fixture(name);
    let (audit, requests) = audit(fixture).await;
    assert_found(fixture, &audit);
    assert_allowed(fixture, &requests);
}

/// Compares findings from low upwards, and those of info that are expected.
fn assert_found(fixture: &Fixture, audit: &Audit) {
    let shown = |found: &Expected| -> Shown {
        (found.check.to_owned(), found.severity, found.confidence, found.location.to_owned())
    };
    let visible = fixture.expect.iter().filter(|found| can_be_seen_here(found.check));
    let mut expected: Vec<Shown> = visible.map(shown).collect();
    let mut found: Vec<Shown> =
        reported(audit).into_iter().filter(|found| found.1 > Severity::Info || expected.contains(found)).collect();
    expected.sort();
    found.sort();
    let told: Vec<_> = audit.findings.iter().map(|found| (found.check.as_str(), &found.message)).collect();
    assert_eq!(found, expected, "{} (found, expected): {told:#?}", fixture.name);
    let failed: Vec<_> = audit.checks.iter().filter(|check| matches!(check.outcome, Outcome::Error { .. })).collect();
    assert!(failed.is_empty(), "{}: {failed:#?}", fixture.name);
}

/// Whether this machine can show what a check finds: that a server answers the network needs one, and whom a process is
/// connected to is told by Linux only.
fn can_be_seen_here(check: &str) -> bool {
    let has_network = || UdpSocket::bind("0.0.0.0:0").is_ok_and(|socket| socket.connect("198.51.100.1:9").is_ok());
    match check {
        "MCPA-TRN-009" => has_network(),
        "MCPA-TRN-020" => cfg!(target_os = "linux"),
        "MCPA-TRN-021" => cfg!(target_os = "linux") && has_network(),
        _ => true,
    }
}

/// All findings of an audit.
fn reported(audit: &Audit) -> Vec<Shown> {
    let shown = |found: &Finding| (found.check.to_string(), found.severity, found.confidence, found.location.clone());
    audit.findings.iter().map(shown).collect()
}

macro_rules! audits {
    ($($test:ident => $name:literal,)*) => {
        $(#[tokio::test]
        async fn $test() {
            assert_audited($name).await;
        })*

        /// The fixtures that have a test here.
        const TESTED: &[&str] = &[$($name),*];
    };
}

audits! {
    clean_tools => "clean-tools",
    clean_computing => "clean-computing",
    clean_guarded => "clean-guarded",
    clean_sdk => "clean-sdk",
    modern_only => "modern-only",
    legacy_only => "legacy-only",
    clean_throttled => "clean-throttled",
    clean_capped => "clean-capped",
    slow => "slow",
    empty => "empty",
    clean_asking => "clean-asking",
    hidden_from_user => "hidden-from-user",
    differing_forms => "differing-forms",
    foreign_link => "foreign-link",
    disguised_content => "disguised-content",
    broken_output_schema => "broken-output-schema",
    asks_on_stream => "asks-on-stream",
    asks_in_result => "asks-in-result",
    prefilled_turn => "prefilled-turn",
    loose_messages => "loose-messages",
    no_handshake => "no-handshake",
    any_cursor => "any-cursor",
    scripted_icon => "scripted-icon",
    changing_reader => "changing-reader",
    jailbreak_relay => "jailbreak-relay",
    clean_rich => "clean-rich",
    clean_tempting => "clean-tempting",
    open_lists => "open-lists",
    any_bearer => "any-bearer",
    token_prefix => "token-prefix",
    verified_jwt => "verified-jwt",
    unverified_jwt => "unverified-jwt",
    unguarded_twin => "unguarded-twin",
    forwarded_for_suffices => "forwarded-for-suffices",
    session_suffices => "session-suffices",
    token_in_url => "token-in-url",
    prompts_unguarded => "prompts-unguarded",
    clean_two_callers => "clean-two-callers",
    clean_two_callers_with_sessions => "clean-two-callers-with-sessions",
    clean_shared_lists => "clean-shared-lists",
    expired_token => "expired-token",
    foreign_audience => "foreign-audience",
    long_lived_token => "long-lived-token",
    guarded_http_sse => "guarded-http-sse",
    unbound_streams => "unbound-streams",
    unbound_sessions => "unbound-sessions",
    default_key => "default-key",
    private_resource => "private-resource",
    hidden_tool => "hidden-tool",
    open_tasks => "open-tasks",
    replayed_state => "replayed-state",
    late_scope => "late-scope",
    shared_answer => "shared-answer",
    scope_as_invalid => "scope-as-invalid",
    messages_over_get => "messages-over-get",
    loses_text_ids => "loses-text-ids",
    outlives_input => "outlives-input",
    other_face => "other-face",
    refuses_with_success => "refuses-with-success",
    refusal_echoes => "refusal-echoes",
    login_redirect => "login-redirect",
    no_resource_metadata => "no-resource-metadata",
    nameless_resource => "nameless-resource",
    foreign_resource => "foreign-resource",
    plain_issuer => "plain-issuer",
    scripted_endpoint => "scripted-endpoint",
    omnibus_scope => "omnibus-scope",
    clean_tenant => "clean-tenant",
    issuer_without_metadata => "issuer-without-metadata",
    issuer_mismatch => "issuer-mismatch",
    issuer_slash => "issuer-slash",
    no_pkce => "no-pkce",
    plain_pkce => "plain-pkce",
    inner_address => "inner-address",
    obsolete_grants => "obsolete-grants",
    any_redirect => "any-redirect",
    loose_redirect => "loose-redirect",
    skipped_consent => "skipped-consent",
    fetched_client => "fetched-client",
    unnamed_issuer => "unnamed-issuer",
    token_passthrough => "token-passthrough",
    quoted_token => "quoted-token",
    http_sse => "http-sse",
    open_destructive => "open-destructive",
    origin_unchecked => "origin-unchecked",
    origin_unchecked_with_sessions => "origin-unchecked-with-sessions",
    host_unchecked => "host-unchecked",
    cors_reflected => "cors-reflected",
    simple_requests => "simple-requests",
    numbered_sessions => "numbered-sessions",
    adopted_sessions => "adopted-sessions",
    immortal_sessions => "immortal-sessions",
    headers_optional => "headers-optional",
    parameters_unchecked => "parameters-unchecked",
    developer_pages => "developer-pages",
    one_page_for_all => "one-page-for-all",
    any_revision => "any-revision",
    malformed_json => "malformed-json",
    invalid_schema => "invalid-schema",
    network_reference => "network-reference",
    batches => "batches",
    no_cache_hints => "no-cache-hints",
    unknown_tool => "unknown-tool",
    unknown_resource => "unknown-resource",
    client_identity => "client-identity",
    banner => "banner",
    sound_tls => "sound-tls",
    self_signed => "self-signed",
    other_name => "other-name",
    expired => "expired",
    old_tls => "old-tls",
    foreign_endpoint => "foreign-endpoint",
    resumable => "resumable",
    replayed_streams => "replayed-streams",
    numbered_streams => "numbered-streams",
    lasting_streams => "lasting-streams",
    guarded_sse => "guarded-sse",
    unguarded_messages => "unguarded-messages",
    all_interfaces => "all-interfaces",
    guarded_on_all_interfaces => "guarded-on-all-interfaces",
    listens_to_network => "listens-to-network",
    listens_to_machine => "listens-to-machine",
    contacts_internet => "contacts-internet",
    counts_users => "counts-users",
    secret_in_log => "secret-in-log",
    shell_tool => "shell-tool",
    ungated_tool => "ungated-tool",
    unannotated_tool => "unannotated-tool",
    read_only_lie => "read-only-lie",
    toxic_flow => "toxic-flow",
    agent_memory => "agent-memory",
    schema_not_enforced => "schema-not-enforced",
    command_injection => "command-injection",
    quoted_command => "quoted-command",
    code_evaluation => "code-evaluation",
    path_traversal => "path-traversal",
    traversal_behind_root => "traversal-behind-root",
    unthrottled_calls => "unthrottled-calls",
    guessable_token => "guessable-token",
    one_at_a_time => "one-at-a-time",
    unlimited_streams => "unlimited-streams",
    unlimited_sessions => "unlimited-sessions",
    oversized_requests => "oversized-requests",
    evaded_limit => "evaded-limit",
    endless_task => "endless-task",
    blind_command_injection => "blind-command-injection",
    link_previews => "link-previews",
    argument_injection => "argument-injection",
    sql_error => "sql-error",
    sql_condition => "sql-condition",
    unstable_answers => "unstable-answers",
    query_operator => "query-operator",
    path_prefix => "path-prefix",
    file_resources => "file-resources",
    template_injection => "template-injection",
    unicode_filter => "unicode-filter",
    any_address => "any-address",
    any_host => "any-host",
    host_of_address => "host-of-address",
    address_notation => "address-notation",
    followed_redirect => "followed-redirect",
    local_schemes => "local-schemes",
    header_injection => "header-injection",
    xml_entity => "xml-entity",
    unclamped_limit => "unclamped-limit",
    broken_by_extremes => "broken-by-extremes",
    ended_by_extremes => "ended-by-extremes",
    ambiguous_pattern => "ambiguous-pattern",
    catastrophic_pattern => "catastrophic-pattern",
    secret_in_definition => "secret-in-definition",
    secret_in_output => "secret-in-output",
    secret_of_one_value => "secret-of-one-value",
    stack_traces => "stack-traces",
    environment_dump => "environment-dump",
    personal_data => "personal-data",
    asks_for_password => "asks-for-password",
    mirrored_secret => "mirrored-secret",
    shared_arguments => "shared-arguments",
    form_asks_for_password => "form-asks-for-password",
    unsafe_visit => "unsafe-visit",
    sampling_abuse => "sampling-abuse",
    persuading_form => "persuading-form",
    leaking_completions => "leaking-completions",
    readable_state => "readable-state",
    counted_handles => "counted-handles",
    marked_content => "marked-content",
    unmarked_content => "unmarked-content",
    invisible_content => "invisible-content",
    obedient_reader => "obedient-reader",
    sensitive_resource => "sensitive-resource",
    echoed_arguments => "echoed-arguments",
    secret_in_notice => "secret-in-notice",
    poisoned_description => "poisoned-description",
    poisoned_schema => "poisoned-schema",
    poisoned_instructions => "poisoned-instructions",
    invisible_characters => "invisible-characters",
    terminal_sequences => "terminal-sequences",
    encoded_payload => "encoded-payload",
    side_channel => "side-channel",
    foreign_sink => "foreign-sink",
    foreign_orders => "foreign-orders",
    hidden_comment => "hidden-comment",
    vague_description => "vague-description",
    over_broad_claim => "over-broad-claim",
    precedence_claim => "precedence-claim",
    near_duplicate => "near-duplicate",
    duplicate_name => "duplicate-name",
    imitated_tool => "imitated-tool",
    deceptive_name => "deceptive-name",
    poisoned_prompt => "poisoned-prompt",
    orders_in_result => "orders-in-result",
    orders_in_error => "orders-in-error",
    control_characters_in_result => "control-characters-in-result",
    late_hostility => "late-hostility",
    exfiltration_markup => "exfiltration-markup",
    fake_turns => "fake-turns",
    bait => "bait",
    poisoned_resource => "poisoned-resource",
    orders_in_notice => "orders-in-notice",
    escaping_argument => "escaping-argument",
    rug_pull => "rug-pull",
    behaviour_drift => "behaviour-drift",
    varying_list => "varying-list",
    kept_for_a_month => "kept-for-a-month",
    oversized_definitions => "oversized-definitions",
    too_many_tools => "too-many-tools",
    endless_pages => "endless-pages",
    schema_bomb => "schema-bomb",
    unlimited_list => "unlimited-list",
    long_description => "long-description",
    large_answer => "large-answer",
    deep_list => "deep-list",
    endless_stream => "endless-stream",
    endless_rounds => "endless-rounds",
    notification_flood => "notification-flood",
    padded_answer => "padded-answer",
    acme_notes => "acme-notes",
}

/// All families of injected values together fit into what one tool and one test may be sent, and each decides something.
#[tokio::test]
async fn every_family_of_values_fits_into_the_budgets() {
    let (audit, requests) = audit(fixture("clean-tempting")).await;
    let undecided: Vec<_> = audit
        .checks
        .iter()
        .filter(|check| check.check.as_str().contains("-INP-") && !check.outcome.is_decided())
        .collect();
    let told: Vec<_> = undecided.iter().map(|check| (check.check.as_str(), &check.outcome)).collect();
    // It offers no resources, and takes neither XML nor anything to compute.
    let ids: Vec<&str> = undecided.iter().map(|check| check.check.as_str()).collect();
    assert_eq!(ids, ["MCPA-INP-011", "MCPA-INP-017", "MCPA-INP-018"], "{told:#?}");
    assert!(requests.len() < 1_200, "{} requests", requests.len());
}

/// Where a tool answers the same call differently each time, nothing that compares may conclude anything.
#[tokio::test]
async fn what_cannot_be_compared_is_not_assessed() {
    let (audit, _) = audit(fixture("unstable-answers")).await;
    let outcome = |id: &str| audit.checks.iter().find(|check| check.check.as_str() == id).map(|check| &check.outcome);
    let told = outcome("MCPA-INP-007");
    assert!(matches!(told, Some(Outcome::NotAssessed { reason, .. }) if reason.starts_with("unstable")), "{told:?}");
}

#[test]
fn every_fixture_has_a_test() {
    // The hostile one has tests of its own.
    let untested: Vec<&str> = servers::ALL
        .iter()
        .map(|fixture| fixture.name)
        .filter(|name| *name != "hostile" && !TESTED.contains(name))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[tokio::test]
async fn probing_calls_find_nothing_in_clean_servers() {
    for name in ["clean-tools", "clean-guarded", "clean-throttled", "clean-two-callers"] {
        let probed = Fixture { active: true, ..*fixture(name) };
        let (audit, requests) = audit(&probed).await;
        assert_found(&probed, &audit);
        assert_allowed(&probed, &requests);
    }
}
