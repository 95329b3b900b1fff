//! The package that a launch command runs.

use std::fmt;

/// A package coordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    ecosystem: &'static str,
    name: String,
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

/// The package that a command runs, if it is a known launcher.
pub(crate) fn of(command: &[String]) -> Option<Package> {
    let (program, arguments) = command.split_first()?;
    let program = program.rsplit(['/', '\\']).next()?.trim_end_matches(".cmd").trim_end_matches(".exe");
    let mut words = arguments.iter().map(String::as_str);
    match program {
        "npx" | "bunx" | "pnpx" => Some(npm(first_operand(words, &["-p", "--package", "-c"])?)),
        "uvx" => Some(pypi(first_operand(words, &["--from", "--with", "--python", "-p"])?)),
        "pipx" if words.next() == Some("run") => Some(pypi(first_operand(words, &["--spec", "--python"])?)),
        "docker" | "podman" if words.next() == Some("run") => Some(image(first_operand(words, DOCKER_VALUES)?)),
        _ => None,
    }
}

/// Options of `docker run` that take a value and are common in configurations.
const DOCKER_VALUES: &[&str] = &["-e", "--env", "-v", "--volume", "--mount", "--name", "-p", "--network", "-u", "-w"];

/// The first word that is neither an option nor the value of one.
fn first_operand<'w>(mut words: impl Iterator<Item = &'w str>, with_value: &[&str]) -> Option<&'w str> {
    while let Some(word) = words.next() {
        if let Some((option, value)) = word.split_once('=').filter(|(option, _)| with_value.contains(option)) {
            if matches!(option, "--package" | "--from" | "--spec") {
                return Some(value);
            }
        } else if matches!(word, "-p" | "--package" | "--from" | "--spec") && with_value.contains(&word) {
            return words.next();
        } else if with_value.contains(&word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

fn npm(word: &str) -> Package {
    // The first character may be the `@` of a scope.
    let at = word.get(1..).and_then(|rest| rest.rfind('@')).map(|at| at + 1);
    let (name, version) = at.map_or((word, None), |at| (&word[..at], Some(&word[at + 1..])));
    let exact = version.filter(|version| version.starts_with(|c: char| c.is_ascii_digit()));
    Package { ecosystem: "npm", name: name.to_owned(), version: exact.map(str::to_owned) }
}

fn pypi(word: &str) -> Package {
    let (name, version) = word.split_once("==").or_else(|| word.split_once('@')).unwrap_or((word, ""));
    let exact = version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned());
    let name = name.split(['[', '<', '>', '~', '!']).next().unwrap_or(name);
    Package { ecosystem: "pypi", name: name.to_owned(), version: exact }
}

fn image(word: &str) -> Package {
    let (name, version) = match word.split_once('@') {
        Some((name, digest)) => (name, Some(digest.to_owned())),
        // A tag can be moved: only a digest pins an image.
        None => (word, None),
    };
    Package { ecosystem: "docker", name: name.to_owned(), version }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_package_behind_launcher_options() {
        let cases = [
            ("npx -y @acme/a@1.2.3 --port 1", Some("npm:@acme/a@1.2.3")),
            ("npx @acme/a@latest", Some("npm:@acme/a")),
            ("/usr/bin/npx --package=b@2.0.0 run", Some("npm:b@2.0.0")),
            ("uvx mcp-server-git==1.0", Some("pypi:mcp-server-git@1.0")),
            ("uvx --from tool[x]>=2 serve", Some("pypi:tool")),
            ("docker run -i --rm -e KEY acme/mcp:1", Some("docker:acme/mcp:1")),
            ("python server.py", None),
        ];
        for (command, expected) in cases {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(of(&words).map(|package| package.to_string()).as_deref(), expected, "{command}");
        }
    }
}
