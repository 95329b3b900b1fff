//! Programs and shells that are started.

use contracts::audit::Severity;

use super::{Called, Judged, Reach, by_design, code, plain, raise};
use crate::check;
use crate::value::{Harms, Shape, TAINTED, Taint, Value};

/// Programs with options that make them run or write something, so that an argument that begins with `-` is more than data.
const RISKY_PROGRAMS: &[&str] = &[
    "git", "tar", "find", "curl", "wget", "ssh", "scp", "rsync", "zip", "sed", "awk", "gawk", "man", "rg", "fd", "pip",
    "npm", "npx", "uv", "docker", "kubectl", "gh", "hg", "svn", "psql", "sqlite3", "mysql", "xargs", "env", "nmap",
    "tcpdump", "ffmpeg", "pandoc",
];
/// Those that take a command after an option.
const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "/bin/sh",
    "/bin/bash",
    "cmd",
    "cmd.exe",
    "powershell",
    "powershell.exe",
    "pwsh",
];
const INTERPRETERS: &[&str] =
    &["python", "python3", "node", "ruby", "perl", "osascript", "php", "deno", "sys.executable"];
const TAKES_CODE: &[&str] = &["-c", "-e", "/c", "/C", "-Command", "-command", "-lc", "--eval", "-r"];

/// A text that a shell reads.
pub(super) fn shell(value: &Value, taint: &Taint) -> Judged {
    let asked =
        ["command", "cmd", "commands", "script", "shell_command", "command_line", "bash", "code", "cli", "commandLine"];
    let begins = value.text.trim_start().starts_with(TAINTED);
    if begins || asked.contains(&&*taint.origin) {
        return by_design(
            &check::COMMAND_INJECTION,
            Harms::COMMAND,
            Severity::Medium,
            "running the command that it is given is what the tool is for",
        );
    }
    plain(&check::COMMAND_INJECTION, Harms::COMMAND)
}

/// `subprocess.run` and its kin: a shell only where they are told so, else a list of a program and its arguments.
pub(super) fn python_process(name: &str, called: &Called, found: &mut Vec<Reach>) {
    let Some(command) = called.at(0, &["args", "command"]) else { return };
    // Truth values are no texts, so that only their presence is known; `shell=False` is hardly written.
    let in_shell = called.named("shell").is_some_and(|shell| shell.name() == Some("True"));
    if in_shell || name.starts_with("anyio.") && !matches!(command.shape, Shape::Items(_)) {
        let first = if let Shape::Items(items) = &command.shape { items.first() } else { Some(command) };
        if let Some(first) = first {
            raise(first, &format!("{name}(shell=True)"), &|value, taint| Some(shell(value, taint)), found);
        }
        return;
    }
    if let Shape::Items(items) = &command.shape {
        program(name, items, found);
    } else {
        raise(command, name, &whole_program, found);
    }
}

/// `spawn`, `execFile` and `execa`: a program and a list.
pub(super) fn node_process(name: &str, called: &Called, found: &mut Vec<Reach>) {
    let in_shell = called.option("shell").is_some_and(|shell| shell.name() == Some("true"));
    let mut items: Vec<Value> = called.positional(0).cloned().into_iter().collect();
    match called.positional(1).map(|list| (&list.shape, list)) {
        Some((Shape::Items(list), _)) => items.extend(list.iter().cloned()),
        Some((Shape::Other, list)) if list.is_tainted() => items.push(list.clone()),
        _ => {}
    }
    if in_shell {
        for item in &items {
            let judge = |value: &Value, taint: &Taint| {
                let first = items.first().is_some_and(|first| std::ptr::eq(first, value));
                // Behind a program of the server's own, nothing of it is what the tool is for.
                Some(if first { shell(value, taint) } else { plain(&check::COMMAND_INJECTION, Harms::COMMAND) })
            };
            raise(item, &format!("{name}(shell: true)"), &judge, found);
        }
        return;
    }
    program(name, &items, found);
}

/// Each argument is one of the program's: `create_subprocess_exec("git", "log", branch)`.
pub(super) fn arguments(name: &str, called: &Called, found: &mut Vec<Reach>) {
    let mut items = Vec::new();
    for given in called.given.iter().filter(|given| given.name.is_none()) {
        match &given.value.shape {
            Shape::Items(inner) if given.spread => items.extend(inner.iter().cloned()),
            _ => items.push(given.value.clone()),
        }
    }
    program(name, &items, found);
}

/// A program that the caller chooses with its arguments.
fn whole_program(value: &Value, _: &Taint) -> Option<Judged> {
    value.text.starts_with(TAINTED).then(|| {
        by_design(
            &check::COMMAND_INJECTION,
            Harms::COMMAND,
            Severity::Medium,
            "starting the program that it is given is what the tool is for",
        )
    })
}

/// A list of a program and its arguments, without a shell.
fn program(name: &str, items: &[Value], found: &mut Vec<Reach>) {
    let Some((program, rest)) = items.split_first() else { return };
    raise(program, name, &whole_program, found);
    let called = program.as_literal().or_else(|| program.name()).unwrap_or_default();
    let base = called.rsplit('/').next().unwrap_or(called);
    let mut options_ended = false;
    for (at, item) in rest.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| rest[before].as_literal()).unwrap_or_default();
        options_ended |= item.as_literal() == Some("--");
        if SHELLS.contains(&base) && TAKES_CODE.contains(&before) {
            raise(item, &format!("{name}({base} {before})"), &|value, taint| Some(shell(value, taint)), found);
        } else if INTERPRETERS.contains(&base) && TAKES_CODE.contains(&before) {
            raise(item, &format!("{name}({base} {before})"), &|value, taint| Some(code(value, taint, false)), found);
        } else if RISKY_PROGRAMS.contains(&base) && !options_ended && !takes_value(before) {
            let judge = |value: &Value, _: &Taint| {
                let judged = plain(&check::ARGUMENT_INJECTION, Harms::OPTION);
                value.text.starts_with(TAINTED).then_some(Judged { severity: Severity::Low, ..judged })
            };
            raise(item, &format!("{name}({base})"), &judge, found);
        }
    }
}

/// Whether an option takes what follows it as its value.
fn takes_value(option: &str) -> bool {
    option.starts_with('-') && option != "--" && !option.contains('=')
}
