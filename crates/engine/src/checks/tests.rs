//! What holds for the table of checks as a whole.

use std::collections::BTreeSet;

use contracts::audit::{CheckId, NamedTest};
use strum::VariantArray as _;

use super::*;
use crate::check::Check;

/// Sections of the catalogue in its order, with the named test that each counts under and the number of its checks.
const SECTIONS: [(&str, NamedTest, u16); 15] = [
    ("AUTH", NamedTest::AuthTest, 15),
    ("OAU", NamedTest::AuthTest, 19),
    ("AZ", NamedTest::Authz, 10),
    ("INP", NamedTest::InputValidation, 23),
    ("RL", NamedTest::RateLimit, 9),
    ("DX", NamedTest::DataExposure, 15),
    ("SC", NamedTest::SupplyChain, 13),
    ("TRN", NamedTest::AuthTest, 21),
    ("PR", NamedTest::InputValidation, 19),
    ("PI", NamedTest::PromptInjection, 13),
    ("DA", NamedTest::DescriptionAnalysis, 17),
    ("RI", NamedTest::ResponseInjection, 13),
    ("RP", NamedTest::RugPull, 9),
    ("XM", NamedTest::CrossMcp, 12),
    ("CE", NamedTest::ContextExhaustion, 13),
];

/// Checks of the OAuth section that are about scopes and audience.
const OAUTH_AUTHZ: [&str; 4] = ["MCPA-OAU-015", "MCPA-OAU-016", "MCPA-OAU-017", "MCPA-OAU-018"];

fn section(check: &Check) -> (usize, &'static str) {
    let name = check.id.split('-').nth(1).unwrap_or_default();
    let found = SECTIONS.iter().enumerate().find(|(_, (section, ..))| *section == name);
    found.map_or_else(|| panic!("{} is in no section", check.id), |(index, (section, ..))| (index, *section))
}

#[test]
fn ids_are_well_formed_and_unique() {
    let ids: BTreeSet<CheckId> = ALL.iter().map(|check| check.id.parse().expect("a check id")).collect();
    assert_eq!(ids.len(), ALL.len());
}

#[test]
fn checks_stand_in_the_order_of_the_catalogue_and_count_under_its_tests() {
    let keys: Vec<(usize, &str)> = ALL.iter().map(|check| (section(check).0, check.id)).collect();
    assert!(keys.is_sorted(), "{keys:?}");
    for check in ALL {
        let of_section = SECTIONS[section(check).0].1;
        let expected = if OAUTH_AUTHZ.contains(&check.id) { NamedTest::Authz } else { of_section };
        assert_eq!(check.test, expected, "{}", check.id);
    }
}

#[test]
fn every_named_test_has_checks() {
    for test in NamedTest::VARIANTS {
        let count = ALL.iter().filter(|check| check.test == *test).count();
        assert!(count >= 2, "{test} has {count} checks");
    }
}

#[test]
fn texts_for_people_are_sentences() {
    for check in ALL {
        assert!(!check.title.is_empty() && !check.title.ends_with('.'), "{}", check.id);
        assert!(check.remediation.ends_with('.') && check.remediation.len() > 40, "{}", check.id);
        assert!(!check.tags.is_empty(), "{}", check.id);
    }
}

#[test]
fn every_check_of_the_catalogue_is_there() {
    let there: BTreeSet<String> = ALL.iter().map(|check| check.id.to_owned()).collect();
    let of_section =
        |(section, count): (&'static str, u16)| (1..=count).map(move |number| format!("MCPA-{section}-{number:03}"));
    let catalogue: BTreeSet<String> =
        SECTIONS.iter().flat_map(|(section, _, count)| of_section((section, *count))).collect();
    assert_eq!(catalogue.len(), 221);
    assert_eq!(there, catalogue);
}
