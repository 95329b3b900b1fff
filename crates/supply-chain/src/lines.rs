//! Line numbers of things that are met in the order of the file.

/// A place in a text that only moves forward, so that all look-ups together read the text about once.
pub(crate) struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u32,
    misses: u32,
}

/// A miss reads to the end of the text; a file that is arranged to miss often gets no more line numbers.
const MAX_MISSES: u32 = 32;

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1, misses: 0 }
    }

    /// The line of the next occurrence of `needle`, which becomes the new place.
    pub(crate) fn next(&mut self, needle: &str) -> Option<u32> {
        if self.misses >= MAX_MISSES || needle.is_empty() {
            return None;
        }
        let rest = &self.text[self.offset..];
        let Some(distance) = rest.find(needle) else {
            self.misses += 1;
            return None;
        };
        let end = distance + needle.len();
        let breaks = |text: &str| u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX);
        // A needle that begins at a line break means the line after it.
        let before = distance + usize::from(needle.starts_with('\n'));
        let found = self.line.saturating_add(breaks(&rest[..before]));
        self.line = found.saturating_add(breaks(&rest[before..end]));
        self.offset += end;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_forward() {
        let mut lines = Lines::new("a\nb\n\nc b b");
        assert_eq!(lines.next("b"), Some(2));
        assert_eq!(lines.next("\nc"), Some(4));
        assert_eq!(lines.next("a"), None, "only forward");
        assert_eq!(lines.next("b"), Some(4));
        assert_eq!(lines.next("b"), Some(4));
        assert_eq!(lines.next("b"), None, "none is met twice");
    }
}
