//! How a stdio server is started: what it may see, and what it may use up.
//!
//! The child gets a scratch folder to work in, an environment that is cleared except for an allow-list and what the user
//! gave, its own process group, and limits on CPU time, files and processes (Linux). It is cut off from the network only
//! where the user wants that: commands come from the user's explicit input, and launchers such as `npx` download the server.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, sleep};

use crate::processes;
use crate::target::ChildNetwork;
use crate::wire::isolation;

/// How long a child has to stop after it was asked to.
const STOP: Duration = Duration::from_secs(2);
/// How often the end of a process group is looked for.
const STOP_POLL: Duration = Duration::from_millis(20);

/// Environment variables that a child gets from ours.
const ALLOWED: [&str; 17] = [
    "PATH",
    "HOME",
    "LANG",
    "TMPDIR",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "COREPACK_HOME",
];
/// Beginnings of further ones: what `npx`, `uvx` and `pipx` need to find their packages and caches.
const ALLOWED_PREFIXES: [&str; 7] = ["LC_", "npm_config_", "NODE_", "XDG_", "UV_", "PIP_", "PIPX_"];
/// Beginnings that would let one of our own settings run code in the child's place.
const REFUSED: [&str; 2] = ["NODE_OPTIONS", "NODE_REPL_EXTERNAL_MODULE"];

/// A launch command, as the user gave it.
#[derive(Debug, Clone)]
pub(crate) struct Launch {
    pub(crate) program: String,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, SecretString)>,
    pub(crate) network: ChildNetwork,
}

/// A running process group. Dropping it kills all of it.
#[derive(Debug)]
pub(crate) struct ProcessGroup {
    child: Child,
    leader: Option<Pid>,
    /// The folder that it works in; removed after it.
    _scratch: TempDir,
}

/// The ends of its pipes.
pub(crate) struct Pipes {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

impl Launch {
    /// Starts it.
    pub(crate) fn start(&self) -> io::Result<(ProcessGroup, Pipes)> {
        let scratch = tempfile::Builder::new().prefix("mcp-audit-").tempdir()?;
        let here = std::env::current_dir()?;
        let mut command = self.command(absolute_program(&self.program, &here))?;
        command
            .args(self.args.iter().map(|argument| absolute_file(argument, &here)))
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_allowed)))
            .envs(self.env.iter().map(|(name, value)| (name, value.expose_secret())))
            .current_dir(scratch.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        limit(leader);
        let pipes = match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Pipes { stdin, stdout, stderr },
            _ => return Err(io::Error::other("the pipes of the child are missing")),
        };
        Ok((ProcessGroup { child, leader, _scratch: scratch }, pipes))
    }

    /// The program, behind what cuts it off from the network where that is wanted.
    fn command(&self, program: OsString) -> io::Result<Command> {
        if self.network != ChildNetwork::Isolated {
            return Ok(Command::new(program));
        }
        let Some((first, rest)) = isolation::words().and_then(<[_]>::split_first) else {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "this machine allows no network namespace"));
        };
        let mut command = Command::new(first);
        command.args(rest).arg(program);
        Ok(command)
    }
}

impl ProcessGroup {
    /// The id of the group, which is that of its first process.
    pub(crate) fn id(&self) -> Option<u32> {
        self.leader.map(|leader| leader.as_raw_nonzero().get().unsigned_abs())
    }

    /// Waits until the first process has exited.
    pub(crate) async fn wait(&mut self, limit: Duration) -> Option<String> {
        tokio::time::timeout(limit, self.child.wait()).await.ok()?.ok().map(|status| status.to_string())
    }

    /// Whether a process of the group runs.
    pub(crate) fn is_running(&self) -> bool {
        self.leader.is_some_and(|leader| test_kill_process_group(leader).is_ok() && has_live_member(leader))
    }

    /// Stops the group: asks, waits, kills, and waits for that.
    pub(crate) async fn stop(&mut self) {
        for signal in [Signal::TERM, Signal::KILL] {
            let Some(leader) = self.leader else { return };
            // The group may be gone already.
            let _ = kill_process_group(leader, signal);
            let end = Instant::now() + STOP;
            // Reaping the first process comes first: it would count as running otherwise.
            while self.child.try_wait().is_ok() && self.is_running() && Instant::now() < end {
                sleep(STOP_POLL).await;
            }
        }
        self.leader = None;
    }

    fn kill(&mut self) {
        if let Some(leader) = self.leader.take() {
            // The group may be gone already.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whether a group has a process that is more than an entry waiting for its parent: where nobody collects orphans, as in
/// many containers, ended processes stay in the table and can still be signalled. Where the system does not tell, the
/// signal has to do.
pub(crate) fn has_live_member(leader: Pid) -> bool {
    let group = leader.as_raw_nonzero().get().unsigned_abs();
    processes::all().is_none_or(|all| all.iter().any(|process| process.group == group && process.is_alive))
}

fn is_allowed(name: &str) -> bool {
    let allowed = ALLOWED.iter().any(|allowed| name.eq_ignore_ascii_case(allowed));
    let by_prefix = ALLOWED_PREFIXES
        .iter()
        .any(|prefix| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
    (allowed || by_prefix) && !REFUSED.iter().any(|refused| name.eq_ignore_ascii_case(refused))
}

/// The child works in a scratch folder, so what the user named relative to ours is made absolute.
fn absolute_program(program: &str, here: &Path) -> OsString {
    let has_folder = Path::new(program).components().count() > 1;
    if has_folder { here.join(program).into() } else { program.into() }
}

/// An argument that names an existing file of our folder, made absolute. Others stay as they are.
fn absolute_file(argument: &str, here: &Path) -> OsString {
    let names_file = !argument.starts_with('-') && Path::new(argument).is_relative() && {
        let path = here.join(argument);
        path.is_file() || (path.exists() && (argument.contains('/') || argument == "."))
    };
    if names_file { here.join(argument).into() } else { argument.into() }
}

/// Lowers the limits of a process; those that it starts later inherit them. What it starts between its own start and
/// this call does not: setting them before needs code between fork and exec, which is unsafe. Memory is not limited
/// here, because runtimes reserve far more address space than they use.
#[cfg(target_os = "linux")]
fn limit(process: Option<Pid>) {
    use rustix::process::{Resource, Rlimit, prlimit};

    let Some(process) = process else { return };
    let limits = [
        (Resource::Cpu, 600),
        (Resource::Nofile, 4_096),
        (Resource::Nproc, 8_192),
        (Resource::Fsize, 2 << 30),
        (Resource::Core, 0),
    ];
    for (resource, wanted) in limits {
        let own = rustix::process::getrlimit(resource);
        let lower = |limit: Option<u64>| Some(limit.map_or(wanted, |limit| limit.min(wanted)));
        let limit = Rlimit { current: lower(own.current), maximum: lower(own.maximum) };
        if let Err(error) = prlimit(Some(process), resource, limit) {
            tracing::warn!(%error, ?resource, "cannot limit the child process");
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn limit(_process: Option<Pid>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_sees_the_allow_list_only() {
        for allowed in
            ["PATH", "npm_config_cache", "NPM_CONFIG_REGISTRY", "XDG_CACHE_HOME", "https_proxy", "UV_INDEX_URL"]
        {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for hidden in ["AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "LD_PRELOAD", "NODE_OPTIONS", "PATHS", "SSH_AUTH_SOCK"]
        {
            assert!(!is_allowed(hidden), "{hidden}");
        }
    }

    #[test]
    fn relative_files_stay_reachable() {
        let here = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(here.path().join("module")).expect("a folder");
        std::fs::write(here.path().join("server.py"), "").expect("a file");
        let absolute = |argument: &str| here.path().join(argument).into_os_string();
        assert_eq!(absolute_file("server.py", here.path()), absolute("server.py"));
        assert_eq!(absolute_file("./module", here.path()), absolute("./module"));
        for same in ["module", "-m", "--config=server.py", "absent.py", "/etc"] {
            assert_eq!(absolute_file(same, here.path()), same);
        }
        assert_eq!(absolute_program("./server", here.path()), absolute("./server"));
        assert_eq!(absolute_program("npx", here.path()), "npx");
    }

    #[tokio::test]
    async fn the_whole_group_dies() {
        let launch = Launch {
            program: "sh".to_owned(),
            args: vec!["-c".to_owned(), "trap '' TERM; sleep 600 & wait; wait".to_owned()],
            env: Vec::new(),
            network: ChildNetwork::Shared,
        };
        let (mut group, pipes) = launch.start().expect("a shell");
        assert!(group.is_running());
        let leader = group.leader.expect("a group");
        drop(pipes);
        group.stop().await;
        assert!(!has_live_member(leader), "a process of the group survived");
    }
}
