//! What typst may see: our templates, our fonts and one JSON file. No file system, no network, no packages, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The document; the others are imported by it.
const MAIN: &str = "/report.typ";

/// The report as JSON. Texts of the tested server are only in here, and only as strings.
const DATA: &str = "/report.json";

macro_rules! template {
    ($name:literal) => {
        (concat!("/", $name), include_str!(concat!("../../templates/", $name)))
    };
}

const TEMPLATES: [(&str, &str); 7] = [
    template!("report.typ"),
    template!("theme.typ"),
    template!("cover.typ"),
    template!("summary.typ"),
    template!("findings.typ"),
    template!("packages.typ"),
    template!("coverage.typ"),
];

/// The parts that are the same for every report: parsed once per process.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: Vec<Source>,
    main: FileId,
    data: FileId,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let fonts = fonts();
    Shared {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        sources: TEMPLATES.iter().map(|(path, text)| Source::new(file_id(path), (*text).to_owned())).collect(),
        main: file_id(MAIN),
        data: file_id(DATA),
    }
});

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("the paths above are valid");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// Open Sans for text, DejaVu Sans Mono for code; behind them DejaVu Sans for Hebrew, Arabic and symbols, Droid Sans
/// Fallback for Chinese, Japanese and Korean.
fn fonts() -> Vec<Font> {
    let own: [&'static [u8]; 6] = [
        include_bytes!("../../assets/fonts/OpenSans-Regular.ttf"),
        include_bytes!("../../assets/fonts/OpenSans-Italic.ttf"),
        include_bytes!("../../assets/fonts/OpenSans-Semibold.ttf"),
        include_bytes!("../../assets/fonts/OpenSans-Bold.ttf"),
        include_bytes!("../../assets/fonts/DejaVuSans.ttf"),
        include_bytes!("../../assets/fonts/DroidSansFallback.ttf"),
    ];
    let bundled = typst_assets::fonts()
        .filter_map(|data| Font::new(Bytes::new(data), 0))
        .filter(|font| font.info().family.as_str() == "DejaVu Sans Mono");
    own.into_iter().filter_map(|data| Font::new(Bytes::new(data), 0)).chain(bundled).collect()
}

/// The world of one report.
pub(super) struct ReportWorld {
    data: Bytes,
}

impl ReportWorld {
    /// A world in which `/report.json` is this text.
    pub(super) fn new(json: Vec<u8>) -> Self {
        Self { data: Bytes::new(json) }
    }
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &SHARED.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &SHARED.book
    }

    fn main(&self) -> FileId {
        SHARED.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let source = SHARED.sources.iter().find(|source| source.id() == id);
        source.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == SHARED.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        SHARED.fonts.get(index).cloned()
    }

    /// A report must not depend on when it is rendered.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fonts_load_and_nothing_else_can_be_read() {
        assert_eq!(SHARED.fonts.len(), 10);
        let world = ReportWorld::new(b"{}".to_vec());
        for path in ["/etc/passwd", "/templates/report.typ", "/report.typ"] {
            assert!(world.file(file_id(path)).is_err(), "{path} could be read");
        }
        assert!(world.file(SHARED.data).is_ok());
    }
}
