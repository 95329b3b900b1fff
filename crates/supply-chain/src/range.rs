//! What a range of a manifest allows.

use std::str::FromStr as _;

use pep440_rs::{Operator, VersionSpecifiers};

use crate::Ecosystem;

/// Versions that a requirement allows.
#[derive(Debug)]
pub(crate) enum VersionRange {
    Npm(nodejs_semver::Range),
    Cargo(semver::VersionReq),
    Python(VersionSpecifiers),
}

/// Ranges beyond this length are not read.
const MAX_BYTES: usize = 1024;

impl VersionRange {
    /// Nothing if the text is no range, or one of an ecosystem whose ranges are not read.
    pub(crate) fn parse(ecosystem: Ecosystem, text: &str) -> Option<Self> {
        if text.trim().is_empty() || text.len() > MAX_BYTES {
            return None;
        }
        match ecosystem {
            Ecosystem::Npm => nodejs_semver::Range::parse(text).ok().map(Self::Npm),
            Ecosystem::CratesIo => semver::VersionReq::parse(text).ok().map(Self::Cargo),
            Ecosystem::PyPi => VersionSpecifiers::from_str(text).ok().map(Self::Python),
            _ => None,
        }
    }

    /// The smallest version that it allows, where it names one.
    pub(crate) fn floor(&self) -> Option<String> {
        match self {
            Self::Npm(range) => range.min_version().map(|version| version.to_string()),
            Self::Cargo(range) => {
                use semver::Op::{Caret, Exact, GreaterEq, Tilde};
                let lower = |op| matches!(op, Caret | Exact | GreaterEq | Tilde);
                let comparator = range.comparators.iter().find(|comparator| lower(comparator.op))?;
                let (minor, patch) = (comparator.minor.unwrap_or(0), comparator.patch.unwrap_or(0));
                let mut version = semver::Version::new(comparator.major, minor, patch);
                version.pre = comparator.pre.clone();
                Some(version.to_string())
            }
            Self::Python(specifiers) => {
                use Operator::{Equal, EqualStar, GreaterThanEqual, TildeEqual};
                let lower = |operator: &Operator| matches!(operator, Equal | EqualStar | GreaterThanEqual | TildeEqual);
                let versions = specifiers.iter().filter(|specifier| lower(specifier.operator()));
                versions.map(pep440_rs::VersionSpecifier::version).max().map(ToString::to_string)
            }
        }
    }

    /// Whether it allows a version.
    pub(crate) fn allows(&self, version: &str) -> bool {
        match self {
            Self::Npm(range) => nodejs_semver::Version::parse(version).is_ok_and(|version| range.satisfies(&version)),
            Self::Cargo(range) => semver::Version::parse(version).is_ok_and(|version| range.matches(&version)),
            Self::Python(specifiers) => {
                pep440_rs::Version::from_str(version).is_ok_and(|version| specifiers.contains(&version))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_name_their_smallest_version_and_allow_others() {
        use Ecosystem::{CratesIo, Npm, PyPi};
        for (ecosystem, range, floor, inside, outside) in [
            (Npm, "^1.2.0", "1.2.0", "1.9.0", "2.0.0"),
            (Npm, "1.x || >=3", "1.0.0", "3.1.0", "2.0.0"),
            (CratesIo, "1.2", "1.2.0", "1.9.0", "2.0.0"),
            (CratesIo, ">=1.2, <1.5", "1.2.0", "1.4.9", "1.5.0"),
            (PyPi, "~=1.2", "1.2", "1.9", "2.0"),
            (PyPi, ">=1.2,!=1.3", "1.2", "2.0", "1.3"),
        ] {
            let parsed = VersionRange::parse(ecosystem, range).unwrap();
            assert_eq!(parsed.floor().as_deref(), Some(floor), "{range}");
            assert!(parsed.allows(inside) && !parsed.allows(outside), "{range}");
        }
        assert!(VersionRange::parse(Npm, "latest").is_none());
        assert!(VersionRange::parse(PyPi, "").is_none());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(range in "[-<>=~^|, .*x0-9a-z!]{0,32}", version in "[-+.0-9a-z]{0,16}") {
            for ecosystem in [Ecosystem::Npm, Ecosystem::CratesIo, Ecosystem::PyPi] {
                if let Some(range) = VersionRange::parse(ecosystem, &range) {
                    range.floor();
                    range.allows(&version);
                }
            }
        }
    }
}
