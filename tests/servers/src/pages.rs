//! Pages beside the endpoint: what a careless operator leaves lying there, and the page of a server that knows no path.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use crate::answer::Application;
use crate::flaw::Flaw;

/// The page of a server that has one for every path.
const WEATHER: &str = "# TYPE weather text\nWEATHER=fine\n";

/// The page at a path, where there is one.
pub(crate) fn page(application: &Application, path: &str) -> Option<Response> {
    let server = &application.server;
    let is_endpoint = matches!(path, "/mcp" | "/sse" | "/messages") || path.starts_with("/.well-known/");
    let text = match path {
        "/.env" if server.has(Flaw::DeveloperPages) => "# the database\nDB_HOST=db.example\nDB_NAME=weather\n",
        "/metrics" if server.has(Flaw::DeveloperPages) => "# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n",
        "/openapi.json" if server.has(Flaw::DeveloperPages) => r#"{"openapi":"3.1.0","paths":{"/mcp":{}}}"#,
        // It looks like a part of the metrics, at every path.
        _ if server.has(Flaw::OnePageForAll) && !is_endpoint => WEATHER,
        _ if !is_endpoint && application.wavers(Flaw::UnsteadyPages, "") => WEATHER,
        _ => return None,
    };
    Some(([(header::CONTENT_TYPE, "text/plain")], text).into_response())
}
