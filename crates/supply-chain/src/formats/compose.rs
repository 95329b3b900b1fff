//! Images that a compose file runs: <https://docs.docker.com/reference/compose-file/services/#image>.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use super::docker::image;
use crate::lines::Lines;
use crate::tree::{File, Tree};
use crate::{Resolved, syntax};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Compose {
    services: IndexMap<String, Value>,
}

pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let compose: Compose = syntax::yaml(file.text)?;
    let mut lines = Lines::new(file.text);
    for service in compose.services.values() {
        // What is built here bears a name that no registry knows; what the environment names is not known either.
        let Some(reference) = service.get("image").and_then(Value::as_str) else { continue };
        if service.get("build").is_none() && !reference.contains('$') {
            let line = lines.next(reference);
            resolved.packages.push(crate::Package { line, ..image(reference, file.path) });
        }
    }
    Ok(())
}
