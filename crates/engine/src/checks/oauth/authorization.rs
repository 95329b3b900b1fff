//! Requests for authorization as new clients, made once for the checks that judge where they lead. Two clients are
//! registered for it and removed afterwards; no redirect is followed, and nobody logs in.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::discovery::Discovery;
use super::issuer::{Issuer, published};
use super::registration::{Client, Registered, register};
use crate::check::Verdict;
use crate::checks::access::discovery;
use crate::probe::{Probe, ProbeError};
use crate::wire::Exchange;

/// How long all requests may take. What was registered is removed after that.
const LONGEST: Duration = Duration::from_secs(25);
/// Redirects of the two clients: on the web, and, for servers that only know programs, on the user's machine.
const REDIRECTS: [[&str; 2]; 2] = [
    ["https://client.example.com/mcp-audit/callback", "https://other.example.org/mcp-audit/return"],
    ["http://127.0.0.1:33418/mcp-audit/callback", "http://127.0.0.1:33419/mcp-audit/return"],
];

/// What the authorization server answers to new clients.
pub(crate) enum Authorization {
    /// There was nobody to ask, and what that means for the checks.
    NotAsked(Verdict),
    /// It was asked.
    Answered(Box<Answers>),
}

/// The answers.
pub(crate) struct Answers {
    /// Where clients are registered.
    pub(crate) registration: Url,
    /// What tells the issuer from others.
    pub(crate) issuer: String,
    /// With the registered redirect, where the user must not be asked anything: at the beginning and in the end.
    pub(crate) control: [Step; 2],
    /// The same with an altered redirect: how it was altered, what was sent, where it led.
    pub(crate) altered: Vec<(&'static str, Url, Step)>,
    /// As each of the two clients, where the user may be asked.
    pub(crate) visits: Vec<Visit>,
}

/// The first request of a client whose user nobody knows.
pub(crate) struct Visit {
    /// The client.
    pub(crate) client: String,
    /// Where it led.
    pub(crate) step: Step,
}

/// Where a request for authorization led.
pub(crate) struct Step {
    /// Template of the request.
    pub(crate) request: String,
    /// The status.
    pub(crate) status: u16,
    /// The address that the browser is sent on to.
    pub(crate) location: Option<Url>,
}

impl Step {
    fn of(exchange: &Exchange, endpoint: &Url) -> Self {
        let status = exchange.status.unwrap_or_default();
        let location = exchange.header("location").filter(|_| (300..400).contains(&status));
        let location = location.and_then(|location| endpoint.join(location).ok());
        Self { request: exchange.request.clone(), status, location }
    }

    /// Whether it led to an address, whatever was added to its query.
    pub(crate) fn led_to(&self, address: &Url) -> bool {
        self.location.as_ref().is_some_and(|location| {
            location.scheme() == address.scheme()
                && location.host() == address.host()
                && location.port() == address.port()
                && location.path() == address.path()
        })
    }

    /// Whether the server refused: with an error, and not with a page to log in, nor for being busy. Some fail with
    /// status 500 over what they refuse.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.status, 400..=428 | 430..=500)
    }

    /// Whether the server was busy, or something in front of it failed, which says nothing about the request.
    pub(crate) fn is_failure(&self) -> bool {
        matches!(self.status, 429 | 501..)
    }
}

/// What the authorization server answers, asked once.
pub(crate) async fn authorization(probe: &Probe) -> Result<&Authorization, ProbeError> {
    probe.memo().authorization(|| ask(probe)).await
}

/// The issuer at which clients can register and ask for authorization: the first that has both, or why there is none.
fn open_issuer(found: &Discovery) -> Result<(&Issuer, Url, Url), Verdict> {
    let issuers = published(found)?;
    let offers =
        |field: &str| issuers.iter().any(|(_, document)| document.value.get(field).is_some_and(Value::is_string));
    let open = issuers.iter().find_map(|(issuer, _)| {
        Some((*issuer, issuer.endpoint("registration_endpoint")?, issuer.endpoint("authorization_endpoint")?))
    });
    open.ok_or_else(|| {
        if offers("registration_endpoint") && offers("authorization_endpoint") {
            Verdict::not_assessed(
                "the endpoints of the authorization server are no https addresses of its own organisation, so they are not asked",
            )
        } else {
            Verdict::not_applicable("the authorization server registers no clients dynamically")
        }
    })
}

async fn ask(probe: &Probe) -> Result<Authorization, ProbeError> {
    let (issuer, registration, endpoint) = match open_issuer(discovery(probe).await?) {
        Ok(open) => open,
        Err(verdict) => return Ok(Authorization::NotAsked(verdict)),
    };
    let mut clients = Vec::new();
    let asked = async {
        let redirects = match enrol(probe, &registration, &mut clients).await? {
            Ok(redirects) => redirects,
            Err(verdict) => return Ok(Authorization::NotAsked(verdict)),
        };
        let (control, altered, visits) = visit(probe, &endpoint, &clients, redirects).await?;
        let answers = Answers { registration: registration.clone(), issuer: issuer.key(), control, altered, visits };
        Ok(Authorization::Answered(Box::new(answers)))
    };
    let slow = |_| {
        let reason = format!("the authorization server needs more than {LONGEST:?} for a few requests");
        Ok(Authorization::NotAsked(Verdict::not_assessed(reason)))
    };
    let asked: Result<Authorization, ProbeError> = tokio::time::timeout(LONGEST, asked).await.unwrap_or_else(slow);
    // Also after a failure: what was registered is not left behind.
    for client in clients {
        client.remove(probe).await;
    }
    asked
}

/// Registers the two clients with the first kind of redirects that the server takes.
async fn enrol(
    probe: &Probe,
    registration: &Url,
    clients: &mut Vec<Client>,
) -> Result<Result<[&'static str; 2], Verdict>, ProbeError> {
    let mut refusal = 0;
    for redirects in REDIRECTS {
        for redirect in redirects {
            match register(probe, registration, redirect).await?.0 {
                Registered::Client(client) => clients.push(client),
                Registered::Refused(status) => {
                    refusal = status;
                    break;
                }
            }
        }
        if clients.len() == redirects.len() {
            return Ok(Ok(redirects));
        }
        for client in clients.drain(..) {
            client.remove(probe).await;
        }
        // Other redirects change nothing about who may register, and how often.
        if matches!(refusal, 401 | 403 | 429 | 500..) {
            break;
        }
    }
    Ok(Err(match refusal {
        401 | 403 => Verdict::not_applicable("the authorization server registers no clients that it does not know"),
        status => Verdict::not_assessed(format!(
            "the authorization server refused to register a sound client with status {status}"
        )),
    }))
}

type Steps = ([Step; 2], Vec<(&'static str, Url, Step)>, Vec<Visit>);

async fn visit(probe: &Probe, endpoint: &Url, clients: &[Client], redirects: [&str; 2]) -> Result<Steps, ProbeError> {
    let id = |index: usize| clients.get(index).map(|client| client.id.as_str()).unwrap_or_default();
    let control = async || authorize(probe, endpoint, id(0), redirects[0], &[("prompt", "none")]).await;
    let before = control().await?;
    let mut altered = Vec::new();
    for (kind, redirect) in alterations(redirects[0]) {
        let Ok(url) = Url::parse(&redirect) else { continue };
        let step = authorize(probe, endpoint, id(0), &redirect, &[("prompt", "none")]).await?;
        altered.push((kind, url, step));
    }
    let mut visits = Vec::new();
    for (index, redirect) in redirects.into_iter().enumerate() {
        let step = authorize(probe, endpoint, id(index), redirect, &[]).await?;
        visits.push(Visit { client: id(index).to_owned(), step });
    }
    Ok(([before, control().await?], altered, visits))
}

/// A redirect that is nearly the registered one, in each way that careless comparisons let pass.
fn alterations(redirect: &str) -> Vec<(&'static str, String)> {
    let mut altered = vec![
        ("suffix", format!("{redirect}-mcpa")),
        ("path", format!("{redirect}/mcpa")),
        ("dot-segments", format!("{redirect}/../mcpa")),
    ];
    // Addresses have no names below them.
    if let Some(rest) = redirect.strip_prefix("https://") {
        altered.push(("sub-domain", format!("https://mcpa.{rest}")));
    }
    altered
}

/// Asks for authorization like a browser that a client opened, and follows nothing.
pub(crate) async fn authorize(
    probe: &Probe,
    endpoint: &Url,
    client: &str,
    redirect: &str,
    more: &[(&str, &str)],
) -> Result<Step, ProbeError> {
    let url = request(probe, endpoint, client, redirect, more);
    let answer = probe.ask_issuer(outbound::Request::get(url.clone()), &url).await?;
    Ok(Step::of(&answer, endpoint))
}

/// The address that a client opens, with a challenge whose verifier nobody knows: no code is ever redeemed.
fn request(probe: &Probe, endpoint: &Url, client: &str, redirect: &str, more: &[(&str, &str)]) -> Url {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{}{}", probe.canary(), probe.canary())));
    let mut url = endpoint.clone();
    url.set_fragment(None);
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect),
        ("state", &probe.canary()),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let resource = probe.snapshot().url.as_deref().map(|resource| ("resource", resource));
    url.query_pairs_mut().extend_pairs(resource).extend_pairs(more);
    url
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::samples;

    #[test]
    fn alterations_stay_apart_from_the_registered_redirect() {
        for redirects in REDIRECTS {
            for redirect in redirects {
                let registered = Url::parse(redirect).expect("a URL");
                for (kind, altered) in alterations(redirect) {
                    let altered = Url::parse(&altered).expect("a URL");
                    let step = Step { request: String::new(), status: 302, location: Some(altered.clone()) };
                    assert!(step.led_to(&altered) && !step.led_to(&registered), "{kind} of {redirect}");
                }
            }
        }
    }

    #[test]
    fn only_a_redirect_leads_somewhere() {
        let endpoint: Url = "https://login.example.com/authorize".parse().expect("a URL");
        let callback: Url = "https://client.example.com/callback".parse().expect("a URL");
        let led = |status: u16, location: &str| {
            let mut answer = samples::answered(status, "");
            answer.headers = vec![("location".to_owned(), location.to_owned())];
            Step::of(&answer, &endpoint).led_to(&callback)
        };
        assert!(led(302, "https://client.example.com/callback?error=login_required"));
        assert!(!led(200, "https://client.example.com/callback"));
        assert!(!led(302, "/callback") && !led(302, "https://client.example.com/callback/a") && !led(302, "https://["));
    }

    #[test]
    fn an_issuer_is_asked_only_where_it_is_open_and_at_home() {
        let found = |value: Value| Discovery {
            documents: vec![samples::resource_metadata(json!({}))],
            issuers: vec![samples::issuer("https://login.example.com", value)],
            ..Discovery::default()
        };
        let page = "https://login.example.com/authorize";
        let open =
            json!({"authorization_endpoint": page, "registration_endpoint": "https://login.example.com/register"});
        assert!(open_issuer(&found(open)).is_ok());
        let foreign =
            json!({"authorization_endpoint": page, "registration_endpoint": "https://victim.example/register"});
        assert!(matches!(open_issuer(&found(foreign)), Err(Verdict::NotAssessed(_))));
        assert!(matches!(open_issuer(&found(json!({"authorization_endpoint": page}))), Err(Verdict::NotApplicable(_))));
    }
}
