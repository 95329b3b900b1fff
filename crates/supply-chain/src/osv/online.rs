//! Advisories from an OSV server: <https://google.github.io/osv.dev/api/>.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use outbound::{Client, OutboundError, Request};
use retry::{Attempt, Policy};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::record::Record;
use super::{Coordinate, Found, OsvError};

/// The most queries that a batch may hold.
const BATCH: usize = 1000;
/// The most pages of one batch. A package has some hundred advisories at most; a page holds a thousand.
const MAX_PAGES: usize = 50;
/// The most records that are fetched for one tree.
const MAX_RECORDS: usize = 20_000;
/// Time for one call and its repetitions.
const BUDGET: Duration = Duration::from_mins(1);
/// The same for the first call: where there is no network at all, nobody wants to wait a minute to hear it.
const FIRST_BUDGET: Duration = Duration::from_secs(5);

/// An OSV server. It learns the names and versions of the packages.
#[derive(Debug, Clone)]
pub struct OnlineApi {
    client: Client,
    base: Url,
    cache: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Batch {
    #[serde(default)]
    results: Vec<BatchResult>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BatchResult {
    vulns: Vec<Named>,
    next_page_token: Option<String>,
}

/// A record that a package has, and when it last changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Named {
    id: String,
    #[serde(default)]
    modified: String,
}

impl OnlineApi {
    /// A server at `base`, such as `https://api.osv.dev`. Records are kept in the folder `cache`; one that has changed
    /// since is fetched again.
    pub fn new(client: Client, base: Url, cache: Option<PathBuf>) -> Self {
        Self { client, base, cache }
    }

    /// The records about packages.
    pub(super) async fn records(&self, wanted: &BTreeSet<Coordinate>) -> Result<Found, OsvError> {
        let wanted: Vec<&Coordinate> = wanted.iter().collect();
        let mut named: BTreeMap<String, Named> = BTreeMap::new();
        for (number, batch) in wanted.chunks(BATCH).enumerate() {
            let budget = if number == 0 { FIRST_BUDGET } else { BUDGET };
            for record in self.names(batch, budget).await? {
                named.insert(record.id.clone(), record);
            }
        }
        if named.len() > MAX_RECORDS {
            return Err(OsvError::Answer("it names more than 20000 records for one tree".to_owned()));
        }
        let mut found = Found::default();
        for record in named.into_values() {
            let read = self.record(&record).await?;
            found.records.insert(read.id.clone(), read);
        }
        Ok(found)
    }

    /// Which records the packages of one batch have.
    async fn names(&self, batch: &[&Coordinate], mut budget: Duration) -> Result<Vec<Named>, OsvError> {
        let mut open: Vec<Value> = batch.iter().filter_map(|at| query(at)).collect();
        let mut named = Vec::new();
        for _ in 0..MAX_PAGES {
            if open.is_empty() {
                return Ok(named);
            }
            let request = Request::post(self.at(&["v1", "querybatch"])?, json!({ "queries": open }).to_string())
                .header("content-type", "application/json");
            let batch: Batch = parsed(&self.call(&request, budget).await?)?;
            budget = BUDGET;
            if batch.results.len() != open.len() {
                return Err(OsvError::Answer("it has not one result for each query".to_owned()));
            }
            let mut next = Vec::new();
            for (mut query, result) in open.into_iter().zip(batch.results) {
                named.extend(result.vulns);
                if let Some(token) = result.next_page_token.filter(|token| !token.is_empty()) {
                    query["page_token"] = Value::String(token);
                    next.push(query);
                }
            }
            open = next;
        }
        Err(OsvError::Answer("its pages do not end".to_owned()))
    }

    /// A record, from the cache unless it has changed since.
    async fn record(&self, named: &Named) -> Result<Record, OsvError> {
        let place = self.cache.as_deref().filter(|_| !named.modified.is_empty()).map(|folder| cached(folder, named));
        if let Some(text) = place.as_deref().and_then(|place| fs::read(place).ok())
            && let Ok(record) = parsed::<Record>(&text)
            && record.id == named.id
        {
            return Ok(record);
        }
        let text = self.call(&Request::get(self.at(&["v1", "vulns", &named.id])?), BUDGET).await?;
        let record: Record = parsed(&text)?;
        if record.id != named.id {
            return Err(OsvError::Answer("it gives another record than was asked for".to_owned()));
        }
        if let (Some(folder), Some(place)) = (&self.cache, place) {
            // Without a cache the answer is the same, only later.
            let _ = fs::create_dir_all(folder).and_then(|()| fs::write(place, &text));
        }
        Ok(record)
    }

    fn at(&self, parts: &[&str]) -> Result<Url, OsvError> {
        let mut url = self.base.clone();
        let path = url.path_segments_mut();
        path.map_err(|()| OsvError::Answer("its address can have no path".to_owned()))?.pop_if_empty().extend(parts);
        Ok(url)
    }

    async fn call(&self, request: &Request, budget: Duration) -> Result<Vec<u8>, OsvError> {
        retry::retry(&Policy::within(budget), || async {
            let answer = match self.client.request(request.clone()).await {
                Ok(answer) => answer,
                Err(error @ (OutboundError::Timeout { .. } | OutboundError::Unreachable { .. })) => {
                    return Err(Attempt::transient(OsvError::Call(error)));
                }
                Err(error) => return Err(Attempt::Permanent(OsvError::Call(error))),
            };
            let after =
                answer.header("retry-after").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
            match answer.status {
                200 if answer.truncated => {
                    Err(Attempt::Permanent(OsvError::Answer("it is longer than is read".to_owned())))
                }
                200 => Ok(answer.body.to_vec()),
                status @ (429 | 500..=599) => Err(Attempt::Transient { error: OsvError::Status(status), after }),
                status => Err(Attempt::Permanent(OsvError::Status(status))),
            }
        })
        .await
    }
}

fn query(at: &Coordinate) -> Option<Value> {
    let ecosystem = at.ecosystem.osv_name()?;
    Some(json!({ "package": { "name": at.name, "ecosystem": ecosystem }, "version": at.version }))
}

fn parsed<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, OsvError> {
    serde_json::from_slice(text).map_err(|_| OsvError::Answer("it is not what the OSV API describes".to_owned()))
}

/// The file of a record in one state. Hashed, because identifiers come from the server and name a file here.
fn cached(folder: &Path, named: &Named) -> PathBuf {
    let digest = Sha256::digest(format!("{}\n{}", named.id, named.modified));
    let mut name = String::new();
    for byte in digest {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    folder.join(format!("{name}.json"))
}
