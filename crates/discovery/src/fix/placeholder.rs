//! What each client puts a variable of the environment in for.

use contracts::api::scans::SecretPlace;

use super::definition::Setting;
use crate::reference;

/// The placeholder of a client for a variable; nothing where its documentation names none.
pub(super) fn of(client: &str, path: &str, variable: &str) -> Option<String> {
    match client {
        // https://code.visualstudio.com/docs/reference/variables-reference, https://cursor.com/docs/context/mcp,
        // https://docs.windsurf.com/windsurf/cascade/mcp, https://docs.roocode.com/features/mcp/using-mcp-in-roo
        "vscode" | "cursor" | "windsurf" | "roo" | "kilo" => Some(format!("${{env:{variable}}}")),
        // https://code.claude.com/docs/en/mcp: in `.mcp.json` only.
        "claude-code" if path.ends_with(".mcp.json") => Some(format!("${{{variable}}}")),
        // https://geminicli.com/docs/tools/mcp-server
        "gemini-cli" => Some(format!("${{{variable}}}")),
        // https://opencode.ai/docs/config
        "opencode" => Some(format!("{{env:{variable}}}")),
        _ => None,
    }
}

/// A value with the placeholder for what the file itself holds of it; nothing where that is mixed with references. The word
/// before a credential (RFC 7235 `auth-scheme`) stays.
pub(super) fn put(value: &str, placeholder: &str) -> Option<String> {
    let literal = reference::literal(value);
    let before = value.trim().strip_suffix(literal.as_str())?;
    (!literal.is_empty() && before.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' '))
        .then(|| format!("{before}{placeholder}"))
}

/// The name of the variable: that of the setting, and for a header also the server's, since many have the same.
pub(super) fn variable(server: &str, setting: &Setting<'_>) -> String {
    let whole = match setting.place {
        SecretPlace::Header => format!("{server}_{}", setting.name),
        _ => setting.name.to_owned(),
    };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let shown = crate::secret::printable(&whole);
    let mut name: String = shown.chars().map(plain).collect();
    if setting.place == SecretPlace::Header {
        name.make_ascii_uppercase();
    }
    // A name may not begin with a digit (POSIX 3.231).
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}
