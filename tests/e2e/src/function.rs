//! A program of this workspace as the zip that Lambda takes.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use tokio::process::Command;
use zip::write::SimpleFileOptions;

use crate::process::binary;

/// The zip of `provided.al2023` with a built program as its `bootstrap`, without symbols, which make up half of it.
pub async fn zip_of(program: &str) -> anyhow::Result<Vec<u8>> {
    let folder = tempfile::tempdir().context("make a folder")?;
    let stripped = folder.path().join("bootstrap");
    strip(&binary(program)?, &stripped).await?;
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options =
        SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored).unix_permissions(0o755);
    archive.start_file("bootstrap", options)?;
    archive.write_all(&std::fs::read(&stripped).context("read the program")?)?;
    Ok(archive.finish()?.into_inner())
}

async fn strip(program: &Path, into: &Path) -> anyhow::Result<()> {
    let status = Command::new("strip").arg("-o").arg(into).arg(program).status().await;
    ensure!(status.context("run `strip` of binutils")?.success(), "`strip` failed for {}", program.display());
    Ok(())
}
