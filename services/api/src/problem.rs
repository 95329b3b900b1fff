//! Errors as problem details (RFC 9457): one enum, and one place that writes them.
//!
//! A handler's [`ApiError`] becomes a response that carries its [`Problem`]; [`render`], the outermost layer, adds the
//! request's id and writes the body. Whatever else answers with an error (the router, a timeout, a caught panic) is given
//! a problem there as well, so a client never sees another form.

use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contracts::api::problem::Problem;
use store::StoreError;
use tracing::{error, warn};

use crate::request_id::RequestId;

/// Why a request was refused. The text says what happened and what to do about it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// The request is malformed.
    #[error("{0}")]
    Invalid(String),
    /// No valid access token.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The token is valid, its holder may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or it belongs to somebody else, which must look the same.
    #[error("{0}")]
    NotFound(String),
    /// The state of things rules it out.
    #[error("{0}")]
    Conflict(String),
    /// The body has no JSON.
    #[error("send the body as JSON with `Content-Type: application/json`")]
    UnsupportedMediaType,
    /// The body is too large.
    #[error("the body is larger than {limit_bytes} bytes: send less")]
    TooLarge {
        /// What is allowed.
        limit_bytes: usize,
    },
    /// Well-formed, but not acceptable.
    #[error("{0}")]
    Unprocessable(String),
    /// Too many requests.
    #[error("too many requests: wait {} s and try again", after.as_secs())]
    RateLimited {
        /// When another one is allowed; whole seconds.
        after: Duration,
    },
    /// Something that is needed does not answer.
    #[error("{detail}")]
    Unavailable {
        /// For the client.
        detail: &'static str,
        /// For the log.
        source: anyhow::Error,
    },
    /// Our fault.
    #[error("something went wrong on our side: try again, and quote the request id to support if it stays")]
    Internal(#[source] anyhow::Error),
}

/// Result of a handler.
pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

impl ApiError {
    /// Says that there is no such thing.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::NotFound(format!("there is no such {what} in your organisation"))
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) => Kind::INVALID,
            Self::Unauthenticated(_) => Kind::UNAUTHENTICATED,
            Self::Forbidden(_) => Kind::FORBIDDEN,
            Self::NotFound(_) => Kind::NOT_FOUND,
            Self::Conflict(_) => Kind::CONFLICT,
            Self::UnsupportedMediaType => Kind::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge { .. } => Kind::TOO_LARGE,
            Self::Unprocessable(_) => Kind::UNPROCESSABLE,
            Self::RateLimited { .. } => Kind::RATE_LIMITED,
            Self::Unavailable { .. } => Kind::UNAVAILABLE,
            Self::Internal(_) => Kind::INTERNAL,
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::BadCursor | StoreError::BadMonth(_) => Self::Invalid(error.to_string()),
            StoreError::Conflict { .. } => Self::Conflict(error.to_string()),
            StoreError::TooLarge { .. } => Self::Unprocessable(error.to_string()),
            StoreError::Unavailable { .. } => Self::Unavailable {
                detail: "the database does not answer: try again in a few seconds",
                source: error.into(),
            },
            StoreError::LeaseLost { .. } | StoreError::Damaged { .. } => Self::Internal(error.into()),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match &self {
            Self::Unavailable { source, .. } => warn!("cannot answer: {source:#}"),
            Self::Internal(source) => error!("cannot answer: {source:#}"),
            _ => {}
        }
        let kind = self.kind();
        let mut response = kind.status.into_response();
        let headers = response.headers_mut();
        match &self {
            Self::Unauthenticated(_) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::RateLimited { after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
            }
            Self::Unavailable { .. } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response.extensions_mut().insert(kind.problem(self.to_string()));
        response
    }
}

/// A kind of problem. Names and titles are part of the API and never change.
struct Kind {
    status: StatusCode,
    name: &'static str,
    title: &'static str,
}

macro_rules! kinds {
    ($($constant:ident = $status:ident $name:literal $title:literal;)*) => {
        $(const $constant: Self = Self { status: StatusCode::$status, name: $name, title: $title };)*
    };
}

impl Kind {
    kinds! {
        INVALID = BAD_REQUEST "invalid-request" "The request is malformed";
        UNAUTHENTICATED = UNAUTHORIZED "unauthenticated" "Sign in first";
        FORBIDDEN = FORBIDDEN "forbidden" "Not allowed";
        NOT_FOUND = NOT_FOUND "not-found" "Not found";
        METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed";
        CONFLICT = CONFLICT "conflict" "Conflicts with the current state";
        TOO_LARGE = PAYLOAD_TOO_LARGE "too-large" "The body is too large";
        UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "The body is not JSON";
        UNPROCESSABLE = UNPROCESSABLE_ENTITY "unprocessable" "The request cannot be carried out";
        RATE_LIMITED = TOO_MANY_REQUESTS "rate-limited" "Too many requests";
        INTERNAL = INTERNAL_SERVER_ERROR "internal" "Internal error";
        UNAVAILABLE = SERVICE_UNAVAILABLE "unavailable" "Temporarily unavailable";
    }

    fn problem(&self, detail: String) -> Problem {
        Problem {
            kind: format!("/problems/{}", self.name),
            title: self.title.to_owned(),
            status: self.status.as_u16(),
            detail,
            instance: None,
        }
    }
}

/// A problem for an answer that no handler made.
fn of_the_framework(status: StatusCode, method: &Method, path: &str) -> Problem {
    match status {
        StatusCode::NOT_FOUND => {
            Kind::NOT_FOUND.problem("there is no such path: see /openapi.json for those that exist".to_owned())
        }
        StatusCode::METHOD_NOT_ALLOWED => Kind::METHOD_NOT_ALLOWED
            .problem(format!("`{path}` does not take {method}: the `Allow` header lists what it takes")),
        StatusCode::SERVICE_UNAVAILABLE => {
            Kind::UNAVAILABLE.problem("the request took too long: try again in a few seconds".to_owned())
        }
        status if status.is_client_error() => Problem {
            status: status.as_u16(),
            ..Kind::INVALID.problem("the request could not be read: see /openapi.json for its form".to_owned())
        },
        status => Problem {
            status: status.as_u16(),
            ..Kind::INTERNAL.problem(
                "something went wrong on our side: try again, and quote the request id to support if it stays"
                    .to_owned(),
            )
        },
    }
}

/// Writes the body of every error.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let mut problem = problem.unwrap_or_else(|| of_the_framework(status, &method, &path));
    problem.instance = id.map(|id| id.to_string());

    let (mut head, _) = response.into_parts();
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    let body = Json(problem).into_response().into_body();
    Response::from_parts(head, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_store_tells_the_client_nothing_about_the_inside() {
        let source = "connection to 10.0.0.7 refused".into();
        let error = ApiError::from(StoreError::Unavailable { operation: "read an item", source });
        let response = error.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let problem = response.extensions().get::<Problem>().unwrap();
        assert_eq!(problem.kind, "/problems/unavailable");
        assert!(!problem.detail.contains("10.0.0.7"), "{}", problem.detail);
        assert!(response.headers().contains_key(header::RETRY_AFTER));

        let cursor = ApiError::from(StoreError::BadCursor).into_response();
        assert_eq!(cursor.status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn a_limit_says_when_it_ends() {
        let response = ApiError::RateLimited { after: Duration::from_secs(7) }.into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
        assert_eq!(response.extensions().get::<Problem>().unwrap().detail, "too many requests: wait 7 s and try again");
    }
}
