//! Messages beyond every limit, and answers that unpack to many times their size.

use std::io::Read as _;

use contracts::audit::{Confidence, NamedTest, Severity};
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::probe::{Cap, Exchange, Probe, ProbeError};
use crate::snapshot::ListingStop;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-CE-010",
    title: "Oversized message or compression bomb",
    test: NamedTest::ContextExhaustion,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Bound every message, and compress only what the client asked to have compressed.",
    tags: &[Tag::Cwe(409), Tag::LlmTop10(6)],
    run: Run::Probe(|probe| Box::pin(check(probe))),
};

/// An encoded answer that unpacks to more than so many times its size is a bomb.
const MOST_RATIO: u64 = 100;

async fn check(probe: &Probe) -> Result<Verdict, ProbeError> {
    let mut drafts = Vec::new();
    for listing in &probe.snapshot().listings {
        if listing.stopped == Some(ListingStop::TooLarge) {
            let sample = Sample::whole(format!("{} pages, {} items", listing.pages, listing.items), "cap:listing");
            drafts.push(oversized(&listing.method, "listing").sample(sample));
        }
    }
    let calls = probe.benign_calls().await?;
    for call in calls {
        let exchange = &call.answer.exchange;
        if let Some(ratio) = bomb_ratio(exchange) {
            let sample = Sample::whole(
                format!("{} bytes, unpacked more than {ratio} times as many", exchange.body.len()),
                "compression",
            );
            let message =
                "an answer is compressed although that was not asked for, and unpacks to more than 100 times its size";
            let draft =
                Draft::new(Severity::High, Confidence::Confirmed, "method:tools/call", message).distinct("compression");
            drafts.push(draft.sample(sample.after(exchange.request.clone(), exchange.status)));
        }
    }
    for hit in probe.caps() {
        let Some(name) = name(hit.cap) else { continue };
        drafts.push(oversized(&hit.method, name).sample(Sample::whole(name, format!("cap:{name}"))));
    }
    Ok(Verdict::Decided(drafts))
}

fn oversized(method: &str, kind: &str) -> Draft {
    let message = "a message is larger than any client should read";
    Draft::new(Severity::High, Confidence::Confirmed, format!("method:{method}"), message).distinct(kind)
}

/// The name of a limit on size. Others are about time and counts, or add up what was sent on purpose.
fn name(cap: Cap) -> Option<&'static str> {
    match cap {
        Cap::Message => Some("message"),
        Cap::Event => Some("event"),
        Cap::Headers => Some("headers"),
        Cap::ErrorBody => Some("error-body"),
        Cap::Line => Some("line"),
        Cap::Shape => Some("shape"),
        _ => None,
    }
}

/// The limit, where a body that we asked to be sent as it is comes compressed beyond it. Nothing is kept of what is
/// unpacked, and no more is unpacked than decides.
fn bomb_ratio(exchange: &Exchange) -> Option<u64> {
    let most = MOST_RATIO * u64::try_from(exchange.body.len()).unwrap_or(u64::MAX);
    let unpacked = match exchange.header("content-encoding")?.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => count(MultiGzDecoder::new(&exchange.body[..]), most),
        "deflate" => count(ZlibDecoder::new(&exchange.body[..]), most),
        _ => return None,
    };
    (unpacked > most).then_some(MOST_RATIO)
}

fn count(reader: impl std::io::Read, most: u64) -> u64 {
    let mut buffer = [0; 16 << 10];
    let mut total = 0;
    let mut reader = reader.take(most + 1);
    // A broken stream ends here; what came before it counts.
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        total += u64::try_from(read).unwrap_or(0);
    }
    total
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::checks::samples::answered;

    fn ratio(content: &[u8]) -> Option<u64> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).expect("memory takes it");
        let mut exchange = answered(200, "");
        exchange.body = encoder.finish().expect("memory takes it").into();
        exchange.headers.push(("Content-Encoding".into(), "gzip".into()));
        bomb_ratio(&exchange)
    }

    #[test]
    fn a_bomb_is_found_and_ordinary_compression_is_not() {
        assert_eq!(ratio(&vec![0; 4 << 20]), Some(MOST_RATIO));
        let text: Vec<u8> = (0_u32..20_000).flat_map(|number| number.to_string().into_bytes()).collect();
        assert_eq!(ratio(&text), None);
        assert_eq!(bomb_ratio(&answered(200, "{}")), None);
    }
}
