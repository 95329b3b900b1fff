//! Uploaded archives: what is read of sound ones, and each attack that has one refused.

use std::io::{Cursor, Write as _};

use discovery::archive::{ArchiveError, Limits, Unpacked, read};
use discovery::github::Beside;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use tar::{EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SERVER: &str = r#"{"mcpServers": {"one": {"command": "one"}}}"#;

/// Writes a tar as anybody may write one: the library itself would refuse such names.
#[derive(Default)]
struct Tape(Vec<u8>);

impl Tape {
    fn entry(mut self, kind: EntryType, name: &str, body: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_size(body.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(body);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, body: &str) -> Self {
        self.entry(EntryType::Regular, name, body.as_bytes())
    }

    fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, body) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("in memory");
        writer.write_all(body.as_bytes()).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

fn unpack(archive: &[u8]) -> Result<Unpacked, ArchiveError> {
    unpack_within(archive, Limits::default())
}

fn unpack_within(archive: &[u8], limits: Limits) -> Result<Unpacked, ArchiveError> {
    read(Cursor::new(archive), None, None, limits)
}

fn servers(unpacked: &Unpacked) -> Vec<&str> {
    unpacked.found.mcps.iter().map(|mcp| mcp.config_path.as_str()).collect()
}

fn skipped(unpacked: &Unpacked) -> Vec<String> {
    unpacked.found.skipped.iter().map(|file| format!("{}: {}", file.path, file.reason)).collect()
}

/// Why an archive is refused.
#[track_caller]
fn refusal(archive: &[u8]) -> String {
    unpack(archive).map(|unpacked| skipped(&unpacked)).expect_err("a refusal").to_string()
}

#[test]
fn every_kind_of_archive_is_a_tree() {
    let long = format!("{}/.mcp.json", "deep".repeat(40));
    let tape = || {
        Tape::default()
            .entry(EntryType::Directory, "./", b"")
            .file("./app/.cursor/mcp.json", SERVER)
            .entry(EntryType::GNULongName, "././@LongLink", format!("{long}\0").as_bytes())
            .file("cut", SERVER)
            .file("node_modules/x/.mcp.json", SERVER)
            .file("package-lock.json", "{}")
            .file("src/main.rs", "fn main() {}")
            .end()
    };
    let pax = format!("path={long}\n");
    let pax = format!("{} {pax}", pax.len() + 4);
    let posix = Tape::default()
        .file("./app/.cursor/mcp.json", SERVER)
        .entry(EntryType::XHeader, "pax", pax.as_bytes())
        .file("cut", SERVER)
        .file("package-lock.json", "{}")
        .end();
    let zip = zipped(&[("app/.cursor/mcp.json", SERVER), (&long, SERVER), ("package-lock.json", "{}")]);
    let beside = Beside { wanted: |path| path.ends_with("package-lock.json"), max_bytes: 1_000 };
    for archive in [tape(), gzip(&tape()), posix, zip] {
        let unpacked = read(Cursor::new(archive), None, Some(beside), Limits::default()).expect("a sound archive");
        assert_eq!(servers(&unpacked), ["app/.cursor/mcp.json", &long]);
        assert_eq!(skipped(&unpacked), [""; 0]);
        let files: Vec<_> = unpacked.files.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
        assert_eq!(files, [("package-lock.json", "{}")]);
    }
}

#[test]
fn paths_that_lead_out_are_refused() {
    for name in [
        "../.mcp.json",
        "a/../../.mcp.json",
        "/etc/.mcp.json",
        "C:/.mcp.json",
        "c:.mcp.json",
        "..\\.mcp.json",
        "a\\.mcp.json",
        "\\\\host\\share\\.mcp.json",
        "a//.mcp.json",
        "a/\u{1b}[2J/.mcp.json",
    ] {
        for archive in [Tape::default().file(name, SERVER).end(), zipped(&[(name, SERVER)])] {
            let why = refusal(&archive);
            assert!(why.contains("no plain path"), "{name:?}: {why}");
            assert!(!why.contains('\u{1b}'), "{why:?}");
        }
    }
    let long = format!("path={}\n", "x".repeat(2_000));
    let long = Tape::default().entry(EntryType::XHeader, "pax", format!("{} {long}", long.len() + 5).as_bytes());
    for archive in [
        long.file("cut", SERVER).end(),
        zipped(&[(&"x".repeat(2_000), SERVER)]),
        zipped(&[(&format!("{}.mcp.json", "a/".repeat(64)), SERVER)]),
        Tape::default().entry(EntryType::GNULongName, "long", "x".repeat(100_000).as_bytes()).file("cut", SERVER).end(),
    ] {
        assert!(refusal(&archive).contains("1024 bytes"), "{}", refusal(&archive));
    }
}

#[test]
fn links_are_told_and_not_followed() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_symlink(".cursor/mcp.json", "/etc/passwd", SimpleFileOptions::default()).expect("in memory");
    let zip = writer.finish().expect("in memory").into_inner();
    let tape = Tape::default()
        .entry(EntryType::Symlink, ".cursor/mcp.json", b"")
        .entry(EntryType::Link, "b", b"")
        .file("a/.mcp.json", SERVER);
    let unpacked = unpack(&zip).expect("links are no reason to refuse");
    assert_eq!(skipped(&unpacked), [".cursor/mcp.json: a link: links are not followed"]);
    let unpacked = unpack(&tape.end()).expect("links are no reason to refuse");
    assert_eq!(servers(&unpacked), ["a/.mcp.json"]);
    assert_eq!(
        skipped(&unpacked),
        [".cursor/mcp.json: a link: links are not followed", "b: a link: links are not followed"]
    );
}

#[test]
fn devices_and_pipes_are_refused() {
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        let why = refusal(&Tape::default().entry(kind, "dev/x", b"").end());
        assert!(why.contains("device"), "{kind:?}: {why}");
    }
    let why = refusal(&Tape::default().entry(EntryType::GNUSparse, "x", b"").end());
    assert!(why.contains("sparse"), "{why}");
    // The mode of POSIX is in the upper half of the attributes in the list at the end.
    let mut zip = zipped(&[("pipe", "")]);
    let list = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a list");
    zip[list + 38..list + 42].copy_from_slice(&(0o010_644_u32 << 16).to_le_bytes());
    assert!(refusal(&zip).contains("device"), "{}", refusal(&zip));
}

#[test]
fn two_files_of_one_path_are_refused() {
    let tape = Tape::default().file("a/.mcp.json", SERVER).file("./a/.mcp.json", "{}").end();
    // The library writes no such zip: two names of one length, of which one takes the place of the other.
    let mut zip = zipped(&[("a/.mcp.json", SERVER), ("b/.mcp.json", "{}")]);
    while let Some(at) = zip.windows(11).position(|bytes| bytes == b"b/.mcp.json") {
        zip[at] = b'a';
    }
    for archive in [tape, zip] {
        assert!(refusal(&archive).contains("two entries have the path `a/.mcp.json`"), "{}", refusal(&archive));
    }
}

#[test]
fn encrypted_entries_are_refused() {
    let mut zip = zipped(&[(".mcp.json", SERVER)]);
    zip[6] |= 1;
    let list = zip.windows(4).position(|bytes| bytes == b"PK\x01\x02").expect("a list");
    zip[list + 8] |= 1;
    assert!(refusal(&zip).contains("encrypted"), "{}", refusal(&zip));
}

#[test]
fn bombs_are_refused() {
    let zeros = vec![0; 40 << 20];
    let tape = Tape::default().entry(EntryType::Regular, "zeros", &zeros).file(".mcp.json", SERVER).end();
    let why = refusal(&gzip(&tape));
    assert!(why.contains("as of a bomb"), "{why}");
    let zeros = String::from_utf8(zeros).expect("zeros are text");
    let why = refusal(&zipped(&[("zeros", &zeros)]));
    assert!(why.contains("as of a bomb"), "{why}");
    let small = Limits { unpacked_bytes: 1 << 20, ..Limits::default() };
    for archive in [gzip(&tape), zipped(&[("zeros", &zeros)])] {
        assert!(matches!(unpack_within(&archive, small), Err(ArchiveError::TooMuch(1))));
    }
}

#[test]
fn entries_that_share_their_bytes_are_refused() {
    let mut zip = zipped(&[("a", "text"), ("b", "text")]);
    for (at, size) in [(20, u32::MAX / 4), (24, u32::MAX / 4)] {
        for list in positions(&zip, *b"PK\x01\x02") {
            zip[list + at..list + at + 4].copy_from_slice(&size.to_le_bytes());
        }
        for file in positions(&zip, *b"PK\x03\x04") {
            zip[file + at - 2..file + at + 2].copy_from_slice(&size.to_le_bytes());
        }
    }
    let why = refusal(&zip);
    assert!(why.contains("larger than itself") || why.contains("damaged"), "{why}");
}

fn positions(bytes: &[u8], mark: [u8; 4]) -> Vec<usize> {
    bytes.windows(4).enumerate().filter(|(_, window)| *window == mark).map(|(at, _)| at).collect()
}

#[test]
fn there_is_an_end_to_size_and_entries() {
    let archives =
        [Tape::default().file("a", "").file("b", "").file("c", "").end(), zipped(&[("a", ""), ("b", ""), ("c", "")])];
    for archive in archives {
        let few = Limits { entries: 2, ..Limits::default() };
        assert!(matches!(unpack_within(&archive, few), Err(ArchiveError::TooMany(2))));
        let small = Limits { bytes: 100, ..Limits::default() };
        assert!(matches!(unpack_within(&archive, small), Err(ArchiveError::TooLarge(_))));
    }
}

#[test]
fn archives_in_archives_large_files_and_other_texts_say_why() {
    let large = " ".repeat((1 << 20) + 1);
    let files = [("vendor/lib.tar.gz", "x"), (".mcp.json", &large), ("b/package.json", &large)];
    let tape = files.iter().fold(Tape::default(), |tape, (name, body)| tape.file(name, body));
    let expected = [
        ".mcp.json: larger than 1 MiB",
        "vendor/lib.tar.gz: an archive within the archive: it is not opened; scan it by itself",
    ];
    for archive in [tape.end(), zipped(&files)] {
        assert_eq!(skipped(&unpack(&archive).expect("a sound archive")), expected);
    }
}

#[test]
fn what_is_no_archive_says_so() {
    for bytes in [&b""[..], b"text", b"Rar!\x1a\x07\x00", &[0; 2_000]] {
        assert!(matches!(unpack(bytes), Err(ArchiveError::NotAnArchive)), "{bytes:?}");
    }
    let why = refusal(&gzip(b"no tar at all"));
    assert!(why.contains("damaged"), "{why}");
}

#[test]
fn an_archive_is_scanned_where_a_folder_would_be() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("project.ZIP");
    std::fs::write(&file, zipped(&[("app/.cursor/mcp.json", SERVER)])).expect("a file");
    let found = discovery::walk(&file, None).expect("an archive");
    assert_eq!(found.mcps[0].config_path, "app/.cursor/mcp.json");
    std::fs::write(&file, "no archive").expect("a file");
    let error = discovery::walk(&file, None).expect_err("no archive").to_string();
    assert!(error.contains("project.ZIP") && error.contains("no archive that can be read"), "{error}");
}

/// A sound archive of each kind, small.
fn sound() -> [Vec<u8>; 3] {
    let tape = Tape::default()
        .file(".mcp.json", SERVER)
        .entry(EntryType::GNULongName, "long", b"a/b/AGENTS.md\0")
        .file("cut", "Run the tests.\n")
        .entry(EntryType::Symlink, "link", b"")
        .end();
    [gzip(&tape), tape, zipped(&[(".mcp.json", SERVER), ("a/b/AGENTS.md", "Run the tests.\n")])]
}

#[test]
fn archives_that_end_early_are_damaged_or_hold_less() {
    for archive in sound() {
        let whole = servers(&unpack(&archive).expect("a sound archive")).len();
        for end in 0..archive.len() {
            if let Ok(unpacked) = unpack(&archive[..end]) {
                assert!(servers(&unpacked).len() <= whole);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    /// No bytes end the program, and whatever is accepted has plain paths.
    #[test]
    fn no_bytes_make_a_reader_panic(
        which in 0_usize..4,
        noise in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        tail in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut archive = sound().into_iter().nth(which).unwrap_or_default();
        for (at, byte) in &noise {
            if !archive.is_empty() {
                let at = at.index(archive.len());
                archive[at] = *byte;
            }
        }
        archive.extend(tail);
        if let Ok(unpacked) = unpack(&archive) {
            for mcp in &unpacked.found.mcps {
                prop_assert!(!mcp.config_path.starts_with('/') && !mcp.config_path.split('/').any(|part| part == ".."));
            }
        }
    }
}
