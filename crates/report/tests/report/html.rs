use contracts::documents::ReportFormat;
use report::render;

use crate::fixture::{context, empty, hostile_texts, sample, saying, vulnerable_package};

fn html(audit: &contracts::audit::Audit) -> String {
    String::from_utf8(render(audit, &context(), ReportFormat::Html).unwrap()).unwrap()
}

/// The part of the page between two texts, one element per line.
fn part(page: &str, from: &str, to: &str) -> String {
    let start = page.find(from).unwrap();
    let end = start + page[start..].find(to).unwrap();
    page[start..end].replace("><", ">\n<")
}

#[test]
fn the_page_loads_and_runs_nothing() {
    let page = html(&sample());
    assert!(page.contains("default-src 'none'"));
    for forbidden in ["<script", "<img", "<iframe", "<link", " style=", "javascript:", "@import", "url("] {
        assert!(!page.contains(forbidden), "the page contains {forbidden}");
    }
}

#[test]
fn a_finding_is_a_card() {
    let page = html(&sample());
    insta::assert_snapshot!(part(&page, "<article id=\"finding-3\"", "<article id=\"finding-4\""));
}

#[test]
fn a_package_is_shown_with_its_place_way_and_advisory() {
    let (audit, shown) = vulnerable_package();
    let page = html(&audit).replace("<code>", "`").replace("</code>", "`").replace("&gt;", ">");
    for text in shown {
        assert!(page.contains(text), "{text:?} is missing");
    }
    assert!(page.contains("href=\"https://osv.dev/vulnerability/GHSA-deep\""));
    let row = part(&page, "<section id=\"packages\"", "<section id=\"coverage\"");
    for text in ["#finding-1", "npm:deep@2.0.0", "middle@1.0.0 > deep@2.0.0", "GHSA-deep, CVE-2026-0001", "<td>2.0.1"] {
        assert!(row.contains(text), "{text:?} is missing: {row}");
    }
    assert!(!row.contains("Reads any file") && !html(&sample()).contains("Packages with advisories"));
}

#[test]
fn an_empty_list_says_what_it_does_not_mean() {
    insta::assert_snapshot!(part(&html(&empty(40)), "<section id=\"findings\"", "<section id=\"coverage\""));
}

#[test]
fn hostile_text_is_escaped_and_never_a_link() {
    let plain = html(&saying("plain"));
    // An empty text leaves out the elements around it, so there is nothing to compare.
    for (name, text) in hostile_texts().into_iter().filter(|(_, text)| !text.is_empty()) {
        let page = html(&saying(&text));
        // The same elements as with a harmless text: nothing that the server says becomes markup.
        assert_eq!(page.matches('<').count(), plain.matches('<').count(), "{name}");
        assert!(!page.chars().any(|character| character.is_control() && character != '\n'), "{name}");
    }
    let page = html(&saying("javascript:alert(1)"));
    assert!(!page.contains("href=\"javascript"));
}
