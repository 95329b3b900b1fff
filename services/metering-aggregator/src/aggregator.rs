//! Adds each usage event once, and tells when a plan is used up.

use anyhow::Context;
use contracts::Envelope;
use contracts::events::usage::{QuotaExceeded, UsageRecorded};
use runtime::{Bus, Failure, Handler, Parts, reject};
use store::{Added, OrgScope, Store};
use tracing::info;

const SOURCE: &str = "/services/metering-aggregator";

/// Adds up usage.
pub(crate) struct Aggregator {
    store: Store,
    bus: Bus,
}

impl Aggregator {
    /// Builds the handler.
    pub(crate) fn new(parts: &Parts) -> Self {
        Self { store: parts.store.clone(), bus: parts.bus.clone() }
    }
}

impl Handler for Aggregator {
    type Message = UsageRecorded;

    async fn handle(&self, event: Envelope<UsageRecorded>) -> Result<(), Failure> {
        let UsageRecorded { meter, quantity, occurred_at } = event.data;
        if quantity == 0 {
            return Err(reject("usage of nothing: `quantity` must be at least 1"));
        }
        let scope = OrgScope::of_event(&event);
        let added =
            self.store.add_usage(&scope, &event.id, meter, occurred_at, quantity).await.context("add the usage")?;
        // The worker that added a duplicate may have died before it told of the quota, so both totals are looked at.
        let (Added::New { month_total } | Added::Duplicate { month_total }) = added;
        let Some(limit) = self.store.quota(&scope, meter).await.context("read the quota")? else { return Ok(()) };
        if month_total > limit {
            let month = store::month_of(occurred_at);
            let exceeded = QuotaExceeded { meter, limit, used: month_total };
            // One message per meter and month, whichever event crossed the limit.
            let mut message = Envelope::caused_by(&event, SOURCE, "", exceeded).about(meter);
            message.id =
                contracts::ids::MessageId::derived(&["quota", scope.org().as_str(), &meter.to_string(), &month]);
            self.bus.publish(&message).await.context("publish quota.exceeded")?;
            info!(%meter, limit, used = month_total, "an organisation used up its plan");
        }
        Ok(())
    }
}
