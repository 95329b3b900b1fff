//! Plain HTTP beside the protocol: metadata documents and authorization servers. Nothing here carries a credential of the
//! audited server.

use std::net::IpAddr;
use std::time::Duration;

use contracts::audit::display_url;
use outbound::Policy;
use url::Url;

use crate::probe::{Probe, ProbeError};
use crate::wire::connection::WireError;
use crate::wire::link::Place;
use crate::wire::{Cap, ClientIdentity, Exchange};

/// Metadata documents are short.
const MAX_DOCUMENT_BYTES: u64 = 1 << 20;
/// And they come at once (catalogue section 9, discovery).
const LONGEST: Duration = Duration::from_secs(10);
/// How long taking something back may take, also when the test was stopped.
const TAKING_BACK: Duration = Duration::from_secs(5);

impl Probe {
    /// Plain HTTP to a path of the target's origin or to a metadata document: guarded, without credentials, at most
    /// 1 MiB and 10 s, no redirect to another origin.
    pub async fn fetch(&self, url: &Url) -> Result<Exchange, ProbeError> {
        self.fetch_at_most(url, MAX_DOCUMENT_BYTES).await
    }

    /// The same, with another limit.
    pub(crate) async fn fetch_at_most(&self, url: &Url, max_body_bytes: u64) -> Result<Exchange, ProbeError> {
        self.send_outside(url, outbound::Request::get(url.clone()), max_body_bytes).await
    }

    /// Asks an authorization server: guarded, at most 1 MiB and 10 s, and a redirect is the answer wherever it leads.
    pub(crate) async fn ask_issuer(&self, request: outbound::Request, url: &Url) -> Result<Exchange, ProbeError> {
        self.send_outside(url, request.without_redirects(), MAX_DOCUMENT_BYTES).await
    }

    /// Asks an authorization server to drop what it was made to keep. A test that was stopped, or has used up all that it
    /// may send, does this all the same.
    pub(crate) async fn take_back(&self, request: outbound::Request, url: &Url) -> Result<Exchange, ProbeError> {
        let sent = tokio::time::timeout(
            TAKING_BACK,
            self.exchange_outside(url, request.without_redirects(), MAX_DOCUMENT_BYTES),
        );
        sent.await.map_err(|_| ProbeError::Timeout(TAKING_BACK))?
    }

    async fn send_outside(
        &self,
        url: &Url,
        request: outbound::Request,
        max_body_bytes: u64,
    ) -> Result<Exchange, ProbeError> {
        self.shared().budget.take_request().map_err(ProbeError::Budget)?;
        tokio::select! {
            exchange = self.exchange_outside(url, request, max_body_bytes) => exchange,
            () = self.shared().cancel.cancelled() => Err(ProbeError::Stopped),
        }
    }

    /// The client for addresses that the server names. Where the server itself is public, they must be so too, whatever
    /// the user allowed for the server: it must not send us into the user's network.
    async fn outside(&self) -> Result<&outbound::Client, ProbeError> {
        let Place::Http { client, url } = &self.opener().place else {
            return Err(ProbeError::Unreachable("the server is no HTTP server".to_owned()));
        };
        let make = || async {
            let own = match url.host() {
                Some(host) => outbound::addresses_of(&host).await.unwrap_or_default(),
                None => Vec::new(),
            };
            let policy = policy_outside(client.policy(), &own);
            if policy == client.policy() { Ok(client.clone()) } else { outbound::Client::new(policy, client.limits()) }
        };
        self.outside.get_or_try_init(make).await.map_err(|error| ProbeError::from(WireError::from(error)))
    }

    async fn exchange_outside(
        &self,
        url: &Url,
        request: outbound::Request,
        max_body_bytes: u64,
    ) -> Result<Exchange, ProbeError> {
        let client = self.outside().await?;
        let shared = self.shared();
        shared.recorder.sent(false);
        let usual = client.limits();
        let limits = outbound::Limits { max_body_bytes, total: LONGEST.min(usual.total), ..usual };
        let identity = ClientIdentity::default();
        let label = shared.template(&format!("{} {}", request.method(), display_url(url)));
        let request = request.header("accept", "*/*").header("user-agent", identity.user_agent);
        let answer = client.with_limits(limits).request(request).await;
        let answer = answer.map_err(|error| ProbeError::from(WireError::from(error)))?;
        shared.recorder.received(answer.body.len());
        let truncated = (!shared.budget.receive(answer.body.len()))
            .then_some(Cap::Total)
            .or(answer.truncated.then_some(Cap::Message));
        Ok(Exchange {
            request: label,
            status: Some(answer.status),
            headers: answer.headers,
            messages: Vec::new(),
            body: answer.body,
            first_byte: answer.first_byte,
            total: answer.total,
            peer: answer.peer,
            truncated,
            id: None,
        })
    }
}

/// Where a server may send us that is at these addresses.
fn policy_outside(allowed: Policy, own: &[IpAddr]) -> Policy {
    let is_public = !own.is_empty() && own.iter().all(|address| Policy::PublicOnly.allows(*address));
    if is_public { Policy::PublicOnly } else { allowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_server_names_public_addresses_only() {
        let policy = |allowed: Policy, own: &[&str]| {
            let own: Vec<IpAddr> = own.iter().map(|address| address.parse().expect("an address")).collect();
            policy_outside(allowed, &own)
        };
        for allowed in [Policy::PublicOnly, Policy::AllowLoopback, Policy::AllowPrivate] {
            assert_eq!(policy(allowed, &["8.8.8.8", "2001:4860:4860::8888"]), Policy::PublicOnly);
            assert_eq!(policy(allowed, &["127.0.0.1"]), allowed);
            assert_eq!(policy(allowed, &["8.8.8.8", "10.0.0.1"]), allowed);
        }
    }
}
