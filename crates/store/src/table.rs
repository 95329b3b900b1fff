//! What the access patterns are made of: get, query, update, batch and transaction on the one table.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, Delete, DeleteRequest, Put, PutRequest, ReturnValue, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, WriteRequest,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use retry::{Attempt, Policy, retry};

use crate::item::{Attributes, Item, text};
use crate::keys::Key;
use crate::{OrgScope, Result, Store, StoreError};

/// What one BatchWriteItem may hold.
const BATCH_ITEMS: usize = 25;
/// Batches under way at once: enough to hide the round trip, too few to crowd out other handlers.
const PARALLEL_BATCHES: usize = 4;

/// Reads a range of one partition.
pub(crate) struct Range<'a> {
    pub(crate) partition: String,
    /// Start of the sort keys.
    pub(crate) prefix: &'a str,
    /// Sort key behind which to start.
    pub(crate) after: Option<String>,
    pub(crate) newest_first: bool,
    /// At most so many items; all where absent.
    pub(crate) limit: Option<usize>,
}

impl<'a> Range<'a> {
    /// All items of a partition whose sort keys start so, by these.
    pub(crate) fn all(partition: String, prefix: &'a str) -> Self {
        Self { partition, prefix, after: None, newest_first: false, limit: None }
    }
}

/// A conditional change of one item. `#name` stands for the attribute `name`, as many names are reserved words.
pub(crate) struct Update<'a> {
    pub(crate) key: Key,
    pub(crate) change: &'a str,
    pub(crate) condition: &'a str,
    pub(crate) values: Vec<(&'a str, AttributeValue)>,
}

/// How a conditional write ended.
pub(crate) enum Written {
    /// It happened; the item is as it is now.
    Done(Item),
    /// The condition did not hold; the item is as it was, absent where there is none.
    Refused(Option<Item>),
}

impl Store {
    /// Reads one item, with every earlier write.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>> {
        let request =
            self.dynamodb.get_item().table_name(&self.settings.table).set_key(Some(key.into())).consistent_read(true);
        let answer = request.send().await.map_err(StoreError::unavailable("read an item"))?;
        Ok(answer.item.map(Item::read))
    }

    /// Reads a range of a partition, with every earlier write, page by page until its end or limit.
    pub(crate) async fn range(&self, range: Range<'_>) -> Result<Vec<Item>> {
        let mut start = range.after.map(|after| Attributes::from(Key { pk: range.partition.clone(), sk: after }));
        let mut items = Vec::new();
        loop {
            let missing = range.limit.map(|limit| i32::try_from(limit - items.len()).unwrap_or(i32::MAX));
            let request = self.dynamodb.query().table_name(&self.settings.table).consistent_read(true);
            let request = request.key_condition_expression("PK = :partition AND begins_with(SK, :prefix)");
            let request = request.expression_attribute_values(":partition", text(&range.partition));
            let request = request.expression_attribute_values(":prefix", text(range.prefix));
            let request =
                request.scan_index_forward(!range.newest_first).set_limit(missing).set_exclusive_start_key(start);
            let page = request.send().await.map_err(StoreError::unavailable("read a list"))?;
            items.extend(page.items.unwrap_or_default().into_iter().map(Item::read));
            start = page.last_evaluated_key.filter(|_| range.limit.is_none_or(|limit| items.len() < limit));
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// Writes an item unless one with its key exists.
    pub(crate) async fn put_new(&self, item: Item) -> Result<Written> {
        let request =
            self.dynamodb.put_item().table_name(&self.settings.table).condition_expression("attribute_not_exists(PK)");
        let request = request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.set_item(Some(item.clone().into_attributes())).send().await {
            Ok(_) => Ok(Written::Done(item)),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                    Ok(Written::Refused(refusal.item.clone().map(Item::read)))
                }
                _ => Err(StoreError::unavailable("write an item")(error)),
            },
        }
    }

    /// Changes an item where the condition holds.
    pub(crate) async fn update(&self, update: Update<'_>) -> Result<Written> {
        let request = self.dynamodb.update_item().table_name(&self.settings.table).set_key(Some(update.key.into()));
        let request = request.update_expression(update.change).condition_expression(update.condition);
        let request = request.set_expression_attribute_names(names(&[update.change, update.condition]));
        let request = request.set_expression_attribute_values(values(update.values));
        let request = request.return_values(ReturnValue::AllNew);
        let request = request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(answer) => Ok(Written::Done(Item::read(answer.attributes.unwrap_or_default()))),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(refusal)) => {
                    Ok(Written::Refused(refusal.item.clone().map(Item::read)))
                }
                _ => Err(StoreError::unavailable("change an item")(error)),
            },
        }
    }

    /// Does all writes or none. Returns `false` where a condition did not hold; tries again where another transaction
    /// was on the same items.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<bool> {
        retry(&RETRIES, || async {
            match self.dynamodb.transact_write_items().set_transact_items(Some(writes.clone())).send().await {
                Ok(_) => Ok(true),
                Err(error) => match error.as_service_error().map(cancellation) {
                    Some(Cancellation::Condition) => Ok(false),
                    Some(Cancellation::Contention) => {
                        Err(Attempt::transient(StoreError::unavailable("write items together")(error)))
                    }
                    _ => Err(Attempt::Permanent(StoreError::unavailable("write items together")(error))),
                },
            }
        })
        .await
    }

    /// A part of a transaction: writes the item where `condition` holds.
    pub(crate) fn transact_put(
        &self,
        item: Item,
        condition: &str,
        values_of_condition: Vec<(&str, AttributeValue)>,
    ) -> TransactWriteItem {
        let put = Put::builder().table_name(&self.settings.table).set_item(Some(item.into_attributes()));
        let put = put.condition_expression(condition).set_expression_attribute_names(names(&[condition]));
        let put = put.set_expression_attribute_values(values(values_of_condition));
        TransactWriteItem::builder().put(put.build().expect("table and item are set")).build()
    }

    /// A part of a transaction: changes the item where the condition holds.
    pub(crate) fn transact_update(&self, update: Update<'_>) -> TransactWriteItem {
        let part = aws_sdk_dynamodb::types::Update::builder().table_name(&self.settings.table);
        let part = part.set_key(Some(update.key.into())).update_expression(update.change);
        let part = part.condition_expression(update.condition);
        let part = part.set_expression_attribute_names(names(&[update.change, update.condition]));
        let part = part.set_expression_attribute_values(values(update.values));
        TransactWriteItem::builder().update(part.build().expect("table, key and change are set")).build()
    }

    /// A part of a transaction: deletes the item where the condition holds, which has no values.
    pub(crate) fn transact_delete(&self, key: Key, condition: &str) -> TransactWriteItem {
        let part = Delete::builder().table_name(&self.settings.table).set_key(Some(key.into()));
        let part = part.condition_expression(condition).set_expression_attribute_names(names(&[condition]));
        TransactWriteItem::builder().delete(part.build().expect("table and key are set")).build()
    }

    /// Makes the items of a partition below `prefix` exactly `wanted` (by sort key), writing only what differs. Not
    /// atomic: whoever is interrupted does it again.
    pub(crate) async fn replace_range(
        &self,
        scope: &OrgScope,
        partition: String,
        prefix: &str,
        wanted: BTreeMap<String, Item>,
    ) -> Result<()> {
        let mut stored = BTreeMap::new();
        for item in self.range(Range::all(partition.clone(), prefix)).await? {
            item.verify(scope)?;
            stored.insert(item.text("SK")?.to_owned(), item);
        }
        let stale = stored.keys().filter(|sk| !wanted.contains_key(*sk));
        let deletions = stale.map(|sk| deletion(Key { pk: partition.clone(), sk: sk.clone() })).collect::<Vec<_>>();
        let changed = wanted.into_iter().filter(|(sk, item)| stored.get(sk) != Some(item));
        let writes = changed.map(|(_, item)| replacement(item)).chain(deletions).collect();
        self.write_batches(writes).await
    }

    /// Writes and deletes without conditions. The keys must differ from each other.
    pub(crate) async fn write_batches(&self, writes: Vec<WriteRequest>) -> Result<()> {
        let batches = writes.chunks(BATCH_ITEMS).map(<[_]>::to_vec).collect::<Vec<_>>();
        let running = stream::iter(batches).map(|batch| self.write_batch(batch)).buffer_unordered(PARALLEL_BATCHES);
        running.try_collect::<()>().await
    }

    /// Writes one batch; what the table had no capacity for is sent again.
    async fn write_batch(&self, batch: Vec<WriteRequest>) -> Result<()> {
        let remaining = std::sync::Mutex::new(batch);
        retry(&RETRIES, || async {
            let batch = remaining.lock().expect("no holder of the lock can panic").clone();
            let request = self.dynamodb.batch_write_item().request_items(&self.settings.table, batch);
            let answer = request
                .send()
                .await
                .map_err(StoreError::unavailable("write a batch of items"))
                .map_err(Attempt::Permanent)?;
            let unprocessed =
                answer.unprocessed_items.unwrap_or_default().remove(&self.settings.table).unwrap_or_default();
            if unprocessed.is_empty() {
                return Ok(());
            }
            let count = unprocessed.len();
            *remaining.lock().expect("no holder of the lock can panic") = unprocessed;
            let cause = format!("the table had no capacity for {count} of the items");
            Err(Attempt::transient(StoreError::unavailable("write a batch of items")(cause)))
        })
        .await
    }
}

/// A part of a batch: writes the item, whatever was there.
pub(crate) fn replacement(item: Item) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item.into_attributes())).build().expect("the item is set");
    WriteRequest::builder().put_request(put).build()
}

fn deletion(key: Key) -> WriteRequest {
    let delete = DeleteRequest::builder().set_key(Some(key.into())).build().expect("the key is set");
    WriteRequest::builder().delete_request(delete).build()
}

/// Why a transaction did not happen.
enum Cancellation {
    Condition,
    Contention,
    Other,
}

fn cancellation(error: &TransactWriteItemsError) -> Cancellation {
    match error {
        TransactWriteItemsError::TransactionInProgressException(_) => Cancellation::Contention,
        TransactWriteItemsError::TransactionCanceledException(canceled) => {
            let has = |codes: &[&str]| {
                canceled.cancellation_reasons().iter().any(|reason| codes.contains(&reason.code().unwrap_or_default()))
            };
            if has(&["ConditionalCheckFailed"]) {
                Cancellation::Condition
            } else if has(&["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]) {
                Cancellation::Contention
            } else {
                Cancellation::Other
            }
        }
        _ => Cancellation::Other,
    }
}

/// For what the SDK itself does not repeat: contended transactions and unprocessed parts of a batch.
const RETRIES: Policy = Policy {
    initial: Duration::from_millis(25),
    multiplier: 1.5,
    cap: Duration::from_secs(1),
    budget: Some(Duration::from_secs(15)),
};

/// The names behind the `#name` placeholders of expressions; DynamoDB refuses names that are not used.
pub(crate) fn names(expressions: &[&str]) -> Option<HashMap<String, String>> {
    let mut names = HashMap::new();
    for expression in expressions {
        for placeholder in expression.split('#').skip(1) {
            let name: String = placeholder.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            names.insert(format!("#{name}"), name);
        }
    }
    Some(names).filter(|names| !names.is_empty())
}

pub(crate) fn values(values: Vec<(&str, AttributeValue)>) -> Option<HashMap<String, AttributeValue>> {
    Some(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .filter(|values: &HashMap<_, _>| !values.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_name_their_attributes() {
        let names = names(&["SET #state = :running, #lease_until=:until", "#state IN (:queued) AND PK = :pk"]).unwrap();
        let mut names: Vec<_> = names.iter().map(|(placeholder, name)| format!("{placeholder} {name}")).collect();
        names.sort();
        assert_eq!(names, ["#lease_until lease_until", "#state state"]);
        assert!(super::names(&["PK = :pk"]).is_none());
    }
}
