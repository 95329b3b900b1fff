//! What stands in a configuration instead of a value: the client puts the value in when it starts the server.

/// The ways to open and close a reference: `${VAR}`, `${env:VAR}`, `${input:x}`, `${{ secrets.X }}`, `{{x}}`, `$(command)`,
/// `{env:VAR}` and `{file:path}` (opencode), `<your-token>`, `%VAR%`.
const BRACKETS: &[(&str, &str)] =
    &[("${{", "}}"), ("${", "}"), ("{{", "}}"), ("$(", ")"), ("{env:", "}"), ("{file:", "}"), ("<", ">"), ("%", "%")];

/// Words before a credential in a header (RFC 7235 `auth-scheme`).
const SCHEMES: &[&str] = &["bearer", "basic", "token", "apikey", "digest", "key"];

/// What people write where a value will be.
const STAND_INS: &[&str] =
    &["your", "changeme", "change-me", "change_me", "placeholder", "redacted", "example", "xxx", "***"];

/// What is left of a value that the file itself holds: without references and authentication schemes. Nothing, where the
/// whole value comes from elsewhere.
pub(crate) fn literal(value: &str) -> String {
    let mut rest = value.trim();
    let mut literal = String::new();
    while let Some(character) = rest.chars().next() {
        if let Some((inside, after)) = bracketed(rest) {
            // `${TOKEN:-hunter2}`: what is taken without the variable stands in the file after all.
            literal.push_str(inside.split_once(":-").map_or("", |(_, fallback)| fallback));
            rest = after;
        } else if let Some(name) = rest.strip_prefix('$') {
            // `$VAR`, and PowerShell's `$env:VAR`.
            rest = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':');
        } else {
            literal.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    let literal = literal.trim();
    let (first, others) = literal.split_once(' ').unwrap_or((literal, ""));
    let credential = if SCHEMES.contains(&first.to_ascii_lowercase().as_str()) { others.trim() } else { literal };
    let lower = credential.to_ascii_lowercase();
    let stands_in =
        STAND_INS.iter().any(|word| lower.starts_with(word)) || lower.bytes().all(|byte| b".-_*".contains(&byte));
    if stands_in { String::new() } else { credential.to_owned() }
}

/// A value with its references filled: `${NAME}`, `${env:NAME}`, `${NAME:-fallback}`, `{env:NAME}`. `lookup` gets the name
/// without `env:`. The error is what it does not know, or what only a client can fill in.
pub(crate) fn filled(value: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let (mut rest, mut filled) = (value, String::new());
    while let Some(character) = rest.chars().next() {
        let Some((inside, after)) = bracketed(rest).filter(|_| rest.starts_with(['$', '{'])) else {
            filled.push(character);
            rest = &rest[character.len_utf8()..];
            continue;
        };
        let can_be_filled = rest.starts_with("{env:") || rest.starts_with("${") && !rest.starts_with("${{");
        if !can_be_filled {
            return Err(inside.trim().to_owned());
        }
        let (name, fallback) =
            inside.split_once(":-").map_or((inside, None), |(name, fallback)| (name, Some(fallback)));
        let known = lookup(name.strip_prefix("env:").unwrap_or(name));
        filled.push_str(&known.or_else(|| fallback.map(str::to_owned)).ok_or_else(|| inside.trim().to_owned())?);
        rest = after;
    }
    Ok(filled)
}

/// The inside of the reference that a text begins with, and what follows it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    BRACKETS.iter().find_map(|(open, close)| {
        let (inside, after) = text.strip_prefix(open)?.split_once(close)?;
        // A lone `%` or `<` is an ordinary character: names of variables hold no space.
        let is_name = !(inside.is_empty() || *open == "%" && inside.contains([' ', '%', '/']));
        is_name.then_some((inside, after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_stand_ins_leave_nothing() {
        let references = [
            "${TOKEN}",
            "$TOKEN",
            "$env:TOKEN",
            "Bearer ${env:TOKEN}",
            "Bearer $TOKEN",
            "${input:api-key}",
            "${{ secrets.TOKEN }}",
            "{{token}}",
            "{env:TOKEN}",
            "{file:~/.token}",
            "%TOKEN%",
            "$(op read op://vault/token)",
            "<your-token>",
            "YOUR_API_KEY",
            "your-token-here",
            "xxxxxxxx",
            "...",
            "",
        ];
        for reference in references {
            assert_eq!(literal(reference), "", "{reference}");
        }
    }

    #[test]
    fn what_the_file_holds_itself_stays() {
        assert_eq!(literal("hunter2"), "hunter2");
        assert_eq!(literal("Bearer hunter2"), "hunter2");
        assert_eq!(literal("${TOKEN:-hunter2}"), "hunter2");
        assert_eq!(literal("${USER}:hunter2"), ":hunter2");
        assert_eq!(literal("100% sure 50%"), "100% sure 50%");
    }
}
