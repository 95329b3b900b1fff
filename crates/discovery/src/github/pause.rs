//! When GitHub wants no further request (<https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>).

use std::time::Duration;

use jiff::Timestamp;
use outbound::Response;

/// How often in a row a request may meet a limit.
pub(super) const MAX_IN_A_ROW: u32 = 5;
/// What the secondary limit wants where it names no time; it doubles.
const SECONDARY: Duration = Duration::from_mins(1);

/// Until when to wait before this request is tried again; `None` where no limit was met. `met` counts from 1.
pub(super) fn asked_for(response: &Response, met: u32, now: Timestamp) -> Option<Timestamp> {
    if !matches!(response.status, 403 | 429) {
        return None;
    }
    if let Some(seconds) = number(response, "retry-after") {
        return Some(later(now, Duration::from_secs(seconds)));
    }
    if let Some(reset) = used_up(response, now) {
        return Some(reset);
    }
    // 403 also says that a right is missing, which no waiting changes; then only the text tells.
    let secondary = response.status == 429 || names_limit(&response.body);
    secondary.then(|| later(now, SECONDARY * 2_u32.saturating_pow(met.saturating_sub(1).min(10))))
}

/// When requests are allowed again, where this answer says that none is left.
pub(super) fn used_up(response: &Response, now: Timestamp) -> Option<Timestamp> {
    if number(response, "x-ratelimit-remaining") != Some(0) {
        return None;
    }
    let reset = i64::try_from(number(response, "x-ratelimit-reset")?).ok()?;
    // A second more, as the time is cut to seconds and clocks differ.
    let reset = later(Timestamp::from_second(reset).ok()?, Duration::from_secs(1));
    Some(reset.max(later(now, Duration::from_secs(1))))
}

fn names_limit(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_ascii_lowercase();
    text.contains("secondary rate limit") || text.contains("abuse detection")
}

fn number(response: &Response, header: &str) -> Option<u64> {
    response.header(header)?.trim().parse().ok()
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    // The other side may name any time; the bound on waiting is elsewhere.
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &'static str) -> Response {
        Response {
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.into(),
            truncated: false,
            peer: None,
            url: "https://api.github.example/".parse().expect("a URL"),
            first_byte: Duration::ZERO,
            total: Duration::ZERO,
        }
    }

    #[test]
    fn each_limit_names_its_end() {
        let now = Timestamp::from_second(1_000).expect("a time");
        let wait = |status, headers: &[(&str, &str)], body, met| {
            asked_for(&answer(status, headers, body), met, now).map(|until| until.as_second() - 1_000)
        };
        let gone = ("x-ratelimit-remaining", "0");
        let secondary = r#"{"message":"You have exceeded a secondary rate limit. Please wait"}"#;
        for (status, headers, body, met, expected) in [
            (403, &[gone, ("x-ratelimit-reset", "1600")][..], "", 1, Some(601)),
            (429, &[gone, ("x-ratelimit-reset", "900")], "", 1, Some(1)),
            (403, &[("retry-after", "30"), gone, ("x-ratelimit-reset", "1600")], "", 1, Some(30)),
            (403, &[("x-ratelimit-remaining", "17")], secondary, 1, Some(60)),
            (403, &[], secondary, 3, Some(240)),
            (429, &[], "", 1, Some(60)),
            (403, &[("x-ratelimit-remaining", "17")], r#"{"message":"Resource not accessible"}"#, 1, None),
            (200, &[gone, ("x-ratelimit-reset", "1600")], "", 1, None),
            (403, &[("retry-after", "soon")], "", 1, None),
        ] {
            assert_eq!(wait(status, headers, body, met), expected, "{status} {headers:?}");
        }
        let endless = asked_for(&answer(403, &[("retry-after", "18446744073709551615")], ""), 1, now);
        assert_eq!(endless, Some(Timestamp::MAX));
    }
}
