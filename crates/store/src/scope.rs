//! The proof that a caller may use one organisation's data.

use contracts::Envelope;
use contracts::api::auth::Role;
use contracts::ids::{OrgId, UserId};

/// One organisation that the caller may act for.
///
/// Its field is private and it is not deserialisable, so that it only comes from a membership, an event or a signed link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgScope(OrgId);

impl OrgScope {
    /// The organisation that an event belongs to. Only our services can publish to our queues.
    pub fn of_event<T>(event: &Envelope<T>) -> Self {
        Self(event.org.clone())
    }

    /// The organisation.
    pub fn org(&self) -> &OrgId {
        &self.0
    }

    pub(crate) fn new(org: OrgId) -> Self {
        Self(org)
    }
}

/// What a person may do in one organisation. Only the store reads one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The person.
    pub user: UserId,
    /// What they may do.
    pub role: Role,
    /// The organisation.
    pub scope: OrgScope,
}
