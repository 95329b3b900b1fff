//! Which of two versions is newer, by the rules of each ecosystem.

mod maven;
mod nuget;

use std::cmp::Ordering;
use std::str::FromStr as _;

use gem_version::GemVersion;

use crate::Ecosystem;
use maven::MavenVersion;
use nuget::NuGetVersion;

/// A version that can be compared with others of its ecosystem.
#[derive(Debug, Clone)]
pub(crate) enum Version {
    /// npm, crates.io and Go: Semantic Versioning 2.0.
    Semver(semver::Version),
    /// PyPI: PEP 440.
    Pep440(pep440_rs::Version),
    Maven(MavenVersion),
    Gem(GemVersion),
    NuGet(NuGetVersion),
}

/// Versions beyond this length are none: the longest real ones, Go's pseudo versions, take some 60 bytes.
const MAX_BYTES: usize = 256;

impl Version {
    /// Nothing if the text is no version of the ecosystem.
    pub(crate) fn parse(ecosystem: Ecosystem, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_BYTES {
            return None;
        }
        match ecosystem {
            Ecosystem::Npm | Ecosystem::CratesIo | Ecosystem::Go => semver(text).map(Self::Semver),
            Ecosystem::PyPi => pep440_rs::Version::from_str(text).ok().map(Self::Pep440),
            Ecosystem::Maven => Some(Self::Maven(MavenVersion::parse(text))),
            Ecosystem::RubyGems => GemVersion::from_str(text).ok().map(Self::Gem),
            Ecosystem::NuGet => NuGetVersion::parse(text).map(Self::NuGet),
            Ecosystem::Docker => None,
        }
    }

    /// The order of two versions. Nothing if they belong to different ecosystems.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            // Build metadata says nothing about the order (Semantic Versioning 2.0, clause 10).
            (Self::Semver(this), Self::Semver(other)) => Some(this.cmp_precedence(other)),
            (Self::Pep440(this), Self::Pep440(other)) => Some(this.cmp(other)),
            (Self::Maven(this), Self::Maven(other)) => Some(this.compare(other)),
            (Self::Gem(this), Self::Gem(other)) => Some(this.cmp(other)),
            (Self::NuGet(this), Self::NuGet(other)) => Some(this.cmp(other)),
            _ => None,
        }
    }
}

/// Also takes `v1.2.3`, and `1` or `1.2`, as advisories write them.
fn semver(text: &str) -> Option<semver::Version> {
    let text = text.trim_start_matches(['v', '=']);
    if let Ok(version) = semver::Version::parse(text) {
        return Some(version);
    }
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (release, rest) = text.split_at(end);
    let missing = match release.matches('.').count() {
        0 => ".0.0",
        1 => ".0",
        _ => return None,
    };
    semver::Version::parse(&format!("{release}{missing}{rest}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_each_ecosystem_does() {
        let rows: &[(Ecosystem, &[&str])] = &[
            (Ecosystem::Npm, &["0.9", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0", "v1.0.1", "1.10.0"]),
            (Ecosystem::Go, &["0.0.0-20240101000000-0123456789ab", "v0.1.0", "2.0.0+incompatible"]),
            (Ecosystem::PyPi, &["1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0.post1", "1.1", "1.10", "1!0.1"]),
            (Ecosystem::RubyGems, &["1.0.0.beta2", "1.0.0.rc1", "1.0.0", "1.2", "1.10"]),
            (Ecosystem::NuGet, &["1.0.0-Alpha", "1.0.0-beta", "1.0", "1.0.0.1", "1.0.1", "1.10"]),
            (
                Ecosystem::Maven,
                &["1-alpha-1", "1-beta", "1-m1", "1-rc1", "1-SNAPSHOT", "1.0", "1-sp", "1-foo", "1-1", "1.1", "1.10"],
            ),
        ];
        for (ecosystem, versions) in rows {
            for (at, this) in versions.iter().enumerate() {
                for (other_at, other) in versions.iter().enumerate() {
                    let parsed = Version::parse(*ecosystem, this).unwrap();
                    let order = parsed.compare(&Version::parse(*ecosystem, other).unwrap());
                    assert_eq!(order, Some(at.cmp(&other_at)), "{ecosystem}: {this} and {other}");
                }
            }
        }
    }

    #[test]
    fn what_only_looks_different_is_equal() {
        for (ecosystem, this, other) in [
            (Ecosystem::Npm, "1.0.0+a", "1.0.0+b"),
            (Ecosystem::PyPi, "1.0", "1.0.0"),
            (Ecosystem::Maven, "1.0.0", "1-ga"),
            (Ecosystem::Maven, "1.0-RC1", "1-cr-1"),
            (Ecosystem::Maven, "1.a1", "1-alpha-1"),
            (Ecosystem::RubyGems, "1.0", "1.0.0"),
            (Ecosystem::NuGet, "1.0.0.0", "1.0"),
        ] {
            let order = Version::parse(ecosystem, this).unwrap().compare(&Version::parse(ecosystem, other).unwrap());
            assert_eq!(order, Some(Ordering::Equal), "{ecosystem}: {this} and {other}");
        }
        assert!(Version::parse(Ecosystem::Npm, "latest").is_none());
        assert!(Version::parse(Ecosystem::Npm, &"1".repeat(300)).is_none());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_parser_panic(this in "[-+.v=0-9a-zA-Z!_*~ ]{0,24}", noise in ".{0,24}") {
            use Ecosystem::{CratesIo, Go, Maven, Npm, NuGet, PyPi, RubyGems};
            for ecosystem in [CratesIo, Go, Maven, Npm, NuGet, PyPi, RubyGems] {
                let parsed = [&this, &noise].map(|text| Version::parse(ecosystem, text));
                if let [Some(this), Some(noise)] = &parsed {
                    let (order, turned) = (this.compare(noise).unwrap(), noise.compare(this).unwrap());
                    proptest::prop_assert_eq!(order, turned.reverse());
                }
            }
        }
    }
}
