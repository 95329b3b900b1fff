//! Streams on which a server announces changes of its lists (2026-07-28).

use axum::response::Response;
use futures_util::{StreamExt as _, future, stream};
use serde_json::{Value, json};

use super::Endpoint;
use super::limits::too_often;
use crate::flaw::Flaw;
use crate::sse;

/// Opens a stream, where there are any, and as long as there are not too many.
pub(super) fn listen(endpoint: &Endpoint, message: &Value) -> Option<Response> {
    let is_unlimited = endpoint.server().has(Flaw::UnlimitedStreams);
    if message["method"] != "subscriptions/listen" || !is_unlimited && endpoint.server().streams_at_a_time == 0 {
        return None;
    }
    let place = endpoint.open_streams.clone().try_acquire_owned();
    if place.is_err() && !is_unlimited {
        return Some(too_often(&message["id"], "streams"));
    }
    let acknowledged = json!({ "jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged" });
    // Its place is taken for as long as the stream is open.
    let silence = stream::once(async move {
        let _place = place;
        future::pending::<Value>().await
    });
    Some(sse::lasting(stream::iter([acknowledged]).chain(silence)))
}
