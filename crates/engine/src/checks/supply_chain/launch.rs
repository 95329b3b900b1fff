//! Reads a launch command: which launcher fetches which package, in which version.

use contracts::audit::Need;

use crate::check::Verdict;
use crate::snapshot::Snapshot;

/// The words of a command, with `env`, `sudo` and shells that only pass a command on taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Launch {
    /// The words after unwrapping; the first one is the program's base name without extension.
    pub(crate) words: Vec<String>,
}

/// A package that a launcher fetches and runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    /// Which launcher: `npx`, `uvx`, `docker`.
    pub(crate) launcher: &'static str,
    /// Name without version: `@scope/name`, `name`, `host/image`, or the address without its revision.
    pub(crate) name: String,
    /// Exact version, commit or digest; `None` where the launcher may fetch anything.
    pub(crate) pinned: Option<String>,
}

/// The verdict of a check of the launch command for a target that has none.
pub(crate) fn without_source() -> Verdict {
    Verdict::needs(Need::Source, "no source data: give the launch command or manifest")
}

impl Launch {
    /// The launch command of a stdio target.
    pub(crate) fn of(snapshot: &Snapshot) -> Option<Self> {
        Self::of_command(&snapshot.command)
    }

    /// The launch command in these words; `None` where there is none.
    pub(crate) fn of_command(command: &[String]) -> Option<Self> {
        (!command.is_empty()).then(|| Self { words: unwrapped(command) })
    }

    /// What the command fetches.
    pub(crate) fn package(&self) -> Option<Package> {
        let (program, rest) = self.words.split_first()?;
        let first = rest.first().map(String::as_str);
        let after = |count: usize| rest.get(count..).unwrap_or_default();
        match (program.as_str(), first) {
            ("npx" | "pnpx", _) => node("npx", rest),
            ("npm", Some("exec" | "x")) | ("pnpm" | "yarn", Some("dlx")) => node("npx", after(1)),
            ("bunx", _) => node("bunx", rest),
            ("bun", Some("x")) => node("bunx", after(1)),
            ("uvx", _) => python("uvx", rest),
            ("uv", Some("tool")) if rest.get(1).map(String::as_str) == Some("run") => python("uvx", after(2)),
            ("pipx", Some("run")) => python("pipx", after(1)),
            ("docker" | "podman", Some("run")) => image(after(1)),
            ("docker" | "podman", Some("container")) if rest.get(1).map(String::as_str) == Some("run") => {
                image(after(2))
            }
            ("go", Some("run")) => go(after(1)),
            ("deno", Some("run")) => after(1)
                .iter()
                .find(|word| !word.starts_with('-'))
                .filter(|word| is_address(word))
                .map(|word| remote("deno", word)),
            _ => None,
        }
    }
}

fn base_name(program: &str) -> String {
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    let lower = name.to_ascii_lowercase();
    [".exe", ".cmd", ".bat", ".ps1"]
        .into_iter()
        .find_map(|extension| lower.strip_suffix(extension))
        .unwrap_or(&lower)
        .to_owned()
}

fn unwrapped(command: &[String]) -> Vec<String> {
    let mut words = command.to_vec();
    // Each turn takes one wrapper off, so the number of words bounds the turns.
    for _ in 0..command.len() {
        let Some((program, rest)) = words.split_first() else { break };
        let program = base_name(program);
        let next = match program.as_str() {
            "sudo" | "doas" | "exec" | "nice" | "nohup" => {
                rest.iter().skip_while(|word| word.starts_with('-')).cloned().collect()
            }
            "env" => rest.iter().skip_while(|word| word.starts_with('-') || word.contains('=')).cloned().collect(),
            "cmd" if rest.first().is_some_and(|flag| flag.eq_ignore_ascii_case("/c")) => rest[1..].to_vec(),
            "sh" | "bash" | "zsh" | "dash" => match rest {
                [flag, script, ..] if flag.starts_with('-') && flag.ends_with('c') => {
                    script.split_ascii_whitespace().map(|word| word.trim_matches(['\'', '"']).to_owned()).collect()
                }
                _ => break,
            },
            _ => {
                words[0] = program;
                break;
            }
        };
        words = next;
    }
    if let Some(program) = words.first_mut() {
        *program = base_name(program);
    }
    words
}

fn is_address(word: &str) -> bool {
    word.contains("://") || word.starts_with("git+") || word.starts_with("github:") || word.starts_with("git@")
}

fn is_local(word: &str) -> bool {
    word.starts_with('.')
        || word.starts_with('/')
        || word.starts_with('~')
        || word.starts_with("file:")
        || word.contains('\\')
}

/// A source by address: pinned by a whole commit id.
fn remote(launcher: &'static str, address: &str) -> Package {
    let revision = address.rsplit(['#', '@']).next().unwrap_or_default();
    let pinned = revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    let name = if pinned { &address[..address.len() - 41] } else { address.split('#').next().unwrap_or(address) };
    Package { launcher, name: name.to_owned(), pinned: pinned.then(|| revision.to_owned()) }
}

/// The first word that is no option, or the value of an option that names the package.
fn positional<'w>(words: &'w [String], naming: &[&str], with_value: &[&str]) -> Option<&'w str> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if let Some((option, value)) = word.split_once('=')
            && naming.contains(&option)
        {
            return Some(value);
        }
        if naming.contains(&word.as_str()) {
            return words.next().map(String::as_str);
        }
        if with_value.contains(&word.as_str()) {
            words.next();
        } else if word != "--" && !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

fn node(launcher: &'static str, words: &[String]) -> Option<Package> {
    let specifier = positional(
        words,
        &["-p", "--package"],
        &["-c", "--call", "-w", "--workspace", "--registry", "--cache", "--prefix", "--userconfig"],
    )?;
    if is_local(specifier) {
        return None;
    }
    if is_address(specifier) {
        return Some(remote(launcher, specifier));
    }
    // The first character may be the `@` of a scope.
    let at = specifier.char_indices().skip(1).find(|(_, letter)| *letter == '@').map(|(at, _)| at);
    let (name, version) = at.map_or((specifier, ""), |at| (&specifier[..at], &specifier[at + 1..]));
    Some(Package { launcher, name: name.to_owned(), pinned: exact(version) })
}

fn python(launcher: &'static str, words: &[String]) -> Option<Package> {
    let with_value = [
        "--with",
        "--python",
        "-p",
        "--index-url",
        "-i",
        "--index",
        "--extra-index-url",
        "--with-requirements",
        "--directory",
        "--env-file",
    ];
    let specifier = positional(words, &["--from", "--spec"], &with_value)?;
    if is_local(specifier) {
        return None;
    }
    if is_address(specifier) || specifier.contains("@ git+") {
        return Some(remote(launcher, specifier));
    }
    let (name, version) = specifier.split_once("==").or_else(|| specifier.split_once('@')).unwrap_or((specifier, ""));
    let name = name.split(['[', '<', '>', '~', '!', '=']).next().unwrap_or(name).trim();
    Some(Package { launcher, name: name.to_owned(), pinned: exact(version) })
}

fn image(words: &[String]) -> Option<Package> {
    const WITH_VALUE: [&str; 48] = [
        "-e",
        "--env",
        "--env-file",
        "-v",
        "--volume",
        "--mount",
        "-p",
        "--publish",
        "--name",
        "--network",
        "--net",
        "-w",
        "--workdir",
        "-u",
        "--user",
        "--entrypoint",
        "-l",
        "--label",
        "--platform",
        "-m",
        "--memory",
        "--cpus",
        "--add-host",
        "--cap-add",
        "--cap-drop",
        "--device",
        "--gpus",
        "-h",
        "--hostname",
        "--ip",
        "--link",
        "--log-driver",
        "--log-opt",
        "--pull",
        "--restart",
        "--runtime",
        "--security-opt",
        "--shm-size",
        "--tmpfs",
        "--ulimit",
        "--userns",
        "--pid",
        "--ipc",
        "--cgroupns",
        "--volumes-from",
        "--dns",
        "--expose",
        "--group-add",
    ];
    let reference = positional(words, &[], &WITH_VALUE)?;
    let (name, digest) =
        reference.split_once("@sha256:").map_or((reference, None), |(name, digest)| (name, Some(digest)));
    // A colon before the last slash is a port.
    let name = match name.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => name,
    };
    let pinned = digest.filter(|digest| digest.len() == 64).map(str::to_owned);
    Some(Package { launcher: "docker", name: name.to_owned(), pinned })
}

fn go(words: &[String]) -> Option<Package> {
    let module = words.iter().find(|word| !word.starts_with('-'))?;
    // Without a version it is a package of the working folder, whose go.mod decides.
    let (name, version) = module.split_once('@')?;
    Some(Package { launcher: "go", name: name.to_owned(), pinned: version.strip_prefix('v').and_then(exact) })
}

/// A version that means one release: three numbers, perhaps with a pre-release or build; or a whole commit id.
fn exact(version: &str) -> Option<String> {
    let commit = version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| {
        part.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    (commit || (parts.len() >= 2 && parts.iter().all(is_number))).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::launched;

    #[test]
    fn packages_are_read_from_launch_commands() {
        let digest = "a".repeat(64);
        let commit = "b".repeat(40);
        let cases = [
            ("npx -y @scope/server", Some(("npx", "@scope/server", None))),
            ("npx -y @scope/server@latest --flag", Some(("npx", "@scope/server", None))),
            ("/usr/bin/npx -y server@1.2.3", Some(("npx", "server", Some("1.2.3")))),
            ("npx --package=server@^1.2.3 run", Some(("npx", "server", None))),
            ("cmd /c npx -y server@1.2.3-beta.1", Some(("npx", "server", Some("1.2.3-beta.1")))),
            ("npx ./server", None),
            ("uvx mcp-server-git", Some(("uvx", "mcp-server-git", None))),
            ("uvx --from mcp-server-git==2025.7.1 mcp-server-git", Some(("uvx", "mcp-server-git", Some("2025.7.1")))),
            ("uv tool run server@0.4.0", Some(("uvx", "server", Some("0.4.0")))),
            ("pipx run --spec server>=1 server", Some(("pipx", "server", None))),
            (
                &format!("uvx --from git+https://example.com/s.git@{commit} s"),
                Some(("uvx", "git+https://example.com/s.git", Some(commit.as_str()))),
            ),
            (
                "uvx --from git+https://example.com/s.git@main s",
                Some(("uvx", "git+https://example.com/s.git@main", None)),
            ),
            ("docker run -i --rm -e TOKEN example.com:5000/a/b:1.0", Some(("docker", "example.com:5000/a/b", None))),
            (&format!("docker run -i a/b:1@sha256:{digest}"), Some(("docker", "a/b", Some(digest.as_str())))),
            ("go run example.com/server@latest", Some(("go", "example.com/server", None))),
            ("go run example.com/server@v1.2.3", Some(("go", "example.com/server", Some("1.2.3")))),
            ("go run ./cmd/server", None),
            ("env A=b sudo -E npx server", Some(("npx", "server", None))),
            ("node server.js", None),
            ("python -m server", None),
        ];
        for (command, expected) in cases {
            let found = Launch::of(&launched(command)).and_then(|launch| launch.package());
            let found =
                found.as_ref().map(|package| (package.launcher, package.name.as_str(), package.pinned.as_deref()));
            assert_eq!(found, expected, "{command}");
        }
    }
}
