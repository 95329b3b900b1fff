//! `/v1/auth`: registering and signing in.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use contracts::api::auth::{LoginRequest, RefreshRequest, RegisterRequest, RegisterResponse, TokenResponse};
use contracts::ids::UserId;

use crate::audit_log::Audited;
use crate::cognito::IdentityError;
use crate::extract::Json;
use crate::problem::{ApiError, Result};
use crate::state::Api;

const MIN_PASSWORD_CHARACTERS: usize = 14;
/// What Cognito takes.
const MAX_PASSWORD_CHARACTERS: usize = 256;
const MAX_EMAIL_CHARACTERS: usize = 254;
const MAX_ORGANIZATION_CHARACTERS: usize = 80;
/// Longer than any refresh token.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

pub(crate) async fn register(State(api): State<Api>, Json(request): Json<RegisterRequest>) -> Result<Response> {
    let email = email(&request.email)?;
    let organization = organization(&request.organization)?;
    password(&request.password)?;
    let user = match api.identity.sign_up(&email, &request.password).await {
        Err(IdentityError::Taken) => unfinished(&api, &email, &request.password).await?,
        signed_up => signed_up?,
    };
    let org_id = api.store.register(&user, &email, organization).await?;
    let who = Audited { user: Some(user.clone()), org: Some(org_id.clone()), subject: None };
    let body = axum::Json(RegisterResponse { user_id: user, org_id });
    let mut response = (StatusCode::CREATED, body).into_response();
    response.extensions_mut().insert(who);
    Ok(response)
}

/// Takes up a registration that failed between the identity provider and the database: the account exists, the password
/// is right, and there is no organisation yet. Everything else is an address that is taken.
async fn unfinished(api: &Api, email: &str, password: &str) -> Result<UserId> {
    api.identity.confirm(email).await?;
    let session = match api.identity.sign_in(email, password).await {
        Err(IdentityError::WrongCredentials) => return Err(IdentityError::Taken.into()),
        session => session?,
    };
    let user = api.tokens.verify(&session.access_token).await?;
    match api.store.membership(&user).await? {
        None => Ok(user),
        Some(_) => Err(IdentityError::Taken.into()),
    }
}

pub(crate) async fn login(State(api): State<Api>, Json(request): Json<LoginRequest>) -> Result<Response> {
    // What cannot be an address has no account, and answers as such.
    let email = email(&request.email).map_err(|_| IdentityError::WrongCredentials)?;
    if request.password.is_empty() || request.password.chars().count() > MAX_PASSWORD_CHARACTERS {
        return Err(IdentityError::WrongCredentials.into());
    }
    session(&api, api.identity.sign_in(&email, &request.password).await?).await
}

pub(crate) async fn refresh(State(api): State<Api>, Json(request): Json<RefreshRequest>) -> Result<Response> {
    if request.refresh_token.is_empty() || request.refresh_token.len() > MAX_TOKEN_BYTES {
        return Err(IdentityError::WrongRefreshToken.into());
    }
    session(&api, api.identity.refresh(&request.refresh_token).await?).await
}

/// A session, with its owner for the audit log. A token that we would not accept is not handed out.
async fn session(api: &Api, tokens: TokenResponse) -> Result<Response> {
    let user = api.tokens.verify(&tokens.access_token).await?;
    let mut response = axum::Json(tokens).into_response();
    response.extensions_mut().insert(Audited::user(user));
    Ok(response)
}

/// The address in the one spelling that we use. Whether it exists is for the mail to find out.
fn email(text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let well_formed = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    });
    let printable = !email.chars().any(|character| character.is_whitespace() || character.is_control());
    if well_formed && printable && email.chars().count() <= MAX_EMAIL_CHARACTERS {
        Ok(email)
    } else {
        Err(ApiError::Invalid("`email` must be an address such as `name@company.example`".to_owned()))
    }
}

fn organization(text: &str) -> Result<&str> {
    let name = text.trim();
    let legal =
        (1..=MAX_ORGANIZATION_CHARACTERS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if legal {
        Ok(name)
    } else {
        Err(ApiError::Invalid("`organization` must be a name of 1 to 80 characters".to_owned()))
    }
}

fn password(text: &str) -> Result<()> {
    if (MIN_PASSWORD_CHARACTERS..=MAX_PASSWORD_CHARACTERS).contains(&text.chars().count()) {
        Ok(())
    } else {
        Err(ApiError::Invalid(
            "`password` must have 14 to 256 characters: several words are easy to remember".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_spelling() {
        assert_eq!(email(" Ada@Example.COM ").unwrap(), "ada@example.com");
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a@b@example.com",
            "a b@example.com",
            "a\u{0}@example.com",
            "a@.example.com",
        ] {
            assert!(email(bad).is_err(), "{bad:?} was accepted");
        }
        assert!(email(&format!("{}@example.com", "x".repeat(250))).is_err());
    }

    #[test]
    fn names_and_passwords_have_a_length() {
        assert_eq!(organization(" Example ").unwrap(), "Example");
        assert!(organization(" ").is_err() && organization(&"x".repeat(81)).is_err() && organization("a\nb").is_err());
        assert!(password("fourteen chars").is_ok());
        assert!(password("thirteen char").is_err() && password(&"x".repeat(257)).is_err());
    }
}
