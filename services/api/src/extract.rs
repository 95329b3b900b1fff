//! What handlers take: as axum's own extractors, but every refusal is a problem that says what to do.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::de::DeserializeOwned;
use store::Membership;

use crate::problem::{ApiError, Result};

/// Longest body of all routes but scans.
pub(crate) const BODY_BYTES: usize = 64 * 1024;
/// Longest body of a scan: 5 MiB of files and what JSON adds to them.
pub(crate) const SCAN_BODY_BYTES: usize = 6 * 1024 * 1024;

/// The limit that [`Json`] names in its refusal; the same value goes to [`DefaultBodyLimit`], which enforces it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) usize);

impl BodyLimit {
    pub(crate) fn layer(self) -> DefaultBodyLimit {
        DefaultBodyLimit::max(self.0)
    }
}

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(ApiError::UnsupportedMediaType);
        }
        let limit_bytes = request.extensions().get::<BodyLimit>().map_or(BODY_BYTES, |limit| limit.0);
        let body = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(rejection, limit_bytes))?;
        // Also rejects what follows the value.
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| ApiError::Invalid(format!("the body is not what this route takes: {error}")))
    }
}

fn unreadable(rejection: BytesRejection, limit_bytes: usize) -> ApiError {
    if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::TooLarge { limit_bytes }
    } else {
        ApiError::Invalid("the body ended early: send it again".to_owned())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

/// The query. An unknown parameter is refused, as it would otherwise be silently without effect.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => {
                Err(ApiError::Invalid(format!("the query is not what this route takes: {}", cause(&rejection))))
            }
        }
    }
}

fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// The parameters of the path. What cannot be an id is the id of nothing.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => Ok(Self(path.0)),
            Err(_) => Err(ApiError::NotFound(
                "the path holds no valid id: take it from the answer that created it".to_owned(),
            )),
        }
    }
}

/// The member who calls. The router authenticates before any handler runs and checks the role that the route's entry in
/// the table asks for, so a handler only says that it wants to know who it is.
pub(crate) struct Member(pub(crate) Membership);

impl<S: Send + Sync> FromRequestParts<S> for Member {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let member = parts.extensions.get::<Membership>().cloned();
        // Reached only by a handler of a public route that asks for a member.
        member.map(Self).ok_or_else(|| {
            ApiError::Internal(anyhow::anyhow!("`{}` has a handler that needs a member", parts.uri.path()))
        })
    }
}

/// The value of `Idempotency-Key`, where the client sent one.
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(Self(None)) };
        let legal = |byte: &u8| (0x21..=0x7e).contains(byte);
        let bytes = value.as_bytes();
        if values.next().is_none() && (1..=255).contains(&bytes.len()) && bytes.iter().all(legal) {
            Ok(Self(Some(String::from_utf8_lossy(bytes).into_owned())))
        } else {
            Err(ApiError::Invalid(
                "`Idempotency-Key` is one value of 1 to 255 visible ASCII characters, such as a UUID".to_owned(),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn key(values: &[&[u8]]) -> Result<Option<String>> {
        let mut request = Request::builder();
        for value in values {
            request = request.header("Idempotency-Key", *value);
        }
        let (mut parts, _) = request.body(Body::empty()).unwrap().into_parts();
        IdempotencyKey::from_request_parts(&mut parts, &()).await.map(|key| key.0)
    }

    #[tokio::test]
    async fn an_idempotency_key_is_short_and_visible() {
        assert_eq!(key(&[]).await.unwrap(), None);
        assert_eq!(key(&[b"8e03978e-40d5-43dd"]).await.unwrap().as_deref(), Some("8e03978e-40d5-43dd"));
        assert!(key(&["x".repeat(255).as_bytes()]).await.is_ok());
        for bad in [&[b"".as_slice()][..], &[b"a b"], &["ü".as_bytes()], &["x".repeat(256).as_bytes()], &[b"a", b"b"]]
        {
            assert!(key(bad).await.is_err(), "{bad:?} was accepted");
        }
    }

    async fn body(content_type: &str, body: &str) -> Result<Vec<u8>> {
        let request =
            Request::post("/").header(header::CONTENT_TYPE, content_type).body(Body::from(body.to_owned())).unwrap();
        Json::<Vec<u8>>::from_request(request, &()).await.map(|json| json.0)
    }

    #[tokio::test]
    async fn a_body_is_json_and_nothing_else() {
        assert_eq!(body("application/json", "[1]").await.unwrap(), [1]);
        assert_eq!(body("Application/JSON; charset=utf-8", "[1]").await.unwrap(), [1]);
        assert!(matches!(body("text/plain", "[1]").await, Err(ApiError::UnsupportedMediaType)));
        assert!(matches!(body("application/json", "[1] [2]").await, Err(ApiError::Invalid(_))));
        assert!(matches!(body("application/json", "[300]").await, Err(ApiError::Invalid(_))));
    }
}
