//! Where MCP servers are configured. Reads files that clients of MCP keep, and returns the servers in them. Values of
//! environment variables and headers leave this crate only for whoever starts a server ([`launches`]).

pub mod archive;
mod code;
mod document;
mod entry;
mod fix;
pub mod github;
mod known;
mod launch;
mod machine;
mod meaning;
mod package;
mod read;
mod reference;
mod risk;
mod secret;
mod shapes;
mod sources;
mod surroundings;
mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use contracts::api::scans::{DiscoveredMcp, FileFinding, SkippedFile};
use detect::evidence::Masker;

pub use document::Format;
use document::Node;
pub use fix::{Proposal, Remark, propose};
pub use launch::{Launch, launches};
pub use machine::{Installation, machine};
use meaning::Meaning;
pub use read::read_file;
pub use sources::{Place, SOURCES, Source, System, source_of};
pub use walk::{Progress, WalkError, walk, walk_with_code, watched_walk};

/// The largest configuration file that is read. Real ones have a few KiB.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// Servers of a whole scan, and of one file. Nobody configures as many; a hostile file might.
pub const MAX_SERVERS: usize = 20_000;
const MAX_SERVERS_OF_A_FILE: usize = 1_000;
/// Notes about one file.
const MAX_PROBLEMS_OF_A_FILE: usize = 20;
/// Findings of a whole scan.
const MAX_FINDINGS: usize = 20_000;

/// What was found in a tree.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The servers, in the order of path and file.
    pub mcps: Vec<DiscoveredMcp>,
    /// Files that configure MCP servers but could not be read, whole or in part.
    pub skipped: Vec<SkippedFile>,
    /// What is wrong in the files around the servers, worst first; none where nobody asked for them.
    pub findings: Vec<FileFinding>,
    /// Masks what findings show. Without it, files are read for servers only.
    masker: Option<Arc<Masker>>,
}

impl Discovery {
    /// One that also judges what surrounds the servers. The masker keeps what must not be read out of its findings.
    pub fn judging(masker: Arc<Masker>) -> Self {
        Self { masker: Some(masker), ..Self::default() }
    }

    /// Reads one file of the tree. Files that no client keeps its servers in, and none obeys, are passed over.
    pub fn read(&mut self, path: &str, text: &str) {
        if let Some(meaning) = Meaning::of(path) {
            self.read_as(meaning, path, text);
        }
    }

    /// Reads a file as what it is.
    pub(crate) fn read_as(&mut self, meaning: Meaning, path: &str, text: &str) {
        let servers = self.mcps.len();
        let documents = meaning.source.and_then(|source| self.read_servers(source, path, text));
        let Some((surrounding, masker)) = meaning.surrounding.zip(self.masker.clone()) else { return };
        match surroundings::judge(surrounding, path, text, documents, self.mcps.len() > servers, &masker) {
            Ok(findings) => self.findings.extend(findings),
            // Said already where servers were looked for.
            Err(reason) if meaning.source.is_none_or(|source| source.broad) => self.skip(path, reason),
            Err(_) => {}
        }
    }

    /// Reads a file as that of a client. Gives what it parsed, with the notation.
    fn read_servers(&mut self, source: &Source, path: &str, text: &str) -> Option<(Format, Vec<Node>)> {
        if source.broad && !names_the_protocol(text.as_bytes()) {
            return None;
        }
        let documents = match document::parse(source.format, text) {
            Ok(documents) => documents,
            Err(reason) => {
                self.skip(path, reason);
                return None;
            }
        };
        let reading = shapes::read(source.shape, &documents);
        let found = reading.entries.len();
        let mut twins = HashMap::new();
        for entry in reading.entries.into_iter().take(MAX_SERVERS_OF_A_FILE) {
            let twin = entry::twin(&mut twins, &entry);
            self.mcps.push(entry::describe(source.client, path, &entry, twin));
        }
        if found > MAX_SERVERS_OF_A_FILE {
            self.skip(path, format!("{found} servers in one file: only the first {MAX_SERVERS_OF_A_FILE} are listed"));
        }
        for (line, problem) in reading.problems.into_iter().take(MAX_PROBLEMS_OF_A_FILE) {
            self.skip(path, format!("line {line}: {problem}"));
        }
        Some((source.format, documents))
    }

    /// Notes a file that could not be read.
    pub fn skip(&mut self, path: &str, reason: impl Into<String>) {
        self.skipped.push(SkippedFile { path: path.to_owned(), reason: reason.into() });
    }

    /// Takes over what was found elsewhere: by another thread, in another repository.
    pub fn merge(&mut self, other: Self) {
        self.mcps.extend(other.mcps);
        self.skipped.extend(other.skipped);
        self.findings.extend(other.findings);
    }

    /// Puts findings into their order, worst first, and drops those beyond `most`. Returns how many these were.
    pub fn keep_worst(&mut self, most: usize) -> usize {
        self.findings.sort_by(|one, other| {
            let worst_first = other.finding.severity.cmp(&one.finding.severity);
            let place =
                || (&one.path, one.line, &one.finding.check).cmp(&(&other.path, other.line, &other.finding.check));
            worst_first.then_with(place)
        });
        let more = self.findings.len().saturating_sub(most);
        self.findings.truncate(most);
        more
    }

    /// Puts everything into the order of paths, whichever thread found it first, and cuts what is beyond all measure.
    #[must_use]
    pub fn settle(mut self) -> Self {
        if self.keep_worst(MAX_FINDINGS) > 0 {
            self.skip(
                ".",
                format!("more than {MAX_FINDINGS} findings: the least severe are left out; scan fewer folders"),
            );
        }
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
