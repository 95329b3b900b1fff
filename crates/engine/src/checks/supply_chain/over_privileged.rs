//! Launch commands that give a server the whole machine.

use contracts::audit::{Confidence, NamedTest, Severity};

use super::launch::without_source;
use crate::check::{Carriers, Check, Draft, Mode, Run, Sample, Tag, Verdict};
use crate::snapshot::Snapshot;

pub(crate) const CHECK: Check = Check {
    id: "MCPA-SC-010",
    title: "Over-privileged launch",
    test: NamedTest::SupplyChain,
    mode: Mode::Passive,
    carriers: Carriers::Any,
    worst: Severity::High,
    remediation: "Run the server as an ordinary user with only the folders, hosts and permissions that it needs, mounted read-only where it only reads.",
    tags: &[Tag::Cwe(250), Tag::McpTop10(2), Tag::Agentic(3)],
    run: Run::Static(check),
};

fn check(snapshot: &Snapshot) -> Verdict {
    if snapshot.command.is_empty() {
        return without_source();
    }
    let drafts = privileges(&snapshot.command).into_iter().map(|(kind, message, shown)| {
        Draft::new(Severity::High, Confidence::Confirmed, "config:command", message)
            .distinct(kind)
            .sample(Sample::whole(shown, format!("launch:{kind}")))
    });
    drafts.collect()
}

/// What a command grants: kind, sentence and the words that grant it.
fn privileges(command: &[String]) -> Vec<(&'static str, &'static str, String)> {
    let mut found = Vec::new();
    let words: Vec<&str> = command
        .iter()
        .flat_map(|word| if word.contains(' ') { word.split_ascii_whitespace().collect() } else { vec![word.as_str()] })
        .collect();
    let base =
        |word: &str| word.rsplit(['/', '\\']).next().unwrap_or(word).trim_end_matches(".exe").to_ascii_lowercase();
    let container = words.iter().position(|word| matches!(base(word).as_str(), "docker" | "podman" | "nerdctl"));
    let deno = words.iter().position(|word| base(word) == "deno");
    for (position, word) in words.iter().enumerate() {
        let next = words.get(position + 1).copied().unwrap_or_default();
        let (option, value) = word.split_once('=').unwrap_or((word, next));
        if position < 3 && matches!(base(word).as_str(), "sudo" | "doas" | "gsudo") {
            found.push(("superuser", "the launch command runs the server as the superuser", (*word).to_owned()));
        }
        if container.is_some_and(|at| at < position) {
            let kind = match (option, value) {
                ("--privileged", _) if *word != "--privileged=false" => {
                    Some(("privileged", "the container has all privileges of the host"))
                }
                ("--network" | "--net", "host") => {
                    Some(("host-network", "the container shares the network of the host"))
                }
                ("--pid" | "--ipc" | "--userns", "host") => {
                    Some(("host-namespace", "the container shares a namespace of the host"))
                }
                ("--cap-add", "ALL" | "SYS_ADMIN" | "CAP_SYS_ADMIN") => {
                    Some(("capability", "the container has capabilities that control the host"))
                }
                ("-v" | "--volume" | "--mount", mount) => mounted(mount),
                _ => None,
            };
            found.extend(kind.map(|(kind, message)| (kind, message, format!("{option} {value}"))));
        }
        if deno.is_some_and(|at| at < position) && matches!(*word, "-A" | "--allow-all") {
            found.push(("allow-all", "the runtime's permission checks are switched off", (*word).to_owned()));
        }
    }
    found
}

/// What a mount gives away: the container engine, the root of the disk, or a home folder as a whole.
fn mounted(mount: &str) -> Option<(&'static str, &'static str)> {
    let source = if mount.contains("source=") || mount.contains("src=") {
        mount.split(',').find_map(|part| part.strip_prefix("source=").or_else(|| part.strip_prefix("src=")))?
    } else if mount.as_bytes().get(1) == Some(&b':') && mount.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) {
        // A drive letter: the colon after the path is the second one.
        &mount[..mount[2..].find(':').map_or(mount.len(), |at| at + 2)]
    } else {
        mount.split(':').next()?
    };
    if source.ends_with("docker.sock") || source.ends_with("podman.sock") || source.ends_with("containerd.sock") {
        return Some(("engine-socket", "the container controls the container engine and through it the host"));
    }
    let folder = source.trim_end_matches(['/', '\\']);
    if folder.is_empty() || folder.len() == 2 && folder.ends_with(':') {
        return Some(("root-mount", "the container sees the whole disk of the host"));
    }
    let parts: Vec<&str> = folder.split(['/', '\\']).collect();
    let home = matches!(
        folder,
        "~" | "$HOME" | "${HOME}" | "/root" | "/home" | "/Users" | "%USERPROFILE%" | "$env:USERPROFILE"
    ) || matches!(parts[..], ["", "home" | "Users", _])
        || matches!(parts[..], [drive, "Users", _] if drive.ends_with(':'));
    home.then_some(("home-mount", "the container sees a whole home folder"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{findings, launched};

    #[test]
    fn each_privilege_is_named_and_narrow_launches_are_not() {
        let cases: [(&str, &[&str]); 12] = [
            ("sudo server", &["superuser"]),
            ("docker run --privileged image", &["privileged"]),
            ("docker run -v /var/run/docker.sock:/var/run/docker.sock image", &["engine-socket"]),
            ("docker run -v /:/host:ro image", &["root-mount"]),
            ("docker run --mount type=bind,src=/home/ann,dst=/data image", &["home-mount"]),
            ("docker run -v C:\\Users\\ann:/data image", &["home-mount"]),
            ("docker run --network=host --pid host image", &["host-network", "host-namespace"]),
            ("deno run -A server.ts", &["allow-all"]),
            ("docker run -v /home/ann/notes:/notes:ro image", &[]),
            ("docker run --network none image", &[]),
            ("deno run --allow-net=example.com server.ts", &[]),
            ("server -A", &[]),
        ];
        for (command, expected) in cases {
            let found: Vec<String> =
                findings(&CHECK, &launched(command)).into_iter().map(|draft| draft.discriminator).collect();
            assert_eq!(found, expected, "{command}");
        }
    }
}
