//! Where MCP servers are configured. Reads files that clients of MCP keep, and returns the servers in them. Values of
//! environment variables and headers never leave this crate.

mod document;
mod entry;
pub mod github;
mod known;
mod machine;
mod package;
mod read;
mod reference;
mod risk;
mod secret;
mod shapes;
mod sources;
mod walk;

use std::collections::HashMap;

use contracts::api::scans::{DiscoveredMcp, SkippedFile};

pub use document::Format;
pub use machine::{Installation, machine};
pub use sources::{Place, SOURCES, Source, System, source_of};
pub use walk::{Progress, WalkError, walk, watched_walk};

/// The largest configuration file that is read. Real ones have a few KiB.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Servers of one file, and of a whole scan. Nobody configures as many; a hostile file might.
const MAX_SERVERS_OF_A_FILE: usize = 1_000;
const MAX_SERVERS: usize = 20_000;
/// Notes about one file.
const MAX_PROBLEMS_OF_A_FILE: usize = 20;

/// What was found in a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The servers, in the order of path and file.
    pub mcps: Vec<DiscoveredMcp>,
    /// Files that configure MCP servers but could not be read, whole or in part.
    pub skipped: Vec<SkippedFile>,
}

impl Discovery {
    /// Reads one file of the tree. Files that no client keeps its servers in are passed over.
    pub fn read(&mut self, path: &str, text: &str) {
        if let Some(source) = source_of(path) {
            self.read_as(source, path, text);
        }
    }

    /// Reads a file as that of a client.
    pub(crate) fn read_as(&mut self, source: &Source, path: &str, text: &str) {
        if source.broad && !names_the_protocol(text.as_bytes()) {
            return;
        }
        let documents = match document::parse(source.format, text) {
            Ok(documents) => documents,
            Err(reason) => return self.skip(path, reason),
        };
        let reading = shapes::read(source.shape, &documents);
        let found = reading.entries.len();
        let mut twins: HashMap<(Option<String>, String), usize> = HashMap::new();
        for entry in reading.entries.into_iter().take(MAX_SERVERS_OF_A_FILE) {
            let twin = twins.entry((entry.project.clone(), entry.name.clone())).or_default();
            self.mcps.push(entry::describe(source.client, path, &entry, *twin));
            *twin += 1;
        }
        if found > MAX_SERVERS_OF_A_FILE {
            self.skip(path, format!("{found} servers in one file: only the first {MAX_SERVERS_OF_A_FILE} are listed"));
        }
        for (line, problem) in reading.problems.into_iter().take(MAX_PROBLEMS_OF_A_FILE) {
            self.skip(path, format!("line {line}: {problem}"));
        }
    }

    /// Notes a file that could not be read.
    pub fn skip(&mut self, path: &str, reason: impl Into<String>) {
        self.skipped.push(SkippedFile { path: path.to_owned(), reason: reason.into() });
    }

    /// Takes over what was found elsewhere: by another thread, in another repository.
    pub fn merge(&mut self, other: Self) {
        self.mcps.extend(other.mcps);
        self.skipped.extend(other.skipped);
    }

    /// Puts everything into the order of paths, whichever thread found it first, and cuts what is beyond all measure.
    #[must_use]
    pub fn settle(mut self) -> Self {
        self.mcps.sort_by(|one, other| one.config_path.cmp(&other.config_path));
        self.skipped.sort_by(|one, other| (&one.path, &one.reason).cmp(&(&other.path, &other.reason)));
        if let Some(first) = self.mcps.get(MAX_SERVERS).map(|mcp| mcp.config_path.clone()) {
            self.mcps.truncate(MAX_SERVERS);
            self.skip(
                &first,
                format!("more than {MAX_SERVERS} servers: from here on none are listed; scan fewer folders"),
            );
        }
        self
    }
}

/// The package that a launch command fetches, as [`DiscoveredMcp::package`] has it, if it is a known launcher.
pub fn package_of(command: &[String]) -> Option<String> {
    package::of(command).map(|package| package.to_string())
}

/// Whether a file has the word that every configuration of MCP has somewhere: in a key, a package or an image.
fn names_the_protocol(text: &[u8]) -> bool {
    text.windows(3).any(|word| word.eq_ignore_ascii_case(b"mcp"))
        || text.windows(MODEL_CONTEXT.len()).any(|word| word.eq_ignore_ascii_case(MODEL_CONTEXT))
}

const MODEL_CONTEXT: &[u8] = b"modelcontextprotocol";
