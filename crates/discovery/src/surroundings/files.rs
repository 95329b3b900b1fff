//! What a file is, rather than what it says: a link that leads elsewhere, or one that everybody may change.

use std::path::{Component, Path, PathBuf};

use contracts::api::scans::FileFinding;
use contracts::audit::{Confidence, Severity};
use detect::evidence::{Masker, Sample};

use crate::walk::slashed;

use super::check::{Draft, Judged, LINK_LEADS_OUT, OTHERS_MAY_WRITE};

/// The finding about a link in a tree that leads out of it. A link inside the tree, such as `CLAUDE.md -> AGENTS.md`, is how
/// projects keep one text for several agents.
pub(crate) fn leading_out(root: &Path, link: &Path, path: &str, masker: &Masker) -> Option<FileFinding> {
    let target = std::fs::read_link(link).ok()?;
    let folder = link.parent().unwrap_or(root).strip_prefix(root).ok()?;
    if within(&target, folder, root).is_some() {
        return None;
    }
    let shown = target.to_string_lossy();
    let mut judged = Judged::new(path, &shown, masker);
    let draft = Draft {
        severity: Severity::Medium,
        confidence: Confidence::Confirmed,
        message: "the file is a link to a place outside the scanned folder".to_owned(),
        discriminator: String::new(),
        sample: Sample::whole(shown.as_ref(), "file:link"),
        line: None,
    };
    judged.raise(&LINK_LEADS_OUT, &draft);
    judged.into_findings().pop()
}

/// Whether a link stands for a file of the tree that is read by itself.
pub(crate) fn leads_to_known(root: &Path, link: &Path) -> bool {
    let known = || {
        let folder = link.parent()?.strip_prefix(root).ok()?;
        let inside = within(&std::fs::read_link(link).ok()?, folder, root)?;
        let is_file = std::fs::symlink_metadata(root.join(&inside)).is_ok_and(|target| target.is_file());
        is_file.then(|| crate::Meaning::of(&slashed(&inside)))?
    };
    known().is_some()
}

/// The path from the root that a link in a folder below it stands for, by its text alone; nothing where it leads out.
fn within(target: &Path, folder: &Path, root: &Path) -> Option<PathBuf> {
    let (target, mut inside) = match target.strip_prefix(root) {
        Ok(below) => (below, PathBuf::new()),
        Err(_) => (target, folder.to_owned()),
    };
    for component in target.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => inside.push(part),
            Component::ParentDir if inside.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}

/// The finding about a file that everybody on the machine may change, by the mode of POSIX.
pub(crate) fn writable_by_others(path: &str, mode: u32, severity: Severity, masker: &Masker) -> Option<FileFinding> {
    if mode & 0o002 == 0 {
        return None;
    }
    let shown = format!("mode {:04o}", mode & 0o7777);
    let mut judged = Judged::new(path, &shown, masker);
    let draft = Draft {
        severity,
        confidence: Confidence::Confirmed,
        message: "everybody on the machine may write to the file, and what it says is obeyed".to_owned(),
        discriminator: String::new(),
        sample: Sample::whole(shown.as_str(), "file:mode"),
        line: None,
    };
    judged.raise(&OTHERS_MAY_WRITE, &draft);
    judged.into_findings().pop()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_by_its_text_only() {
        let inside = |target: &str, folder: &str| {
            within(Path::new(target), Path::new(folder), Path::new("/tree")).map(|path| path.display().to_string())
        };
        assert_eq!(inside("AGENTS.md", "").as_deref(), Some("AGENTS.md"));
        assert_eq!(inside("../AGENTS.md", "app").as_deref(), Some("AGENTS.md"));
        assert_eq!(inside("/tree/a/b.md", "app").as_deref(), Some("a/b.md"));
        for (target, folder) in [("../AGENTS.md", ""), ("/etc/passwd", ""), ("../../x", "app"), ("a/../../x", "")] {
            assert_eq!(inside(target, folder), None, "{target}");
        }
    }
}
