//! The package that a launch command runs.

use std::fmt;

/// A package coordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) ecosystem: &'static str,
    pub(crate) name: String,
    /// Absent where the launch takes whatever is newest.
    pub(crate) version: Option<String>,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.ecosystem, self.name)?;
        match &self.version {
            Some(version) => write!(f, "@{version}"),
            None => Ok(()),
        }
    }
}

/// Launchers that are launched by others: `cmd /c npx …`, `sudo env A=b npx …`. A chain of more is nobody's configuration.
const MOST_WRAPPERS: usize = 4;

/// The package that a command runs, if it is a known launcher.
pub(crate) fn of(command: &[String]) -> Option<Package> {
    let words: Vec<&str> = match command {
        // Some clients take the whole line as the program.
        [line] if line.contains(char::is_whitespace) => line.split_whitespace().collect(),
        words => words.iter().map(String::as_str).collect(),
    };
    // A path is no package.
    launched(&words, MOST_WRAPPERS).filter(|package| !package.name.starts_with(['.', '/', '~', '\\']))
}

fn launched(words: &[&str], wrappers: usize) -> Option<Package> {
    let (program, arguments) = words.split_first()?;
    let program = program.rsplit(['/', '\\']).next()?.trim_end_matches(".cmd").trim_end_matches(".exe");
    let mut rest = arguments.iter().copied();
    match program {
        "npx" | "bunx" | "pnpx" => Some(npm(first_operand(rest, &["-p", "--package", "-c"])?)),
        "npm" if matches!(rest.next(), Some("exec" | "x")) => {
            Some(npm(first_operand(rest, &["-p", "--package", "-c"])?))
        }
        "pnpm" | "yarn" | "bun" if matches!(rest.next(), Some("dlx" | "x")) => {
            Some(npm(first_operand(rest, &["-p", "--package"])?))
        }
        "deno" if rest.next() == Some("run") => {
            let word = rest.find(|word| !word.starts_with('-'))?;
            word.strip_prefix("npm:").map(npm)
        }
        "uvx" => Some(pypi(first_operand(rest, PYTHON_VALUES)?)),
        "uv" if rest.next() == Some("tool") && rest.next() == Some("run") => {
            Some(pypi(first_operand(rest, PYTHON_VALUES)?))
        }
        "pipx" if rest.next() == Some("run") => Some(pypi(first_operand(rest, &["--spec", "--python"])?)),
        "docker" | "podman" | "nerdctl" if rest.next() == Some("run") => {
            Some(image(first_operand(rest, CONTAINER_VALUES)?))
        }
        "dnx" => Some(nuget(first_operand(rest, &["--version", "--source"])?)),
        "go" if rest.next() == Some("run") => rest.find(|word| !word.starts_with('-')).and_then(go),
        "cmd" | "sudo" | "env" | "wsl" | "sh" | "bash" | "zsh" => {
            let inner: Vec<&str> = arguments
                .iter()
                .flat_map(|word| word.split_whitespace())
                .skip_while(|word| word.starts_with(['-', '/']) && !word[1..].contains('/') || word.contains('='))
                .collect();
            launched(&inner, wrappers.checked_sub(1)?)
        }
        _ => None,
    }
}

/// Options of `uvx` that take a value.
const PYTHON_VALUES: &[&str] = &[
    "--from",
    "--with",
    "--python",
    "-p",
    "--index",
    "--index-url",
    "--extra-index-url",
    "--directory",
    "--with-editable",
];

/// Options of `docker run` that take a value and are common in configurations.
const CONTAINER_VALUES: &[&str] = &[
    "-e",
    "--env",
    "--env-file",
    "-v",
    "--volume",
    "--mount",
    "--name",
    "-p",
    "--publish",
    "--network",
    "--net",
    "-u",
    "--user",
    "-w",
    "--workdir",
    "--entrypoint",
    "--platform",
    "--add-host",
    "-l",
    "--label",
    "-m",
    "--memory",
    "--cpus",
    "--pull",
];

/// The first word that is neither an option nor the value of one.
fn first_operand<'w>(mut words: impl Iterator<Item = &'w str>, with_value: &[&str]) -> Option<&'w str> {
    // `-p` is short for the package with npm and for Python's version with uv.
    let names_package = |word: &str| match word {
        "--package" | "--from" | "--spec" => with_value.contains(&word),
        "-p" => with_value.contains(&"--package"),
        _ => false,
    };
    while let Some(word) = words.next() {
        if let Some((option, value)) = word.split_once('=').filter(|(option, _)| with_value.contains(option)) {
            if matches!(option, "--package" | "--from" | "--spec") {
                return Some(value);
            }
        } else if names_package(word) {
            return words.next();
        } else if with_value.contains(&word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

/// A package of npm as commands write it: `@scope/name@version`.
pub(crate) fn npm(word: &str) -> Package {
    if word.contains("://") {
        // An archive or a repository: whatever is there now.
        return Package { ecosystem: "npm", name: word.to_owned(), version: None };
    }
    // The first character may be the `@` of a scope.
    let at = word.get(1..).and_then(|rest| rest.rfind('@')).map(|at| at + 1);
    let (name, version) = at.map_or((word, None), |at| (&word[..at], Some(&word[at + 1..])));
    Package {
        ecosystem: "npm",
        name: name.to_owned(),
        version: version.filter(|version| is_exact(version)).map(str::to_owned),
    }
}

fn pypi(word: &str) -> Package {
    if word.contains("://") {
        return Package { ecosystem: "pypi", name: word.to_owned(), version: None };
    }
    let (name, version) = word.split_once("==").or_else(|| word.split_once('@')).unwrap_or((word, ""));
    let exact = version.starts_with(|c: char| c.is_ascii_digit()) && !version.contains('*');
    let name = name.split(['[', '<', '>', '~', '!']).next().unwrap_or(name);
    Package { ecosystem: "pypi", name: name.to_owned(), version: exact.then(|| version.to_owned()) }
}

/// A container image.
pub(crate) fn image(word: &str) -> Package {
    let word = ["docker.io/library/", "docker.io/", "index.docker.io/"]
        .iter()
        .find_map(|registry| word.strip_prefix(registry))
        .unwrap_or(word);
    let (name, version) = match word.split_once('@') {
        Some((name, digest)) => (name, Some(digest.to_owned())),
        // A tag can be moved: only a digest pins an image.
        None => (word, None),
    };
    Package { ecosystem: "docker", name: name.to_owned(), version }
}

fn nuget(word: &str) -> Package {
    let (name, version) = word.split_once('@').unwrap_or((word, ""));
    Package { ecosystem: "nuget", name: name.to_owned(), version: is_exact(version).then(|| version.to_owned()) }
}

fn go(word: &str) -> Option<Package> {
    let (name, version) = word.split_once('@')?;
    let exact = version.strip_prefix('v').is_some_and(is_exact);
    Some(Package { ecosystem: "go", name: name.to_owned(), version: exact.then(|| version.to_owned()) })
}

/// Whether this is one version and no range: `1` and `1.x` take whatever is newest of it.
fn is_exact(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = core.split('.').collect();
    parts.len() >= 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Package {
    /// A package by the name of its registry, as the MCP registry writes it; nothing for registries that we do not know.
    pub(crate) fn listed(registry: &str, name: &str, version: Option<&str>) -> Option<Self> {
        let exact = version.filter(|version| is_exact(version)).map(str::to_owned);
        let ecosystem = match registry {
            "npm" => "npm",
            "pypi" => "pypi",
            "nuget" => "nuget",
            "oci" | "docker" => return Some(image(name)),
            _ => return None,
        };
        Some(Self { ecosystem, name: name.to_owned(), version: exact })
    }

    /// The coordinate without version and, of an image, without tag.
    pub(crate) fn identity(&self) -> String {
        let after_path = self.name.rfind('/').map_or(0, |at| at + 1);
        let end = match self.name[after_path..].find(':').filter(|_| self.ecosystem == "docker") {
            Some(at) => after_path + at,
            None => self.name.len(),
        };
        format!("{}:{}", self.ecosystem, self.name[..end].to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_package_behind_launcher_options() {
        let cases = [
            ("npx -y @acme/a@1.2.3 --port 1", Some("npm:@acme/a@1.2.3")),
            ("npx @acme/a@latest", Some("npm:@acme/a")),
            ("npx @acme/a@1", Some("npm:@acme/a")),
            ("/usr/bin/npx --package=b@2.0.0 run", Some("npm:b@2.0.0")),
            ("npm exec -y -- b@2.0.0-rc.1", Some("npm:b@2.0.0-rc.1")),
            ("pnpm dlx b", Some("npm:b")),
            ("deno run -A npm:b@1.0.0", Some("npm:b@1.0.0")),
            ("cmd /c npx -y b@1.0.0", Some("npm:b@1.0.0")),
            ("env A=b npx b", Some("npm:b")),
            ("uvx mcp-server-git==1.0", Some("pypi:mcp-server-git@1.0")),
            ("uvx --python 3.12 mcp-server-git@1.0.1", Some("pypi:mcp-server-git@1.0.1")),
            ("uvx --from tool[x]>=2 serve", Some("pypi:tool")),
            ("uv tool run serve", Some("pypi:serve")),
            ("docker run -i --rm -e KEY acme/mcp:1", Some("docker:acme/mcp:1")),
            ("docker run -p 1:1 docker.io/acme/mcp@sha256:00", Some("docker:acme/mcp@sha256:00")),
            ("dnx Acme.Mcp@1.2.3 --yes", Some("nuget:Acme.Mcp@1.2.3")),
            ("go run example.com/mcp@v1.2.3", Some("go:example.com/mcp@v1.2.3")),
            ("uvx --from git+https://git.example/a/b@main serve", Some("pypi:git+https://git.example/a/b@main")),
            ("npx ./server", None),
            ("python server.py", None),
            ("sudo sudo sudo sudo sudo sudo npx b", None),
        ];
        for (command, expected) in cases {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(of(&words).map(|package| package.to_string()).as_deref(), expected, "{command}");
        }
        let line = ["sh", "-c", "npx -y b@1.0.0 --port 1"].map(str::to_owned);
        assert_eq!(of(&line).map(|package| package.to_string()).as_deref(), Some("npm:b@1.0.0"));
        assert_eq!(of(&["npx -y b".to_owned()]).map(|package| package.to_string()).as_deref(), Some("npm:b"));
    }

    #[test]
    fn an_image_is_known_without_its_tag() {
        assert_eq!(image("localhost:5000/acme/mcp:1").identity(), "docker:localhost:5000/acme/mcp");
        assert_eq!(image("docker.io/mcp/github:latest").identity(), "docker:mcp/github");
    }
}
