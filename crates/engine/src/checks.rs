//! The checks, one file each, in the order of the catalogue.

pub(crate) mod access;
pub(crate) mod guessable;
pub(crate) mod poison;
pub(crate) mod questions;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod second;
pub(crate) mod subject;
mod table;
pub(crate) mod tasks;
pub(crate) mod token;

pub use table::ALL;

mod auth {
    pub(super) mod anonymous_access;
    pub(super) mod anonymous_metadata;
    pub(super) mod any_bearer;
    pub(super) mod default_key;
    pub(super) mod expired_token;
    pub(super) mod failure_detail;
    pub(super) mod failure_status;
    pub(super) mod foreign_session;
    pub(super) mod malformed_credential;
    pub(super) mod session_as_credential;
    pub(super) mod spoofable_headers;
    pub(super) mod token_in_url;
    pub(super) mod twin_endpoint;
    pub(super) mod uneven_guard;
    pub(super) mod unverified_jwt;
}
pub(crate) mod oauth {
    pub(crate) mod authorization;
    pub(crate) mod broken_metadata;
    pub(super) mod client_document;
    pub(crate) mod discovery;
    pub(super) mod foreign_audience;
    pub(super) mod hostile_redirect;
    pub(super) mod inner_address;
    pub(crate) mod issuer;
    pub(crate) mod issuer_mismatch;
    pub(super) mod long_lived_token;
    pub(super) mod loose_redirect;
    pub(crate) mod no_discovery;
    pub(crate) mod obsolete_grants;
    pub(crate) mod omnibus_scopes;
    pub(crate) mod other_resource;
    mod registration;
    pub(super) mod skipped_consent;
    pub(super) mod token_passthrough;
    pub(crate) mod unnamed_issuer;
    pub(crate) mod unsafe_issuer;
    pub(super) mod unsignalled_scope;
    pub(crate) mod weak_code_protection;
    pub(crate) mod weaponised_url;
}
mod authz {
    pub(super) mod claimed_identity;
    pub(super) mod foreign_object;
    pub(super) mod foreign_task;
    pub(super) mod guessable_handles;
    pub(super) mod hidden_tool;
    pub(super) mod read_only_write;
    pub(super) mod replayed_state;
    pub(super) mod shared_answer;
    pub(super) mod unbounded_power;
    pub(super) mod unprotected_state;
}
mod input {
    pub(super) mod arbitrary_url;
    pub(super) mod argument_injection;
    pub(super) mod blind_command_injection;
    pub(super) mod code_evaluation;
    pub(super) mod command_injection;
    pub(crate) mod compare;
    pub(super) mod control_characters;
    pub(super) mod extreme_values;
    pub(super) mod fetching;
    pub(super) mod header_injection;
    pub(super) mod internal_network;
    pub(super) mod local_scheme;
    pub(super) mod path_prefix;
    pub(super) mod path_traversal;
    mod product;
    mod proof_file;
    pub(super) mod query_operator;
    pub(super) mod redirect_bypass;
    pub(super) mod resource_traversal;
    pub(super) mod schema_not_enforced;
    pub(super) mod slots;
    pub(super) mod slow_pattern;
    pub(super) mod sql_boolean;
    pub(super) mod sql_error;
    pub(super) mod template_injection;
    mod timing;
    pub(super) mod unbounded_parameters;
    pub(super) mod unicode_bypass;
    mod values;
    pub(super) mod xml_entity;
}
pub(crate) mod rate_limit {
    pub(super) mod credential_guessing;
    pub(super) mod evaded_limit;
    pub(super) mod immortal_tasks;
    pub(super) mod metadata;
    pub(super) mod oversized_request;
    pub(super) mod sessions;
    pub(super) mod starvation;
    pub(super) mod streams;
    pub(crate) mod throttling;
    pub(super) mod tool_calls;
}
pub(crate) mod data_exposure {
    pub(crate) mod asks_for_secret;
    pub(super) mod crossed_answers;
    pub(super) mod debug_path;
    pub(super) mod environment_dump;
    pub(super) mod form_asks_for_secret;
    pub(super) mod internals;
    pub(super) mod internals_in_error;
    pub(super) mod mirrored_secret;
    pub(super) mod outputs;
    pub(super) mod personal_data;
    pub(super) mod secret_in_definition;
    pub(super) mod secret_in_log;
    pub(super) mod secret_in_notice;
    pub(super) mod secret_in_output;
    pub(super) mod sensitive_resource;
    pub(super) mod topology;
    pub(super) mod unsafe_visit;
}
pub(crate) mod supply_chain {
    pub(super) mod claimed_vendor;
    pub(crate) mod launch;
    pub(super) mod outdated_protocol;
    pub(super) mod over_privileged;
    pub(super) mod packages;
    pub(super) mod remote_code;
    pub(super) mod secret_in_launch;
    pub(super) mod unpinned_launch;
}
mod transport {
    pub(super) mod all_interfaces;
    pub(super) mod certificate;
    pub(super) mod clear_text;
    mod client_hello;
    pub(super) mod cors;
    pub(super) mod does_not_stop;
    pub(super) mod foreign_endpoint;
    pub(super) mod guard;
    pub(super) mod host;
    pub(super) mod listening_child;
    pub(super) mod message_endpoint;
    pub(super) mod message_over_get;
    pub(super) mod old_tls;
    pub(super) mod origin;
    pub(super) mod private;
    pub(super) mod redirect;
    pub(super) mod replayed_stream;
    pub(super) mod session_end;
    pub(super) mod session_fixation;
    pub(super) mod session_ids;
    pub(super) mod silent_contact;
    pub(super) mod simple_request;
    pub(super) mod stdout;
    pub(super) mod uneven_eras;
}
mod protocol {
    pub(super) mod batch;
    pub(super) mod before_handshake;
    pub(super) mod caching_hints;
    pub(super) mod foreign_cursor;
    pub(super) mod header_mismatch;
    pub(super) mod invalid_definition;
    pub(super) mod malformed_json;
    pub(super) mod message_shape;
    pub(super) mod missing_requirements;
    pub(super) mod missing_resource;
    pub(super) mod network_reference;
    pub(super) mod output_schema;
    pub(super) mod parameter_header;
    pub(super) mod response_id;
    pub(super) mod server_request;
    mod unasked;
    pub(super) mod unasked_notice;
    pub(super) mod undeclared_capability;
    pub(super) mod unknown_name;
    pub(super) mod unknown_version;
}
mod prompt_injection {
    pub(super) mod invisible_content;
    pub(super) mod jailbreak_relay;
    pub(super) mod leaking_completions;
    pub(super) mod obedient_reader;
    pub(super) mod pages;
    pub(super) mod persuading_form;
    pub(super) mod poisoned_prompt;
    pub(super) mod prefilled_turns;
    pub(super) mod prompt_escape;
    pub(super) mod sampling_abuse;
    pub(super) mod toxic_flow;
    pub(super) mod ungated_tool;
    pub(super) mod unmarked_content;
    pub(super) mod writes_agent_memory;
}
mod description {
    pub(super) mod changing_reader;
    pub(super) mod contradicting_annotations;
    pub(super) mod deceptive_name;
    pub(super) mod encoded_payload;
    pub(super) mod foreign_sink;
    pub(super) mod hidden_by_layout;
    pub(super) mod invisible_characters;
    pub(super) mod missing_annotations;
    pub(super) mod over_broad_claim;
    pub(super) mod poisoned_description;
    pub(super) mod poisoned_instructions;
    pub(super) mod poisoned_schema;
    pub(super) mod sensitive_object;
    pub(super) mod side_channel_parameter;
    pub(super) mod terminal_sequences;
    pub(super) mod unsafe_reference;
    pub(super) mod vague_description;
}
mod response_injection {
    mod answers;
    pub(super) mod bait;
    mod blocks;
    pub(super) mod differing_forms;
    pub(super) mod disguised_content;
    pub(super) mod exfiltration_markup;
    pub(super) mod fake_turns;
    pub(super) mod foreign_link;
    pub(super) mod hidden_from_user;
    pub(super) mod invisible_result;
    pub(super) mod late_hostility;
    pub(super) mod poisoned_error;
    pub(super) mod poisoned_notification;
    pub(super) mod poisoned_resource;
    pub(super) mod poisoned_result;
}
pub(crate) mod rug_pull {
    pub(super) mod caching;
    pub(super) mod change_by_calls;
    pub(super) mod change_by_connection;
    pub(super) mod changed_definitions;
    mod difference;
    pub(super) mod different_face;
    pub(super) mod drifting_behaviour;
    pub(super) mod grown_powers;
    pub(super) mod silent_change;
    pub(crate) mod since_baseline;
    pub(super) mod unannounced_change;
}
mod cross_mcp {
    pub(super) mod claimed_resources;
    pub(super) mod claims_precedence;
    pub(super) mod confusable_name;
    pub(super) mod duplicate_names;
    pub(super) mod imitated_tool;
    pub(super) mod impersonated_server;
    mod members;
    pub(super) mod misdirected_credential;
    pub(super) mod mixed_trust;
    mod names;
    pub(super) mod orders_about_foreign_tools;
    pub(super) mod shadowed_name;
    pub(super) mod shared_credential;
    pub(super) mod toxic_flow;
    mod well_known;
}
mod context {
    pub(super) mod endless_pagination;
    pub(super) mod endless_stream;
    pub(super) mod endless_work;
    mod exchanges;
    pub(super) mod large_answer;
    pub(super) mod long_description;
    pub(super) mod notification_flood;
    pub(super) mod oversized_message;
    pub(super) mod padding;
    pub(super) mod schema_bomb;
    pub(super) mod tokens;
    pub(super) mod tool_count;
    pub(super) mod unclamped_limit;
    pub(super) mod unlimited_list;
}

#[cfg(test)]
mod tests;
