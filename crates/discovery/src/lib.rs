//! Where MCP servers are configured. Reads files that clients of MCP keep, and returns the servers in them. Values of
//! environment variables and headers never leave this crate.

mod config;
mod mask;
mod package;
mod risk;
mod sources;
mod walk;

use contracts::api::scans::{DiscoveredMcp, SkippedFile};

pub use sources::{SOURCES, Source, source_of};
pub use walk::{WalkError, walk};

/// The largest configuration file that is read. Real ones have a few KiB.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// What was found in a tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The servers, in the order of path and file.
    pub mcps: Vec<DiscoveredMcp>,
    /// Files that configure MCP servers but could not be read.
    pub skipped: Vec<SkippedFile>,
}

impl Discovery {
    /// Reads one file of the tree. Files that no client keeps its servers in are passed over.
    pub fn read(&mut self, path: &str, text: &str) {
        let Some(source) = source_of(path) else { return };
        match config::servers(source, path, text) {
            Ok(found) => self.mcps.extend(found),
            Err(reason) => self.skip(path, reason),
        }
    }

    /// Notes a file that could not be read.
    pub fn skip(&mut self, path: &str, reason: impl Into<String>) {
        self.skipped.push(SkippedFile { path: path.to_owned(), reason: reason.into() });
    }
}
