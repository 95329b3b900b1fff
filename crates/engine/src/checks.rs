//! The checks, one file each, in the order of the catalogue.

pub(crate) mod access;
pub(crate) mod guessable;
pub(crate) mod poison;
pub(crate) mod questions;
#[cfg(test)]
pub(crate) mod samples;
pub(crate) mod second;
pub(crate) mod subject;
pub(crate) mod tasks;
pub(crate) mod token;

use crate::check::Check;

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
    pub(super) mod broken_metadata;
    pub(super) mod client_document;
    pub(crate) mod discovery;
    pub(super) mod foreign_audience;
    pub(super) mod hostile_redirect;
    pub(super) mod inner_address;
    pub(crate) mod issuer;
    pub(super) mod issuer_mismatch;
    pub(super) mod long_lived_token;
    pub(super) mod loose_redirect;
    pub(super) mod no_discovery;
    pub(super) mod obsolete_grants;
    pub(super) mod omnibus_scopes;
    pub(super) mod other_resource;
    mod registration;
    pub(super) mod skipped_consent;
    pub(super) mod token_passthrough;
    pub(super) mod unnamed_issuer;
    pub(super) mod unsafe_issuer;
    pub(super) mod unsignalled_scope;
    pub(super) mod weak_code_protection;
    pub(super) mod weaponised_url;
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
mod rug_pull {
    pub(super) mod caching;
    pub(super) mod change_by_calls;
    pub(super) mod change_by_connection;
    pub(super) mod changed_definitions;
    mod difference;
    pub(super) mod different_face;
    pub(super) mod drifting_behaviour;
    pub(super) mod grown_powers;
    pub(super) mod silent_change;
    mod since_baseline;
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

/// Every check, in the order of the catalogue. One that is not listed does not run, and the dead-code lint says so.
pub const ALL: &[&Check] = &[
    &auth::anonymous_access::CHECK,
    &auth::anonymous_metadata::CHECK,
    &auth::any_bearer::CHECK,
    &auth::malformed_credential::CHECK,
    &auth::unverified_jwt::CHECK,
    &auth::expired_token::CHECK,
    &auth::uneven_guard::CHECK,
    &auth::twin_endpoint::CHECK,
    &auth::spoofable_headers::CHECK,
    &auth::session_as_credential::CHECK,
    &auth::foreign_session::CHECK,
    &auth::token_in_url::CHECK,
    &auth::default_key::CHECK,
    &auth::failure_status::CHECK,
    &auth::failure_detail::CHECK,
    &oauth::no_discovery::CHECK,
    &oauth::broken_metadata::CHECK,
    &oauth::other_resource::CHECK,
    &oauth::unsafe_issuer::CHECK,
    &oauth::issuer_mismatch::CHECK,
    &oauth::weak_code_protection::CHECK,
    &oauth::weaponised_url::CHECK,
    &oauth::inner_address::CHECK,
    &oauth::obsolete_grants::CHECK,
    &oauth::hostile_redirect::CHECK,
    &oauth::loose_redirect::CHECK,
    &oauth::skipped_consent::CHECK,
    &oauth::client_document::CHECK,
    &oauth::unnamed_issuer::CHECK,
    &oauth::omnibus_scopes::CHECK,
    &oauth::unsignalled_scope::CHECK,
    &oauth::foreign_audience::CHECK,
    &oauth::token_passthrough::CHECK,
    &oauth::long_lived_token::CHECK,
    &authz::foreign_object::CHECK,
    &authz::hidden_tool::CHECK,
    &authz::foreign_task::CHECK,
    &authz::unprotected_state::CHECK,
    &authz::replayed_state::CHECK,
    &authz::guessable_handles::CHECK,
    &authz::read_only_write::CHECK,
    &authz::shared_answer::CHECK,
    &authz::claimed_identity::CHECK,
    &authz::unbounded_power::CHECK,
    &input::schema_not_enforced::CHECK,
    &input::unbounded_parameters::CHECK,
    &input::command_injection::CHECK,
    &input::blind_command_injection::CHECK,
    &input::argument_injection::CHECK,
    &input::sql_error::CHECK,
    &input::sql_boolean::CHECK,
    &input::query_operator::CHECK,
    &input::path_traversal::CHECK,
    &input::path_prefix::CHECK,
    &input::resource_traversal::CHECK,
    &input::arbitrary_url::CHECK,
    &input::internal_network::CHECK,
    &input::redirect_bypass::CHECK,
    &input::local_scheme::CHECK,
    &input::template_injection::CHECK,
    &input::code_evaluation::CHECK,
    &input::xml_entity::CHECK,
    &input::header_injection::CHECK,
    &input::control_characters::CHECK,
    &input::slow_pattern::CHECK,
    &input::extreme_values::CHECK,
    &input::unicode_bypass::CHECK,
    &rate_limit::metadata::CHECK,
    &rate_limit::tool_calls::CHECK,
    &rate_limit::credential_guessing::CHECK,
    &rate_limit::starvation::CHECK,
    &rate_limit::streams::CHECK,
    &rate_limit::sessions::CHECK,
    &rate_limit::oversized_request::CHECK,
    &rate_limit::evaded_limit::CHECK,
    &rate_limit::immortal_tasks::CHECK,
    &data_exposure::secret_in_definition::CHECK,
    &data_exposure::secret_in_output::CHECK,
    &data_exposure::personal_data::CHECK,
    &data_exposure::internals_in_error::CHECK,
    &data_exposure::topology::CHECK,
    &data_exposure::environment_dump::CHECK,
    &data_exposure::sensitive_resource::CHECK,
    &data_exposure::asks_for_secret::CHECK,
    &data_exposure::mirrored_secret::CHECK,
    &data_exposure::secret_in_notice::CHECK,
    &data_exposure::crossed_answers::CHECK,
    &data_exposure::debug_path::CHECK,
    &data_exposure::form_asks_for_secret::CHECK,
    &data_exposure::unsafe_visit::CHECK,
    &data_exposure::secret_in_log::CHECK,
    &supply_chain::unpinned_launch::CHECK,
    &supply_chain::remote_code::CHECK,
    &supply_chain::secret_in_launch::CHECK,
    &supply_chain::over_privileged::CHECK,
    &supply_chain::outdated_protocol::CHECK,
    &supply_chain::claimed_vendor::CHECK,
    &transport::clear_text::CHECK,
    &transport::certificate::CHECK,
    &transport::old_tls::CHECK,
    &transport::origin::CHECK,
    &transport::host::CHECK,
    &transport::cors::CHECK,
    &transport::simple_request::CHECK,
    &transport::message_over_get::CHECK,
    &transport::all_interfaces::CHECK,
    &transport::session_ids::CHECK,
    &transport::session_fixation::CHECK,
    &transport::session_end::CHECK,
    &transport::foreign_endpoint::CHECK,
    &transport::replayed_stream::CHECK,
    &transport::message_endpoint::CHECK,
    &transport::uneven_eras::CHECK,
    &transport::redirect::CHECK,
    &transport::stdout::CHECK,
    &transport::does_not_stop::CHECK,
    &transport::listening_child::CHECK,
    &transport::silent_contact::CHECK,
    &protocol::header_mismatch::CHECK,
    &protocol::parameter_header::CHECK,
    &protocol::missing_requirements::CHECK,
    &protocol::unknown_version::CHECK,
    &protocol::malformed_json::CHECK,
    &protocol::message_shape::CHECK,
    &protocol::batch::CHECK,
    &protocol::unknown_name::CHECK,
    &protocol::before_handshake::CHECK,
    &protocol::response_id::CHECK,
    &protocol::undeclared_capability::CHECK,
    &protocol::server_request::CHECK,
    &protocol::unasked_notice::CHECK,
    &protocol::caching_hints::CHECK,
    &protocol::output_schema::CHECK,
    &protocol::missing_resource::CHECK,
    &protocol::invalid_definition::CHECK,
    &protocol::network_reference::CHECK,
    &protocol::foreign_cursor::CHECK,
    &prompt_injection::toxic_flow::CHECK,
    &prompt_injection::unmarked_content::CHECK,
    &prompt_injection::obedient_reader::CHECK,
    &prompt_injection::invisible_content::CHECK,
    &prompt_injection::prompt_escape::CHECK,
    &prompt_injection::poisoned_prompt::CHECK,
    &prompt_injection::prefilled_turns::CHECK,
    &prompt_injection::ungated_tool::CHECK,
    &prompt_injection::sampling_abuse::CHECK,
    &prompt_injection::persuading_form::CHECK,
    &prompt_injection::leaking_completions::CHECK,
    &prompt_injection::writes_agent_memory::CHECK,
    &prompt_injection::jailbreak_relay::CHECK,
    &description::poisoned_description::CHECK,
    &description::poisoned_schema::CHECK,
    &description::poisoned_instructions::CHECK,
    &description::invisible_characters::CHECK,
    &description::terminal_sequences::CHECK,
    &description::hidden_by_layout::CHECK,
    &description::encoded_payload::CHECK,
    &description::side_channel_parameter::CHECK,
    &description::sensitive_object::CHECK,
    &description::foreign_sink::CHECK,
    &description::contradicting_annotations::CHECK,
    &description::missing_annotations::CHECK,
    &description::vague_description::CHECK,
    &description::over_broad_claim::CHECK,
    &description::changing_reader::CHECK,
    &description::unsafe_reference::CHECK,
    &description::deceptive_name::CHECK,
    &response_injection::poisoned_result::CHECK,
    &response_injection::poisoned_error::CHECK,
    &response_injection::late_hostility::CHECK,
    &response_injection::invisible_result::CHECK,
    &response_injection::exfiltration_markup::CHECK,
    &response_injection::fake_turns::CHECK,
    &response_injection::hidden_from_user::CHECK,
    &response_injection::differing_forms::CHECK,
    &response_injection::foreign_link::CHECK,
    &response_injection::poisoned_resource::CHECK,
    &response_injection::disguised_content::CHECK,
    &response_injection::poisoned_notification::CHECK,
    &response_injection::bait::CHECK,
    &rug_pull::changed_definitions::CHECK,
    &rug_pull::silent_change::CHECK,
    &rug_pull::grown_powers::CHECK,
    &rug_pull::unannounced_change::CHECK,
    &rug_pull::change_by_calls::CHECK,
    &rug_pull::different_face::CHECK,
    &rug_pull::change_by_connection::CHECK,
    &rug_pull::drifting_behaviour::CHECK,
    &rug_pull::caching::CHECK,
    &cross_mcp::duplicate_names::CHECK,
    &cross_mcp::shadowed_name::CHECK,
    &cross_mcp::imitated_tool::CHECK,
    &cross_mcp::confusable_name::CHECK,
    &cross_mcp::orders_about_foreign_tools::CHECK,
    &cross_mcp::claims_precedence::CHECK,
    &cross_mcp::impersonated_server::CHECK,
    &cross_mcp::claimed_resources::CHECK,
    &cross_mcp::toxic_flow::CHECK,
    &cross_mcp::mixed_trust::CHECK,
    &cross_mcp::shared_credential::CHECK,
    &cross_mcp::misdirected_credential::CHECK,
    &context::tokens::CHECK,
    &context::long_description::CHECK,
    &context::tool_count::CHECK,
    &context::large_answer::CHECK,
    &context::unclamped_limit::CHECK,
    &context::unlimited_list::CHECK,
    &context::endless_pagination::CHECK,
    &context::endless_stream::CHECK,
    &context::schema_bomb::CHECK,
    &context::oversized_message::CHECK,
    &context::notification_flood::CHECK,
    &context::endless_work::CHECK,
    &context::padding::CHECK,
];

#[cfg(test)]
mod tests;
