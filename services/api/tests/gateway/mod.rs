//! The api as a Lambda function behind an API gateway, and what a schedule asks of it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::service::{Function, Options};

/// A form of event, in which requests are told.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Rest,
    Http,
}

/// A request of a client to a path, with header fields.
fn event(format: Format, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Value {
    match format {
        Format::Rest => {
            let mut event: Value = serde_json::from_str(include_str!("rest.json")).unwrap();
            event["httpMethod"] = json!(method);
            event["path"] = json!(path);
            event["body"] = json!(body);
            for (name, value) in headers {
                event["headers"][name] = json!(value);
                event["multiValueHeaders"][name] = json!([value]);
            }
            event
        }
        Format::Http => {
            let mut event: Value = serde_json::from_str(include_str!("http.json")).unwrap();
            event["requestContext"]["http"]["method"] = json!(method);
            event["rawPath"] = json!(format!("/prod{path}"));
            event["body"] = json!(body);
            for (name, value) in headers {
                event["headers"][name] = json!(value);
            }
            event
        }
    }
}

/// A header field of an answer.
fn field(answer: &Value, name: &str) -> String {
    let in_rest = answer["multiValueHeaders"][name][0].as_str();
    in_rest.or(answer["headers"][name].as_str()).unwrap_or_default().to_owned()
}

const ORIGIN: (&str, &str) = ("origin", "https://app.example");

#[tokio::test]
async fn requests_of_both_gateways_are_answered_as_elsewhere() {
    let settings = vec![("MCP_AUDIT_ALLOWED_ORIGINS", ORIGIN.1.to_owned())];
    let function = Function::start(Options { settings, ..Options::default() }).await;
    for format in [Format::Rest, Format::Http] {
        let ask = async |method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>| {
            function.invoke(event(format, method, path, headers, body)).await.unwrap()
        };
        let health = ask("GET", "/healthz", &[], None).await;
        assert_eq!((&health["statusCode"], &health["body"]), (&json!(200), &json!("ok\n")), "{health}");
        assert_eq!(health["isBase64Encoded"], false);
        assert_eq!(health["headers"].is_object(), format == Format::Http, "{health}");
        assert_eq!(ask("GET", "/metrics", &[], None).await["statusCode"], 404, "nobody's business");

        let refused = ask("GET", "/v1/tests", &[ORIGIN, ("x-request-id", "from-client-1")], None).await;
        assert_eq!(refused["statusCode"], 401, "{refused}");
        let problem: Value = serde_json::from_str(refused["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["type"], "/problems/unauthenticated");
        for (name, expected) in [
            ("content-type", "application/problem+json"),
            ("access-control-allow-origin", ORIGIN.1),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-request-id", "from-client-1"),
        ] {
            assert_eq!(field(&refused, name), expected, "{refused}");
        }
        let preflight = [ORIGIN, ("access-control-request-method", "POST")];
        let preflight = ask("OPTIONS", "/v1/tests", &preflight, None).await;
        assert_eq!(
            (&preflight["statusCode"], field(&preflight, "access-control-max-age").as_str()),
            (&json!(200), "600")
        );

        let json = ("content-type", "application/json");
        let long = format!("{{\"email\": \"{}\"}}", "x".repeat(70_000));
        assert_eq!(ask("POST", "/v1/auth/login", &[json], Some(&long)).await["statusCode"], 413);
        let mut encoded = event(format, "POST", "/v1/auth/login", &[json], None);
        encoded["body"] = json!(BASE64_STANDARD.encode(r#"{"admin": true}"#));
        encoded["isBase64Encoded"] = json!(true);
        let answer = function.invoke(encoded.clone()).await.unwrap();
        assert!(answer["body"].as_str().unwrap().contains("unknown field `admin`"), "{answer}");
        encoded["body"] = json!("no base64!");
        assert_eq!(function.invoke(encoded).await.unwrap()["statusCode"], 400);
    }
}

#[tokio::test]
async fn the_address_of_a_client_is_the_one_that_the_gateway_saw() {
    let settings = vec![("MCP_AUDIT_RATE_LIMIT_SIGN_IN_PER_MINUTE", "1".to_owned())];
    let function = Function::start(Options { redis: true, settings }).await;
    for (number, format) in [(10, Format::Rest), (20, Format::Http)] {
        let sign_in = async |source_ip: u8, forwarded_for: &str| {
            let forwarded = [("x-forwarded-for", forwarded_for), ("X-Forwarded-For", forwarded_for)];
            let mut event = event(format, "POST", "/v1/auth/login", &forwarded, Some("{}"));
            let place = match format {
                Format::Rest => "/requestContext/identity/sourceIp",
                Format::Http => "/requestContext/http/sourceIp",
            };
            *event.pointer_mut(place).unwrap() = json!(format!("203.0.113.{source_ip}"));
            function.invoke(event).await.unwrap()["statusCode"].clone()
        };
        assert_eq!(sign_in(number, "198.51.100.1").await, 415);
        assert_eq!(sign_in(number, "198.51.100.2").await, 429, "another claim is no other client");
        assert_eq!(sign_in(number + 1, "198.51.100.2").await, 415);
    }
}

#[tokio::test]
async fn a_schedule_invokes_tasks_and_what_is_neither_is_an_error() {
    let function = Function::start(Options::default()).await;
    for (event, expected) in [
        // There is no database here, as the sweep finds out.
        (json!({ "task": "sweep" }), "look for commands that nobody took up"),
        (json!({ "task": "start_due_scans" }), "look for schedules that are due"),
        (json!({ "task": "dance" }), "the event is neither a request nor a task"),
        (json!({ "Records": [] }), "the event is neither a request nor a task"),
        (json!([1]), "read the event"),
        (json!({ "version": "2.0", "requestContext": {} }), "read a request in format 2.0"),
    ] {
        let error = function.invoke(event.clone()).await.expect_err("an error event");
        assert!(error["errorMessage"].as_str().unwrap().contains(expected), "{event}: {error}");
    }
    let health = function.invoke(event(Format::Rest, "GET", "/healthz", &[], None)).await.unwrap();
    assert_eq!(health["statusCode"], 200, "an error ends the invocation, not the function");
}
