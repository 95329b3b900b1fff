//! Clients that the engine registers at an authorization server (RFC 7591), and takes back (RFC 7592).

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::probe::{Probe, ProbeError};
use crate::wire::{Exchange, jsonrpc};

/// Longer ids are none that a request for authorization could carry.
const LONGEST_ID: usize = 1_000;

/// A client that was registered. Give it back with [`Client::remove`].
pub(crate) struct Client {
    /// Its id.
    pub(crate) id: String,
    /// The redirects that the server says it has.
    pub(crate) redirects: Vec<String>,
    /// Where it is managed, and the token for that.
    management: Option<(Url, SecretString)>,
}

/// What a server says to a registration.
pub(crate) enum Registered {
    /// It has a new client.
    Client(Client),
    /// It has none, and answered with this status.
    Refused(u16),
}

/// Registers a public client with one redirect.
pub(crate) async fn register(
    probe: &Probe,
    endpoint: &Url,
    redirect: &str,
) -> Result<(Registered, Exchange), ProbeError> {
    let client = json!({
        "client_name": "MCP Audit",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    });
    let request =
        outbound::Request::post(endpoint.clone(), client.to_string()).header("content-type", "application/json");
    let answer = probe.ask_issuer(request, endpoint).await?;
    let registered = read(&answer, endpoint);
    if let Registered::Client(Client { management: Some((url, token)), .. }) = &registered {
        probe.shared().masker.hide(token.expose_secret(), "{{credential}}");
        probe.shared().masker.hide(url.as_str(), "{{client}}");
    }
    Ok((registered, answer))
}

fn read(answer: &Exchange, endpoint: &Url) -> Registered {
    let refused = Registered::Refused(answer.status.unwrap_or_default());
    if !matches!(answer.status, Some(200 | 201)) {
        return refused;
    }
    let Ok(document) = jsonrpc::document(&answer.body) else { return refused };
    let text = |field: &str| document.get(field).and_then(Value::as_str);
    let Some(id) = text("client_id").filter(|id| !id.is_empty() && id.len() <= LONGEST_ID) else { return refused };
    // The token of the registration goes back to where it came from and nowhere else.
    let management = text("registration_client_uri").and_then(|url| Url::parse(url).ok());
    let management = management.filter(|url| url.origin() == endpoint.origin());
    let management = management.zip(text("registration_access_token").map(SecretString::from));
    let redirects = document.get("redirect_uris").and_then(Value::as_array).into_iter().flatten();
    Registered::Client(Client {
        id: id.to_owned(),
        redirects: redirects.filter_map(Value::as_str).map(str::to_owned).collect(),
        management,
    })
}

impl Client {
    /// Removes it, where the server lets clients be managed. One that stays is told in the log.
    pub(crate) async fn remove(self, probe: &Probe) {
        let Some((url, token)) = self.management else {
            tracing::warn!(
                "the authorization server keeps a client that the test registered: it offers no way to remove it"
            );
            return;
        };
        let request = outbound::Request::new(http::Method::DELETE, url.clone())
            .header("authorization", format!("Bearer {}", token.expose_secret()));
        match probe.take_back(request, &url).await {
            Ok(answer) if answer.status.is_some_and(|status| (200..300).contains(&status)) => {}
            Ok(answer) => {
                let status = answer.status.unwrap_or_default();
                tracing::warn!(status, "the authorization server keeps a client that the test registered");
            }
            Err(error) => tracing::warn!(%error, "the authorization server keeps a client that the test registered"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::answered;

    #[test]
    fn only_a_client_with_an_id_is_registered_and_managed_where_it_was() {
        let endpoint: Url = "https://login.example.com/register".parse().expect("a URL");
        let judged = |status: u16, value: Value| match read(&answered(status, &value.to_string()), &endpoint) {
            Registered::Client(client) => Some((client.redirects, client.management.is_some())),
            Registered::Refused(_) => None,
        };
        let client = |url: &str| {
            json!({
                "client_id": "a",
                "redirect_uris": ["https://client.example.com/", 7],
                "registration_client_uri": url,
                "registration_access_token": "b",
            })
        };
        let redirects = vec!["https://client.example.com/".to_owned()];
        assert_eq!(judged(201, client("https://login.example.com/clients/a")), Some((redirects.clone(), true)));
        for elsewhere in ["https://other.example/a", "http://login.example.com/a", "a"] {
            assert_eq!(judged(200, client(elsewhere)), Some((redirects.clone(), false)), "{elsewhere}");
        }
        assert_eq!(judged(400, client("https://login.example.com/clients/a")), None);
        for nobody in [json!([]), json!({}), json!({"client_id": 7}), json!({"client_id": "a".repeat(LONGEST_ID + 1)})]
        {
            assert_eq!(judged(201, nobody), None);
        }
    }
}
