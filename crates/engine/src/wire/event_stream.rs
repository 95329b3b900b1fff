//! Server-sent events, read as servers in the wild write them: any line ending, a byte order mark, a last event
//! without its blank line.

use std::time::Duration;

use crate::wire::record::Cap;

/// Longest event (catalogue section 9).
pub const MAX_EVENT_BYTES: usize = 1 << 20;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// `event`, or empty where absent, which means `message`.
    pub name: String,
    /// The `data` lines, joined by line feeds.
    pub data: String,
    /// `id`, where given.
    pub id: Option<String>,
}

/// Takes a stream of bytes apart into events.
#[derive(Debug, Default)]
pub struct EventParser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    event_bytes: usize,
    after_carriage_return: bool,
    past_first_line: bool,
    retry: Option<Duration>,
}

impl EventParser {
    /// A parser at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on. The events that ended in these bytes are returned also where a later one is over its limit; the
    /// parser is of no use after that.
    pub fn push(&mut self, bytes: &[u8]) -> (Vec<Event>, Option<Cap>) {
        let mut events = Vec::new();
        for &byte in bytes {
            let after_carriage_return = std::mem::take(&mut self.after_carriage_return);
            match byte {
                b'\n' if after_carriage_return => {}
                b'\n' | b'\r' => {
                    self.after_carriage_return = byte == b'\r';
                    events.extend(self.end_line());
                }
                _ => {
                    self.event_bytes += 1;
                    if self.event_bytes > MAX_EVENT_BYTES {
                        return (events, Some(Cap::Event));
                    }
                    self.line.push(byte);
                }
            }
        }
        (events, None)
    }

    /// How long the server wants a client to wait before it asks for the rest of a stream that ended.
    pub fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// The end of the stream. An event whose blank line is missing counts: servers forget it.
    pub fn finish(mut self) -> Option<Event> {
        if !self.line.is_empty() {
            self.end_line();
        }
        self.end_event()
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let line = if std::mem::replace(&mut self.past_first_line, true) {
            &*line
        } else {
            line.strip_prefix('\u{feff}').unwrap_or(&line)
        };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "retry" => self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry),
            // Comments, and fields nobody knows.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        self.event_bytes = 0;
        let event = std::mem::take(&mut self.event);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Read = Vec<(String, String)>;

    fn all(stream: &[u8], piece: usize) -> Read {
        let mut parser = EventParser::new();
        let mut events: Vec<Event> = stream.chunks(piece).flat_map(|chunk| parser.push(chunk).0).collect();
        events.extend(parser.finish());
        events.into_iter().map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn streams_are_read_however_they_are_written_and_cut() {
        let event = |name: &str, data: &str| (name.to_owned(), data.to_owned());
        let cases: &[(&[u8], Read)] = &[
            (b"data: a\n\ndata: b\n\n", vec![event("", "a"), event("", "b")]),
            (b"event: endpoint\r\ndata: /messages\r\n\r\n", vec![event("endpoint", "/messages")]),
            (b"data:a\rdata: b\r\r", vec![event("", "a\nb")]),
            (b"\xef\xbb\xbfdata: a\n\n", vec![event("", "a")]),
            (b"data: no blank line", vec![event("", "no blank line")]),
            (b": comment\nretry: 10\n\nid: 0\ndata:\n\n", vec![event("", "")]),
            (b"event: x\n\ndata\n\n", vec![event("", "")]),
            (b"\n\n\n", vec![]),
        ];
        for (stream, expected) in cases {
            for piece in [1, 2, 3, 1000] {
                assert_eq!(&all(stream, piece), expected, "{:?} in pieces of {piece}", String::from_utf8_lossy(stream));
            }
        }
    }

    #[test]
    fn the_last_wish_for_a_pause_counts() {
        let mut parser = EventParser::new();
        parser.push(b"retry: 20\n\ndata: a\nretry: soon\n\nretry: 50\n");
        assert_eq!(parser.retry(), Some(Duration::from_millis(50)));
    }

    #[test]
    fn an_endless_event_ends_at_its_limit() {
        let mut parser = EventParser::new();
        assert_eq!(parser.push(b"data: first\n\n").0.len(), 1);
        let (events, cap) = parser.push(&vec![b'x'; MAX_EVENT_BYTES + 1]);
        assert_eq!((events.len(), cap), (0, Some(Cap::Event)));
        // Many short lines without a blank one are one long event, too.
        let mut parser = EventParser::new();
        assert_eq!(parser.push(&b"data:12345\n".repeat(MAX_EVENT_BYTES / 8)).1, Some(Cap::Event));
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_cuts_do_not_matter(bytes in proptest::collection::vec(any::<u8>(), 0..300), piece in 1_usize..20) {
            prop_assert_eq!(all(&bytes, piece), all(&bytes, 1000));
        }

        #[test]
        fn what_is_written_is_read(lines in proptest::collection::vec("[^\r\n]{0,20}", 1..5)) {
            let stream: String = lines.iter().map(|line| format!("data: {line}\n")).chain(["\n".to_owned()]).collect();
            prop_assert_eq!(all(stream.as_bytes(), 7), vec![(String::new(), lines.join("\n"))]);
        }
    }
}
