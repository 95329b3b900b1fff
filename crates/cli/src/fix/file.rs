//! One file, replaced as a whole or not at all: never a link, never one that changed since it was read.

use std::fs::{self, Metadata};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file as it was read.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) text: String,
    metadata: Metadata,
}

impl Opened {
    /// Reads a regular file. A link is refused: what it leads to may belong to somebody else.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
            return Err("a link: mend the file that it leads to".to_owned());
        }
        let (metadata, text) = discovery::read_file(path)?;
        Ok(Self { path: path.to_owned(), text, metadata })
    }

    /// The mode that leaves a secret to its owner, and nothing for everybody to change; nothing where it is so already.
    #[cfg(unix)]
    pub(super) fn narrower_mode(&self, holds_secret: bool) -> Option<u32> {
        let mode = self.mode();
        let narrow = if holds_secret { mode & !0o077 } else { mode & !0o002 };
        (narrow != mode).then_some(narrow)
    }

    /// Windows has access control lists instead, which are left alone.
    #[cfg(not(unix))]
    pub(super) fn narrower_mode(&self, _: bool) -> Option<u32> {
        None
    }

    /// The permission bits.
    #[cfg(unix)]
    pub(super) fn mode(&self) -> u32 {
        std::os::unix::fs::PermissionsExt::mode(&self.metadata.permissions()) & 0o7777
    }

    #[cfg(not(unix))]
    pub(super) fn mode(&self) -> u32 {
        0
    }

    /// Puts another text in the place of the file, with the same owner and this mode. Readers see the old or the new file.
    pub(super) fn replace(&self, text: &str, mode: u32) -> Result<(), String> {
        let told = |error: std::io::Error| format!("cannot be written: {error}");
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Readable by the owner alone until it has its mode.
        let mut beside = tempfile::Builder::new().prefix(".mcp-audit-").tempfile_in(folder).map_err(told)?;
        beside.write_all(text.as_bytes()).map_err(told)?;
        self.adopt(beside.as_file(), mode).map_err(told)?;
        beside.as_file().sync_all().map_err(told)?;
        self.is_unchanged()?;
        beside.persist(&self.path).map_err(|error| told(error.error))?;
        Ok(())
    }

    /// Gives a file the owner of this one, then its mode: changing the owner may clear bits of the mode.
    #[cfg(unix)]
    fn adopt(&self, file: &fs::File, mode: u32) -> std::io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (self.metadata.uid(), self.metadata.gid()) {
            fchown(file, Some(self.metadata.uid()), Some(self.metadata.gid()))?;
        }
        file.set_permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    fn adopt(&self, file: &fs::File, _: u32) -> std::io::Result<()> {
        file.set_permissions(self.metadata.permissions())
    }

    /// Whether the file at the path still is the one that was read.
    fn is_unchanged(&self) -> Result<(), String> {
        let now = Self::read(&self.path)?;
        let same = now.text == self.text && now.mode() == self.mode() && now.is_same_file(self);
        if same { Ok(()) } else { Err("changed while it was mended: run the command again".to_owned()) }
    }

    #[cfg(unix)]
    fn is_same_file(&self, other: &Self) -> bool {
        use std::os::unix::fs::MetadataExt as _;

        (self.metadata.dev(), self.metadata.ino()) == (other.metadata.dev(), other.metadata.ino())
    }

    #[cfg(not(unix))]
    fn is_same_file(&self, _: &Self) -> bool {
        true
    }
}
