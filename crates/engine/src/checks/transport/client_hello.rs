//! The first message of TLS, in revisions that no maintained library offers any more (RFC 2246, RFC 4346).

/// TLS 1.0 and 1.1, as they are written on the wire.
pub(super) const TLS_1_0: [u8; 2] = [3, 1];
pub(super) const TLS_1_1: [u8; 2] = [3, 2];

/// How much of an answer names the revision that the server chose.
pub(super) const SERVER_HELLO_BYTES: usize = 11;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// Cipher suites of these revisions: forward secret ones first, then plain RSA, then the sign that renegotiation is safe.
const CIPHER_SUITES: [u16; 12] =
    [0xc009, 0xc00a, 0xc013, 0xc014, 0x0033, 0x0039, 0x002f, 0x0035, 0xc008, 0xc012, 0x000a, 0x00ff];
/// P-256, P-384, P-521 and X25519.
const GROUPS: [u16; 4] = [23, 24, 25, 29];

/// A `ClientHello` that offers one revision and none above. `host` is left out of it where it is no name.
pub(super) fn client_hello(version: [u8; 2], host: Option<&str>, random: [u8; 32]) -> Vec<u8> {
    let mut body = Vec::from(version);
    body.extend(random);
    // No session to resume.
    body.push(0);
    let suites: Vec<u8> = CIPHER_SUITES.iter().flat_map(|suite| suite.to_be_bytes()).collect();
    body.extend(with_length(&suites));
    // No compression.
    body.extend([1, 0]);
    let mut extensions = Vec::new();
    if let Some(host) = host {
        let name = [&[0], &with_length(host.as_bytes())[..]].concat();
        extensions.extend(extension(0, &with_length(&name)));
    }
    let groups: Vec<u8> = GROUPS.iter().flat_map(|group| group.to_be_bytes()).collect();
    extensions.extend(extension(10, &with_length(&groups)));
    // Uncompressed points.
    extensions.extend(extension(11, &[1, 0]));
    body.extend(with_length(&extensions));

    let [_, high, middle, low] = length(&body, u32::MAX).to_be_bytes();
    let message = [&[CLIENT_HELLO, high, middle, low], &body[..]].concat();
    // The record itself is of the oldest revision, which every server reads.
    [&[HANDSHAKE, 3, 1], &with_length(&message)[..]].concat()
}

/// The revision that a server chose, if the beginning of its answer is a `ServerHello`.
pub(super) fn chosen_version(answer: &[u8]) -> Option<[u8; 2]> {
    match answer {
        [HANDSHAKE, 3, _, _, _, SERVER_HELLO, _, _, _, major, minor, ..] => Some([*major, *minor]),
        _ => None,
    }
}

fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes(), &with_length(content)[..]].concat()
}

/// Bytes behind their number. Host names and our own lists are far shorter than what fits.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    let [_, _, high, low] = length(bytes, u32::from(u16::MAX)).to_be_bytes();
    [&[high, low], bytes].concat()
}

fn length(bytes: &[u8], most: u32) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(most).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: &[u8]) -> usize {
        bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte))
    }

    #[test]
    fn every_length_is_that_of_what_follows() {
        for host in [None, Some("mcp.example.com")] {
            let hello = client_hello(TLS_1_1, host, [7; 32]);
            assert_eq!(hello[..3], [22, 3, 1]);
            assert_eq!(number(&hello[3..5]), hello.len() - 5);
            assert_eq!((hello[5], number(&hello[6..9])), (1, hello.len() - 9));
            assert_eq!((&hello[9..11], &hello[11..43], hello[43]), (&TLS_1_1[..], &[7; 32][..], 0));
            let suites = number(&hello[44..46]);
            assert_eq!(suites, 2 * CIPHER_SUITES.len());
            let compression = 46 + suites;
            assert_eq!(hello[compression..compression + 2], [1, 0]);
            let mut rest = &hello[compression + 2..];
            assert_eq!(number(&rest[..2]), rest.len() - 2);
            rest = &rest[2..];
            let mut kinds = Vec::new();
            while !rest.is_empty() {
                kinds.push(number(&rest[..2]));
                rest = &rest[4 + number(&rest[2..4])..];
            }
            assert_eq!(kinds, if host.is_some() { vec![0, 10, 11] } else { vec![10, 11] });
            assert_eq!(hello.windows(15).any(|part| part == b"mcp.example.com"), host.is_some());
        }
    }

    #[test]
    fn a_server_hello_names_the_revision_and_nothing_else_does() {
        assert_eq!(chosen_version(&[22, 3, 1, 0, 74, 2, 0, 0, 70, 3, 1]), Some(TLS_1_0));
        assert_eq!(chosen_version(&[22, 3, 2, 0, 74, 2, 0, 0, 70, 3, 2, 9, 9]), Some(TLS_1_1));
        // An alert (protocol_version), a cut answer, an answer in plain HTTP, and none.
        for other in [&[21, 3, 1, 0, 2, 2, 70][..], &[22, 3, 1, 0, 74, 2, 0, 0, 70, 3], b"HTTP/1.1 400", b""] {
            assert_eq!(chosen_version(other), None, "{other:?}");
        }
    }
}
