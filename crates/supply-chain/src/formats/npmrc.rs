//! `.npmrc`: <https://docs.npmjs.com/cli/configuring-npm/npmrc>.

use crate::source::masked;
use crate::tree::{File, Tree};
use crate::{Ecosystem, Index, IndexRole, Resolved};

#[expect(clippy::unnecessary_wraps, reason = "every format is read by the same shape of function")]
pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    for (number, line) in (1..).zip(file.text.lines()) {
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim(), value.trim().trim_matches('"'));
        // A scope's own registry serves that scope alone, so names cannot be confused.
        let role = if key == "registry" || key.starts_with('@') && key.ends_with(":registry") {
            IndexRole::Main
        } else if key == "strict-ssl" && value == "false" {
            IndexRole::TrustedHost
        } else {
            continue;
        };
        let url = if role == IndexRole::TrustedHost { "every registry".to_owned() } else { masked(value) };
        let (ecosystem, file) = (Ecosystem::Npm, file.path.to_owned());
        resolved.indexes.push(Index { ecosystem, role, url, file, line: Some(number) });
    }
    Ok(())
}
