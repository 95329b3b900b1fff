//! The other servers of a client configuration. One model uses them all, so one of them can speak for, imitate or rob
//! another.

use std::collections::BTreeSet;

use contracts::audit::{Transport, display_url};
use detect::evidence::EvidenceKey;
use detect::evidence::Masker;
use detect::secret;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::capability::{Capabilities, tags};
use crate::checks::oauth::discovery::is_loopback;
use crate::checks::supply_chain::launch::{Launch, Package};
use crate::snapshot::Snapshot;
use crate::target::Target;
use crate::tool_class::{ToolClass, split};

/// A configured server, as far as it is known: where it comes from always, what it declares if it was listed before.
/// Holds no secret: only keyed digests, by which equal ones are recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its key in the configuration.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// Where it comes from.
    pub source: Source,
    /// Whether its launch fetches an exact version; `None` where nothing is fetched.
    pub pinned: Option<bool>,
    /// Origins that its credentials are sent to, such as `https://mcp.example.com`.
    pub destinations: BTreeSet<String>,
    /// The secrets that its configuration hands it.
    pub credentials: Vec<Credential>,
    /// Whether the user says that it is a copy of the audited server. False unless set.
    #[serde(default)]
    pub mirror: bool,
    /// What it declared when it was last listed.
    #[serde(default)]
    pub declared: Option<Declared>,
}

/// Where a server comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A URL, without its query and user information.
    Url(String),
    /// A package: launcher and name, `npx:@scope/name`.
    Package(String),
    /// A program that fetches nothing: its name, and the keyed digest of its whole command.
    Program(String),
}

/// A secret in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Where it stands: `headers/Authorization`, `env/API_KEY`, `args`, `url`.
    pub place: String,
    /// Keyed digest of its value.
    pub digest: String,
    /// Its type, where its format gives that away: `github-token`.
    pub kind: Option<String>,
}

/// What a server declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// `serverInfo.name`.
    pub name: Option<String>,
    /// `serverInfo.title`.
    pub title: Option<String>,
    /// Addresses of its icons.
    pub icons: BTreeSet<String>,
    /// Whether it lists its tools for anybody; `None` where that was not tried.
    pub anonymous: Option<bool>,
    /// Its tools.
    pub tools: Vec<DeclaredTool>,
    /// Names and digests of the descriptions of its prompts.
    pub prompts: Vec<(String, String)>,
    /// Addresses and templates of its resources.
    pub resources: BTreeSet<String>,
}

/// A tool of another server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclaredTool {
    /// Its name.
    pub name: String,
    /// Keyed digest of its description.
    pub description: String,
    /// What it can do.
    pub class: ToolClass,
    /// What it can do to the flow of data.
    pub capabilities: Capabilities,
}

impl Credential {
    /// A configured value, if it is a secret: by its format, or by its name where it is long enough to be one. The value
    /// itself is not kept. `key` is that of the audit it is given to.
    pub fn of(place: impl Into<String>, name: &str, value: &str, key: &EvidenceKey) -> Option<Self> {
        const NAMES: [&str; 12] = [
            "authorization",
            "auth",
            "token",
            "key",
            "apikey",
            "secret",
            "password",
            "passwd",
            "credential",
            "credentials",
            "cookie",
            "pat",
        ];
        /// Words beside these that make the value one about a secret: `TOKEN_FILE`, `AUTH_URL`.
        const ABOUT: [&str; 10] = ["file", "path", "dir", "url", "uri", "host", "id", "name", "type", "header"];
        const SHORTEST: usize = 8;
        let kind = secret::scan(value).into_iter().find(|hit| hit.structural).map(|hit| hit.kind.to_owned());
        let words = split(name);
        let says = |words_of: &[&str]| words.iter().any(|word| words_of.contains(&word.as_str()));
        let by_name = says(&NAMES) && !says(&ABOUT) && value.len() >= SHORTEST;
        // A reference to a variable is no value, and what one server reads from it another may read too.
        let is_reference = value.starts_with('$') || value.contains("${");
        let is_secret = (kind.is_some() || by_name) && !is_reference;
        is_secret.then(|| Self { place: place.into(), digest: Masker::new(key.clone()).digest(value), kind })
    }
}

impl Neighbour {
    /// A configured server of which nothing more is known. `key` is that of the audit it is given to.
    pub fn of(name: &str, target: &Target, key: &EvidenceKey) -> Self {
        match target {
            Target::Http { url, headers } => Self::remote(name, url, headers, key),
            Target::Stdio { program, args, env } => {
                let command: Vec<String> = std::iter::once(program).chain(args).cloned().collect();
                let env: Vec<_> =
                    env.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect();
                Self::launched(name, &command, &env, key)
            }
        }
    }

    /// Adds what it declared when it was listed.
    #[must_use]
    pub fn declaring(mut self, snapshot: &Snapshot, key: &EvidenceKey) -> Self {
        let masker = Masker::new(key.clone());
        let digest = |text: Option<&str>| masker.digest(text.unwrap_or_default());
        let field = |name: &str| snapshot.server_field(name).map(str::to_owned);
        let icons = snapshot.server_info.get("icons").and_then(serde_json::Value::as_array).into_iter().flatten();
        let resources = snapshot.resources.iter().chain(&snapshot.templates);
        self.transport = snapshot.transport;
        self.declared = Some(Declared {
            name: field("name"),
            title: field("title"),
            icons: icons.filter_map(|icon| Some(icon.get("src")?.as_str()?.to_owned())).collect(),
            anonymous: snapshot.anonymous,
            tools: snapshot
                .tools
                .iter()
                .map(|tool| DeclaredTool {
                    name: tool.name.clone(),
                    description: digest(tool.description.as_deref()),
                    class: tool.class,
                    capabilities: tags(tool),
                })
                .collect(),
            prompts: snapshot
                .prompts
                .iter()
                .map(|prompt| (prompt.name.clone(), digest(prompt.description.as_deref())))
                .collect(),
            resources: resources.map(|item| item.uri.clone()).collect(),
        });
        self
    }

    /// A server behind a URL.
    pub(crate) fn remote(name: &str, url: &Url, headers: &[(String, SecretString)], key: &EvidenceKey) -> Self {
        let in_headers = headers.iter().filter_map(|(name, value)| {
            let value = value.expose_secret();
            let token = value.split_once(' ').map_or(value, |(_, token)| token.trim());
            Credential::of(format!("headers/{name}"), name, token, key)
        });
        let in_url = url.query_pairs().filter_map(|(name, value)| Credential::of("url", &name, &value, key));
        let password = url.password().and_then(|value| Credential::of("url", "password", value, key));
        Self {
            name: name.to_owned(),
            transport: Transport::StreamableHttp,
            source: Source::Url(display_url(url)),
            pinned: None,
            destinations: BTreeSet::from([url.origin().ascii_serialization()]),
            credentials: in_headers.chain(in_url).chain(password).collect(),
            mirror: false,
            declared: None,
        }
    }

    /// A server that is started by a command.
    pub(crate) fn launched(name: &str, command: &[String], env: &[(String, String)], key: &EvidenceKey) -> Self {
        let package = Launch::of_command(command).and_then(|launch| launch.package());
        let in_env = env.iter().filter_map(|(name, value)| Credential::of(format!("env/{name}"), name, value, key));
        let options = command.windows(2).filter(|pair| pair[0].starts_with('-') && !pair[1].starts_with('-'));
        let in_options = options.filter_map(|pair| match pair[1].split_once(": ") {
            // `--header "Authorization: Bearer ..."`
            Some((header, value)) => {
                let token = value.split_once(' ').map_or(value, |(_, token)| token.trim());
                Credential::of("args", header, token, key)
            }
            None => Credential::of("args", &pair[0], &pair[1], key),
        });
        let assigned = command.iter().filter_map(|word| {
            let (option, value) = word.split_once('=').filter(|_| word.starts_with('-'))?;
            Credential::of("args", option, value, key)
        });
        // What a bridge is given goes to the server behind it; what other programs do with an address is their business.
        let bridge = package.as_ref().is_some_and(is_bridge);
        let urls = command.iter().filter(|_| bridge).filter_map(|word| Url::parse(word).ok());
        let destinations = urls
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .map(|url| url.origin().ascii_serialization())
            .collect();
        let program = || {
            let base = command.first().and_then(|word| word.rsplit(['/', '\\']).next()).unwrap_or_default();
            Source::Program(format!("{base} {}", Masker::new(key.clone()).digest(&command.join(" "))))
        };
        Self {
            name: name.to_owned(),
            transport: Transport::Stdio,
            pinned: package.as_ref().map(|package| package.pinned.is_some()),
            source: package
                .map_or_else(program, |package| Source::Package(format!("{}:{}", package.launcher, package.name))),
            destinations,
            credentials: in_env.chain(in_options).chain(assigned).collect(),
            mirror: false,
            declared: None,
        }
    }

    /// Whether it runs on this machine.
    pub(crate) fn is_local(&self) -> bool {
        match &self.source {
            Source::Url(url) => Url::parse(url).is_ok_and(|url| is_loopback(&url)),
            Source::Package(_) | Source::Program(_) => true,
        }
    }

    /// Whether it is another machine's that answers anybody.
    pub(crate) fn is_anonymous_remote(&self) -> bool {
        !self.is_local() && self.declared.as_ref().is_some_and(|declared| declared.anonymous == Some(true))
    }
}

/// Packages that connect to a server elsewhere and pass on what they are given.
fn is_bridge(package: &Package) -> bool {
    let name = package.name.rsplit('/').next().unwrap_or_default();
    matches!(name, "mcp-remote" | "mcp-proxy" | "supergateway")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: EvidenceKey = EvidenceKey([7; 32]);

    fn launched(command: &str, env: &[(&str, &str)]) -> Neighbour {
        let words = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let env: Vec<_> = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Neighbour::launched("other", &words, &env, &KEY)
    }

    #[test]
    fn equal_secrets_are_recognised_wherever_they_stand_and_never_kept() {
        let value = "q9Zx27LmR4tVw81KpNs6YbTe";
        let url = Url::parse(&format!("https://u:p@mcp.example.com/mcp?api_key={value}")).expect("a URL");
        let headers = [("Authorization".to_owned(), format!("Bearer {value}").into())];
        let found: Vec<Neighbour> = vec![
            Neighbour::remote("other", &url, &headers, &KEY),
            launched(
                "npx -y notes@1.0.0",
                &[("NOTES_TOKEN", value), ("PORT", "8080"), ("KEY_FILE", "/etc/key"), ("A_KEY", "${A_KEY}")],
            ),
            launched(&format!("/opt/notes --api-key {value}"), &[]),
            launched(&format!("/opt/notes --api-key={value}"), &[]),
        ];
        let places: Vec<&str> =
            found.iter().flat_map(|one| &one.credentials).map(|credential| credential.place.as_str()).collect();
        assert_eq!(places, ["headers/Authorization", "url", "env/NOTES_TOKEN", "args", "args"]);
        let digests: BTreeSet<&str> =
            found.iter().flat_map(|one| &one.credentials).map(|credential| credential.digest.as_str()).collect();
        assert_eq!(digests.len(), 1);
        let json = serde_json::to_string(&found).expect("JSON");
        assert!(!json.contains(value), "{json}");
        assert_eq!(serde_json::from_str::<Vec<Neighbour>>(&json).expect("neighbours"), found);
    }

    #[test]
    fn sources_pins_and_destinations_follow_the_command() {
        let notes = launched("npx -y @acme/notes@latest", &[]);
        assert_eq!((notes.source, notes.pinned), (Source::Package("npx:@acme/notes".into()), Some(false)));
        let bridge = launched("npx -y mcp-remote@0.2.0 http://mcp.example.com/sse --transport sse", &[]);
        assert_eq!(bridge.destinations, BTreeSet::from(["http://mcp.example.com".to_owned()]));
        let program = launched("/opt/notes --docs http://docs.example.com", &[]);
        assert_eq!((program.pinned, program.destinations.len()), (None, 0));
    }
}
