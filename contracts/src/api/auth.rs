//! Signing up and in. The identity provider keeps the passwords.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{OrgId, UserId};

/// A new person with a new organisation.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Address to sign in with.
    pub email: String,
    /// At least 14 characters.
    pub password: String,
    /// Name of the organisation to create, 1 to 80 characters.
    pub organization: String,
}

/// Who was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RegisterResponse {
    /// The person.
    pub user_id: UserId,
    /// The organisation, of which the person is owner.
    pub org_id: OrgId,
}

/// Signing in.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// Renewing an access token.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// From the last login.
    pub refresh_token: String,
}

/// Tokens of a session.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct TokenResponse {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Keep it for `/v1/auth/refresh`; absent after a refresh that did not rotate it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Seconds until the access token expires.
    pub expires_in: u32,
    /// Always `Bearer`.
    pub token_type: String,
}

/// What a member may do.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also starts scans and tests, triages findings.
    Analyst,
    /// Also manages members and settings.
    Admin,
    /// Also owns billing; created with the organisation.
    Owner,
}

macro_rules! redacted {
    ($($body:ident),*) => {$(
        impl std::fmt::Debug for $body {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($body), " { <redacted> }"))
            }
        }
    )*};
}
redacted!(RegisterRequest, LoginRequest, RefreshRequest, TokenResponse);
