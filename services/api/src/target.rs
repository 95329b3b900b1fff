//! Which addresses may be asked to be tested.
//!
//! The worker's guard decides for real, on the address that it connects to. What is obviously wrong is refused here
//! already, so that a person learns it at once.

use contracts::api::scans::{DiscoveredMcp, SecretPlace};
use outbound::Policy;
use url::{Host, Url};

use crate::problem::ApiError;

const MAX_LENGTH: usize = 2_048;

/// The target of a test: the one that is asked for, else that of the discovered server.
pub(crate) fn of_test(asked: Option<Url>, discovered: Option<&DiscoveredMcp>) -> Result<Url, ApiError> {
    let refuse = |detail: &str| Err(ApiError::Unprocessable(detail.to_owned()));
    if let Some(target) = asked {
        return Ok(target);
    }
    let Some(mcp) = discovered else {
        return refuse(
            "give the `target`, the URL of the server, or the `discovery_ref` of a remote server that a scan found",
        );
    };
    let Some(url) = &mcp.url else {
        return refuse(
            "the discovered server is started by its clients and has no URL: give the URL where it runs as `target`",
        );
    };
    // What is left of such a URL leads elsewhere.
    let is_masked = mcp.secrets.iter().any(|secret| secret.place == SecretPlace::Url);
    match Url::parse(url) {
        Ok(target) if !is_masked => Ok(target),
        _ => refuse(
            "the URL of the discovered server holds a secret or a placeholder, which scans do not keep: give the whole URL as `target`",
        ),
    }
}

/// Checks a target.
pub(crate) fn check(target: &Url, policy: Policy) -> Result<(), ApiError> {
    let refuse = |detail: &str| Err(ApiError::Unprocessable(detail.to_owned()));
    if !matches!(target.scheme(), "http" | "https") {
        return refuse("the target must be an `http` or `https` URL");
    }
    if target.as_str().len() > MAX_LENGTH {
        return refuse("the target is longer than 2048 characters");
    }
    if !target.username().is_empty() || target.password().is_some() {
        return refuse("the target must not hold a user name or password: they would end up in reports");
    }
    if target.fragment().is_some() {
        return refuse("the target must not have a fragment (`#…`): servers never see it");
    }
    let address = match target.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        Some(Host::Domain(name)) => is_loopback(name).then_some(std::net::Ipv4Addr::LOCALHOST.into()),
        None => return refuse("the target must name a host"),
    };
    if address.is_some_and(|address| !policy.allows(address)) {
        return refuse(
            "the target is on a private or reserved network, which this service does not connect to: test it with the agent or the command line inside that network",
        );
    }
    Ok(())
}

/// Names that mean this machine (RFC 6761, section 6.3).
fn is_loopback(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(target: &str, policy: Policy) -> bool {
        check(&target.parse().unwrap(), policy).is_ok()
    }

    fn discovered(changes: &serde_json::Value) -> DiscoveredMcp {
        let mut mcp = serde_json::json!({ "mcp_id": "m-1", "name": "notes", "client": "generic", "transport": "http",
            "config_path": ".mcp.json", "risk": "low" });
        mcp.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        serde_json::from_value(mcp).unwrap()
    }

    #[test]
    fn a_discovered_server_brings_its_own_target_if_all_of_it_is_known() {
        let secret = serde_json::json!([{ "place": "url", "secret_type": "secret", "masked": "… (20 characters)" }]);
        let header = serde_json::json!([{ "place": "header", "secret_type": "secret", "masked": "… (20 characters)" }]);
        let url = "https://mcp.example/mcp";
        let remote = discovered(&serde_json::json!({ "url": url, "secrets": header }));
        assert_eq!(of_test(None, Some(&remote)).unwrap().as_str(), url);
        let asked: Url = "https://other.example/".parse().unwrap();
        assert_eq!(of_test(Some(asked.clone()), Some(&remote)).unwrap(), asked);
        for (mcp, reason) in [
            (None, "give the `target`"),
            (Some(serde_json::json!({ "command": ["npx", "notes"] })), "has no URL"),
            (Some(serde_json::json!({ "url": "${BASE}/mcp" })), "placeholder"),
            (Some(serde_json::json!({ "url": "https://mcp.example/<masked>/mcp", "secrets": secret })), "secret"),
        ] {
            let mcp = mcp.as_ref().map(discovered);
            let error = of_test(None, mcp.as_ref()).unwrap_err();
            assert!(matches!(&error, ApiError::Unprocessable(_)) && error.to_string().contains(reason), "{error}");
        }
    }

    #[test]
    fn only_plain_addresses_of_public_servers_are_taken() {
        for good in [
            "https://mcp.example/mcp",
            "http://mcp.example:8080/?tenant=1",
            "https://8.8.8.8/",
            "https://[2606:4700::1111]/",
        ] {
            assert!(accepts(good, Policy::PublicOnly), "{good} was refused");
        }
        for bad in [
            "ftp://mcp.example/",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://user@mcp.example/",
            "https://:secret@mcp.example/",
            "https://mcp.example/#tools",
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://10.1.2.3/",
            "http://192.168.0.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://[fe80::1]/",
            "http://localhost:3000/",
            "http://api.localhost./",
        ] {
            assert!(!accepts(bad, Policy::PublicOnly), "{bad} was accepted");
        }
    }

    #[test]
    fn a_local_cloud_takes_loopback_and_nothing_else_of_it() {
        assert!(accepts("http://127.0.0.1:9000/mcp", Policy::AllowLoopback));
        assert!(accepts("http://localhost:9000/mcp", Policy::AllowLoopback));
        assert!(!accepts("http://10.1.2.3/", Policy::AllowLoopback));
        assert!(!accepts("http://169.254.169.254/", Policy::AllowLoopback));
    }
}
