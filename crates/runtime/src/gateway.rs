//! Requests as an API gateway hands them to a Lambda function, and answers as it wants them
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>): format 1.0 of
//! REST APIs, format 2.0 of HTTP APIs.
//!
//! Read by hand rather than by `lambda_http`, which fails a whole invocation for a query or header field that is not quite
//! legal, so that any client could raise the alarm for failed invocations, and which loses header fields that come twice.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Context as _;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use url::{Position, Url};

/// The longest answer that Lambda passes on has 6 MB, of which base64 takes a quarter.
const MAX_ANSWER_BYTES: usize = 4 << 20;

/// A request in format 1.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestRequest {
    http_method: String,
    path: String,
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    multi_value_query_string_parameters: Option<BTreeMap<String, Vec<String>>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: RestContext,
}

#[derive(Deserialize)]
struct RestContext {
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    source_ip: String,
}

/// A request in format 2.0.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpRequest {
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    request_context: HttpContext,
}

#[derive(Deserialize)]
struct HttpContext {
    stage: String,
    http: HttpDescription,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpDescription {
    method: String,
    source_ip: String,
}

/// An answer in format 1.0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RestResponse {
    status_code: u16,
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    content: Content,
}

/// An answer in format 2.0, without cookies, which no service of ours sets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HttpResponse {
    status_code: u16,
    headers: BTreeMap<String, String>,
    #[serde(flatten)]
    content: Content,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    body: String,
    is_base64_encoded: bool,
}

impl RestRequest {
    /// The request below `base`, which is what the mapping of a domain puts before the path. The stage is not in it.
    pub(crate) fn into_request(self, base: &str) -> anyhow::Result<Request<Body>> {
        let mut url = placed(without(&self.path, base))?;
        // Decoded by the gateway, unlike those of format 2.0.
        let query = self.multi_value_query_string_parameters.unwrap_or_default();
        let pairs = query.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
        let headers = self.multi_value_headers.unwrap_or_default();
        let fields = headers.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        let body = decoded(self.body, self.is_base64_encoded)?;
        request(&self.http_method, &url, fields, &self.request_context.identity.source_ip, body)
    }
}

impl HttpRequest {
    /// The request without the stage, which begins the path unless it is `$default`.
    pub(crate) fn into_request(self, base: &str) -> anyhow::Result<Request<Body>> {
        let HttpContext { stage, http } = self.request_context;
        let mut url = placed(without(without(&self.raw_path, &format!("/{stage}")), base))?;
        url.set_query(Some(self.raw_query_string.as_str()).filter(|query| !query.is_empty()));
        let body = decoded(self.body, self.is_base64_encoded)?;
        request(&http.method, &url, self.headers.iter(), &http.source_ip, body)
    }
}

impl RestResponse {
    pub(crate) async fn of(response: Response<Body>) -> anyhow::Result<Self> {
        let (status_code, headers, content) = taken_apart(response).await?;
        let mut multi_value_headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in headers {
            multi_value_headers.entry(name).or_default().push(value);
        }
        Ok(Self { status_code, multi_value_headers, content })
    }
}

impl HttpResponse {
    pub(crate) async fn of(response: Response<Body>) -> anyhow::Result<Self> {
        let (status_code, fields, content) = taken_apart(response).await?;
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in fields {
            // RFC 9110, section 5.3: one line says the same as several.
            headers.entry(name).and_modify(|line| *line = format!("{line}, {value}")).or_insert(value);
        }
        Ok(Self { status_code, headers, content })
    }
}

/// A path without what stands before it, where that is whole segments of it.
fn without<'p>(path: &'p str, before: &str) -> &'p str {
    match path.strip_prefix(before.trim_end_matches('/')) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// A path as part of a URL, in which what a URL cannot hold is escaped.
fn placed(path: &str) -> anyhow::Result<Url> {
    let mut url = Url::parse("http://gateway.invalid").context("make a URL")?;
    url.set_path(path);
    Ok(url)
}

fn decoded(body: Option<String>, is_base64: bool) -> anyhow::Result<Bytes> {
    let body = body.unwrap_or_default();
    if is_base64 { Ok(BASE64_STANDARD.decode(body).context("decode the body")?.into()) } else { Ok(body.into()) }
}

fn request<'f>(
    method: &str,
    url: &Url,
    fields: impl Iterator<Item = (&'f String, &'f String)>,
    source_ip: &str,
    body: Bytes,
) -> anyhow::Result<Request<Body>> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        // What HTTP does not allow is left out, as servers that take requests themselves would not have taken it.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.try_append(name, value).context("count the header fields")?;
        }
    }
    let mut request = Request::new(Body::from(body));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).context("read the method")?;
    *request.uri_mut() = url[Position::BeforePath..].parse().context("read the path and the query")?;
    *request.headers_mut() = headers;
    // What the gateway itself has seen: clients write what they like into `X-Forwarded-For`. It tells no port.
    if let Ok(address) = source_ip.parse() {
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 0)));
    }
    Ok(request)
}

async fn taken_apart(response: Response<Body>) -> anyhow::Result<(u16, Vec<(String, String)>, Content)> {
    let (parts, body) = response.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let body = to_bytes(body, MAX_ANSWER_BYTES).await.context("read the answer")?;
    let content = match String::from_utf8(body.into()) {
        Ok(body) => Content { body, is_base64_encoded: false },
        Err(binary) => Content { body: BASE64_STANDARD.encode(binary.as_bytes()), is_base64_encoded: true },
    };
    Ok((parts.status.as_u16(), headers, content))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rest(path: &str, base: &str) -> Request<Body> {
        let event = json!({
            "resource": "/{proxy+}", "path": path, "httpMethod": "POST",
            "headers": { "X-A": "2" }, "multiValueHeaders": { "X-A": ["1", "2"], "X-Bad": ["a\nb"], "B ad": ["x"] },
            "queryStringParameters": { "a": "2" }, "multiValueQueryStringParameters": { "a": ["<1>", "2&3"] },
            "requestContext": { "stage": "prod", "path": "/prod/x", "identity": { "sourceIp": "203.0.113.7" } },
            "body": "AP8=", "isBase64Encoded": true,
        });
        serde_json::from_value::<RestRequest>(event).unwrap().into_request(base).unwrap()
    }

    fn http(raw_path: &str, query: &str, base: &str) -> Request<Body> {
        let event = json!({
            "version": "2.0", "rawPath": raw_path, "rawQueryString": query, "headers": { "x-a": "1,2" },
            "requestContext": { "stage": "prod", "http": { "method": "GET", "sourceIp": "2001:db8::1" } },
        });
        serde_json::from_value::<HttpRequest>(event).unwrap().into_request(base).unwrap()
    }

    #[tokio::test]
    async fn a_request_of_a_rest_api_is_whole() {
        let request = rest("/v1/tests", "/");
        assert_eq!(
            (request.method().as_str(), request.uri().to_string().as_str()),
            ("POST", "/v1/tests?a=%3C1%3E&a=2%263")
        );
        let values: Vec<_> = request.headers().get_all("x-a").iter().map(|value| value.to_str().unwrap()).collect();
        assert_eq!((values, request.headers().len()), (vec!["1", "2"], 2));
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().unwrap().0.ip();
        assert_eq!(peer.to_string(), "203.0.113.7");
        assert_eq!(to_bytes(request.into_body(), 9).await.unwrap(), [0, 255].as_slice());
    }

    #[test]
    fn stage_and_base_path_stand_before_the_path_of_the_service() {
        for (path, base, expected) in [
            ("/prod/v1/tests", "/", "/v1/tests"),
            ("/prod", "/", "/"),
            ("/prod/audit/v1", "/audit/", "/v1"),
            ("/production/v1", "/", "/production/v1"),
            ("/v1/a b\"<>", "/", "/v1/a%20b%22%3C%3E"),
        ] {
            assert_eq!(http(path, "", base).uri().path(), expected, "{path}");
        }
        assert_eq!(rest("/audit/v1/tests", "/audit").uri().path(), "/v1/tests");
        assert_eq!(rest("/auditors/v1", "/audit").uri().path(), "/auditors/v1");
    }

    #[test]
    fn a_query_that_no_uri_can_hold_is_escaped() {
        assert_eq!(http("/v1", "a=<x>&b=\"ü %41", "/").uri().query(), Some("a=%3Cx%3E&b=%22%C3%BC%20%41"));
    }

    #[tokio::test]
    async fn answers_keep_their_bytes_and_repeated_header_fields() {
        let answer = |body: &'static [u8]| {
            let response = Response::builder().status(201).header("vary", "origin").header("vary", "accept");
            response.body(Body::from(body)).unwrap()
        };
        let shown = |response: Value| response.to_string();
        let rest = serde_json::to_value(RestResponse::of(answer(b"{}")).await.unwrap()).unwrap();
        assert_eq!(
            shown(rest),
            r#"{"statusCode":201,"multiValueHeaders":{"vary":["origin","accept"]},"body":"{}","isBase64Encoded":false}"#
        );
        let http = serde_json::to_value(HttpResponse::of(answer(&[0, 255])).await.unwrap()).unwrap();
        assert_eq!(
            shown(http),
            r#"{"statusCode":201,"headers":{"vary":"origin, accept"},"body":"AP8=","isBase64Encoded":true}"#
        );
    }
}
