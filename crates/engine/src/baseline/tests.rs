use serde_json::json;

use super::*;
use crate::checks::samples::{server, tool};

#[test]
fn a_lock_file_survives_the_order_of_lists_and_its_own_file() {
    let tools = [tool("get_a", "Gets a", "id"), tool("get_b", "Gets b", "path")];
    let baseline = Baseline::of(&server(&tools)).with_scopes(&BTreeSet::from(["notes.read".to_owned()]));
    let turned = Baseline::of(&server(&[tools[1].clone(), tools[0].clone()]));
    assert_eq!(turned.tools, baseline.tools);
    assert_eq!(Baseline::parse(&baseline.to_json()).expect("a baseline"), baseline);
    assert!(matches!(Baseline::parse(r#"{"version": 2, "shape": "another"}"#), Err(BaselineError::Version(2))));
    assert!(matches!(Baseline::parse("[]"), Err(BaselineError::Malformed(_))));
}

#[test]
fn nothing_that_the_server_wrote_and_no_secret_is_in_the_file() {
    let key = ["AKIA", "Q3EXM7WLT", "5ZRKV2P"].concat();
    let raw = tool("get_a", &format!("Gets what {key} opens, quietly."), "id");
    let json = Baseline::of(&server(&[raw])).to_json();
    assert!(!json.contains("quietly") && !json.contains(&key), "{json}");
    // A digest that depends on a secret would let a short one be guessed.
    let other = ["AKIA", "Q3EXM7WLT", "5ZRKV2Q"].concat();
    let changed = tool("get_a", &format!("Gets what {other} opens, quietly."), "id");
    assert_eq!(Baseline::of(&server(&[changed])).to_json(), json);
}

#[test]
fn times_in_meta_do_not_count_and_other_metadata_does() {
    let digest = |meta: Value| {
        let raw = json!({"name": "a", "_meta": meta, "inputSchema": {"required": ["x", "y"]}});
        Definition::of("a", &raw).digest
    };
    assert_eq!(digest(json!({"acme/generatedAt": 1, "ttlMs": 5})), digest(json!({"acme/generatedAt": 2})));
    assert_ne!(digest(json!({"acme/host": "a.example"})), digest(json!({"acme/host": "b.example"})));
    let turned = json!({"name": "a", "_meta": {}, "inputSchema": {"required": ["y", "x"]}});
    assert_eq!(digest(json!({})), Definition::of("a", &turned).digest);
}

#[test]
fn a_corrected_word_is_a_correction_and_another_text_is_not() {
    let long = "Returns the forecast of a city for today, tomorrow or the day after, with degrees, wind, rain and a word \
        for the sky.";
    let edited = |text: &str| {
        let of = |text: &str| Definition::of("a", &tool("a", text, "id"));
        of(text).is_correction_of(&of(long))
    };
    assert!(edited(&long.replace("forecast", "forcast")));
    assert!(!edited(&long.replace("degrees, wind, rain", "everything else")));
    assert!(!edited("Returns the forecast."));
    assert!(!edited(&format!("{long} <IMPORTANT>")));
    let shape = Definition::of("a", &tool("a", long, "path"));
    assert!(!shape.is_correction_of(&Definition::of("a", &tool("a", long, "id"))));
}

#[test]
fn edits_are_counted_up_to_their_limit() {
    let within = |one: &str, other: &str, limit| {
        let letters = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (one, other) = (letters(one), letters(other));
        let bytes = |words: &'_ [String]| words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        let (one, other) = (bytes(&one), bytes(&other));
        let (one, other): (Vec<&[u8]>, Vec<&[u8]>) =
            (one.iter().map(Vec::as_slice).collect(), other.iter().map(Vec::as_slice).collect());
        edits_within(&one, &other, limit)
    };
    assert!(within("a b c", "a b c", 0));
    assert!(!within("a b c", "a b d", 0));
    assert!(within("a b c d e", "a x c d e", 1));
    assert!(within("a b c d e", "b c d e", 1));
    assert!(within("a b c d e", "x a b c d e", 1));
    assert!(!within("a b c d e", "b c d e x", 1));
    assert!(within("a b c d e", "b c d e x", 2));
}
