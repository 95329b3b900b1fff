//! The audit log: one event with target `audit` for each request to a route of the API, and so for each authentication
//! and each change: who, what, from where, with which outcome. No secrets, no e-mail addresses.

use axum::http::StatusCode;
use axum::response::Response;
use contracts::api::routes::Route;
use contracts::ids::{OrgId, UserId};
use tracing::{info, warn};

use crate::client_address::ClientAddress;

/// What a response says about itself for the log. Handlers attach it where the request alone does not tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Audited {
    /// Who acted.
    pub(crate) user: Option<UserId>,
    /// For which organisation.
    pub(crate) org: Option<OrgId>,
    /// Id of what was made, read or changed.
    pub(crate) subject: Option<String>,
}

impl Audited {
    /// About one thing.
    pub(crate) fn subject(id: &impl ToString) -> Self {
        Self { subject: Some(id.to_string()), ..Self::default() }
    }

    /// About one person.
    pub(crate) fn user(user: UserId) -> Self {
        Self { user: Some(user), ..Self::default() }
    }

    /// Takes over what a handler knows better.
    pub(crate) fn completed_by(mut self, response: &Response) -> Self {
        if let Some(told) = response.extensions().get::<Self>() {
            self.user = told.user.clone().or(self.user);
            self.org = told.org.clone().or(self.org);
            self.subject = told.subject.clone().or(self.subject);
        }
        self
    }
}

/// Writes the entry of one request.
pub(crate) fn record(route: &Route, who: &Audited, from: ClientAddress, status: StatusCode) {
    let action = format!("{} {}", route.method, route.path);
    let user = who.user.as_ref().map(UserId::as_str);
    let org = who.org.as_ref().map(OrgId::as_str);
    let subject = who.subject.as_deref();
    let from = from.0.map(|address| address.to_string());
    let (outcome, status) = (outcome(status), status.as_u16());
    if outcome == "denied" {
        warn!(target: "audit", action, outcome, status, user, org, subject, from, "refused a request");
    } else {
        info!(target: "audit", action, outcome, status, user, org, subject, from, "answered a request");
    }
}

fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..400 => "allowed",
        401 | 403 | 429 => "denied",
        400..500 => "refused",
        _ => "failed",
    }
}
