//! What the fuzzers run (`make fuzz`): each function takes any bytes and panics where the engine breaks a promise about
//! what it reads. The inputs kept in `fuzz/corpus` run as tests.

mod oauth;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use detect::evidence::EvidenceKey;
use detect::evidence::Masker;
use detect::{ambiguity, hidden, is_invisible, pii, secret, text};
use serde_json::Value;

use crate::baseline::Baseline;
use crate::capability;
use crate::check::{Draft, Run, Sample, Verdict};
use crate::checks::ALL;
use crate::checks::rug_pull::since_baseline::differences;
use crate::snapshot::{Snapshot, strings};
use crate::wire::event_stream::EventParser;
use crate::wire::jsonrpc;
use crate::wire::stdio::next_line;

pub use oauth::oauth;

/// Reads bytes and panics where something is wrong.
pub type Fuzzer = fn(&[u8]);

/// Every fuzzer with its name, which is that of its corpus.
pub const FUZZERS: [(&str, Fuzzer); 8] = [
    ("json_rpc", json_rpc),
    ("event_stream", event_stream),
    ("stdio", stdio),
    ("definitions", definitions),
    ("detectors", detectors),
    ("masking", masking),
    ("oauth", oauth),
    ("baseline", baseline),
];

/// Reads JSON-RPC messages.
///
/// # Panics
/// Where a message is nested deeper than allowed, is of two kinds, or its request has no answer.
pub fn json_rpc(bytes: &[u8]) {
    let Ok(messages) = jsonrpc::parse(bytes) else { return };
    assert!(!messages.is_empty());
    for message in &messages {
        assert!(depth(message) <= jsonrpc::MAX_DEPTH);
        let kinds = [jsonrpc::is_response(message), jsonrpc::is_request(message), jsonrpc::is_notification(message)];
        assert!(kinds.iter().filter(|kind| **kind).count() <= 1, "{message}");
        if jsonrpc::is_request(message) {
            let answer = jsonrpc::answer_to(message);
            assert!(jsonrpc::is_response(&answer) && jsonrpc::same_id(answer.get("id"), &message["id"]), "{message}");
        }
    }
}

/// Reads server-sent events; the first byte says how large the pieces are in which they arrive.
///
/// # Panics
/// Where the pieces matter.
pub fn event_stream(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let read = |size: usize| {
        let (mut parser, mut events) = (EventParser::new(), Vec::new());
        for piece in bytes.chunks(size) {
            let (more, over) = parser.push(piece);
            events.extend(more);
            if over.is_some() {
                return (events, over);
            }
        }
        events.extend(parser.finish());
        (events, None)
    };
    assert_eq!(read(usize::from(*size).max(1)), read(bytes.len().max(1)));
}

/// Reads the lines of a child; the first byte says how large the pieces are in which they arrive.
///
/// # Panics
/// Where a line is lost, cut or made up.
pub fn stdio(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let mut pieces = tokio::io::BufReader::with_capacity(usize::from(*size).max(1), bytes);
    let mut lines = Vec::new();
    // Bytes in memory are always there: nothing waits.
    let reading = async {
        while let Ok(line) = next_line(&mut pieces, |_| true).await {
            lines.push(line.expect("no line of a fuzzer is too long"));
        }
    };
    futures_util::FutureExt::now_or_never(reading).expect("nothing to wait for");
    let expected: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let expected: Vec<&[u8]> = expected.iter().map(|line| line.strip_suffix(b"\n").unwrap_or(line)).collect();
    assert_eq!(lines, expected);
    for line in &lines {
        json_rpc(line);
    }
}

/// Judges the definitions of tools without a connection: classes, capabilities, every static check, the baseline.
///
/// # Panics
/// Where a check does, or marks what is no part of its text.
pub fn definitions(bytes: &[u8]) {
    let Ok(messages) = jsonrpc::parse(bytes) else { return };
    let snapshot = Snapshot::of_definitions(&messages);
    let masker = Masker::new(EvidenceKey([7; 32]));
    for tool in &snapshot.tools {
        capability::tags(tool);
        for (pointer, _) in strings(&tool.raw) {
            assert!(pointer.is_empty() || tool.raw.pointer(&pointer).is_some(), "{pointer}");
        }
    }
    for check in ALL {
        let Run::Static(run) = check.run else { continue };
        let Verdict::Decided(drafts) = run(&snapshot) else { continue };
        assert_shown(&drafts, &masker);
    }
    assert_eq!(Baseline::of(&snapshot), Baseline::of(&snapshot));
}

/// Looks for orders, hidden text, secrets, personal data and slow patterns in a text.
///
/// # Panics
/// Where a detector marks what is no part of the text.
pub fn detectors(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let context = text::TextContext { own_tools: &["read_file"] };
    let ranges = [
        text::scan(&text, &context).into_iter().map(|hit| hit.matched).collect::<Vec<_>>(),
        text::families(&text, &context).into_iter().map(|found| found.matched).collect(),
        hidden::scan(&text).into_iter().map(|hit| hit.matched).collect(),
        secret::scan(&text).into_iter().map(|hit| hit.matched).collect(),
        secret::scan_for_masking(&text).into_iter().map(|hit| hit.matched).collect(),
        pii::scan(&text).hits.into_iter().map(|hit| hit.matched).collect(),
    ];
    for range in ranges.into_iter().flatten() {
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    }
    ambiguity::ambiguity(&text);
}

/// Masks a text around a credential of ours and a key of a public format. The first byte says where it is cut.
///
/// # Panics
/// Where one of them can be read, a character acts on a terminal, or masking again changes a text that is whole.
pub fn masking(bytes: &[u8]) {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    // Made here, so that no scanner takes this file for a leak.
    let noise = STANDARD_NO_PAD
        .encode([0x5a, 0x17, 0xc3, 0x99, 0x2b, 0xe0, 0x61, 0x8d, 0x34, 0xfa, 0x70, 0x06, 0xbb, 0x48])
        .replace('+', "x");
    // A fuzzer learns what it must not find.
    if text.contains(&noise[..10]) {
        return;
    }
    let credential = format!("own-{noise}");
    let key = format!("gh{}_{}{}", 'p', &noise[..18], &noise[..18]);
    let masker = Masker::new(EvidenceKey([7; 32]));
    masker.hide_credential(&format!("Bearer {credential}"));
    let middle = text.floor_char_boundary(text.len() * usize::from(*cut) / 255);
    let (before, after) = text.split_at(middle);
    let planted = format!("{before}{credential}{after} {key} {before}");
    let shown = masker.evidence(&Sample::part(planted.clone(), before.len()..planted.len(), "fuzz")).excerpt;
    for shown in [shown, masker.text(&planted)] {
        assert!(!shown.contains(&noise[..10]), "{planted:?} became {shown:?}");
        assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)), "{shown:?}");
        // The rest of something that was cut off may read like an address that it was not.
        let is_cut = shown.starts_with('…') || shown.ends_with('…');
        assert!(is_cut || masker.text(&shown) == shown, "{planted:?} became {shown:?}");
    }
}

/// Reads the lock file of a baseline, and the definitions of tools behind an empty line, which it is compared with.
///
/// # Panics
/// Where what was written is read as something else, or the definitions that it was made of differ from it.
pub fn baseline(bytes: &[u8]) {
    let (lock_file, definitions) = parted(bytes);
    let snapshot = Snapshot::of_definitions(&jsonrpc::parse(definitions).unwrap_or_default());
    let own = Baseline::of(&snapshot);
    assert_eq!(Baseline::parse(&own.to_json()).expect("what was written can be read"), own);
    assert!(differences(&own, &snapshot).is_empty());
    let Ok(approved) = Baseline::parse(&String::from_utf8_lossy(lock_file)) else { return };
    let written = approved.to_json();
    let read = Baseline::parse(&written).expect("what was written can be read");
    assert_eq!(read, approved);
    assert_eq!(read.to_json(), written);
    differences(&approved, &snapshot);
}

/// What comes before an empty line, and after it.
fn parted(bytes: &[u8]) -> (&[u8], &[u8]) {
    let gap = bytes.windows(2).position(|pair| pair == b"\n\n");
    gap.map_or((bytes, &[]), |gap| (&bytes[..gap], &bytes[gap + 2..]))
}

/// Asserts that what drafts show is a part of their texts, and masks it.
fn assert_shown(drafts: &[Draft], masker: &Masker) {
    for (draft, sample) in drafts.iter().flat_map(|draft| draft.samples.iter().map(move |sample| (draft, sample))) {
        assert!(sample.text.get(sample.matched.clone()).is_some(), "{}: {:?}", draft.message, sample.matched);
        masker.evidence(sample);
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_input_that_was_kept_is_read_well() {
        for (name, run) in FUZZERS {
            let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
            let inputs: Vec<_> = std::fs::read_dir(&corpus).expect("a corpus").collect();
            assert!(!inputs.is_empty(), "{name} has no corpus");
            for input in inputs {
                let path = input.expect("an entry").path();
                let input = std::fs::read(&path).expect("an input");
                assert!(std::panic::catch_unwind(|| run(&input)).is_ok(), "{}", path.display());
            }
        }
    }
}
