//! `mcp-audit fix`: what it shows, what it writes, and that everything comes back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::{Ended, command};

/// A value that appears nowhere but where a test puts it.
fn secret() -> String {
    ["s3cr3t", "Value", "0123456789abcdef"].concat()
}

/// A project, and a state folder of its own beside it.
struct Rig {
    folder: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        let rig = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        let text = format!(
            "{{\r\n  // ours\r\n  \"mcpServers\": {{\r\n    \"files\": {{ \"command\": \"npx\", \"args\": [\"-y\", \"acme-files\"],\r\n      \"env\": {{ \"API_KEY\": \"{}\", }}, }},\r\n  }}\r\n}}\r\n",
            secret()
        );
        rig.write(".cursor/mcp.json", &text);
        rig
    }

    fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    fn config(&self) -> PathBuf {
        self.project().join(".cursor/mcp.json")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.project().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn text(&self) -> String {
        fs::read_to_string(self.config()).expect("the file")
    }

    /// Runs the program; nothing that it says holds the secret.
    fn fix(&self, arguments: &[&str]) -> Ended {
        let project = self.project().display().to_string();
        let place: &[&str] = if arguments.contains(&"--undo") { &[] } else { &[&project] };
        let output = command(&[&["fix"], arguments, place].concat())
            .env("XDG_DATA_HOME", self.folder.path().join("state"))
            .output()
            .expect("the program runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let ended = Ended { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) };
        let all = format!("{}{}", ended.output, ended.errors);
        assert!(!all.contains(&secret()) && !all.contains(&secret()[6..]), "{all}");
        ended
    }

    /// Every file below the rig with its content.
    fn files(&self) -> Vec<(PathBuf, String)> {
        fn walk(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    walk(&entry.path(), files);
                } else {
                    files.push((
                        entry.path(),
                        String::from_utf8_lossy(&fs::read(entry.path()).expect("a file")).into_owned(),
                    ));
                }
            }
        }
        let mut files = Vec::new();
        walk(self.folder.path(), &mut files);
        files
    }
}

#[test]
fn without_write_nothing_changes() {
    let rig = Rig::new();
    let before = rig.text();
    let ended = rig.fix(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.output.contains("-      \"env\"") && ended.output.contains("${env:API_KEY}"), "{}", ended.output);
    assert!(ended.output.contains("--pin acme-files=VERSION"), "{}", ended.output);
    assert_eq!(rig.text(), before);
    assert!(rig.files().iter().all(|(path, _)| !path.ends_with("backups")));
}

#[test]
fn what_is_written_comes_back_to_the_byte() {
    let rig = Rig::new();
    rig.write("node_modules/acme-files/package.json", r#"{"version": "1.2.3"}"#);
    let before = rig.text();
    let ended = rig.fix(&["--write"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let expected = before.replace("acme-files", "acme-files@1.2.3").replace(&secret(), "${env:API_KEY}");
    assert_eq!(rig.text(), expected);
    let holders: Vec<_> = rig.files().into_iter().filter(|(_, text)| text.contains(&secret())).collect();
    assert_eq!(holders.len(), 1, "the backup is the only copy: {holders:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
        assert_eq!((mode(&holders[0].0), mode(&rig.config())), (0o600, 0o600));
    }
    assert_eq!(rig.fix(&[]).code, Some(0));

    let undone = rig.fix(&["--undo"]);
    assert_eq!((undone.code, rig.text()), (Some(0), before), "{undone:?}");
    assert!(rig.files().iter().filter(|(_, text)| text.contains(&secret())).count() == 1, "no backup stays");
    assert!(rig.fix(&["--undo"]).output.contains("nothing to undo"));
}

#[test]
fn undo_leaves_a_file_alone_that_was_changed_since() {
    let rig = Rig::new();
    rig.fix(&["--write", "--pin", "acme-files=1.0.0"]);
    let changed = rig.text().replace("// ours", "// mine");
    rig.write(".cursor/mcp.json", &changed);
    let undone = rig.fix(&["--undo"]);
    assert_eq!((undone.code, rig.text()), (Some(5), changed), "{undone:?}");
    assert!(undone.output.contains("changed since"), "{}", undone.output);
    assert!(rig.files().iter().any(|(_, text)| text.contains(&secret())), "the backup stays");
}

#[test]
fn secrets_that_no_placeholder_can_stand_for_are_told() {
    let rig = Rig::new();
    fs::remove_file(rig.config()).expect("removed");
    let text = format!(
        "{{\"mcpServers\": {{\"a\": {{\"command\": \"a\", \"args\": [\"--token\", \"{0}\"], \"env\": {{\"API_KEY\": \"{0}\"}}}}}}}}",
        secret()
    );
    rig.write("claude_desktop_config.json", &text);
    let ended = rig.fix(&["--write"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.output.contains("to do"), "{}", ended.output);
    assert_eq!(fs::read_to_string(rig.project().join("claude_desktop_config.json")).expect("the file"), text);
}

#[cfg(unix)]
#[test]
fn links_are_refused_and_modes_are_narrowed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let rig = Rig::new();
    rig.write("AGENTS.md", "Run the tests.\n");
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    fs::set_permissions(rig.project().join("AGENTS.md"), fs::Permissions::from_mode(0o666)).expect("a mode");
    let elsewhere = rig.folder.path().join("mcp.json");
    fs::rename(rig.config(), &elsewhere).expect("moved");
    symlink(&elsewhere, rig.config()).expect("a link");
    let before = fs::read_to_string(&elsewhere).expect("the file");
    let ended = rig.fix(&["--write"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.output.contains("link"), "{}", ended.output);
    assert_eq!(fs::read_to_string(&elsewhere).expect("the file"), before);
    assert_eq!(mode(&rig.project().join("AGENTS.md")), 0o664);
    assert_eq!(rig.fix(&["--undo"]).code, Some(0));
    assert_eq!(mode(&rig.project().join("AGENTS.md")), 0o666);

    let direct = command(&["fix", "--write", &rig.config().display().to_string()])
        .env("XDG_DATA_HOME", rig.folder.path().join("state"))
        .output()
        .expect("the program runs");
    assert_eq!(direct.status.code(), Some(5), "{direct:?}");
    assert!(fs::symlink_metadata(rig.config()).expect("the link").is_symlink());
}

#[test]
fn nothing_to_mend_is_clean() {
    let rig = Rig::new();
    rig.write(".cursor/mcp.json", r#"{"mcpServers": {"a": {"command": "node", "args": ["server.js"]}}}"#);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(rig.config(), fs::Permissions::from_mode(0o644)).expect("a mode");
    }
    for arguments in [&[][..], &["--write"]] {
        let ended = rig.fix(arguments);
        assert_eq!((ended.code, ended.output.trim()), (Some(0), "nothing to mend"), "{ended:?}");
    }
}

#[test]
fn an_archive_is_not_mended() {
    let rig = Rig::new();
    rig.write("project.zip", "PK");
    let archive = rig.project().join("project.zip");
    let output = command(&["fix", "--write", &archive.display().to_string()]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("unpack it"), "{output:?}");
    assert_eq!(fs::read_to_string(archive).expect("the file"), "PK");
}
