//! Images that a `Dockerfile` builds upon: <https://docs.docker.com/reference/dockerfile/#from>.

use std::collections::BTreeSet;

use crate::tree::{File, Tree};
use crate::{Ecosystem, Package, Relation, Resolved};

#[expect(clippy::unnecessary_wraps, reason = "every format is read by the same shape of function")]
pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let mut stages: BTreeSet<String> = BTreeSet::new();
    for (number, line) in (1..).zip(file.text.lines()) {
        let mut words = line.split_whitespace().filter(|word| !word.starts_with("--"));
        if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM")) {
            continue;
        }
        let Some(reference) = words.next() else { continue };
        // An earlier stage, nothing at all, or what only the build knows is no image.
        if !stages.contains(reference) && reference != "scratch" && !reference.contains('$') {
            resolved.packages.push(Package { line: Some(number), ..image(reference, file.path) });
        }
        if words.next().is_some_and(|word| word.eq_ignore_ascii_case("AS")) {
            stages.extend(words.next().map(str::to_owned));
        }
    }
    Ok(())
}

/// `name:tag@digest`. Only a digest pins the contents.
pub(super) fn image(reference: &str, file: &str) -> Package {
    let (name, digest) = reference.split_once('@').map_or((reference, None), |(name, digest)| (name, Some(digest)));
    // A colon before the last slash belongs to the port of the registry.
    let tag = name.rfind(':').filter(|colon| *colon > name.rfind('/').unwrap_or(0));
    let (name, tag) = tag.map_or((name, ""), |colon| (&name[..colon], &name[colon + 1..]));
    Package {
        relation: Relation::Direct,
        hashed: digest.is_some(),
        ..Package::new(Ecosystem::Docker, name, digest.unwrap_or(tag), file)
    }
}
