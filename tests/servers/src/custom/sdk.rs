//! A sound server written with the Rust SDK: what an audit says about ordinary code.

use std::sync::Arc;

use axum::Router;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{Implementation, ServerCapabilities, ServerConfig};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, schemars, tool, tool_handler, tool_router};
use serde::Deserialize;

use crate::access::Place;

/// The endpoint, for this host and its own pages only. The SDK checks no origin unless told to.
pub(super) fn router(place: &Place) -> Router {
    let config =
        StreamableHttpServerConfig::default().with_allowed_origins([place.origin.clone()]).enforce_origin_validation();
    let service = StreamableHttpService::new(|| Ok(Clock::new()), Arc::new(LocalSessionManager::default()), config);
    Router::new().route_service("/mcp", service)
}

#[derive(Debug, Clone)]
struct Clock {
    tool_router: ToolRouter<Self>,
}

/// A place whose time can be asked for.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(rename_all = "snake_case")]
enum City {
    Berlin,
    Lima,
    Oslo,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[schemars(crate = "rmcp::schemars")]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The city.
    city: City,
}

#[tool_router(router = tool_router)]
impl Clock {
    fn new() -> Self {
        Self { tool_router: Self::tool_router() }
    }

    #[tool(
        name = "get_utc_offset",
        description = "Returns the offset of a city's winter time from UTC, in hours.",
        annotations(read_only_hint = true, open_world_hint = false)
    )]
    async fn get_utc_offset(&self, Parameters(Asked { city }): Parameters<Asked>) -> String {
        let hours = match city {
            City::Berlin | City::Oslo => 1,
            City::Lima => -5,
        };
        format!("{hours} h")
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Clock {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("city-clock", "1.4.2"))
    }
}
