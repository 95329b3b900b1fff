//! What people see of a repair: a unified diff without secrets, what changed, what is left to them.

use std::fmt::Write as _;
use std::path::Path;

use detect::evidence::Masker;
use similar::TextDiff;

use super::Work;
use crate::gate::Exit;

/// A path for people, and for the table of sources.
pub(super) fn path(path: &Path) -> String {
    report::visible(&path.to_string_lossy())
}

/// The report of one run.
pub(super) struct Report<'a> {
    masker: &'a Masker,
    text: String,
    mended: usize,
    /// What people have to do, and files that could not be mended.
    left: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(masker: &'a Masker) -> Self {
        Self { masker, text: String::new(), mended: 0, left: 0 }
    }

    /// A file that was passed over.
    pub(super) fn left(&mut self, name: &str, reason: &str) {
        self.left += 1;
        self.line(&format!("{name}: {reason}"));
    }

    /// A file, with the outcome where it was to be written.
    pub(super) fn file(&mut self, name: &str, work: &Work, outcome: Option<Result<(), String>>) {
        let proposal = &work.proposal;
        if !proposal.changes.is_empty() {
            // Only what changes is shown: other lines may hold what nobody knows to be a secret.
            let diff = TextDiff::from_lines(&proposal.shown_before, &proposal.shown_after);
            let diff = diff.unified_diff().context_radius(0).header(name, name).to_string();
            diff.lines().for_each(|line| self.line(line));
        }
        if let Some(mode) = work.mode {
            self.line(&format!("{name}: mode {:04o} -> {mode:04o}", work.opened.mode()));
        }
        for change in &proposal.changes {
            self.line(&format!("{name}:{}: {}", change.line, change.text));
        }
        for needed in &proposal.needed {
            self.left += 1;
            self.line(&format!("{name}:{}: to do: {}", needed.line, needed.text));
        }
        let changes = !proposal.changes.is_empty() || work.mode.is_some();
        match outcome.filter(|_| changes) {
            Some(Err(reason)) => self.left(name, &format!("not mended: {reason}")),
            Some(Ok(())) => {
                self.mended += 1;
                self.line(&format!("{name}: mended"));
            }
            None => self.mended += usize::from(changes),
        }
        self.text.push('\n');
    }

    /// A line without secrets and without what a terminal would obey.
    fn line(&mut self, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{}", self.masker.text(line));
    }

    /// The report and how the program ends: with 1 where something could be mended and was not, with 5 where people have to
    /// do something.
    pub(super) fn finish(mut self, written: bool) -> (String, Exit) {
        let (mended, left) = (self.mended, self.left);
        let summary = match (written, mended, left) {
            (_, 0, 0) => "nothing to mend".to_owned(),
            (true, ..) => {
                format!("{mended} files mended, {left} things left to do; `mcp-audit fix --undo` takes the run back")
            }
            (false, ..) => {
                format!("{mended} files can be mended: run again with --write; {left} things are left to do by hand")
            }
        };
        self.line(&summary);
        let exit = match (written, mended, left) {
            (false, 1.., _) => Exit::Findings,
            (_, _, 1..) => Exit::Incomplete,
            _ => Exit::Clean,
        };
        (self.text, exit)
    }
}
