//! A request, with header fields in order and repeated ones kept.

use bytes::Bytes;
use http::Method;
use url::Url;

use crate::OutboundError;

/// A request. What it carries is not printed.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) follows: bool,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: Vec::new(), body: Bytes::new(), follows: true }
    }

    /// A GET request.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST request.
    pub fn post(url: Url, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::new(Method::POST, url) }
    }

    /// Adds a header field; one of the same name stays.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Its method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Takes every redirect for the answer, also one within the origin.
    #[must_use]
    pub fn without_redirects(mut self) -> Self {
        self.follows = false;
        self
    }

    /// The header fields as HTTP knows them.
    pub(crate) fn header_map(&self) -> Result<http::HeaderMap, OutboundError> {
        let mut map = http::HeaderMap::with_capacity(self.headers.len() + 1);
        for (name, value) in &self.headers {
            let field = http::HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| OutboundError::Request(format!("`{}` is no header name", name.escape_debug())))?;
            let mut value = http::HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
                OutboundError::Request(format!("the value of header `{field}` holds control characters"))
            })?;
            value.set_sensitive(true);
            map.append(field, value);
        }
        // Asking for plain bytes keeps the size that a cap counts the size that is held.
        map.entry(http::header::ACCEPT_ENCODING).or_insert(http::HeaderValue::from_static("identity"));
        Ok(map)
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Request {{ {} {}, headers: {names:?}, {} bytes }}", self.method, self.url.path(), self.body.len())
    }
}
