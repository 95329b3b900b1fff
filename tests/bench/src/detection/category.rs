//! The bench's words for what our checks find.

use contracts::audit::Finding;

/// The category of a check's findings; `None` where the bench has no word for them.
pub(crate) fn of(check: &str) -> Option<&'static str> {
    let number = check.strip_prefix("MCPA-")?;
    let (section, _) = number.split_once('-')?;
    Some(match number {
        "DA-004" | "DA-005" | "DA-006" => "hidden_instructions",
        "DA-011" | "DA-012" | "DA-013" | "DA-015" | "DA-016" => return None,
        "PI-001" | "PI-002" | "PI-008" | "AZ-009" | "AZ-010" | "SC-010" => "excessive_permission",
        "XM-001" | "XM-002" | "XM-003" | "XM-004" | "XM-005" | "XM-006" | "XM-007" => "tool_shadowing",
        "DX-001" | "DX-002" | "DX-004" | "DX-005" | "DX-006" | "DX-007" | "DX-015" => "data_exposure_secrets",
        "DX-003" => "data_exposure_pii",
        "DX-008" | "DX-013" | "DX-014" => "token_theft",
        "INP-003" | "INP-004" | "INP-005" => "command_injection",
        "INP-006" | "INP-007" | "INP-008" => "sql_injection",
        "INP-009" | "INP-010" | "INP-011" => "path_traversal",
        "INP-012" | "INP-013" | "INP-014" | "INP-015" => "ssrf",
        "INP-016" | "INP-017" | "INP-018" => "code_execution",
        "SC-001" | "SC-002" => "supply_chain_cve",
        _ => match section {
            "DA" => "tool_poisoning",
            "RI" | "PI" => "indirect_prompt_injection",
            "RP" => "rug_pull",
            "AUTH" => "missing_auth",
            "AZ" => "broken_authz",
            "RL" => "rate_limit_missing",
            "CE" => "context_exhaustion",
            "TRN" => "insecure_transport_or_origin",
            _ => return None,
        },
    })
}

/// The second category of a finding that says two things at once: a tool that runs what it is given has no bounds, and
/// is open to injected commands by what it is; a leaked secret may be a token.
pub(crate) fn second_of(finding: &Finding) -> Option<&'static str> {
    let detected = |name: &str| finding.evidence.iter().any(|evidence| evidence.detector == name);
    match finding.check.as_str() {
        "MCPA-AZ-010" if detected("free-string:execution") || detected("free-string:free-text") => {
            let (_, parameter) = finding.location.rsplit_once('/')?;
            Some(match parameter {
                "code" | "script" | "expression" => "code_execution",
                _ => "command_injection",
            })
        }
        "MCPA-DX-002" if detected("secret:jwt") || detected("secret:bearer-token") => Some("token_theft"),
        _ => None,
    }
}

/// Whether a category is one that a definition alone can show.
pub(crate) fn is_of_text(category: &str) -> bool {
    matches!(
        category,
        "tool_poisoning"
            | "hidden_instructions"
            | "tool_shadowing"
            | "indirect_prompt_injection"
            | "data_exposure_secrets"
            | "data_exposure_pii"
    )
}
