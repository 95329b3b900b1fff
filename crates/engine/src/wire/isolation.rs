//! Starts a child without a network: in a user and a network namespace of its own, for which Linux asks no privilege.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// What goes before a command, best first: the first one also brings up the loopback interface of the namespace.
const WAYS: [&[&str]; 2] = [
    &["bwrap", "--unshare-user", "--unshare-net", "--die-with-parent", "--dev-bind", "/", "/", "--"],
    &["unshare", "--user", "--map-current-user", "--net", "--"],
];

/// The words that go before a command to cut it off from the network; `None` where this machine does not allow that.
/// They become the command itself, or wait for it in its process group.
pub(crate) fn words() -> Option<&'static [&'static str]> {
    static WAY: LazyLock<Option<&'static [&'static str]>> = LazyLock::new(|| WAYS.into_iter().find(|way| works(way)));
    *WAY
}

/// Whether a command that does nothing can be started so. Containers and distributions may forbid namespaces.
fn works(way: &[&str]) -> bool {
    let Some((program, arguments)) = way.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(arguments).arg("true").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
