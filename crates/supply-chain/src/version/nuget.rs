//! NuGet: Semantic Versioning with a fourth number, and case does not matter:
//! <https://learn.microsoft.com/nuget/concepts/package-versioning>.

use semver::Prerelease;

/// A version of a NuGet package. The derived order is the one NuGet uses: numbers first, then the pre-release label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NuGetVersion {
    release: [u64; 4],
    prerelease: Prerelease,
}

impl NuGetVersion {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.split('+').next().unwrap_or(text).to_ascii_lowercase();
        let (numbers, label) = text.split_once('-').unwrap_or((&text, ""));
        let mut release = [0; 4];
        for (at, number) in numbers.split('.').enumerate() {
            *release.get_mut(at)? = number.parse().ok()?;
        }
        Some(Self { release, prerelease: Prerelease::new(label).ok()? })
    }
}
