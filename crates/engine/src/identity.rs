//! The identity of a target in fingerprints, and what people see of it (catalogue section 7).

use unicode_normalization::UnicodeNormalization as _;
use url::Url;

use crate::checks::supply_chain::launch::Launch;
use crate::snapshot::Snapshot;
use crate::target::{Options, Target};

/// What stays the same between two tests of one server: never a query, user information, version or address.
pub(crate) fn target_key(target: &Target, options: &Options, snapshot: &Snapshot) -> String {
    let key = match (&options.target_id, target) {
        (Some(id), _) => id.clone(),
        (None, Target::Http { url, .. }) => url_key(url),
        (None, Target::Stdio { program, args, .. }) => match Launch::of(snapshot).and_then(|launch| launch.package()) {
            Some(package) => format!("{}:{}", package.launcher, package.name),
            None => command_key(program, args),
        },
    };
    key.nfc().collect()
}

fn url_key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().to_lowercase();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path().trim_end_matches('/'))
}

/// The program's base name and the names of its arguments: values may be secrets, or differ from machine to machine.
fn command_key(program: &str, args: &[String]) -> String {
    let mut words = vec![base_name(program)];
    for argument in args {
        if argument.starts_with('-') {
            words.push(argument.split('=').next().unwrap_or(argument));
        } else if words.len() == 1 {
            // The script of an interpreter.
            words.push(base_name(argument));
        }
    }
    words.join(" ")
}

fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(path)
}

/// The target for people: URL without query and user information, or the program.
pub(crate) fn display(target: &Target) -> String {
    match target {
        Target::Http { url, .. } => contracts::audit::display_url(url),
        Target::Stdio { program, args, .. } => {
            let named =
                args.iter().find(|argument| !argument.starts_with('-')).map(|argument| base_name_of_package(argument));
            named.map_or_else(|| base_name(program).to_owned(), |name| format!("{} {name}", base_name(program)))
        }
    }
}

/// A package keeps its scope; a path is shortened to its last part.
fn base_name_of_package(argument: &str) -> &str {
    if argument.starts_with('@') { argument } else { base_name(argument) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::launched;

    fn stdio(command: &str) -> (String, String) {
        let mut words = command.split_ascii_whitespace().map(str::to_owned);
        let target =
            Target::Stdio { program: words.next().unwrap_or_default(), args: words.collect(), env: Vec::new() };
        (target_key(&target, &Options::default(), &launched(command)), display(&target))
    }

    #[test]
    fn a_key_survives_versions_machines_and_secrets() {
        let url = |url: &str| {
            let target = Target::Http { url: Url::parse(url).expect("a test URL"), headers: Vec::new() };
            target_key(&target, &Options::default(), &launched(""))
        };
        assert_eq!(url("HTTPS://Example.COM:443/mcp/?token=secret"), "https://example.com/mcp");
        assert_eq!(url("http://user:word@127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(
            stdio("npx -y @scope/server@1.2.3 --root /home/me"),
            ("npx:@scope/server".to_owned(), "npx @scope/server@1.2.3".to_owned())
        );
        assert_eq!(stdio("/opt/server --api-key=secret --port 80").0, "server --api-key --port");
        assert_eq!(
            stdio("python3 /srv/app/main.py --verbose"),
            ("python3 main.py --verbose".to_owned(), "python3 main.py".to_owned())
        );
        let named = Options { target_id: Some("prod".to_owned()), ..Options::default() };
        let target = Target::Stdio { program: "server".to_owned(), args: Vec::new(), env: Vec::new() };
        assert_eq!(target_key(&target, &named, &launched("server")), "prod");
    }
}
