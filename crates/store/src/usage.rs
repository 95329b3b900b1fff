//! Metering: each usage event counts once, in its hour and in its month.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use contracts::api::usage::MeterTotal;
use contracts::events::usage::Meter;
use contracts::ids::MessageId;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::item::{number, text};
use crate::keys::{Key, org_partition};
use crate::once::once_item;
use crate::table::{Range, names, values};
use crate::{OrgScope, Result, Store, StoreError};

/// Whether a usage event was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It was.
    New {
        /// What the organisation used of this meter in the event's month (UTC), with this event.
        month_total: u64,
    },
    /// It had been counted before.
    Duplicate {
        /// The same sum as it is now: the first attempt may have stopped before anybody compared it with the quota.
        month_total: u64,
    },
}

impl Store {
    /// Counts a usage event, once however often it arrives.
    ///
    /// The month has an item of its own, so that a total is one read instead of one for each of 744 hours.
    pub async fn add_usage(
        &self,
        scope: &OrgScope,
        event: &MessageId,
        meter: Meter,
        occurred_at: Timestamp,
        quantity: u64,
    ) -> Result<Added> {
        let once = once_item(scope, "metering", event.as_str(), Timestamp::now());
        let writes = vec![
            self.transact_put(once, "attribute_not_exists(PK)", Vec::new()),
            self.addition(scope, usage_key(scope, &hour(occurred_at), meter), quantity),
            self.addition(scope, usage_key(scope, &month_of(occurred_at), meter), quantity),
        ];
        let added = self.transact(writes).await?;
        let month_total = self.month_total(scope, &month_of(occurred_at), meter).await?;
        Ok(if added { Added::New { month_total } } else { Added::Duplicate { month_total } })
    }

    /// Reads what an organisation used of one meter in a month (`2026-11`, UTC).
    pub async fn month_total(&self, scope: &OrgScope, month: &str, meter: Meter) -> Result<u64> {
        require_month(month)?;
        match self.get(usage_key(scope, month, meter)).await? {
            Some(item) => item.number("quantity"),
            None => Ok(0),
        }
    }

    /// Reads the totals of a month (`2026-11`, UTC), one for each meter that was used.
    pub async fn usage(&self, scope: &OrgScope, month: &str) -> Result<Vec<MeterTotal>> {
        require_month(month)?;
        // The separator behind the month leaves its hours out.
        let prefix = format!("USAGE#{month}#");
        let range = Range {
            partition: org_partition(scope.org()),
            prefix: &prefix,
            after: None,
            newest_first: false,
            limit: None,
        };
        let items = self.range(range).await?;
        let total = |item: &crate::item::Item| {
            let meter = item.text("SK")?.strip_prefix(&prefix).unwrap_or_default();
            let meter = meter.parse().map_err(|error| item.damaged("SK", error))?;
            Ok(MeterTotal { meter, quantity: item.number("quantity")? })
        };
        let mut totals = items.iter().map(total).collect::<Result<Vec<_>>>()?;
        totals.sort_by_key(|total| total.meter);
        Ok(totals)
    }

    /// Reads what the organisation may use of a meter in a month; `None` where there is no limit.
    pub async fn quota(&self, scope: &OrgScope, meter: Meter) -> Result<Option<u64>> {
        Ok(self.organization(scope).await?.and_then(|organization| organization.quota(meter)))
    }

    fn addition(&self, scope: &OrgScope, key: Key, quantity: u64) -> TransactWriteItem {
        let change = "ADD #quantity :quantity SET #org = :org";
        let update =
            Update::builder().table_name(&self.settings.table).set_key(Some(key.into())).update_expression(change);
        let update = update.set_expression_attribute_names(names(&[change]));
        let update = update.set_expression_attribute_values(values(vec![
            (":quantity", number(quantity)),
            (":org", text(scope.org().as_str())),
        ]));
        TransactWriteItem::builder().update(update.build().expect("table, key and change are set")).build()
    }
}

fn usage_key(scope: &OrgScope, period: &str, meter: Meter) -> Key {
    Key::in_org(scope, format!("USAGE#{period}#{meter}"))
}

fn hour(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H").to_string()
}

/// The month (UTC) that usage at this time counts in: `2026-11`.
pub fn month_of(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string()
}

fn require_month(month: &str) -> Result<()> {
    let valid = month.len() == 7 && format!("{month}-01").parse::<jiff::civil::Date>().is_ok();
    if valid { Ok(()) } else { Err(StoreError::BadMonth(month.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_an_event_decides_its_hour_and_month_in_utc() {
        let time: Timestamp = "2026-12-01T00:30:00+01:00".parse().unwrap();
        assert_eq!((hour(time).as_str(), month_of(time).as_str()), ("2026-11-30T23", "2026-11"));
    }

    #[test]
    fn only_months_are_months() {
        require_month("2026-11").unwrap();
        for bad in ["", "2026", "2026-13", "2026-1", "2026-11-", "26-11-1", "2026-11#tests"] {
            assert!(matches!(require_month(bad), Err(StoreError::BadMonth(_))), "{bad:?} was accepted");
        }
    }
}
