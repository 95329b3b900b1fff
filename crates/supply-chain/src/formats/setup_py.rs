//! `setup.py`, which is a program: what it does beyond a call of `setup` runs on installation.

use crate::tree::{File, Tree};
use crate::{Ecosystem, Manifest, Resolved};

/// What starts programs, fetches something or runs hidden code, and the hook that runs own code on installation.
const RUNS_CODE: [&str; 12] = [
    "subprocess",
    "os.system",
    "os.popen",
    "exec(",
    "eval(",
    "urlopen",
    "urlretrieve",
    "requests.",
    "socket.",
    "b64decode",
    "ctypes",
    "cmdclass",
];
/// Classes that build a native part, which is what the hook is for.
const BUILDS: [&str; 4] = ["build_ext", "BuildExtension", "CMakeBuild", "RustExtension"];

#[expect(clippy::unnecessary_wraps, reason = "every format is read by the same shape of function")]
pub(super) fn read(file: File<'_>, _: &Tree, resolved: &mut Resolved) -> Result<(), String> {
    let code = file.text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let code: Vec<&str> = code.collect();
    let has = |word: &str| code.iter().any(|line| line.contains(word));
    let builds = BUILDS.iter().any(|class| has(class));
    let mut manifest = Manifest::new(Ecosystem::PyPi, file.path);
    if let Some(word) = RUNS_CODE.iter().find(|word| has(word) && !(builds && **word == "cmdclass")) {
        manifest.install_scripts.push(("setup.py".to_owned(), (*word).to_owned()));
    }
    resolved.manifests.push(manifest);
    Ok(())
}
