//! What an MCP server is made of: manifests and lock files become packages, packages meet advisories (OSV), and both
//! are judged by the supply-chain rows of the check catalogue.
//!
//! Everything that is read is hostile: sizes, counts and depth are bounded, no path leads out of the tree, nothing is
//! fetched that a file names, and no text of a file comes back in an error.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a panic is a failed test"))]

mod assess;
mod code;
mod folder;
mod formats;
mod graph;
mod judge;
mod lines;
mod osv;
mod package;
mod range;
mod resolve;
mod source;
mod syntax;
mod tree;
mod version;

pub use assess::{Known, Launched, OF_ADVISORIES, assess};
pub use code::{Code, is_kept};
pub use folder::{FolderError, FolderFiles, files_of_folder, read_folder};
pub use osv::{Advisories, AdvisorySource, Coordinate, OfflineDatabase, OnlineApi, OsvError};
pub use package::{Ecosystem, Index, IndexRole, Manifest, Package, Problem, Relation, Requirement};
pub use resolve::{MAX_FILE_BYTES, Resolved, is_manifest, is_wanted, resolve};
pub use source::{Source, SourceKind};
