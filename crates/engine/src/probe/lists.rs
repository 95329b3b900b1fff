//! Listing what a server offers, as some client, page by page and never without end.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::probe::{ClientIdentity, Probe, ProbeError, Request};
use crate::snapshot::{Item, Listing, ListingStop, Tool};
use crate::tool_class::{classify, shared_prefix};
use crate::wire::link::Live;
use crate::wire::record::{Cap, Exchange};

const MAX_PAGES: u32 = 100;
const MAX_ITEMS: usize = 5_000;
/// Tools that are analysed.
const MAX_TOOLS: usize = 512;
/// How long one list may take, all pages together.
const LIST: Duration = Duration::from_secs(30);

/// What a server lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    /// Tools in the order of the list.
    pub tools: Vec<Tool>,
    /// Prompts in the order of the list.
    pub prompts: Vec<Item>,
    /// `instructions` of the connection.
    pub instructions: Option<String>,
    /// How the lists ended.
    pub listings: Vec<Listing>,
}

/// One list, read as far as it was worth it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) items: Vec<Value>,
    pub(crate) listing: Listing,
    /// The status of the first page, where that was refused.
    pub(crate) refused: Option<Exchange>,
}

/// As whom, and over which connection, something is listed.
pub(crate) struct Face<'p> {
    pub(crate) probe: &'p Probe,
    pub(crate) live: Option<Arc<Live>>,
    pub(crate) identity: Option<ClientIdentity>,
    /// Headers instead of those of the target; `Some` of none is a caller without credentials.
    pub(crate) credentials: Option<&'p [(String, SecretString)]>,
}

impl<'p> Face<'p> {
    /// Ourselves, over the connection of the run.
    pub(crate) fn own(probe: &'p Probe) -> Self {
        Self { probe, live: None, identity: None, credentials: None }
    }

    fn request(&self, method: &str, params: Value) -> Request<'p> {
        let mut request = Request::new(self.probe, 0, self.live.clone(), method, params);
        if let Some(identity) = &self.identity {
            request = request.client(identity);
        }
        match self.credentials {
            Some(headers) => request.credentials(headers),
            None => request,
        }
    }

    /// Reads a list to its end, or until a limit or a cycle stops it.
    pub(crate) async fn list(&self, method: &str, member: &str) -> Result<Listed, ProbeError> {
        let mut listed = Listed {
            items: Vec::new(),
            listing: Listing { method: method.to_owned(), pages: 0, items: 0, stopped: None },
            refused: None,
        };
        let (mut cursors, mut digests) = (HashSet::new(), HashSet::new());
        let mut cursor: Option<String> = None;
        let end = Instant::now() + LIST;
        loop {
            let params = cursor.as_ref().map_or(Value::Null, |cursor| json!({ "cursor": cursor }));
            let page = match self.request(method, params).send().await {
                Ok(page) => page,
                Err(ProbeError::Timeout(limit)) => {
                    listed.listing.stopped = Some(ListingStop::Failed(format!("no answer within {limit:?}")));
                    break;
                }
                Err(error) => return Err(error),
            };
            listed.listing.stopped = self.read_page(&page, member, &mut listed, &mut digests);
            if listed.listing.stopped.is_some() {
                if listed.listing.pages == 0 {
                    listed.refused = Some(page);
                }
                break;
            }
            cursor =
                page.result().and_then(|result| result.get("nextCursor")).and_then(Value::as_str).map(str::to_owned);
            let Some(cursor) = &cursor else { break };
            listed.listing.stopped = if !cursors.insert(cursor.clone()) {
                Some(ListingStop::RepeatedCursor)
            } else if listed.listing.pages >= MAX_PAGES || listed.items.len() >= MAX_ITEMS {
                Some(ListingStop::TooMany)
            } else if Instant::now() >= end {
                Some(ListingStop::Failed(format!("the list was not complete within {LIST:?}")))
            } else {
                None
            };
            if listed.listing.stopped.is_some() {
                break;
            }
        }
        listed.items.truncate(MAX_ITEMS);
        listed.listing.items = u32::try_from(listed.items.len()).unwrap_or(u32::MAX);
        Ok(listed)
    }

    fn read_page(
        &self,
        page: &Exchange,
        member: &str,
        listed: &mut Listed,
        digests: &mut HashSet<[u8; 32]>,
    ) -> Option<ListingStop> {
        let Some(result) = page.result() else {
            return Some(match (page.truncated, page.error(), page.status) {
                (Some(Cap::Time), ..) => ListingStop::Failed("the answer did not end in time".to_owned()),
                (Some(_), ..) => ListingStop::TooLarge,
                (None, Some((code, message)), _) => {
                    let message = self.probe.shared().masker.text(message);
                    ListingStop::Failed(format!("error {code}: {message}"))
                }
                (None, None, Some(status)) => ListingStop::Failed(format!("status {status} without a response")),
                (None, None, None) => ListingStop::Failed("no response".to_owned()),
            });
        };
        let Some(items) = result.get(member).and_then(Value::as_array) else {
            return Some(ListingStop::Failed(format!("the result has no list `{member}`")));
        };
        listed.listing.pages += 1;
        let digest: [u8; 32] = Sha256::digest(Value::Array(items.clone()).to_string()).into();
        if !digests.insert(digest) {
            return Some(ListingStop::RepeatedPage);
        }
        listed.items.extend(items.iter().cloned());
        None
    }

    /// Tools and prompts.
    pub(crate) async fn lists(&self, instructions: Option<String>) -> Result<Lists, ProbeError> {
        let tools = self.list("tools/list", "tools").await?;
        let mut listings = vec![tools.listing];
        let mut prompts = Vec::new();
        if self.probe.snapshot().listings.iter().any(|listing| listing.method == "prompts/list") {
            let listed = self.list("prompts/list", "prompts").await?;
            prompts = listed.items.iter().map(item_of).collect();
            listings.push(listed.listing);
        }
        Ok(Lists { tools: tools_of(&tools.items), prompts, instructions, listings })
    }
}

impl Probe {
    /// Lists tools and prompts again over the connection of the run.
    pub async fn relist(&self) -> Result<Lists, ProbeError> {
        Face::own(self).lists(self.snapshot.instructions.clone()).await
    }

    /// Lists tools and prompts over a fresh connection: a new session, a new stream, or a new child; as some client.
    pub async fn relist_fresh(&self, client: Option<ClientIdentity>) -> Result<Lists, ProbeError> {
        let identity = client.clone().unwrap_or_default();
        let live = self.open_fresh(0, &identity).await?;
        let face = Face { live: Some(live.clone()), identity: client, ..Face::own(self) };
        let lists = face.lists(None).await;
        live.connection.close().await;
        lists
    }
}

/// Tools as the snapshot keeps them: nothing is dropped for being malformed.
pub(crate) fn tools_of(items: &[Value]) -> Vec<Tool> {
    let items = &items[..items.len().min(MAX_TOOLS)];
    let text = |raw: &Value, name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned);
    let member = |raw: &Value, name: &str| raw.get(name).cloned().unwrap_or(Value::Null);
    let prefix = shared_prefix(items.iter().filter_map(|raw| raw.get("name")?.as_str()));
    let tool = |raw: &Value| {
        let name = text(raw, "name").unwrap_or_default();
        let description = text(raw, "description");
        let (annotations, input_schema) = (member(raw, "annotations"), member(raw, "inputSchema"));
        Tool {
            class: classify(&name, &prefix, description.as_deref(), &annotations, &input_schema),
            title: text(raw, "title").or_else(|| text(&annotations, "title")),
            name,
            description,
            input_schema,
            output_schema: member(raw, "outputSchema"),
            annotations,
            raw: raw.clone(),
        }
    };
    items.iter().map(tool).collect()
}

/// A prompt, resource or template as the snapshot keeps it.
pub(crate) fn item_of(raw: &Value) -> Item {
    let text = |name: &str| raw.get(name).and_then(Value::as_str).map(str::to_owned);
    Item {
        name: text("name").unwrap_or_default(),
        uri: text("uri").or_else(|| text("uriTemplate")).unwrap_or_default(),
        description: text("description"),
        raw: raw.clone(),
    }
}
