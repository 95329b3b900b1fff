//! One test per fixture: exactly its findings, and no traffic that the rules forbid.

use std::collections::BTreeSet;

use contracts::audit::{Audit, Confidence, Outcome, Severity};
use servers::{Fixture, fixture};

use crate::auditing::audit;
use crate::rules::assert_allowed;

/// What identifies a finding to a reader.
type Shown<'a> = (&'a str, Severity, Confidence, &'a str);

async fn assert_audited(name: &str) {
    let fixture = fixture(name);
    let (audit, requests) = audit(fixture).await;
    assert_found(fixture, &audit);
    assert_allowed(fixture, &requests);
}

/// Compares findings from low upwards, and those of info that are expected.
fn assert_found(fixture: &Fixture, audit: &Audit) {
    let expected: BTreeSet<Shown<'_>> =
        fixture.expect.iter().map(|found| (found.check, found.severity, found.confidence, found.location)).collect();
    let found: Vec<Shown<'_>> = audit
        .findings
        .iter()
        .map(|found| (found.check.as_str(), found.severity, found.confidence, found.location.as_str()))
        .filter(|found| found.1 > Severity::Info || expected.contains(found))
        .collect();
    let (missing, surplus): (Vec<_>, Vec<_>) = (
        expected.iter().filter(|shown| !found.contains(shown)).collect(),
        found.iter().filter(|shown| !expected.contains(shown)).collect(),
    );
    let undecided: Vec<_> = audit
        .checks
        .iter()
        .filter(|check| matches!(check.outcome, Outcome::NotAssessed { .. } | Outcome::Error { .. }))
        .map(|check| format!("{} {:?}", check.check, check.outcome))
        .collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "{}\n  missing: {missing:#?}\n  surplus: {surplus:#?}\n  findings: {:#?}\n  undecided: {undecided:#?}\n  notes: {:?}",
        fixture.name,
        audit.findings,
        audit.notes,
    );
    assert_eq!(found.len(), expected.len(), "{}: the same finding twice: {found:#?}", fixture.name);
    let failed: Vec<_> = audit.checks.iter().filter(|check| matches!(check.outcome, Outcome::Error { .. })).collect();
    assert!(failed.is_empty(), "{}: {failed:#?}", fixture.name);
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
    clean_guarded => "clean-guarded",
    clean_sdk => "clean-sdk",
    modern_only => "modern-only",
    legacy_only => "legacy-only",
    clean_throttled => "clean-throttled",
    slow => "slow",
    http_sse => "http-sse",
    any_bearer => "any-bearer",
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
    any_revision => "any-revision",
    batches => "batches",
    no_cache_hints => "no-cache-hints",
    unknown_tool => "unknown-tool",
    unknown_resource => "unknown-resource",
    client_identity => "client-identity",
    banner => "banner",
    shell_tool => "shell-tool",
    ungated_tool => "ungated-tool",
    unannotated_tool => "unannotated-tool",
    read_only_lie => "read-only-lie",
    toxic_flow => "toxic-flow",
    agent_memory => "agent-memory",
    schema_not_enforced => "schema-not-enforced",
    command_injection => "command-injection",
    code_evaluation => "code-evaluation",
    path_traversal => "path-traversal",
    unthrottled_calls => "unthrottled-calls",
    secret_in_definition => "secret-in-definition",
    secret_in_output => "secret-in-output",
    stack_traces => "stack-traces",
    environment_dump => "environment-dump",
    personal_data => "personal-data",
    asks_for_password => "asks-for-password",
    sensitive_resource => "sensitive-resource",
    poisoned_description => "poisoned-description",
    poisoned_schema => "poisoned-schema",
    poisoned_instructions => "poisoned-instructions",
    invisible_characters => "invisible-characters",
    terminal_sequences => "terminal-sequences",
    hidden_comment => "hidden-comment",
    vague_description => "vague-description",
    over_broad_claim => "over-broad-claim",
    precedence_claim => "precedence-claim",
    near_duplicate => "near-duplicate",
    duplicate_name => "duplicate-name",
    imitated_tool => "imitated-tool",
    deceptive_name => "deceptive-name",
    orders_in_result => "orders-in-result",
    orders_in_error => "orders-in-error",
    control_characters_in_result => "control-characters-in-result",
    rug_pull => "rug-pull",
    behaviour_drift => "behaviour-drift",
    oversized_definitions => "oversized-definitions",
    too_many_tools => "too-many-tools",
    endless_pages => "endless-pages",
    schema_bomb => "schema-bomb",
    unlimited_list => "unlimited-list",
    acme_notes => "acme-notes",
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
