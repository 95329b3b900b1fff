//! What stands before every handler: limits, authentication, role, and behind it the audit log.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use contracts::api::auth::Role;
use contracts::api::routes::{Access, Route};
use contracts::ids::MessageId;

use crate::audit_log::{self, Audited};
use crate::client_address::ClientAddress;
use crate::problem::{ApiError, Result};
use crate::rate_limit::Bucket;
use crate::state::Api;

/// The guard of one route.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) api: Api,
    pub(crate) route: &'static Route,
}

/// Lets a request through to its handler, or refuses it.
pub(crate) async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ClientAddress>().copied().unwrap_or(ClientAddress(None));
    let mut who = guard.subject(request.uri().path());
    let response = match guard.admit(&mut request, from, &mut who).await {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    audit_log::record(guard.route, &who.completed_by(&response), from, response.status());
    response
}

impl Guard {
    /// What the path of a member's route names. The path of a public one may hold a secret.
    fn subject(&self, path: &str) -> Audited {
        let parts = self.route.path.split('/').zip(path.split('/'));
        let id = parts.into_iter().find_map(|(pattern, part)| pattern.starts_with('{').then_some(part));
        match id.map(str::parse::<MessageId>) {
            // Only what is formed like an id: the log is no place for texts of strangers.
            Some(Ok(id)) if self.route.access != Access::Public => Audited::subject(&id),
            _ => Audited::default(),
        }
    }

    async fn admit(&self, request: &mut Request, from: ClientAddress, who: &mut Audited) -> Result<()> {
        self.api.limiter.check(Bucket::Address(from)).await?;
        match self.route.access {
            Access::Public => {
                if self.route.path.starts_with("/v1/auth/") {
                    self.api.limiter.check(Bucket::SignIn(from)).await?;
                }
                Ok(())
            }
            Access::Member(role) => self.admit_member(request, role, who).await,
        }
    }

    async fn admit_member(&self, request: &mut Request, role: Role, who: &mut Audited) -> Result<()> {
        let token = bearer(request.headers())?;
        let user = self.api.tokens.verify(token).await?;
        who.user = Some(user.clone());
        let Some(member) = self.api.store.membership(&user).await? else {
            let detail = "you belong to no organisation: finish the registration with `POST /v1/auth/register`";
            return Err(ApiError::Forbidden(detail.to_owned()));
        };
        who.org = Some(member.scope.org().clone());
        self.api.limiter.check(Bucket::Organisation(member.scope.org())).await?;
        if member.role < role {
            return Err(ApiError::Forbidden(format!(
                "this needs the role `{role}`, and you are `{}`: ask an admin of your organisation",
                member.role
            )));
        }
        request.extensions_mut().insert(member);
        Ok(())
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1).
fn bearer(headers: &HeaderMap) -> Result<&str> {
    let missing = ApiError::Unauthenticated(
        "send an access token as `Authorization: Bearer …`: get one from `POST /v1/auth/login`",
    );
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(missing) };
    match value.to_str().ok().and_then(|value| value.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(missing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_in_one_header_with_the_bearer_scheme() {
        let token = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).map(str::to_owned).ok()
        };
        assert_eq!(token(&["Bearer a.b.c"]).as_deref(), Some("a.b.c"));
        assert_eq!(token(&["bearer a.b.c"]).as_deref(), Some("a.b.c"));
        for none in [&[][..], &["a.b.c"], &["Basic YTpi"], &["Bearer a", "Bearer b"]] {
            assert_eq!(token(none), None, "{none:?}");
        }
    }
}
