//! What the command line accepts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand, ValueEnum};
use contracts::audit::{Level, Severity};
use contracts::github::GitHubTarget;
use engine::Callback;
use secrecy::SecretString;
use url::Url;

use crate::credentials::Header;

/// Finds security weaknesses of MCP servers from outside.
#[derive(Debug, Parser)]
#[command(name = "mcp-audit", version, propagate_version = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Logs to standard error; repeat for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

const EXIT_CODES: &str = "\
Exit codes: 0 clean, 1 findings at or above --fail-on, 2 wrong usage, 3 target unreachable, 4 internal error, 5 not everything could be assessed, 130 interrupted";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tests MCP servers, behind URLs or one that is started by a command
    ///
    /// By default only harmless requests are sent: metadata, and calls of tools that read.
    #[command(after_help = EXAMPLES)]
    Test(Box<Test>),
    /// Finds the MCP servers that are configured in a folder, for the clients of this machine, or in repositories of GitHub, and
    /// judges what is around them
    ///
    /// Reads files only: no server is started or contacted, unless --test is given.
    #[command(after_help = SCAN_EXAMPLES)]
    Scan(Box<Scan>),
    /// Shows how to mend what a scan found: versions of launches, secrets in configurations, modes of files
    ///
    /// Changes nothing without --write. What was there before is kept and comes back with --undo.
    #[command(after_help = FIX_EXAMPLES)]
    Fix(Fix),
}

const FIX_EXAMPLES: &str = "\
Examples:
  mcp-audit fix
  mcp-audit fix --pin @modelcontextprotocol/server-filesystem=2026.1.14 --write
  mcp-audit fix --machine --write
  mcp-audit fix --undo
Exit codes: 0 nothing is left, 1 something can be mended with --write, 5 something is left to do by hand";

/// One repair.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Fix {
    /// Folder to search, or one configuration file
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Mends the files of the clients of this machine instead of a folder
    #[arg(long, conflicts_with = "path")]
    pub(crate) machine: bool,
    /// Mends; otherwise only shows what would change
    #[arg(long)]
    pub(crate) write: bool,
    /// Takes the last run with --write back, unless a file was changed since
    #[arg(long, conflicts_with_all = ["path", "machine", "write", "pins"])]
    pub(crate) undo: bool,
    /// Version for a package that is launched without one, where no installed copy or lock file tells it; repeatable
    #[arg(long = "pin", value_name = "NAME=VERSION", value_parser = pin)]
    pub(crate) pins: Vec<(String, String)>,
}

const SCAN_EXAMPLES: &str = "\
Examples:
  mcp-audit scan
  mcp-audit scan --machine --fail-on high
  mcp-audit scan --test
  mcp-audit scan ~/my-server --source
  mcp-audit scan --github acme --include-archived
  mcp-audit scan --github acme/backend@main --github-url https://github.acme.example --github-token-env ACME_TOKEN
  mcp-audit scan ~/backend --format sarif --output mcp.sarif
  mcp-audit scan --format cyclonedx --output mcp.cdx.json --fail-on never";

/// One scan.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, clap::Args)]
pub(crate) struct Scan {
    /// Folder to search, one configuration file, or an archive (.zip, .tar, .tar.gz, .tgz), which is not unpacked
    #[arg(default_value = ".")]
    pub(crate) path: PathBuf,
    /// Searches the places where clients keep their configuration on this machine instead of a folder
    #[arg(long, conflicts_with = "path")]
    pub(crate) machine: bool,
    /// Reads one repository of GitHub, at a branch, tag or commit if one is given, or all of an organisation or user
    #[arg(long, value_name = "ORG/REPO[@BRANCH]|ORG", conflicts_with_all = ["path", "machine"])]
    pub(crate) github: Option<GitHubTarget>,
    /// Address of a GitHub Enterprise server; it may be in a private network
    #[arg(long, value_name = "URL", requires = "github")]
    pub(crate) github_url: Option<Url>,
    /// Environment variable with the token for GitHub; without it GITHUB_TOKEN is used, but only for github.com
    #[arg(long, value_name = "NAME", requires = "github")]
    pub(crate) github_token_env: Option<String>,
    /// Also reads archived repositories of the organisation or user
    #[arg(long, requires = "github")]
    pub(crate) include_archived: bool,
    /// Also reads repositories of the organisation or user that are forks
    #[arg(long, requires = "github")]
    pub(crate) include_forks: bool,
    /// Also follows the arguments of tools through the Python and JavaScript code of servers in the folder
    ///
    /// Tells where they reach a shell, code, SQL, a path or an address without a check.
    #[arg(long, conflicts_with_all = ["machine", "github"])]
    pub(crate) source: bool,
    /// How to show the result
    #[arg(short, long, value_enum, default_value_t = ScanFormat::Table)]
    pub(crate) format: ScanFormat,
    /// Writes the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Lowest risk of a server, or severity of a finding around one, that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Medium)]
    pub(crate) fail_on: FailOn,
    /// Accepts that some files could not be read; otherwise the exit code is 5
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    /// Goes on to test the servers that were found, after asking: that starts programs and contacts addresses
    #[arg(long, conflicts_with = "github")]
    pub(crate) test: bool,
    /// Tests what was found without asking
    #[arg(short, long, requires = "test")]
    pub(crate) yes: bool,
    /// Shows no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// How the result of a scan is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For reading in the terminal
    Table,
    /// The whole result for programs
    Json,
    /// For code scanning tools (SARIF 2.1.0)
    Sarif,
    /// For tickets and wikis
    Markdown,
    /// Bill of materials (CycloneDX 1.6): servers as services, packages as components
    #[value(name = "cyclonedx")]
    CycloneDx,
}

/// The public OSV server.
const OSV_API: &str = "https://api.osv.dev";

const EXAMPLES: &str = "\
Examples:
  mcp-audit test https://mcp.example.com/mcp --header 'Authorization: Bearer …'
  mcp-audit test -- npx -y @modelcontextprotocol/server-everything
  mcp-audit test http://localhost:8080/mcp --active --format pdf --output report.pdf
  mcp-audit test --source . --osv-db osv/ -- node dist/server.js
  mcp-audit test https://mcp.example.com/mcp --format sarif --output mcp.sarif --fail-on high
  mcp-audit test https://a.example.com/mcp https://b.example.com/mcp --format html --output reports/";

/// One security test.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// Endpoint of the server (http or https); several are tested side by side
    #[arg(
        required_unless_present = "server",
        conflicts_with = "server",
        value_name = "URL",
        num_args = 1..,
        value_parser = endpoint
    )]
    pub(crate) urls: Vec<Url>,
    /// Command that starts a server on standard input and output
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) server: Vec<String>,
    /// How to show the result
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Writes the result to a file instead of standard output; of several servers, one file each into this folder
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(crate) output: Option<PathBuf>,
    /// 1: the server's own security; 2: also what it does to the model and to other servers
    #[arg(short, long, default_value = "2", value_parser = level)]
    pub(crate) level: Level,
    /// Header for every authenticated request, as 'Name: value', or @FILE with one per line; repeatable
    #[arg(short = 'H', long = "header", value_name = "HEADER", env = "MCP_AUDIT_HEADER", hide_env_values = true)]
    pub(crate) headers: Vec<Header>,
    /// Header of a second user, best one with fewer rights, for the comparisons between users; repeatable
    #[arg(long = "credential2", value_name = "HEADER", env = "MCP_AUDIT_CREDENTIAL2", hide_env_values = true)]
    pub(crate) second_credential: Vec<Header>,
    /// The second user may only read, although its token does not say so
    #[arg(long = "credential2-read-only", requires = "second_credential")]
    pub(crate) second_is_read_only: bool,
    /// Header with a token that has expired, which the server must refuse; repeatable
    #[arg(
        long = "expired-credential",
        value_name = "HEADER",
        env = "MCP_AUDIT_EXPIRED_CREDENTIAL",
        hide_env_values = true
    )]
    pub(crate) expired_credential: Vec<Header>,
    /// Header with a valid token for another server, which this one must refuse; repeatable
    #[arg(
        long = "foreign-credential",
        value_name = "HEADER",
        env = "MCP_AUDIT_FOREIGN_CREDENTIAL",
        hide_env_values = true
    )]
    pub(crate) foreign_credential: Vec<Header>,
    /// The server is meant to be open to everybody: that it is so is no finding
    #[arg(long)]
    pub(crate) public: bool,
    /// Environment variable for a started server, as NAME=VALUE; repeatable
    #[arg(short, long = "env", value_name = "NAME=VALUE", value_parser = variable, conflicts_with = "urls")]
    pub(crate) env: Vec<(String, SecretString)>,
    /// What a started server may reach: nothing but itself where that loses nothing (auto), this machine's network (on),
    /// or nothing in any case (off)
    #[arg(long = "stdio-net", value_enum, default_value_t = StdioNet::Auto, conflicts_with = "urls")]
    pub(crate) stdio_net: StdioNet,
    /// PEM file with certificate authorities to trust besides those of this machine
    #[arg(long = "ca-file", value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The server of this machine is meant to be reached from others: that it listens everywhere is no finding
    #[arg(long)]
    pub(crate) exposed: bool,
    /// Calls no tool at all: looks at what is listed and at how the server takes requests
    #[arg(long, conflicts_with = "active")]
    pub(crate) passive: bool,
    /// Sends probes that try injections with harmless proofs; only for servers that you may attack
    #[arg(long)]
    pub(crate) active: bool,
    /// Also calls this tool, which writes or executes, with benign arguments; repeatable
    #[arg(long = "allow-tool", value_name = "NAME", requires = "active")]
    pub(crate) allowed_tools: Vec<String>,
    /// Where the server is told to call back while probing: `off`, or http://HOST:PORT under which it reaches this
    /// machine; for servers on this machine that needs no setting
    #[arg(long, value_name = "off|URL", requires = "active", value_parser = callback)]
    pub(crate) callback: Option<Callback>,
    /// Compares with the definitions that were approved in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Writes what the server declares now to this file, as approved
    #[arg(long, value_name = "FILE")]
    pub(crate) approve: Option<PathBuf>,
    /// Client configuration (JSON with `mcpServers`) whose other servers are taken into account
    #[arg(long = "set", value_name = "FILE")]
    pub(crate) set: Option<PathBuf>,
    /// Folder with the server's code: its manifests and lock files tell what it is made of
    #[arg(long, value_name = "DIR")]
    pub(crate) source: Option<PathBuf>,
    /// Advisories on this machine: a folder of OSV records, or an `all.zip` as OSV publishes it; nothing is sent anywhere
    #[arg(long = "osv-db", value_name = "DIR|ZIP", conflicts_with = "osv_api")]
    pub(crate) osv_db: Option<PathBuf>,
    /// Looks advisories up at an OSV server, https://api.osv.dev unless another is given, which learns the names and
    /// versions of the packages
    #[arg(long = "osv-api", value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = OSV_API, value_parser = osv_api)]
    pub(crate) osv_api: Option<Url>,
    /// Allows private and link-local addresses; loopback is always allowed here
    #[arg(long)]
    pub(crate) allow_private: bool,
    /// Lowest severity that makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Medium)]
    pub(crate) fail_on: FailOn,
    /// Accepts a result in which not everything could be assessed; otherwise the exit code is 5
    #[arg(long)]
    pub(crate) allow_incomplete: bool,
    /// Shows no progress
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// What a started server may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StdioNet {
    Auto,
    On,
    Off,
}

/// How a result is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading in the terminal
    Table,
    /// The whole result for programs
    Json,
    /// For code scanning tools (SARIF 2.1.0)
    Sarif,
    /// One self-contained page
    Html,
    /// A report to hand over
    Pdf,
}

impl Format {
    /// How names of files with it end.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }
}

/// The gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    /// Neither findings nor gaps change the exit code
    Never,
}

impl FailOn {
    /// The lowest severity that fails, if any does.
    pub(crate) fn severity(self) -> Option<Severity> {
        Some(match self {
            Self::Critical => Severity::Critical,
            Self::High => Severity::High,
            Self::Medium => Severity::Medium,
            Self::Low => Severity::Low,
            Self::Info => Severity::Info,
            Self::Never => return None,
        })
    }
}

fn level(text: &str) -> Result<Level, String> {
    text.parse::<u8>().map_err(|_| "use 1 or 2".to_owned())?.try_into()
}

fn endpoint(text: &str) -> Result<Url, String> {
    let hint = "give the whole URL, such as https://mcp.example.com/mcp; to start a command, put it behind `--`";
    let url = Url::parse(text).map_err(|error| format!("{error}: {hint}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("only http and https can be tested: {hint}"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL must not hold credentials: use --header 'Authorization: …'".to_owned());
    }
    Ok(url)
}

fn pin(text: &str) -> Result<(String, String), String> {
    let (name, version) = text.split_once('=').ok_or("write it as NAME=VERSION")?;
    if name.is_empty() || !version.starts_with(|c: char| c.is_ascii_digit()) {
        return Err("write it as NAME=VERSION with one exact version, such as @acme/server=1.2.3".to_owned());
    }
    Ok((name.to_owned(), version.to_owned()))
}

fn callback(text: &str) -> Result<Callback, String> {
    if text == "off" {
        return Ok(Callback::Off);
    }
    let hint = "write it as http://HOST:PORT, or `off`";
    let url = Url::parse(text).map_err(|error| format!("{error}: {hint}"))?;
    match (url.scheme(), url.port_or_known_default()) {
        ("http", Some(port)) => Ok(Callback::At { bind: SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)), url }),
        _ => Err(hint.to_owned()),
    }
}

fn osv_api(text: &str) -> Result<Url, String> {
    let hint = format!("write it as --osv-api={OSV_API}, or --osv-api alone");
    let url = Url::parse(text).map_err(|error| format!("{error}: {hint}"))?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    if matches!(url.scheme(), "http" | "https") && url.has_host() && is_plain { Ok(url) } else { Err(hint) }
}

fn variable(text: &str) -> Result<(String, SecretString), String> {
    let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
    if name.is_empty() {
        return Err("the name is empty: write it as NAME=VALUE".to_owned());
    }
    Ok((name.to_owned(), value.to_owned().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("mcp-audit").chain(line.split(' ')))
    }

    #[test]
    fn the_definition_is_sound() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_target_is_a_url_or_a_command() {
        assert!(parse("test http://localhost:1/mcp").is_ok());
        let command = parse("test --level 1 -- npx -y server --port 1").expect("a command").command;
        let Command::Test(test) = command else { panic!("{command:?}") };
        assert_eq!(test.server, ["npx", "-y", "server", "--port", "1"]);
        assert_eq!(test.level, Level::One);
    }

    #[test]
    fn wrong_usage_says_what_to_do() {
        let cases = [
            ("test", "<URL"),
            ("test localhost:8080", "only http and https"),
            ("test npx", "behind `--`"),
            ("test https://u:p@a.example", "use --header"),
            ("test https://a.example --level 3", "use 1 or 2"),
            ("test https://a.example --credential2-read-only", "--credential2"),
            ("test https://a.example --allow-tool x", "--active"),
            ("test https://a.example -- b", "cannot be used with"),
            ("test https://a.example --active --callback here", "http://HOST:PORT"),
            ("test https://a.example --callback off", "--active"),
            ("test https://a.example --osv-api=ftp://a", "--osv-api alone"),
            ("test https://a.example --osv-api --osv-db x", "cannot be used with"),
            ("scan --machine here", "cannot be used with"),
            ("fix --undo --write", "cannot be used with"),
            ("fix --pin acme", "NAME=VERSION"),
            ("fix --pin acme=latest", "one exact version"),
            ("scan --format html", "cyclonedx"),
            ("scan --github acme folder", "cannot be used with"),
            ("scan --github acme --machine", "cannot be used with"),
            ("scan --github https://github.com/acme", "`acme/backend`"),
            ("scan --include-forks", "--github"),
        ];
        for (line, expected) in cases {
            let message = parse(line).expect_err(line).to_string();
            assert!(message.contains(expected), "{line}: {message}");
        }
    }

    #[test]
    fn advisories_are_looked_up_where_the_user_says() {
        let asked = |line: &str| {
            let Command::Test(test) = parse(line).expect(line).command else { panic!("{line}") };
            test.osv_api.map(String::from)
        };
        assert_eq!(asked("test https://a.example"), None);
        assert_eq!(asked("test --osv-api https://a.example").as_deref(), Some("https://api.osv.dev/"));
        assert_eq!(
            asked("test --osv-api=http://b.example/osv https://a.example").as_deref(),
            Some("http://b.example/osv")
        );
    }

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let line = "test https://a.example -H X-Key:topsecret --credential2 X-Key:topsecret2";
        let arguments = parse(line).expect("arguments");
        assert!(!format!("{arguments:?}").contains("topsecret"));
    }
}
