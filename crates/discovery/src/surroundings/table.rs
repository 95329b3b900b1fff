//! The table. Places are those of the clients' own documentation, which each entry names. The first that matches a path counts.

use super::{Role, Surrounding};
use crate::document::Format;
use crate::sources::Place::{self, AppData, Home, Project};

const JSON: Role = Role::Settings(Format::Json);

const fn instructions(places: &'static [Place]) -> Surrounding {
    Surrounding { places, role: Role::Instructions }
}

const fn settings(places: &'static [Place]) -> Surrounding {
    Surrounding { places, role: JSON }
}

/// All kinds of files.
pub(crate) const SURROUNDINGS: &[Surrounding] = &[
    // https://agents.md, which most agents read; the variants are those of single agents and of one user.
    instructions(&[
        Project("{AGENTS,AGENTS.override,AGENT}.md"),
        Home(".codex/AGENTS.md"),
        Home(".config/{amp,crush,opencode}/AGENTS.md"),
    ]),
    // https://code.claude.com/docs/en/memory, /sub-agents and /slash-commands
    instructions(&[
        Project("{CLAUDE,CLAUDE.local}.md"),
        Home(".claude/CLAUDE.md"),
        Home(".claude/{agents,commands,rules,output-styles}/{*,*/*}.md"),
    ]),
    // https://agentskills.io: a folder with SKILL.md and what it runs.
    instructions(&[
        Project("SKILL.md"),
        Home(".claude/skills/*/SKILL.md"),
        Home(".{codex,agents,gemini}/skills/*/SKILL.md"),
    ]),
    Surrounding {
        places: &[
            Project("skills/*/{*,scripts/*}.{sh,bash,zsh,py,js,mjs,ts,rb,ps1,bat}"),
            Home(".claude/skills/*/{*,scripts/*}.{sh,bash,zsh,py,js,mjs,ts,rb,ps1,bat}"),
            Home(".{claude,cursor,gemini,codex}/hooks/*.{sh,bash,zsh,py,js,mjs,ts,rb,ps1,bat}"),
        ],
        role: Role::Script,
    },
    // https://cursor.com/docs/context/rules
    instructions(&[Project(".cursorrules"), Project(".cursor/{rules,commands}/{*,*/*}.{mdc,md}")]),
    // https://docs.windsurf.com/windsurf/cascade/memories
    instructions(&[
        Project(".windsurfrules"),
        Project(".windsurf/{rules,workflows}/*.md"),
        Home(".codeium/windsurf/memories/global_rules.md"),
    ]),
    // https://docs.cline.bot/features/cline-rules and https://docs.roocode.com/features/custom-instructions
    instructions(&[
        Project("{.clinerules,.roorules,.kilocoderules}"),
        Project(".clinerules/{*,workflows/*}.md"),
        Home(".{roo,kilocode}/{rules,commands}/*.md"),
    ]),
    // https://geminicli.com/docs/cli/gemini-md
    instructions(&[Project("GEMINI.md"), Home(".gemini/GEMINI.md"), Project("QWEN.md")]),
    // https://docs.github.com/copilot/customizing-copilot/adding-repository-custom-instructions-for-github-copilot
    instructions(&[
        Project(".github/copilot-instructions.md"),
        Project(".github/instructions/*.instructions.md"),
        Project(".github/{prompts,chatmodes,agents}/*.md"),
    ]),
    // https://zed.dev/docs/ai/rules, https://docs.warp.dev, https://junie.jetbrains.com/docs, https://kiro.dev/docs/steering,
    // https://docs.aws.amazon.com/amazonq, https://docs.continue.dev/customize/rules, https://docs.augmentcode.com,
    // https://block.github.io/goose/docs/guides/context-engineering/using-goosehints
    instructions(&[
        Project("{.rules,WARP.md,CRUSH.md,.goosehints}"),
        Home(".config/goose/.goosehints"),
        Project(".junie/{guidelines,AGENTS}.md"),
        Home(".kiro/steering/*.md"),
        Project(".amazonq/rules/*.md"),
        Home(".continue/{rules,prompts}/*.md"),
        Project(".augment/rules/*.md"),
        Project(".trae/rules/*.md"),
        Project(".opencode/{agent,agents,command,commands}/*.md"),
    ]),
    // https://code.claude.com/docs/en/settings, /hooks and /plugins-reference
    settings(&[
        Home(".claude/{settings,settings.local}.json"),
        Project("hooks/hooks.json"),
        Project(".claude-plugin/plugin.json"),
        Project(".mcp.json"),
    ]),
    // https://cursor.com/docs/agent/hooks
    settings(&[Home(".cursor/{hooks,mcp,cli-config,cli}.json")]),
    // https://docs.github.com/copilot/concepts/agents/coding-agent/about-hooks
    settings(&[Project(".github/hooks/*.json")]),
    // https://code.visualstudio.com/docs/editor/tasks and /docs/copilot/chat/chat-agent-mode
    settings(&[
        Project(".vscode/{tasks,settings,mcp}.json"),
        Project("*.code-workspace"),
        AppData("{Code,Code - Insiders,VSCodium,Cursor,Windsurf}/User/{tasks,settings,mcp}.json"),
    ]),
    // https://containers.dev/implementors/json_reference/#lifecycle-scripts
    settings(&[Project("{.devcontainer.json,.devcontainer/devcontainer.json,.devcontainer/*/devcontainer.json}")]),
    // https://geminicli.com/docs/get-started/configuration, https://opencode.ai/docs/permissions, https://zed.dev/docs/ai/agent-settings
    settings(&[
        Home(".gemini/settings.json"),
        Project("{opencode.json,opencode.jsonc}"),
        Home(".config/opencode/{opencode.json,opencode.jsonc}"),
        Project(".zed/settings.json"),
        AppData("zed/settings.json"),
    ]),
    // https://developers.openai.com/codex/config-reference
    Surrounding { places: &[Home(".codex/config.toml")], role: Role::Settings(Format::Toml) },
];
