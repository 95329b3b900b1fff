//! Writes the generated descriptions of the contracts: `make schemas`.

use std::path::Path;
use std::{fs, io};

use contracts::generate;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = generate::files();
    for file in &files {
        let path = folder.join(&file.path);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, &file.text)?;
    }
    // A schema whose contract is gone must not stay behind.
    for entry in fs::read_dir(folder.join("schemas"))? {
        let entry = entry?;
        let path = format!("schemas/{}", entry.file_name().to_string_lossy());
        if files.iter().all(|file| file.path != path) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
