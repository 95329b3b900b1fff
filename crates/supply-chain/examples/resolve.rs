//! Prints the packages that the lock files of a folder settle, a line each: ecosystem, name and version. What could not be
//! read goes to standard error.

use std::error::Error;
use std::io::{Write as _, stderr, stdout};
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("name a folder")?;
    let resolved = supply_chain::read_folder(&folder)?;
    for package in &resolved.packages {
        writeln!(stdout(), "{} {} {}", package.ecosystem, package.name, package.version)?;
    }
    for problem in &resolved.problems {
        writeln!(stderr(), "{}: {}", problem.file, problem.reason)?;
    }
    Ok(())
}
