//! Commands in files of settings: hooks of agents, tasks of editors, the life of a dev container, launches of servers.

use contracts::audit::{Confidence, Severity};
use detect::evidence::Sample;

use super::check::{Draft, Judged, RUNS_ON_OPENING};
use super::commands::{self, Place, Trigger};
use crate::document::{Node, Value};

/// Members of a dev container that hold commands, and what runs them.
const LIFECYCLE: &[(&str, Trigger)] = &[
    ("initializeCommand", Trigger::Automatic),
    ("onCreateCommand", Trigger::Container),
    ("updateContentCommand", Trigger::Container),
    ("postCreateCommand", Trigger::Container),
    ("postStartCommand", Trigger::Container),
    ("postAttachCommand", Trigger::Container),
];

/// Commands of Claude Code beside its hooks, which it runs by itself.
const HELPERS: &[&[&str]] = &[
    &["statusLine", "command"],
    &["apiKeyHelper"],
    &["awsAuthRefresh"],
    &["awsCredentialExport"],
    &["otelHeadersHelper"],
];

/// How deep hooks nest their commands; deeper ones are nobody's.
const HOOK_DEPTH: usize = 8;

pub(super) fn judge(judged: &mut Judged<'_>, document: &Node) {
    if let Some(hooks) = document.get("hooks") {
        hook(judged, hooks, HOOK_DEPTH);
    }
    for helper in HELPERS {
        if let Some(node) = document.at(helper) {
            run(judged, node, &helper.join("."), Trigger::Automatic);
        }
    }
    for (name, trigger) in LIFECYCLE {
        let Some(node) = document.get(name) else { continue };
        lifecycle(judged, node, name, *trigger);
    }
    // A workspace nests its tasks once more.
    let tasks = document.at(&["tasks", "tasks"]).or_else(|| document.get("tasks"));
    tasks.map(Node::items).unwrap_or_default().iter().for_each(|node| task(judged, node));
    for servers in
        [&["mcpServers"][..], &["servers"], &["mcp_servers"], &["mcp"], &["mcp", "servers"], &["context_servers"]]
    {
        for server in document.at(servers).map(Node::members).unwrap_or_default() {
            launch(judged, &server.node);
        }
    }
}

/// A command, or every command of an object; a dev container runs those at once.
fn lifecycle(judged: &mut Judged<'_>, node: &Node, name: &str, trigger: Trigger) {
    if trigger == Trigger::Automatic {
        opens(judged, node, name, "the editor runs a command on the machine itself before it makes the container");
    }
    run(judged, node, name, trigger);
    node.members().iter().for_each(|member| run(judged, &member.node, name, trigger));
}

/// Every text of a member that clients take for a command, however deep.
fn hook(judged: &mut Judged<'_>, node: &Node, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    node.items().iter().for_each(|item| hook(judged, item, depth));
    for member in node.members() {
        match (&member.node.value, member.name.as_str()) {
            (Value::Text(_), "command" | "bash" | "powershell" | "windows" | "linux" | "osx" | "run") => {
                run(judged, &member.node, "hooks", Trigger::Automatic);
            }
            _ => hook(judged, &member.node, depth),
        }
    }
}

fn task(judged: &mut Judged<'_>, task: &Node) {
    if task.at(&["runOptions", "runOn"]).and_then(Node::text) != Some("folderOpen") {
        return;
    }
    opens(judged, task, "tasks", "the editor runs this task as soon as the folder is opened and trusted");
    for node in [Some(task), task.get("windows"), task.get("linux"), task.get("osx")].into_iter().flatten() {
        launch(judged, node);
    }
}

/// Program and arguments that stand apart.
fn launch(judged: &mut Judged<'_>, node: &Node) {
    let Some(command) = node.get("command") else { return };
    let mut words = command.words();
    words.extend(node.get("args").map(Node::words).unwrap_or_default());
    let place = Place { trigger: Trigger::Automatic, value: Some((command.line, "command")) };
    commands::judge(judged, &words.join(" "), &place);
}

fn run(judged: &mut Judged<'_>, node: &Node, key: &str, trigger: Trigger) {
    let command = node.words().join(" ");
    commands::judge(judged, &command, &Place { trigger, value: Some((node.line, key)) });
}

fn opens(judged: &mut Judged<'_>, node: &Node, key: &str, message: &str) {
    let command = node.get("command").or_else(|| node.get("script")).unwrap_or(node).words().join(" ");
    let draft = Draft {
        severity: Severity::Low,
        confidence: Confidence::Confirmed,
        message: message.to_owned(),
        discriminator: key.to_owned(),
        sample: Sample::whole(command, "settings:auto-run"),
        line: Some(node.line),
    };
    judged.raise(&RUNS_ON_OPENING, &draft);
}
