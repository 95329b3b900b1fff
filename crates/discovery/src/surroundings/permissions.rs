//! Settings that let an agent act without asking.

use contracts::audit::{Confidence, Severity};
use detect::evidence::Sample;

use super::check::{BROAD_PERMISSION, Draft, Judged};
use crate::document::{Node, Value};

/// What a value must be to grant too much.
enum Grants {
    /// This text; `true` is the text of a truth value.
    Is(&'static str),
    /// A list that holds one of these.
    Holds(&'static [&'static str]),
    /// An object in which one of these names is `true`.
    Names(&'static [&'static str]),
}

/// A setting that grants too much, by the documentation of its client.
struct Grant {
    /// Names below each other; `*` stands for any.
    place: &'static [&'static str],
    grants: Grants,
    severity: Severity,
    message: &'static str,
}

const fn everything(place: &'static [&'static str], value: &'static str) -> Grant {
    Grant {
        place,
        grants: Grants::Is(value),
        severity: Severity::High,
        message: "the agent runs every command and tool without asking",
    }
}

/// Patterns of Claude Code that stand for every command.
const ANY_COMMAND: &[&str] =
    &["*", "Bash", "Bash(*)", "Bash(**)", "Bash(:*)", "Bash(*:*)", "PowerShell", "PowerShell(*)"];
const ANY_TOOL: &str = "every tool of a server is called without asking";

const GRANTS: &[Grant] = &[
    // https://code.claude.com/docs/en/iam
    everything(&["permissions", "defaultMode"], "bypassPermissions"),
    Grant {
        place: &["permissions", "allow"],
        grants: Grants::Holds(ANY_COMMAND),
        severity: Severity::Medium,
        message: "the agent runs every command of the shell without asking",
    },
    Grant {
        place: &["enableAllProjectMcpServers"],
        grants: Grants::Is("true"),
        severity: Severity::Medium,
        message: "every server that the project names is started without asking",
    },
    // https://developers.openai.com/codex/config-reference
    everything(&["sandbox_mode"], "danger-full-access"),
    everything(&["profiles", "*", "sandbox_mode"], "danger-full-access"),
    // https://code.visualstudio.com/docs/copilot/reference/copilot-settings
    everything(&["chat.tools.autoApprove"], "true"),
    everything(&["chat.tools.global.autoApprove"], "true"),
    everything(&["settings", "chat.tools.autoApprove"], "true"),
    everything(&["settings", "chat.tools.global.autoApprove"], "true"),
    Grant {
        place: &["chat.tools.terminal.autoApprove"],
        grants: Grants::Names(&["/.*/", "/.*/s", "/^.*$/", "/^.*$/s", "/^/", "/./"]),
        severity: Severity::High,
        message: "the agent runs every command of the terminal without asking",
    },
    // https://geminicli.com/docs/get-started/configuration
    everything(&["general", "defaultApprovalMode"], "yolo"),
    Grant {
        place: &["mcpServers", "*", "trust"],
        grants: Grants::Is("true"),
        severity: Severity::Medium,
        message: ANY_TOOL,
    },
    // https://docs.cline.bot/mcp, https://docs.roocode.com/features/mcp, https://kiro.dev/docs/mcp
    Grant {
        place: &["mcpServers", "*", "alwaysAllow"],
        grants: Grants::Holds(&["*"]),
        severity: Severity::Medium,
        message: ANY_TOOL,
    },
    Grant {
        place: &["mcpServers", "*", "autoApprove"],
        grants: Grants::Holds(&["*"]),
        severity: Severity::Medium,
        message: ANY_TOOL,
    },
    // https://zed.dev/docs/ai/agent-settings
    everything(&["agent", "always_allow_tool_actions"], "true"),
    // https://opencode.ai/docs/permissions
    everything(&["permission"], "allow"),
    everything(&["permission", "*"], "allow"),
    Grant {
        place: &["permission", "bash"],
        grants: Grants::Is("allow"),
        severity: Severity::Medium,
        message: "the agent runs every command of the shell without asking",
    },
];

pub(super) fn judge(judged: &mut Judged<'_>, document: &Node) {
    for grant in GRANTS {
        descend(judged, document, grant, grant.place);
    }
}

fn descend(judged: &mut Judged<'_>, node: &Node, grant: &Grant, names: &[&str]) {
    let Some((name, rest)) = names.split_first() else {
        if let Some(value) = grant.grants.by(node) {
            raise(judged, node, grant, &value);
        }
        return;
    };
    // `permission: { "*": … }` of opencode names the star itself, so a last star is a name.
    let any = *name == "*" && !rest.is_empty();
    // Of a name that stands twice the last counts, as the clients' parsers decide.
    let mut below: Vec<&Node> = Vec::new();
    if any {
        below.extend(node.members().iter().map(|member| &member.node));
    } else {
        below.extend(node.get(name));
    }
    for node in below {
        descend(judged, node, grant, rest);
    }
}

impl Grants {
    /// The part of a value that grants too much.
    fn by(&self, node: &Node) -> Option<String> {
        match self {
            Self::Is(text) => (node.text() == Some(text)).then(|| (*text).to_owned()),
            Self::Holds(texts) => node.words().into_iter().find(|word| texts.contains(&word.trim())),
            Self::Names(names) => {
                // A newer form is an object with `approve`.
                let approves = |node: &Node| match &node.value {
                    Value::Text(text) => text == "true",
                    _ => node.is_set("approve"),
                };
                let member = node
                    .members()
                    .iter()
                    .find(|member| names.contains(&member.name.as_str()) && approves(&member.node))?;
                Some(member.name.clone())
            }
        }
    }
}

fn raise(judged: &mut Judged<'_>, node: &Node, grant: &Grant, value: &str) {
    let place = grant.place.join("/");
    let draft = Draft {
        severity: grant.severity,
        confidence: Confidence::Confirmed,
        message: grant.message.to_owned(),
        sample: Sample::whole(format!("{place}: {value}"), "settings:permission"),
        discriminator: place,
        line: Some(node.line),
    };
    judged.raise(&BROAD_PERMISSION, &draft);
}

/// The tools that a skill, a command or an agent may use without asking, by the head of its file (YAML between `---`).
pub(super) fn of_head(judged: &mut Judged<'_>) {
    let text = judged.text.trim_start_matches('\u{feff}');
    let Some(head) = text.strip_prefix("---").and_then(|rest| rest.split_once("\n---")).map(|(head, _)| head) else {
        return;
    };
    let begin = judged.text.len() - text.len() + "---".len();
    let mut offset = begin;
    for line in head.split_inclusive('\n') {
        if let Some(tools) = line.strip_prefix("allowed-tools:") {
            // `Bash(git:*)` is one command; `Bash` and `Bash(*)` are all.
            let broad = tools
                .trim()
                .trim_matches(['[', ']', '"', '\''])
                .split([',', ' '])
                .map(|tool| tool.trim().trim_matches(['"', '\'']));
            if broad.into_iter().any(|tool| ANY_COMMAND.contains(&tool)) {
                let draft = Draft {
                    severity: Severity::Low,
                    confidence: Confidence::Confirmed,
                    message: "what stands here may run every command of the shell without asking".to_owned(),
                    discriminator: "allowed-tools".to_owned(),
                    sample: judged.sample(offset..offset + line.trim_end().len(), "settings:permission"),
                    line: Some(judged.line_of(offset)),
                };
                judged.raise(&BROAD_PERMISSION, &draft);
            }
        }
        offset += line.len();
    }
}
