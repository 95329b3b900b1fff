//! Small files of every format, and what they come to.

mod cargo_and_go;
mod hostile;
mod npm;
mod others;
mod python;

use crate::{Resolved, resolve};

/// One line per package.
fn packages(resolved: &Resolved) -> String {
    assert!(resolved.problems.is_empty(), "{:?}", resolved.problems);
    let lines = resolved.packages.iter().map(|package| {
        let mut flags = format!("{:?}", package.relation).to_lowercase();
        let kind = format!("{:?}", package.source.kind).to_lowercase();
        for (flag, set) in [
            ("dev", package.dev),
            ("hashed", package.hashed),
            ("script", package.install_script),
            (kind.as_str(), package.source.kind != crate::SourceKind::Registry),
        ] {
            if set {
                flags = format!("{flags} {flag}");
            }
        }
        let line = package.line.map_or_else(|| "-".to_owned(), |line| line.to_string());
        format!("{line}: {}:{} [{flags}] {}", package.ecosystem, package.coordinate(), package.path.join(" > "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn read(files: &[(&str, &str)]) -> Resolved {
    resolve(files.iter().map(|(path, text)| (*path, *text)))
}
