//! Uploaded archives. An archive goes to the object store by itself, since no request of the API may be so large; a scan then
//! names it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::ids::UploadId;

/// The largest archive that is read.
pub const MAX_ARCHIVE_BYTES: u64 = 256 << 20;

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// As PKWARE describes it.
    Zip,
    /// POSIX and GNU.
    Tar,
    /// The same, compressed.
    TarGz,
}

impl ArchiveFormat {
    /// The kind that a file is by its name, if it is one.
    pub fn of_name(name: &str) -> Option<Self> {
        const ENDINGS: [(&str, ArchiveFormat); 4] = [
            (".zip", ArchiveFormat::Zip),
            (".tar", ArchiveFormat::Tar),
            (".tar.gz", ArchiveFormat::TarGz),
            (".tgz", ArchiveFormat::TarGz),
        ];
        let name = name.to_ascii_lowercase();
        ENDINGS.into_iter().find_map(|(ending, format)| name.ends_with(ending).then_some(format))
    }

    /// Media type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Zip => "application/zip",
            Self::Tar => "application/x-tar",
            Self::TarGz => "application/gzip",
        }
    }
}

/// Asks for an address to upload an archive to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// Its name, which ends with `.zip`, `.tar`, `.tar.gz` or `.tgz`. At most 200 characters.
    pub file_name: String,
    /// Its length: 1 byte to 256 MiB (268435456 bytes). No other length is taken.
    pub size_bytes: u64,
    /// SHA-256 of it, as 64 hexadecimal digits. What arrives otherwise is not scanned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// An upload, for one scan. What was uploaded is deleted when that scan is through, or after some days without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Upload {
    /// The upload: `upload` of the scan.
    pub upload_id: UploadId,
    /// Its name.
    pub file_name: String,
    /// Its length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of it, where it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Until when a scan of it may be started.
    pub expires_at: Timestamp,
    /// How to send it.
    pub put: PresignedPut,
}

/// A request that writes one object without a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PresignedPut {
    /// Where to send the file with `PUT`. Presigned, bound to this one object.
    pub url: Url,
    /// The headers that the request must have, exactly so.
    pub headers: BTreeMap<String, String>,
    /// Until when the request must begin. Asking again with the same `Idempotency-Key` gives a new address.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_name_tells_the_format() {
        for (name, format) in [
            ("backend.zip", Some(ArchiveFormat::Zip)),
            ("Backend-1.2.TAR.GZ", Some(ArchiveFormat::TarGz)),
            ("backend.tgz", Some(ArchiveFormat::TarGz)),
            ("backend.tar", Some(ArchiveFormat::Tar)),
            ("backend.7z", None),
            ("backend.gz", None),
            ("zip", None),
        ] {
            assert_eq!(ArchiveFormat::of_name(name), format, "{name}");
        }
    }
}
