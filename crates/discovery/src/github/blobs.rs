//! Reading the files of a repository, each content once.

use std::collections::HashMap;

use futures_util::{StreamExt as _, stream};

use super::calls::{Calls, Form, Got};
use super::scan::RepositoryFile;
use super::tree::Wanted;
use super::{Beside, GitHubError};
use crate::read::{Content, take};
use crate::{Discovery, MAX_FILE_BYTES, Meaning};

/// How many files are read at a time. GitHub counts clients that ask for many at once as abuse.
const AT_ONCE: usize = 4;

/// What the files of a repository say.
pub(super) struct Reading {
    pub(super) found: Discovery,
    pub(super) files: Vec<RepositoryFile>,
    bytes: u64,
}

/// The files with one content.
struct Group {
    sha: String,
    max_bytes: u64,
    files: Vec<Wanted>,
}

impl Calls<'_> {
    /// Reads files. `shown` is what stands before their paths for people.
    pub(super) async fn read(
        &self,
        (owner, name): (&str, &str),
        shown: &str,
        wanted: Vec<Wanted>,
        beside: Option<Beside>,
    ) -> Result<Reading, GitHubError> {
        let limits = self.api.limits;
        let found = Discovery { masker: self.api.masker.clone(), ..Discovery::default() };
        let mut reading = Reading { found, files: Vec::new(), bytes: 0 };
        let mut groups = grouped(wanted, beside.map_or(0, |beside| beside.max_bytes));
        for file in groups.split_off(limits.files.min(groups.len())).iter().flat_map(|group| &group.files) {
            let reason = format!("the repository has more than {} such files: scan a smaller one", limits.files);
            reading.found.skip(&format!("{shown}/{}", file.path), reason);
        }
        let mut reads = stream::iter(groups)
            .map(|group| async move {
                let got = match self.api.at(&["repos", owner, name, "git", "blobs", &group.sha]) {
                    Ok(url) => self.get_beginning(url, Form::Raw, group.max_bytes, "such file").await,
                    Err(error) => Err(error),
                };
                (group, got)
            })
            .buffered(AT_ONCE);
        let mut full = false;
        while let Some((group, got)) = reads.next().await {
            if full {
                reading.skip(shown, &group, "the files before it were as much as is read of one repository");
                break;
            }
            match got {
                Ok(got) => reading.take(shown, group, &got, beside),
                Err(error) if error.ends_scan() => return Err(error),
                Err(error) => reading.skip(shown, &group, &error.to_string()),
            }
            full = reading.bytes >= limits.bytes;
        }
        Ok(reading)
    }
}

/// Puts files of the same content together, in the order of the first of each.
fn grouped(wanted: Vec<Wanted>, max_beside: u64) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for file in wanted {
        let max_bytes =
            if file.beside { max_beside } else { 0 }.max(if file.meaning.is_some() { MAX_FILE_BYTES } else { 0 });
        let place = *places.entry(file.sha.clone()).or_insert_with(|| {
            groups.push(Group { sha: file.sha.clone(), max_bytes: 0, files: Vec::new() });
            groups.len() - 1
        });
        groups[place].max_bytes = groups[place].max_bytes.max(max_bytes);
        groups[place].files.push(file);
    }
    groups
}

impl Reading {
    fn take(&mut self, shown: &str, group: Group, got: &Got, beside: Option<Beside>) {
        self.bytes += got.body.len() as u64;
        for file in group.files {
            let path = format!("{shown}/{}", file.path);
            let beside = beside.filter(|_| file.beside);
            self.files.extend(hand_over(&mut self.found, &path, &file.path, &got.body, file.meaning, beside));
        }
    }

    fn skip(&mut self, shown: &str, group: &Group, reason: &str) {
        for file in &group.files {
            self.found.skip(&format!("{shown}/{}", file.path), reason);
        }
    }
}

/// Takes the first bytes of a file for what it means, and gives it back where the caller wanted it besides. `shown` is its path
/// for people.
pub(crate) fn hand_over(
    found: &mut Discovery,
    shown: &str,
    path: &str,
    body: &[u8],
    meaning: Option<Meaning>,
    beside: Option<Beside>,
) -> Option<RepositoryFile> {
    if let Some(meaning) = meaning {
        let end = usize::try_from(MAX_FILE_BYTES + 1).unwrap_or(usize::MAX).min(body.len());
        take(found, meaning, shown, Content::of(body[..end].to_vec()));
    }
    // A list of files may have told another size.
    if body.len() as u64 > beside?.max_bytes {
        found.skip(shown, "too large to be read");
    } else if let Ok(text) = std::str::from_utf8(body) {
        return Some(RepositoryFile { path: path.to_owned(), text: text.to_owned() });
    } else if meaning.is_none() {
        found.skip(shown, "not UTF-8 text");
    }
    None
}
