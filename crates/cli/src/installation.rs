//! What this installation keeps: the key for the digests in evidence.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use engine::EvidenceKey;
use rand::RngExt as _;

/// The key of this installation, made at the first run. Where it cannot be kept, it lasts for one run: digests then
/// differ between runs, findings and fingerprints do not.
pub(crate) fn evidence_key() -> EvidenceKey {
    let kept = folder().ok_or(io::ErrorKind::NotFound.into()).and_then(|folder| load_or_create(&folder));
    kept.unwrap_or_else(|error: io::Error| {
        tracing::info!(%error, "the evidence key cannot be kept, using one for this run only");
        EvidenceKey(rand::rng().random())
    })
}

/// Where this installation keeps what it needs again.
pub(crate) fn folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = if cfg!(windows) {
        variable("LOCALAPPDATA")
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("mcp-audit"))
}

fn load_or_create(folder: &Path) -> io::Result<EvidenceKey> {
    let path = folder.join("evidence.key");
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map(EvidenceKey).map_err(|_| io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            let key: [u8; 32] = rand::rng().random();
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path)?.write_all(&key)?;
            Ok(EvidenceKey(key))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_private() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().join("new");
        let first = load_or_create(&folder).expect("a key");
        assert_eq!(load_or_create(&folder).expect("the key").0, first.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.join("evidence.key")).expect("the file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
