//! What a check is: one constant in one file, listed in [`crate::checks::ALL`].

use std::future::Future;
use std::pin::Pin;

use contracts::audit::{Confidence, NamedTest, Need, Reference, Severity};
pub use detect::evidence::Sample;

use crate::probe::{Probe, ProbeError};
use crate::snapshot::Snapshot;

/// A security check of the catalogue.
pub struct Check {
    /// Permanent id, from the catalogue.
    pub id: &'static str,
    /// What a finding is called.
    pub title: &'static str,
    /// The named test that it counts under.
    pub test: NamedTest,
    /// What it may send (catalogue section 1).
    pub mode: Mode,
    /// Where it has a meaning.
    pub carriers: Carriers,
    /// The worst severity that it can raise; decides its weight in the coverage.
    pub worst: Severity,
    /// How to mend what it finds, in one or two sentences.
    pub remediation: &'static str,
    /// What a reader can look up.
    pub tags: &'static [Tag],
    /// The check itself.
    pub run: Run,
}

/// What a check may send to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Metadata and the HTTP surface only; no call of a listed tool.
    Passive,
    /// Also harmless calls of reading tools.
    Safe,
    /// Probing calls; only with `--active`.
    Active,
}

/// The transports that a check has a meaning for. Elsewhere its outcome is `not_applicable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carriers {
    /// All.
    Any,
    /// Streamable HTTP and HTTP+SSE.
    Http,
    /// Child processes.
    Stdio,
}

/// A reference behind a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Common Weakness Enumeration.
    Cwe(u16),
    /// OWASP MCP Top 10, 2025 beta: 1 to 10.
    McpTop10(u8),
    /// OWASP Top 10 for LLM applications, 2026: 1 to 10.
    LlmTop10(u8),
    /// OWASP Top 10 for agentic applications, 2026: 1 to 10.
    Agentic(u8),
    /// A clause of the MCP specification: revision and name of the clause.
    Spec(&'static str, &'static str),
    /// Anything else, such as an RFC section or a CVE.
    Other(&'static str),
}

/// How a check runs.
pub enum Run {
    /// Looks at what the server declared.
    Static(fn(&Snapshot) -> Verdict),
    /// Looks at how the server is reached or what it is made of, also where no client can connect to it.
    Reach(for<'p> fn(&'p Probe) -> ProbeFuture<'p>),
    /// Talks to the server. Write it as `Run::Probe(|probe| Box::pin(check(probe)))`.
    Probe(for<'p> fn(&'p Probe) -> ProbeFuture<'p>),
}

/// A running probe.
pub type ProbeFuture<'p> = Pin<Box<dyn Future<Output = Result<Verdict, ProbeError>> + Send + 'p>>;

/// What a check concludes.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It ran; no drafts mean `pass`.
    Decided(Vec<Draft>),
    /// It has no meaning for this target, and why.
    NotApplicable(String),
    /// It should have run and could not: why.
    NotAssessed(String),
    /// It was not given what it needs: what that is, and which option would give it.
    Needs(Need, String),
    /// It was not given a credential: which header or flow is missing.
    NeedsCredentials(String),
}

impl Verdict {
    /// It ran and found nothing.
    pub const PASS: Self = Self::Decided(Vec::new());

    /// It has no meaning for this target.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable(reason.into())
    }

    /// It was not given what it needs.
    pub fn needs(need: Need, reason: impl Into<String>) -> Self {
        Self::Needs(need, reason.into())
    }

    /// It was not given a credential.
    pub fn needs_credentials(missing: impl Into<String>) -> Self {
        Self::NeedsCredentials(missing.into())
    }

    /// It should have run and could not.
    pub fn not_assessed(reason: impl Into<String>) -> Self {
        Self::NotAssessed(reason.into())
    }
}

impl FromIterator<Draft> for Verdict {
    fn from_iter<I: IntoIterator<Item = Draft>>(drafts: I) -> Self {
        Self::Decided(drafts.into_iter().collect())
    }
}

impl From<Draft> for Verdict {
    fn from(draft: Draft) -> Self {
        Self::Decided(vec![draft])
    }
}

/// A finding as a check raises it: raw. The runner masks it, derives the fingerprint and merges equal ones, so that no
/// check can leak a secret or forget an identity.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Worst realistic effect.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where (catalogue section 7): `tool:<name>#<JSON pointer>`, or `file:<path>`.
    pub location: String,
    /// The line of a file, counted from 1. It is shown with the location and is no part of the identity: lines move.
    pub line: Option<u32>,
    /// What makes two findings of this check different at one place; empty where nothing can.
    pub discriminator: String,
    /// One sentence on what was seen here. Quotes nothing that the server said; that is what samples are for.
    pub message: String,
    /// What shows it.
    pub samples: Vec<Sample>,
    /// What a reader can look up about this finding, besides the tags of its check.
    pub references: Vec<Reference>,
    /// The server's declared purpose needs it.
    pub by_design: bool,
}

impl Draft {
    /// A draft without samples.
    pub fn new(
        severity: Severity,
        confidence: Confidence,
        location: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            confidence,
            location: location.into(),
            line: None,
            discriminator: String::new(),
            message: message.into(),
            samples: Vec::new(),
            references: Vec::new(),
            by_design: false,
        }
    }

    /// Adds what shows it.
    #[must_use]
    pub fn sample(mut self, sample: Sample) -> Self {
        self.samples.push(sample);
        self
    }

    /// Sets what distinguishes it from others of this check at this place.
    #[must_use]
    pub fn distinct(mut self, discriminator: impl Into<String>) -> Self {
        self.discriminator = discriminator.into();
        self
    }

    /// Sets the line of the file.
    #[must_use]
    pub fn on_line(mut self, line: Option<u32>) -> Self {
        self.line = line;
        self
    }

    /// Adds what a reader can look up.
    #[must_use]
    pub fn referring(mut self, references: impl IntoIterator<Item = Reference>) -> Self {
        self.references.extend(references);
        self
    }

    /// Marks it as needed by the server's declared purpose.
    #[must_use]
    pub fn by_design(mut self, by_design: bool) -> Self {
        self.by_design = by_design;
        self
    }
}
