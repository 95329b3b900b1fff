//! What surrounds a server: files that tell an agent what to do, that it runs, or that decide what it may do without asking.
//! They are judged by the checks of section `MCPA-CFG` (see `CHECKS.md` in this crate's folder).

mod check;
mod commands;
mod files;
mod permissions;
mod settings;
mod table;
mod text;

use contracts::api::scans::FileFinding;
use detect::evidence::Masker;

use crate::document::{self, Format, Node};
use crate::sources::Place;
use check::Judged;
pub(crate) use files::{leading_out, leads_to_known, writable_by_others};
pub(crate) use table::SURROUNDINGS;

/// One kind of file around servers.
#[derive(Debug)]
pub(crate) struct Surrounding {
    /// Where it is.
    pub(crate) places: &'static [Place],
    /// What is done with it.
    pub(crate) role: Role,
}

/// What is done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A model reads it as its instructions.
    Instructions,
    /// An agent runs it.
    Script,
    /// A client or an editor obeys it.
    Settings(Format),
}

/// Judges the text of a file. `documents` are what was parsed of it already, with the notation. `keeps_servers` tells that the file is read for servers as well, which reports their secrets.
pub(crate) fn judge(
    surrounding: &Surrounding,
    path: &str,
    text: &str,
    documents: Option<(Format, Vec<Node>)>,
    keeps_servers: bool,
    masker: &Masker,
) -> Result<Vec<FileFinding>, String> {
    let mut judged = Judged::new(path, text, masker);
    match surrounding.role {
        Role::Instructions => text::instructions(&mut judged),
        Role::Script => text::script(&mut judged),
        Role::Settings(format) => {
            // An empty file of settings sets nothing.
            if text.trim().is_empty() {
                return Ok(Vec::new());
            }
            let documents = match documents {
                Some((parsed_as, documents)) if parsed_as == format => documents,
                _ => document::parse(format, text)?,
            };
            for document in &documents {
                settings::judge(&mut judged, document);
                permissions::judge(&mut judged, document);
            }
            if !keeps_servers {
                text::secrets(&mut judged);
            }
        }
    }
    Ok(judged.into_findings())
}
