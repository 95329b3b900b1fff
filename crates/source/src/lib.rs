//! Code of MCP servers: arguments of tools, resources and prompts that reach a shell, code, SQL, a path or an address without a
//! check. Python, JavaScript and TypeScript; one file at a time, with the functions that it has itself. The checks are those of
//! section `MCPA-SRC` (`CHECKS.md` in this crate's folder). Nothing is run.

mod check;
mod flow;
mod lowering;
mod program;
mod python;
mod script;
mod sinks;
mod syntax;
mod value;

use std::sync::LazyLock;

use contracts::api::scans::FileFinding;
use detect::evidence::Masker;
use regex::Regex;

pub use syntax::Language;

/// The largest file that is read. Code that people write has a tenth of it; bundles are larger.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Room for the deepest code within the bounds. Only what is used of it is taken from memory.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// What was found in a file.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What is wrong, in the order of the code.
    pub findings: Vec<FileFinding>,
    /// Why that may not be all.
    pub incomplete: Option<String>,
}

/// Whether a text imports an SDK of MCP, in a language that is read.
pub fn is_server(language: Language, text: &str) -> bool {
    static PYTHON: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?m)^\s*(?:from|import)\s+(?:mcp|fastmcp|mcp_framework)\b").ok());
    static SCRIPT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r#"(?:from\s*|require\(\s*|import\(?\s*)["'](?:@modelcontextprotocol/|fastmcp\b|mcp-framework\b|@mcp/)"#,
        )
        .ok()
    });
    let imports = if language == Language::Python { &PYTHON } else { &SCRIPT };
    imports.as_ref().is_some_and(|imports| imports.is_match(text))
}

/// Judges a file of code, or tells why it cannot be. A file that imports no SDK of MCP has no findings.
pub fn judge(path: &str, bytes: &[u8], masker: &Masker) -> Result<Judgement, String> {
    let Some(language) = Language::of(path) else { return Ok(Judgement::default()) };
    if bytes.len() > MAX_FILE_BYTES {
        return Err("larger than 1 MiB".to_owned());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned())?;
    if !is_server(language, text) {
        return Ok(Judgement::default());
    }
    // Code that nests as deep as it may, in functions that call each other, needs more than a thread usually has.
    std::thread::scope(|scope| {
        let follow = || follow(language, path, text, masker);
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, follow);
        let thread = thread.map_err(|error| format!("no thread to read it with: {error}"))?;
        thread.join().unwrap_or_else(|_| Err("stopped by a fault of this program".to_owned()))
    })
}

fn follow(language: Language, path: &str, text: &str, masker: &Masker) -> Result<Judgement, String> {
    let tree = syntax::parse(language, text)?;
    let program = match language {
        Language::Python => lowering::lower::<python::Python>(tree.root_node(), text),
        Language::JavaScript | Language::TypeScript | Language::Tsx => {
            lowering::lower::<script::Script>(tree.root_node(), text)
        }
    };
    let followed = flow::follow(&program);
    let incomplete = (followed.cut > 0).then(|| {
        format!(
            "{} of {} tools, resources and prompts are too intricate to be followed to their end",
            followed.cut, followed.handlers
        )
    });
    Ok(Judgement { findings: check::findings(path, text, &followed.reaches, masker), incomplete })
}
