use contracts::audit::{Coverage, Level, Score, TargetSummary, Traffic, Transport};
use proptest::prelude::*;

use super::*;
use crate::testing::{noise, samples};

fn masker() -> Masker {
    Masker::new(EvidenceKey([7; 32]))
}

/// Whether any 8 characters of a secret, beyond what its format publishes, can be read.
fn survives(secret: &str, shown: &str) -> bool {
    let characters: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    let compact: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
    // The label of a private key is no secret.
    let body = secret.rfind("KEY-----\n").map_or(4, |_| 40);
    characters[body..].windows(8).any(|window| {
        let window: String = window.iter().collect();
        !window.contains('-') && compact.contains(&window)
    })
}

proptest! {
    #[test]
    fn a_planted_secret_never_survives(
        before in "[ -~\u{e4}\u{4e2d}\u{200b}\n]{0,400}",
        after in "[ -~\u{e4}\u{4e2d}\u{200b}\n]{0,400}",
        which in 0_usize..17,
        from in 0.0_f64..1.0,
        length in 0.0_f64..1.0,
    ) {
        let (_, secret) = samples().swap_remove(which);
        let text = format!("{before}{secret}{after}");
        let at = |share: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a position in a short text")]
            text.floor_char_boundary((share * text.len() as f64) as usize)
        };
        let start = at(from);
        let end = at((from + length).min(1.0)).max(start);
        let evidence = masker().evidence(&Sample::part(text.clone(), start..end, "test").after(text.clone(), None));
        for shown in [&evidence.excerpt, evidence.request.as_ref().expect("a request"), &masker().text(&text)] {
            prop_assert!(!survives(&secret, shown), "{shown}");
            prop_assert!(!shown.chars().any(|c| c.is_control() || is_invisible(c)), "{shown:?}");
        }
        prop_assert!(evidence.excerpt.chars().count() <= EXCERPT);
    }

    #[test]
    fn masking_twice_changes_nothing(text in "[ -~\u{e4}\u{202e}\u{1b}\n]{0,300}", which in 0_usize..17) {
        let masker = masker();
        masker.hide_credential("Bearer planted-credential");
        let once = masker.text(&format!("{text} {} Cookie: planted-credential; a=b {text}", samples()[which].1));
        prop_assert_eq!(masker.text(&once), once);
    }
}

#[test]
fn secrets_and_persons_keep_type_and_length_only() {
    let token = format!("np{}_{}", "m", noise(36));
    for (text, shown) in [
        (format!("use {token} here"), "use [npm-token npm_…, 40 characters] here"),
        ("mail someone@company.org".to_owned(), "mail [e-mail in .org]"),
        (format!("card {}", ["4539", "5787", "6362", "1486"].join(" ")), "card [card-number]"),
        ("https://user:word@host/path?q=1#top".to_owned(), "https://{{user}}@host/path?{{query}}"),
        ("Set-Cookie: id=1; Path=/ done".to_owned(), "Set-Cookie: {{cookie}} done"),
        (r#"{"requestState":"abc","x":1}"#.to_owned(), r#"{"requestState":"{{handle}}","x":1}"#),
        ("a\u{1b}[31mred\u{202e}\u{200b}\r\nline".to_owned(), r"a\u{1b}[31mred\u{202e}\u{200b} line"),
    ] {
        assert_eq!(masker().text(&text), shown);
    }
}

#[test]
fn our_own_values_are_replaced_wherever_they_are() {
    let masker = masker();
    masker.hide_credential("Bearer hunter2-hunter2");
    masker.hide(&noise(12), "{{session}}");
    masker.hide_credential("abc");
    let text = format!("echo hunter2-hunter2 and {} and abc, not abcd", noise(12));
    assert_eq!(masker.text(&text), "echo {{credential}} and {{session}} and {{credential}}, not abcd");
}

#[test]
fn what_is_shown_is_looked_at_again() {
    let masker = masker();
    masker.hide_credential("Bearer planted-credential");
    assert_eq!(masker.text("planted-credentialCookie: a=b"), "{{credential}}Cookie: {{cookie}}");
    // An escape is no blank, so that what reads like a password once it is shown is masked.
    assert_eq!(masker.text("db://user:pa\u{b}ss@host"), "db://user:[connection-password, 9 characters]@host");
}

#[test]
fn canaries_stay_readable_in_excerpts_and_become_placeholders_in_templates() {
    let canary = "mcpa".to_owned() + "abcdefgh234567ab";
    let sample = Sample::whole(format!("token={canary}"), "canary").after(format!("echo {canary}"), Some(200));
    let evidence = masker().evidence(&sample);
    assert_eq!(evidence.excerpt, format!("token={canary}"));
    assert_eq!(evidence.request.as_deref(), Some("echo {{canary}}"));
}

#[test]
fn a_secret_split_by_invisible_characters_is_masked() {
    let token = format!("np{}_{}", "m", noise(36));
    let split: String = token.chars().flat_map(|c| [c, '\u{200b}']).collect();
    assert!(masker().text(&split).starts_with("[npm-token"), "{}", masker().text(&split));
}

#[test]
fn excerpts_surround_the_match() {
    let text = format!("{}<<HERE>>{}", "before ".repeat(1000), "after ".repeat(1000));
    let at = text.find("<<HERE>>").expect("the mark");
    let evidence = masker().evidence(&Sample::part(text.clone(), at..at + 8, "test"));
    assert_eq!(evidence.excerpt.chars().count(), EXCERPT);
    assert!(
        evidence.excerpt.starts_with('…') && evidence.excerpt.ends_with('…') && evidence.excerpt.contains("<<HERE>>")
    );
    assert_eq!(evidence.length_bytes, u64::try_from(text.len()).expect("a length"));
}

#[test]
fn digests_are_keyed() {
    let other = Masker::new(EvidenceKey([8; 32]));
    assert_eq!(masker().digest("value").len(), 16);
    assert_eq!(masker().digest("value"), masker().digest(" value "));
    assert_ne!(masker().digest("value"), other.digest("value"));
}

#[test]
fn the_last_gate_masks_and_counts_what_slipped_through() {
    let token = format!("np{}_{}", "m", noise(36));
    let mut audit = Audit {
        version: 1,
        engine_version: String::new(),
        target: TargetSummary {
            key: "http://localhost:3000/mcp".to_owned(),
            display: "http://localhost:3000/mcp".to_owned(),
            transport: Transport::StreamableHttp,
            protocol_versions: vec!["2026-07-28".to_owned()],
            server_name: Some(token.clone()),
            server_version: None,
            tools: 0,
            prompts: 0,
            resources: 0,
        },
        level: Level::One,
        active: false,
        started_at: jiff::Timestamp::UNIX_EPOCH,
        finished_at: jiff::Timestamp::UNIX_EPOCH,
        score: Score {
            version: 1,
            total: 100,
            level1: 100,
            level2: None,
            grade: None,
            provisional: false,
            ceiling: None,
            coverage: Coverage::default(),
        },
        tests: Vec::new(),
        findings: Vec::new(),
        checks: Vec::new(),
        traffic: Traffic::default(),
        incomplete: Vec::new(),
        notes: vec![format!("stopped at {token}"), "finished".to_owned()],
    };
    assert_eq!(masker().gate(&mut audit), 2);
    let text = serde_json::to_string(&audit).expect("an audit is JSON");
    assert!(!text.contains(&token) && text.contains("npm_…") && text.contains("finished"), "{text}");
    assert_eq!(masker().gate(&mut audit), 0);
}

#[test]
fn a_key_is_64_hexadecimal_digits() {
    assert_eq!(EvidenceKey::from_hex(&"0f".repeat(32)).map(|key| key.0), Some([15; 32]));
    for bad in ["", "0f", &"zz".repeat(32), &"é".repeat(32)] {
        assert!(EvidenceKey::from_hex(bad).is_none(), "{bad:?} was accepted");
    }
}
