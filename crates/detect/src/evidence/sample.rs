//! What shows a finding, raw.

use std::fmt;
use std::ops::Range;

/// Raw text that shows a finding. Never leaves unmasked.
#[derive(Clone, PartialEq)]
pub struct Sample {
    /// The whole text.
    pub text: String,
    /// The bytes in `text` that matter; the excerpt is cut around them.
    pub matched: Range<usize>,
    /// What recognised it: `text:F1+F4`, `secret:github-token`, `differential`.
    pub detector: String,
    /// Template of the request that provoked it.
    pub request: Option<String>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
}

impl Sample {
    /// A sample of a whole text.
    pub fn whole(text: impl Into<String>, detector: impl Into<String>) -> Self {
        let text = text.into();
        Self { matched: 0..text.len(), text, detector: detector.into(), request: None, status: None }
    }

    /// A sample of a part of a text. A range that is no valid part means the whole.
    pub fn part(text: impl Into<String>, matched: Range<usize>, detector: impl Into<String>) -> Self {
        let text = text.into();
        let matched = if text.get(matched.clone()).is_some() { matched } else { 0..text.len() };
        Self { text, matched, detector: detector.into(), request: None, status: None }
    }

    /// Adds the request that provoked it.
    #[must_use]
    pub fn after(mut self, request: impl Into<String>, status: Option<u16>) -> Self {
        self.request = Some(request.into());
        self.status = status;
        self
    }
}

impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sample {{ detector: {:?}, {} bytes }}", self.detector, self.text.len())
    }
}
