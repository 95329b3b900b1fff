//! The servers that tests audit, and what an audit of level 2 must say about each.

mod access;
mod authorization;
mod callers;
mod carriers;
mod changes;
mod clean;
mod demo;
mod descriptions;
mod dialogs;
mod exhaustion;
mod exposure;
mod extremes;
mod fetchers;
mod hostile;
mod injections;
mod issuers;
mod limits;
mod powers;
mod readers;
mod responses;
mod sample;

use std::time::Duration;

use contracts::audit::{Confidence, Severity};

use crate::server::Server;

pub(crate) use injections::RELEASE;

/// A server, and what is wrong with it.
#[derive(Debug)]
pub struct Fixture {
    /// How it is called on the command line and in tests.
    pub name: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// Every finding of an audit of level 2 over loopback, with all its tokens where the server has any. Findings that are
    /// worth recording only (info) are listed where they are the point of the fixture.
    pub expect: &'static [Expected],
    /// Whether its weakness is found only with probing calls.
    pub active: bool,
    /// Whether its weakness is one of standard input and output.
    pub stdio: bool,
    /// How long an audit of it waits for the end of an answer, where that is not the usual time.
    pub longest_exchange: Option<Duration>,
    /// Makes the server.
    pub build: fn() -> Server,
}

/// A finding that an audit must raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The check.
    pub check: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Where.
    pub location: &'static str,
}

impl Fixture {
    /// A fixture that passive and harmless checks see through, over HTTP.
    const fn new(
        name: &'static str,
        summary: &'static str,
        expect: &'static [Expected],
        build: fn() -> Server,
    ) -> Self {
        Self { name, summary, expect, active: false, stdio: false, longest_exchange: None, build }
    }

    /// Needs probing calls to be seen through.
    const fn active(self) -> Self {
        Self { active: true, ..self }
    }

    /// Answers without an end, so that an audit should not wait for its usual time.
    const fn patient_for(self, longest_exchange: Duration) -> Self {
        Self { longest_exchange: Some(longest_exchange), ..self }
    }

    /// Is launched as a child process.
    const fn stdio(self) -> Self {
        Self { stdio: true, ..self }
    }
}

impl Expected {
    const fn new(check: &'static str, severity: Severity, confidence: Confidence, location: &'static str) -> Self {
        Self { check, severity, confidence, location }
    }
}

/// An open server with nothing but harmless tools on loopback: recorded as hardening.
const OPEN: Expected = Expected::new("MCPA-AUTH-001", Severity::Low, Confidence::Confirmed, "method:tools/list");

/// A log message that no request asked for.
const UNASKED: Expected =
    Expected::new("MCPA-PR-013", Severity::Low, Confidence::Confirmed, "method:notifications/message");

/// All fixtures, by kind.
pub const ALL: &[Fixture] = &[
    clean::TOOLS,
    clean::GUARDED,
    clean::SDK,
    clean::MODERN_ONLY,
    clean::LEGACY_ONLY,
    clean::THROTTLED,
    clean::CAPPED,
    clean::SLOW,
    clean::EMPTY,
    clean::ASKING,
    responses::HIDDEN_FROM_USER,
    responses::DIFFERING_FORMS,
    responses::FOREIGN_LINK,
    responses::DISGUISED_CONTENT,
    responses::BROKEN_OUTPUT_SCHEMA,
    responses::ASKS_ON_STREAM,
    responses::ASKS_IN_RESULT,
    responses::PREFILLED_TURN,
    access::LOOSE_MESSAGES,
    access::NO_HANDSHAKE,
    access::ANY_CURSOR,
    descriptions::SCRIPTED_ICON,
    descriptions::CHANGING_READER,
    descriptions::JAILBREAK_RELAY,
    clean::RICH,
    clean::TEMPTING,
    clean::COMPUTING,
    authorization::OPEN_LISTS,
    authorization::ANY_BEARER,
    authorization::TOKEN_PREFIX,
    authorization::VERIFIED_JWT,
    authorization::UNVERIFIED_JWT,
    authorization::UNGUARDED_TWIN,
    authorization::FORWARDED_FOR_SUFFICES,
    authorization::SESSION_SUFFICES,
    authorization::TOKEN_IN_URL,
    authorization::PROMPTS_UNGUARDED,
    callers::TWO_CALLERS,
    callers::TWO_CALLERS_WITH_SESSIONS,
    callers::SHARED_LISTS,
    callers::EXPIRED_TOKEN,
    callers::FOREIGN_AUDIENCE,
    callers::LONG_LIVED_TOKEN,
    callers::UNBOUND_SESSIONS,
    callers::GUARDED_HTTP_SSE,
    callers::UNBOUND_STREAMS,
    callers::DEFAULT_KEY,
    callers::PRIVATE_RESOURCE,
    callers::HIDDEN_TOOL,
    callers::OPEN_TASKS,
    callers::REPLAYED_STATE,
    callers::LATE_SCOPE,
    callers::SHARED_ANSWER,
    callers::SCOPE_AS_INVALID,
    access::MESSAGES_OVER_GET,
    access::LOSES_TEXT_IDS,
    access::OUTLIVES_INPUT,
    changes::OTHER_FACE,
    authorization::REFUSES_WITH_SUCCESS,
    authorization::REFUSAL_ECHOES,
    authorization::LOGIN_REDIRECT,
    authorization::NO_RESOURCE_METADATA,
    authorization::NAMELESS_RESOURCE,
    authorization::FOREIGN_RESOURCE,
    authorization::PLAIN_ISSUER,
    authorization::OMNIBUS_SCOPE,
    issuers::TENANT,
    issuers::NOWHERE,
    issuers::IMPOSTOR,
    issuers::SLASH,
    issuers::NO_PKCE,
    issuers::PLAIN_PKCE,
    issuers::SCRIPTED_ENDPOINT,
    issuers::INNER_ADDRESS,
    issuers::OBSOLETE_GRANTS,
    issuers::ANY_REDIRECT,
    issuers::LOOSE_REDIRECT,
    issuers::SKIPPED_CONSENT,
    issuers::FETCHED_CLIENT,
    issuers::UNNAMED_ISSUER,
    issuers::TOKEN_PASSTHROUGH,
    issuers::QUOTED_TOKEN,
    access::HTTP_SSE,
    access::OPEN_DESTRUCTIVE,
    access::ORIGIN_UNCHECKED,
    access::ORIGIN_UNCHECKED_WITH_SESSIONS,
    access::HOST_UNCHECKED,
    access::CORS_REFLECTED,
    access::SIMPLE_REQUESTS,
    access::NUMBERED_SESSIONS,
    access::ADOPTED_SESSIONS,
    access::IMMORTAL_SESSIONS,
    access::HEADERS_OPTIONAL,
    access::PARAMETERS_UNCHECKED,
    access::DEVELOPER_PAGES,
    clean::ONE_PAGE_FOR_ALL,
    access::ANY_REVISION,
    access::MALFORMED_JSON,
    access::INVALID_SCHEMA,
    access::NETWORK_REFERENCE,
    access::BATCHES,
    access::NO_CACHE_HINTS,
    access::UNKNOWN_TOOL,
    access::UNKNOWN_RESOURCE,
    access::CLIENT_IDENTITY,
    access::BANNER,
    carriers::SOUND_TLS,
    carriers::SELF_SIGNED,
    carriers::OTHER_NAME,
    carriers::EXPIRED,
    carriers::OLD_TLS,
    carriers::FOREIGN_ENDPOINT,
    carriers::RESUMABLE,
    carriers::REPLAYED_STREAMS,
    carriers::NUMBERED_STREAMS,
    carriers::LASTING_STREAMS,
    carriers::GUARDED_SSE,
    carriers::UNGUARDED_MESSAGES,
    carriers::ALL_INTERFACES,
    carriers::GUARDED_ON_ALL_INTERFACES,
    carriers::LISTENS_TO_NETWORK,
    carriers::LISTENS_TO_MACHINE,
    carriers::CONTACTS_INTERNET,
    carriers::COUNTS_USERS,
    carriers::SECRET_IN_LOG,
    powers::SHELL_TOOL,
    powers::UNGATED_TOOL,
    powers::UNANNOTATED_TOOL,
    powers::READ_ONLY_LIE,
    powers::TOXIC_FLOW,
    powers::AGENT_MEMORY,
    powers::SCHEMA_NOT_ENFORCED,
    powers::COMMAND_INJECTION,
    powers::QUOTED_COMMAND,
    powers::CODE_EVALUATION,
    powers::PATH_TRAVERSAL,
    powers::TRAVERSAL_BEHIND_ROOT,
    powers::UNTHROTTLED_CALLS,
    limits::GUESSABLE_TOKEN,
    limits::ONE_AT_A_TIME,
    limits::UNLIMITED_STREAMS,
    limits::UNLIMITED_SESSIONS,
    limits::OVERSIZED_REQUESTS,
    limits::EVADED_LIMIT,
    limits::ENDLESS_TASK,
    injections::BLIND_COMMAND_INJECTION,
    injections::LINK_PREVIEWS,
    injections::ARGUMENT_INJECTION,
    injections::SQL_ERROR,
    injections::SQL_CONDITION,
    injections::UNSTABLE_ANSWERS,
    injections::QUERY_OPERATOR,
    injections::PATH_PREFIX,
    injections::FILE_RESOURCES,
    injections::TEMPLATE_INJECTION,
    injections::UNICODE_FILTER,
    fetchers::ANY_ADDRESS,
    fetchers::ANY_HOST,
    fetchers::HOST_OF_ADDRESS,
    fetchers::ADDRESS_NOTATION,
    fetchers::FOLLOWED_REDIRECT,
    fetchers::LOCAL_SCHEMES,
    fetchers::HEADER_INJECTION,
    fetchers::XML_ENTITY,
    extremes::UNCLAMPED_LIMIT,
    extremes::BROKEN_BY_EXTREMES,
    extremes::ENDED_BY_EXTREMES,
    extremes::AMBIGUOUS_PATTERN,
    extremes::CATASTROPHIC_PATTERN,
    exposure::SECRET_IN_DEFINITION,
    exposure::SECRET_IN_OUTPUT,
    exposure::SECRET_OF_ONE_VALUE,
    exposure::STACK_TRACES,
    exposure::ENVIRONMENT_DUMP,
    exposure::PERSONAL_DATA,
    exposure::ASKS_FOR_PASSWORD,
    exposure::MIRRORED_SECRET,
    exposure::SHARED_ARGUMENTS,
    dialogs::FORM_ASKS_FOR_PASSWORD,
    dialogs::UNSAFE_VISIT,
    dialogs::SAMPLING_ABUSE,
    dialogs::PERSUADING_FORM,
    dialogs::LEAKING_COMPLETIONS,
    dialogs::READABLE_STATE,
    dialogs::COUNTED_HANDLES,
    readers::MARKED_CONTENT,
    readers::UNMARKED_CONTENT,
    readers::INVISIBLE_CONTENT,
    readers::OBEDIENT_READER,
    exposure::SENSITIVE_RESOURCE,
    exposure::ECHOED_ARGUMENTS,
    exposure::SECRET_IN_NOTICE,
    descriptions::POISONED_DESCRIPTION,
    descriptions::POISONED_SCHEMA,
    descriptions::POISONED_INSTRUCTIONS,
    descriptions::INVISIBLE_CHARACTERS,
    descriptions::TERMINAL_SEQUENCES,
    descriptions::ENCODED_PAYLOAD,
    descriptions::SIDE_CHANNEL,
    descriptions::FOREIGN_SINK,
    descriptions::FOREIGN_ORDERS,
    descriptions::HIDDEN_COMMENT,
    descriptions::VAGUE_DESCRIPTION,
    descriptions::OVER_BROAD_CLAIM,
    descriptions::PRECEDENCE_CLAIM,
    descriptions::NEAR_DUPLICATE,
    descriptions::DUPLICATE_NAME,
    descriptions::IMITATED_TOOL,
    descriptions::DECEPTIVE_NAME,
    descriptions::POISONED_PROMPT,
    responses::ORDERS_IN_RESULT,
    responses::ORDERS_IN_ERROR,
    responses::CONTROL_CHARACTERS_IN_RESULT,
    responses::LATE_HOSTILITY,
    responses::EXFILTRATION_MARKUP,
    responses::FAKE_TURNS,
    responses::BAIT,
    responses::POISONED_RESOURCE,
    responses::ORDERS_IN_NOTICE,
    responses::ESCAPING_ARGUMENT,
    changes::RUG_PULL,
    changes::BEHAVIOUR_DRIFT,
    changes::VARYING_LIST,
    changes::KEPT_FOR_A_MONTH,
    exhaustion::OVERSIZED_DEFINITIONS,
    exhaustion::TOO_MANY_TOOLS,
    exhaustion::ENDLESS_PAGES,
    exhaustion::SCHEMA_BOMB,
    exhaustion::UNLIMITED_LIST,
    exhaustion::LONG_DESCRIPTION,
    exhaustion::LARGE_ANSWER,
    exhaustion::DEEP_LIST,
    exhaustion::ENDLESS_STREAM,
    exhaustion::ENDLESS_ROUNDS,
    exhaustion::NOTIFICATION_FLOOD,
    exhaustion::PADDED_ANSWER,
    demo::VULNERABLE,
    hostile::HOSTILE,
];

/// The fixture of a name.
///
/// # Panics
/// Where there is none.
pub fn fixture(name: &str) -> &'static Fixture {
    let found = ALL.iter().find(|fixture| fixture.name == name);
    found.unwrap_or_else(|| panic!("there is no fixture `{name}`"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: BTreeSet<&str> = ALL.iter().map(|fixture| fixture.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
