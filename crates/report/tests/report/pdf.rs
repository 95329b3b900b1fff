use contracts::documents::ReportFormat;
use proptest::prelude::*;
use report::render;

use crate::fixture::{context, empty, hostile_texts, many, sample, saying, vulnerable_package};
use crate::pages::Pages;

fn pdf(audit: &contracts::audit::Audit) -> Vec<u8> {
    render(audit, &context(), ReportFormat::Pdf).unwrap()
}

#[test]
fn the_pdf_tells_what_was_found_and_what_was_not_assessed() {
    let audit = sample();
    let pages = Pages::read(&pdf(&audit));
    for finding in &audit.findings {
        for text in
            [&finding.title, &finding.message, &finding.location, &finding.remediation, &finding.evidence[0].excerpt]
        {
            assert!(pages.contains(text), "{text:?} is missing");
        }
        assert!(pages.contains(finding.fingerprint.as_str()), "{} is missing", finding.fingerprint);
    }
    for check in &audit.checks {
        assert!(pages.contains(check.check.as_str()) && pages.contains(&check.title), "{} is missing", check.check);
    }
    for text in [
        "Acme Industries",
        "Contents",
        "14 findings: 2 critical, 5 high, 4 medium, 2 low, 1 info",
        "needs the other servers of the client configuration",
        "Same cause as finding",
        "By design",
        "Risk accepted",
        "Page 2 of",
    ] {
        assert!(pages.contains(text), "{text:?} is missing");
    }
    assert!(pages.outside.is_empty(), "{:?}", pages.outside.first());
}

#[test]
fn a_package_is_shown_with_its_place_way_and_advisory() {
    let (audit, shown) = vulnerable_package();
    let pages = Pages::read(&pdf(&audit));
    for text in shown {
        assert!(pages.contains(&text.replace('`', "")) || pages.contains(text), "{text:?} is missing");
    }
    assert!(pages.outside.is_empty(), "{:?}", pages.outside.first());
}

#[test]
fn hostile_packages_stay_text_and_on_the_page() {
    for (name, text) in hostile_texts() {
        let (mut audit, _) = vulnerable_package();
        audit.findings[0].evidence.iter_mut().for_each(|evidence| evidence.excerpt.clone_from(&text));
        let pages = Pages::read(&pdf(&audit));
        assert!(pages.outside.is_empty(), "{name}: {:?} leaves the page", pages.outside.first());
        assert!(pages.contains("Packages with advisories"), "{name}");
    }
}

#[test]
fn the_pdf_has_a_title_and_bookmarks() {
    let document = pdf_extract::Document::load_mem(&pdf(&sample())).unwrap();
    let info = document.trailer.get(b"Info").and_then(pdf_extract::Object::as_reference).unwrap();
    let title = document.get_dictionary(info).and_then(|info| info.get(b"Title")).unwrap();
    assert!(pdf_extract::decode_text_string(title).unwrap().starts_with("Security audit of "));
    assert!(document.catalog().unwrap().has(b"Outlines"));
}

#[test]
fn an_empty_list_says_what_it_does_not_mean() {
    let full = Pages::read(&pdf(&empty(100)));
    assert!(full.contains("No findings") && full.contains("that is no proof that there are no others"));
    let thin = Pages::read(&pdf(&empty(20)));
    assert!(thin.contains("Weaknesses may be in the part that was not assessed") && thin.contains("No grade"));
}

#[test]
fn equal_input_gives_equal_bytes() {
    assert!(pdf(&sample()) == pdf(&sample()));
}

#[test]
fn five_hundred_findings_are_all_there() {
    let audit = many(500);
    let pages = Pages::read(&pdf(&audit));
    assert!(pages.contains("tool:tool_499#/description"));
    assert!(pages.count > 100, "{} pages", pages.count);
}

#[test]
fn hostile_text_stays_text_and_on_the_page() {
    for (name, text) in hostile_texts() {
        let pages = Pages::read(&pdf(&saying(&text)));
        assert!(pages.outside.is_empty(), "{name}: {:?} leaves the page", pages.outside.first());
        let odd = pages
            .text
            .chars()
            .find(|character| character.is_control() || ('\u{202a}'..='\u{202e}').contains(character));
        assert_eq!(odd, None, "{name}");
        assert!(
            pages.contains("Executive summary") && pages.contains("Appendix: method"),
            "{name}: the report is not whole"
        );
    }
    let pages = Pages::read(&pdf(&saying("#panic(\"boom\") *bold*")));
    assert!(pages.contains("#panic(\"boom\") *bold*"), "markup was evaluated");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_can_be_typeset(text in "\\PC{0,200}|(?s).{0,300}") {
        let pages = Pages::read(&pdf(&saying(&text)));
        prop_assert!(pages.outside.is_empty(), "{:?} leaves the page", pages.outside.first());
        prop_assert!(!pages.text.chars().any(char::is_control));
    }
}
