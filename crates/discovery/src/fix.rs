//! What can be mended in a configuration for certain: versions of unpinned launches, and secrets that a placeholder can stand for.
//! Only the bytes of a value are replaced, so comments, order, indentation and line ends stay as they are.

mod definition;
mod placeholder;

use std::ops::Range;

use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::document::{Format, Lines};
use crate::package::Package;
use crate::shapes::Shape;
use crate::{Discovery, secret, source_of};
use definition::Definition;

/// What is proposed for one file.
#[derive(Default, PartialEq, Eq)]
pub struct Proposal {
    /// The whole file as it would be.
    pub text: String,
    /// The file as it is, and as it would be, without the secrets that were found: for people to compare.
    pub shown_before: String,
    /// See [`Proposal::shown_before`].
    pub shown_after: String,
    /// What changes.
    pub changes: Vec<Remark>,
    /// What people have to do themselves, and how.
    pub needed: Vec<Remark>,
    /// Whether a secret stands in the file as it is.
    pub holds_secret: bool,
}

/// A sentence about a line. Never quotes a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The line in the file as it is, from 1.
    pub line: u32,
    /// What changes, or what is to be done.
    pub text: String,
}

/// A value that is replaced.
struct Edit {
    range: Range<usize>,
    new: String,
}

/// Proposes how to mend a file. `version_of` knows the version of a package (`npm:name`) for certain, or nothing: none is ever
/// invented.
pub fn propose(path: &str, text: &str, version_of: &dyn Fn(&str) -> Option<String>) -> Result<Proposal, String> {
    let Some(source) = source_of(path) else { return Ok(Proposal::default()) };
    let (Format::Json, Shape::Servers(places)) = (source.format, source.shape) else { return Ok(by_hand(path, text)) };
    // A byte order mark is no JSON; it goes back to where it was.
    let body = text.trim_start_matches('\u{feff}');
    let (mark, body) = text.split_at(text.len() - body.len());
    let parsed = parse_to_ast(body, &CollectOptions::default(), &ParseOptions::default())
        .map_err(|error| format!("not valid JSON: {error}"))?;
    let Some(root) = parsed.value else { return Ok(Proposal::default()) };
    let mut work = Work {
        client: source.client,
        path,
        lines: Lines::new(body),
        edits: Vec::new(),
        masks: Vec::new(),
        proposal: Proposal::default(),
    };
    for definition in definition::all(&root, places) {
        work.pin(&definition, version_of);
        work.move_secrets(&definition);
        work.mask_others(&definition);
    }
    Ok(work.finish(mark, body))
}

/// For files of another notation, which are not edited: what is to be done.
fn by_hand(path: &str, text: &str) -> Proposal {
    let mut found = Discovery::default();
    found.read(path, text);
    let mut proposal = Proposal { text: text.to_owned(), ..Proposal::default() };
    for mcp in found.mcps {
        let line = mcp.line.unwrap_or(1);
        let mut need = |text: String| proposal.needed.push(Remark { line, text });
        if mcp.risk_reasons.iter().any(|reason| reason == "unpinned") {
            let package = mcp.package.unwrap_or_default();
            need(format!(
                "`{}` runs whatever `{package}` is now: write one exact version; this kind of file is not edited",
                mcp.name
            ));
        }
        if !mcp.secrets.is_empty() {
            need(format!(
                "`{}` holds a secret: put a reference in its place; this kind of file is not edited",
                mcp.name
            ));
            proposal.holds_secret = true;
        }
    }
    proposal
}

struct Work<'a> {
    client: &'a str,
    path: &'a str,
    lines: Lines,
    edits: Vec<Edit>,
    /// Secrets that stay, for the copies that people see.
    masks: Vec<Edit>,
    proposal: Proposal,
}

impl Work<'_> {
    fn change(&mut self, range: Range<usize>, value: &str, text: String) {
        self.proposal.changes.push(Remark { line: self.lines.of(range.start), text });
        self.edits.push(Edit { range, new: quoted(value) });
    }

    fn need(&mut self, at: usize, text: String) {
        self.proposal.needed.push(Remark { line: self.lines.of(at), text });
    }

    fn pin(&mut self, definition: &Definition<'_>, version_of: &dyn Fn(&str) -> Option<String>) {
        let Some(package) = definition.package().filter(|package| package.version.is_none()) else { return };
        let name = secret::printable(&package.identity());
        let server = secret::printable(definition.name);
        let literal = definition.words.iter().find(|word| is_spec(&word.value, &package));
        let (Some(literal), "npm" | "pypi") = (literal, package.ecosystem) else {
            return self.need(
                definition.at,
                format!("`{server}` runs whatever `{name}` is now: write one exact version or digest by hand"),
            );
        };
        let known = version_of(&package.identity()).filter(|version| is_version(version));
        let Some(version) = known else {
            let flag = secret::printable(&package.name);
            return self.need(
                literal.range.start,
                format!("`{server}` runs whatever `{name}` is now and no installed copy tells its version: run again with --pin {flag}=VERSION"),
            );
        };
        // `--from` takes a requirement (PEP 508), a tool's own name a version after `@`.
        let separator = if package.ecosystem == "pypi" && definition.words.iter().any(|word| word.value == "--from") {
            "=="
        } else {
            "@"
        };
        let pinned = format!("{}{separator}{version}", package.name);
        self.change(literal.range.clone(), &pinned, format!("`{server}` runs `{name}` in version {version} only"));
    }

    fn move_secrets(&mut self, definition: &Definition<'_>) {
        let server = secret::printable(definition.name);
        for setting in &definition.settings {
            if secret::of_value(setting.place, setting.name, &setting.value).is_none() {
                continue;
            }
            self.proposal.holds_secret = true;
            self.masks.push(Edit { range: setting.range.clone(), new: quoted(secret::MASK) });
            let shown = secret::printable(setting.name);
            let variable = placeholder::variable(definition.name, setting);
            let instead = placeholder::of(self.client, self.path, &variable);
            if let Some(value) = instead.and_then(|instead| placeholder::put(&setting.value, &instead)) {
                let text = format!(
                    "`{shown}` of `{server}` is taken from the environment: set the variable {variable} to the value that stood here, then replace that secret"
                );
                self.change(setting.range.clone(), &value, text);
            } else {
                let text = format!(
                    "`{shown}` of `{server}` holds a secret, and {} has no placeholder for it: keep it in a store and replace it",
                    self.client
                );
                self.need(setting.range.start, text);
            }
        }
    }

    /// Secrets in arguments and addresses: a value there is a part of something longer, which people have to rearrange.
    fn mask_others(&mut self, definition: &Definition<'_>) {
        let server = secret::printable(definition.name);
        let words: Vec<String> = definition.words.iter().map(|word| word.value.clone()).collect();
        let (shown, secrets) = secret::of_command(&words);
        for (word, shown) in definition.words.iter().zip(&shown).filter(|(word, shown)| word.value != **shown) {
            self.masks.push(Edit { range: word.range.clone(), new: quoted(shown) });
        }
        if !secrets.is_empty() {
            self.proposal.holds_secret = true;
            self.need(
                definition.at,
                format!(
                    "the command of `{server}` holds a secret: give it to the server as a variable of its environment"
                ),
            );
        }
        let Some(url) = &definition.url else { return };
        let shown = secret::url(&url.value);
        if shown != url.value {
            self.masks.push(Edit { range: url.range.clone(), new: quoted(&shown) });
        }
        if url::Url::parse(&url.value).is_ok_and(|url| !secret::of_url(&url).is_empty()) {
            self.proposal.holds_secret = true;
            self.need(url.range.start, format!("the address of `{server}` holds a secret: send it in a header"));
        }
    }

    fn finish(mut self, mark: &str, body: &str) -> Proposal {
        // The change of a value hides what its mask would hide.
        let edited: Vec<Range<usize>> = self.edits.iter().map(|edit| edit.range.clone()).collect();
        self.proposal.text = format!("{mark}{}", replaced(body, self.edits.iter()));
        self.proposal.shown_before = replaced(body, self.masks.iter());
        let kept = self.masks.iter().filter(|mask| !edited.contains(&mask.range));
        self.proposal.shown_after = replaced(body, self.edits.iter().chain(kept));
        self.proposal.changes.sort_by_key(|remark| remark.line);
        self.proposal.needed.sort_by_key(|remark| remark.line);
        self.proposal
    }
}

/// The text with other values. Of two for one value the first counts.
fn replaced<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.range.start);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let Some(between) = text.get(at..edit.range.start) else { continue };
        result.push_str(between);
        result.push_str(&edit.new);
        at = edit.range.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// A string of JSON (RFC 8259, section 7).
fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

/// Whether a word of a command names the package, with or without a tag such as `@latest`.
fn is_spec(word: &str, package: &Package) -> bool {
    let rest = word.strip_prefix(package.name.as_str());
    rest.is_some_and(|rest| {
        rest.is_empty()
            || rest.strip_prefix('@').is_some_and(|tag| tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    })
}

/// Whether this may be a version, and nothing that would say more than one when it stands in a command.
fn is_version(version: &str) -> bool {
    version.starts_with(|c: char| c.is_ascii_digit())
        && version.len() <= 64
        && version.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-!_".contains(&byte))
}
