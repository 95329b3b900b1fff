//! The identity provider: a Cognito user pool. It keeps the passwords and makes the tokens.

use anyhow::{Context as _, anyhow};
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::DisplayErrorContext;
use aws_sdk_cognitoidentityprovider::operation::admin_confirm_sign_up::AdminConfirmSignUpError;
use aws_sdk_cognitoidentityprovider::operation::initiate_auth::{InitiateAuthError, InitiateAuthOutput};
use aws_sdk_cognitoidentityprovider::operation::sign_up::SignUpError;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, AuthFlowType};
use contracts::api::auth::TokenResponse;
use contracts::ids::UserId;
use std::time::Duration;

use crate::problem::ApiError;
use crate::settings::IdentitySettings;

/// Why the provider refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    /// Somebody has registered with the address.
    #[error("there is an account with this address already: sign in, or use another address")]
    Taken,
    /// The password is too weak, or the address none.
    #[error("{0}")]
    Refused(String),
    /// Unknown address, wrong password, unconfirmed address: it must not be told apart which.
    #[error("the address or the password is wrong, or the address is not confirmed yet")]
    WrongCredentials,
    /// Expired, revoked or made up.
    #[error("the refresh token is no longer valid: sign in again")]
    WrongRefreshToken,
    /// The provider limits attempts itself.
    #[error("too many attempts")]
    TooMany,
    /// It does not answer.
    #[error("cannot reach the identity provider")]
    Unavailable(#[source] anyhow::Error),
}

impl From<IdentityError> for ApiError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Taken => Self::Conflict(error.to_string()),
            IdentityError::Refused(detail) => Self::Invalid(detail),
            IdentityError::WrongCredentials => {
                Self::Unauthenticated("the address or the password is wrong, or the address is not confirmed yet")
            }
            IdentityError::WrongRefreshToken => {
                Self::Unauthenticated("the refresh token is no longer valid: sign in again")
            }
            IdentityError::TooMany => Self::RateLimited { after: Duration::from_mins(1) },
            IdentityError::Unavailable(source) => {
                Self::Unavailable { detail: "sign-in does not answer: try again in a few seconds", source }
            }
        }
    }
}

/// The user pool.
pub(crate) struct Cognito {
    client: Client,
    pool_id: String,
    client_id: String,
    confirm_by_mail: bool,
}

impl Cognito {
    pub(crate) fn new(aws: &aws_config::SdkConfig, settings: &IdentitySettings) -> Self {
        Self {
            client: Client::new(aws),
            pool_id: settings.cognito_pool_id.clone(),
            client_id: settings.cognito_client_id.clone(),
            confirm_by_mail: settings.confirm_by_mail,
        }
    }

    /// Makes an account. It can sign in at once, unless people confirm their address by mail.
    pub(crate) async fn sign_up(&self, email: &str, password: &str) -> Result<UserId, IdentityError> {
        let attribute = AttributeType::builder().name("email").value(email).build();
        let attribute = attribute.context("build the address attribute").map_err(IdentityError::Unavailable)?;
        let request = self
            .client
            .sign_up()
            .client_id(&self.client_id)
            .username(email)
            .password(password)
            .user_attributes(attribute);
        let signed_up = request.send().await.map_err(|error| match error.as_service_error() {
            Some(SignUpError::UsernameExistsException(_)) => IdentityError::Taken,
            Some(SignUpError::InvalidPasswordException(refused)) => IdentityError::Refused(format!(
                "the password is too weak: {}",
                refused.message().unwrap_or("choose a longer one")
            )),
            Some(SignUpError::InvalidParameterException(_)) => IdentityError::Refused(
                "the identity provider does not take this address or password: use another one".to_owned(),
            ),
            Some(SignUpError::TooManyRequestsException(_) | SignUpError::LimitExceededException(_)) => {
                IdentityError::TooMany
            }
            _ => unavailable("sign up", &error),
        })?;
        self.confirm(email).await?;
        signed_up
            .user_sub
            .parse()
            .map_err(|error| IdentityError::Unavailable(anyhow!("the new user has no usable id: {error}")))
    }

    /// Confirms an account that was made before but maybe not confirmed, where that is our task.
    pub(crate) async fn confirm(&self, email: &str) -> Result<(), IdentityError> {
        if self.confirm_by_mail {
            return Ok(());
        }
        let confirmed = self.client.admin_confirm_sign_up().user_pool_id(&self.pool_id).username(email).send().await;
        match confirmed {
            Ok(_) => Ok(()),
            // What a confirmed account answers.
            Err(error)
                if error.as_service_error().is_some_and(AdminConfirmSignUpError::is_not_authorized_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(unavailable("confirm the sign-up", &error)),
        }
    }

    /// Signs in with a password.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Result<TokenResponse, IdentityError> {
        let request = self.client.initiate_auth().client_id(&self.client_id).auth_flow(AuthFlowType::UserPasswordAuth);
        let request = request.auth_parameters("USERNAME", email).auth_parameters("PASSWORD", password);
        let answer = request.send().await.map_err(|error| match error.as_service_error() {
            Some(refused) if is_refusal(refused) => IdentityError::WrongCredentials,
            Some(InitiateAuthError::TooManyRequestsException(_)) => IdentityError::TooMany,
            _ => unavailable("sign in", &error),
        })?;
        // A challenge, such as a second factor, is more than this version can ask for.
        tokens(answer).ok_or(IdentityError::WrongCredentials)
    }

    /// Renews an access token.
    pub(crate) async fn refresh(&self, refresh_token: &str) -> Result<TokenResponse, IdentityError> {
        let request = self.client.initiate_auth().client_id(&self.client_id).auth_flow(AuthFlowType::RefreshTokenAuth);
        let answer =
            request.auth_parameters("REFRESH_TOKEN", refresh_token).send().await.map_err(|error| {
                match error.as_service_error() {
                    Some(refused) if is_refusal(refused) => IdentityError::WrongRefreshToken,
                    Some(InitiateAuthError::TooManyRequestsException(_)) => IdentityError::TooMany,
                    _ => unavailable("refresh", &error),
                }
            })?;
        tokens(answer).ok_or(IdentityError::WrongRefreshToken)
    }
}

fn is_refusal(error: &InitiateAuthError) -> bool {
    error.is_not_authorized_exception()
        || error.is_user_not_found_exception()
        || error.is_user_not_confirmed_exception()
        || error.is_password_reset_required_exception()
        || error.is_invalid_parameter_exception()
}

fn tokens(answer: InitiateAuthOutput) -> Option<TokenResponse> {
    let result = answer.authentication_result?;
    Some(TokenResponse {
        expires_in: u32::try_from(result.expires_in).unwrap_or_default(),
        access_token: result.access_token?,
        refresh_token: result.refresh_token,
        token_type: "Bearer".to_owned(),
    })
}

fn unavailable<E: std::error::Error>(what: &'static str, error: E) -> IdentityError {
    // Holds codes and messages of the provider, never what was sent.
    IdentityError::Unavailable(anyhow!("{what}: {}", DisplayErrorContext(error)))
}
