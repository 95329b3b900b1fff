//! From what a file says about a server to what we tell about it: no value of a variable or header passes this point.

use std::collections::HashMap;

use contracts::api::scans::{DiscoveredMcp, FoundSecret, KnownMcp, McpKind, SecretPlace};
use contracts::ids::McpId;
use url::Url;

use crate::package::{self, Package};
use crate::{known, risk, secret};

/// What a file says about one server. Holds secrets, so it cannot be printed.
#[derive(Default)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// The line of its name.
    pub(crate) line: u32,
    pub(crate) kind: McpKind,
    /// The folder that the entry is for, where one file configures several.
    pub(crate) project: Option<String>,
    /// As the file declares it.
    pub(crate) transport: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) command: Vec<String>,
    pub(crate) env: Vec<Setting>,
    pub(crate) headers: Vec<Setting>,
    /// Where the file names it apart from the command.
    pub(crate) package: Option<Package>,
    pub(crate) disabled: bool,
}

/// A variable or header. Without a value the client takes it from elsewhere.
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// Describes an entry of a client's file. `twin` tells entries of the same name in one file apart, from 0.
pub(crate) fn describe(client: &str, path: &str, entry: &Entry, twin: usize) -> DiscoveredMcp {
    let package = entry.package.clone().or_else(|| package::of(&entry.command));
    let address = known::address(entry.url.as_deref(), &entry.command, package.as_ref());
    let known = known::of(address.as_ref(), package.as_ref());
    let (command, mut secrets) = secret::of_command(&entry.command);
    secrets.extend(found_in(SecretPlace::Environment, &entry.env));
    secrets.extend(found_in(SecretPlace::Header, &entry.headers));
    secrets.extend(
        entry.url.as_deref().and_then(|url| Url::parse(url).ok()).map(|url| secret::of_url(&url)).unwrap_or_default(),
    );
    let (risk, risk_reasons) = risk::judge(&risk::Facts {
        name: &entry.name,
        kind: entry.kind,
        address: address.as_ref(),
        command: &entry.command,
        package: package.as_ref(),
        known,
        secret_inline: !secrets.is_empty(),
    });
    DiscoveredMcp {
        mcp_id: id(path, entry, twin),
        name: secret::printable(&entry.name),
        client: client.to_owned(),
        config_path: path.to_owned(),
        line: Some(entry.line),
        transport: transport(entry).to_owned(),
        url: entry.url.as_deref().map(secret::url),
        command,
        env_names: entry.env.iter().map(|setting| secret::printable(&setting.name)).collect(),
        header_names: entry.headers.iter().map(|setting| secret::printable(&setting.name)).collect(),
        package: package.map(|package| shown(&package)),
        risk,
        risk_reasons,
        kind: entry.kind,
        project: entry.project.as_deref().map(secret::printable),
        disabled: entry.disabled,
        secrets,
        known: known.map(KnownMcp::from),
        manifests: None,
    }
}

/// The coordinate. Where an address takes the place of a name, it may hold a credential.
fn shown(package: &Package) -> String {
    if package.name.contains("://") {
        return format!("{}:{}", package.ecosystem, secret::url(&package.name));
    }
    secret::printable(&package.to_string())
}

/// How many entries of that name came before it in its file.
pub(crate) fn twin(seen: &mut HashMap<(Option<String>, String), usize>, entry: &Entry) -> usize {
    let count = seen.entry((entry.project.clone(), entry.name.clone())).or_default();
    *count += 1;
    *count - 1
}

/// The id of an entry. `twin` tells entries of the same name in one file apart, from 0.
pub(crate) fn id(path: &str, entry: &Entry, twin: usize) -> McpId {
    let twin = twin.to_string();
    let mut parts = vec!["mcp", path, &entry.name];
    // The first of a name keeps the id that it has without the others.
    parts.extend(entry.project.as_deref());
    parts.extend((twin != "0").then_some(twin.as_str()));
    McpId::derived(&parts)
}

fn found_in(place: SecretPlace, settings: &[Setting]) -> impl Iterator<Item = FoundSecret> {
    settings.iter().filter_map(move |setting| secret::of_value(place, &setting.name, setting.value.as_deref()?))
}

fn transport(entry: &Entry) -> &'static str {
    let declared = entry.transport.as_deref().unwrap_or_default().to_ascii_lowercase();
    let ends_in_sse =
        |url: &String| Url::parse(url).is_ok_and(|url| url.path().trim_end_matches('/').ends_with("/sse"));
    match (&entry.url, declared.as_str()) {
        (_, "builtin" | "platform") => "builtin",
        (None, "http" | "streamable-http" | "streamable_http" | "streamablehttp" | "proxy") => "http",
        (_, "sse") => "sse",
        (None, "") if entry.command.is_empty() && entry.kind != McpKind::Configured => "unknown",
        (None, _) => "stdio",
        (Some(url), "") if ends_in_sse(url) => "sse",
        (Some(_), _) => "http",
    }
}
