//! People, their memberships and their organisations. This is where scopes come from.

use std::collections::BTreeMap;
use std::fmt;

use contracts::api::auth::Role;
use contracts::events::usage::Meter;
use contracts::ids::{OrgId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Item, json, sortable, text};
use crate::keys::{Key, user_partition};
use crate::table::{Range, Update, Written};
use crate::{Membership, OrgScope, Result, Store, StoreError};

/// An organisation.
#[derive(Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its identifier.
    pub org_id: OrgId,
    /// Its name.
    pub name: String,
    /// What it pays for.
    pub plan: Plan,
    /// Addresses that alerts go to.
    pub alert_recipients: Vec<String>,
    /// Monthly limits that replace those of the plan.
    pub quotas: BTreeMap<Meter, u64>,
}

/// Addresses are personal data and do not belong into logs.
impl fmt::Debug for Organization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recipients = format_args!("<{} redacted>", self.alert_recipients.len()).to_string();
        f.debug_struct("Organization")
            .field("org_id", &self.org_id)
            .field("name", &self.name)
            .field("plan", &self.plan)
            .field("alert_recipients", &recipients)
            .field("quotas", &self.quotas)
            .finish()
    }
}

impl Organization {
    /// What it may use of a meter in a month; `None` where there is no limit.
    pub fn quota(&self, meter: Meter) -> Option<u64> {
        self.quotas.get(&meter).copied().or_else(|| self.plan.included(meter))
    }
}

/// What an organisation pays for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// What everyone starts with.
    Free,
    /// No limits.
    Unlimited,
}

impl Plan {
    /// What it includes of a meter in a month; `None` where it has no limit.
    pub fn included(self, meter: Meter) -> Option<u64> {
        match (self, meter) {
            (Self::Free, Meter::Scans | Meter::Tests) => Some(1_000),
            (Self::Free, Meter::Alerts | Meter::ReportFiles) => Some(10_000),
            (Self::Free, Meter::DiscoveredMcps | Meter::TestRequests) | (Self::Unlimited, _) => None,
        }
    }

    /// How many uploads it includes in 24 hours; `None` where it has no limit.
    pub fn daily_uploads(self) -> Option<usize> {
        match self {
            Self::Free => Some(100),
            Self::Unlimited => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct OrganizationSettings {
    #[serde(default)]
    alert_recipients: Vec<String>,
    #[serde(default)]
    quotas: BTreeMap<Meter, u64>,
}

impl Store {
    /// Stores a new person as the owner of a new organisation, who receives its alerts. Doing it again for the same
    /// person changes nothing.
    pub async fn register(&self, user: &UserId, email: &str, org_name: &str) -> Result<OrgId> {
        // The same person always founds the same organisation, so that a repeated registration finds it.
        let org = OrgId::derived(&["organization", user.as_str()]);
        let scope = OrgScope::new(org.clone());
        let now = text(sortable(Timestamp::now()));
        let settings = OrganizationSettings { alert_recipients: vec![email.to_owned()], quotas: BTreeMap::new() };
        let profile = Item::new(Key::profile(user))
            .with("email", text(email))
            .with("GSI1PK", text(email_partition(email)))
            .with("GSI1SK", text(user_partition(user)))
            .with("joined_at", now.clone());
        let membership = Item::of_org(Key::membership(user, &org), &scope)
            .with("role", text(Role::Owner.to_string()))
            .with("joined_at", now.clone());
        let organization = Item::of_org(meta_key(&scope), &scope)
            .with("name", text(org_name))
            .with("plan", json("the plan", &Plan::Free)?)
            .with("settings", json("the organisation's settings", &settings)?)
            .with("created_at", now);
        let absent = "attribute_not_exists(PK)";
        let writes = [profile, membership, organization].map(|item| self.transact_put(item, absent, Vec::new()));
        // All three are written together, so where one was there, all are.
        self.transact(writes.into()).await?;
        Ok(org)
    }

    /// Reads the membership of a person in the organisation that they joined under the first id; most have one only.
    pub async fn membership(&self, user: &UserId) -> Result<Option<Membership>> {
        let range =
            Range { partition: user_partition(user), prefix: "ORG#", after: None, newest_first: false, limit: Some(1) };
        self.range(range).await?.first().map(|item| membership(user, item)).transpose()
    }

    /// Reads the membership of a person in one organisation.
    pub async fn membership_in(&self, user: &UserId, org: &OrgId) -> Result<Option<Membership>> {
        self.get(Key::membership(user, org)).await?.map(|item| membership(user, &item)).transpose()
    }

    /// Finds the person with an address, for signing in and invitations. May miss one registered a moment ago.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<UserId>> {
        let request = self.dynamodb.query().table_name(&self.settings.table).index_name("GSI1").limit(1);
        let request = request
            .key_condition_expression("GSI1PK = :email")
            .expression_attribute_values(":email", text(email_partition(email)));
        let answer = request.send().await.map_err(StoreError::unavailable("read the index of addresses"))?;
        let Some(item) = answer.items.unwrap_or_default().into_iter().next().map(Item::read) else { return Ok(None) };
        let user = item.text("GSI1SK")?.strip_prefix("USER#").unwrap_or_default();
        user.parse().map(Some).map_err(|error: contracts::ids::InvalidId| item.damaged("GSI1SK", error))
    }

    /// Reads an organisation.
    pub async fn organization(&self, scope: &OrgScope) -> Result<Option<Organization>> {
        let Some(item) = self.get(meta_key(scope)).await? else { return Ok(None) };
        let settings: OrganizationSettings = item.json("settings")?;
        Ok(Some(Organization {
            org_id: scope.org().clone(),
            name: item.text("name")?.to_owned(),
            plan: item.json("plan")?,
            alert_recipients: settings.alert_recipients,
            quotas: settings.quotas,
        }))
    }

    /// Replaces the monthly limit of one meter; `None` returns to the plan's. The last writer wins.
    pub async fn set_quota(&self, scope: &OrgScope, meter: Meter, limit: Option<u64>) -> Result<()> {
        let missing =
            || StoreError::Conflict { what: format!("organisation `{}`", scope.org()), state: "missing".to_owned() };
        let Organization { alert_recipients, mut quotas, .. } = self.organization(scope).await?.ok_or_else(missing)?;
        match limit {
            Some(limit) => quotas.insert(meter, limit),
            None => quotas.remove(&meter),
        };
        let settings = json("the organisation's settings", &OrganizationSettings { alert_recipients, quotas })?;
        let written = self.update(Update {
            key: meta_key(scope),
            change: "SET #settings = :settings",
            condition: "attribute_exists(PK)",
            values: vec![(":settings", settings)],
        });
        match written.await? {
            Written::Done(_) => Ok(()),
            Written::Refused(_) => Err(missing()),
        }
    }
}

fn meta_key(scope: &OrgScope) -> Key {
    Key::in_org(scope, "META")
}

/// Addresses differ in case only by accident.
fn email_partition(email: &str) -> String {
    format!("EMAIL#{}", email.trim().to_lowercase())
}

fn membership(user: &UserId, item: &Item) -> Result<Membership> {
    Ok(Membership { user: user.clone(), role: item.parsed("role")?, scope: OrgScope::new(item.parsed("org")?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_its_own_replaces_the_plans() {
        let mut organization = Organization {
            org_id: "org-1".parse().unwrap(),
            name: "Example".to_owned(),
            plan: Plan::Free,
            alert_recipients: vec!["someone@mcp-audit.example".to_owned()],
            quotas: BTreeMap::from([(Meter::Tests, 5)]),
        };
        assert_eq!((organization.quota(Meter::Tests), organization.quota(Meter::Scans)), (Some(5), Some(1_000)));
        organization.plan = Plan::Unlimited;
        assert_eq!((organization.quota(Meter::Tests), organization.quota(Meter::Scans)), (Some(5), None));
        assert!(!format!("{organization:?}").contains('@'));
    }
}
