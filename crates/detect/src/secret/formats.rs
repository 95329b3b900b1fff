//! Secret formats, one row each. Prefixes are stored without what follows them, so that this file holds no secret.

use super::{has_github_checksum, is_jwt};

/// A format of secrets.
pub(super) struct Format {
    /// The type that evidence names.
    pub(super) kind: &'static str,
    /// Literal parts of which one must be there before the pattern is tried.
    pub(super) triggers: &'static [&'static str],
    /// The pattern; a group `secret` narrows the match.
    pub(super) pattern: &'static str,
    /// What proves it beyond the pattern.
    pub(super) is_genuine: fn(&str) -> bool,
    /// Length of its public prefix.
    pub(super) public_prefix: usize,
}

/// The pattern alone proves it.
const BY_FORM: fn(&str) -> bool = |_| true;

const fn row(kind: &'static str, triggers: &'static [&'static str], pattern: &'static str) -> Format {
    Format { kind, triggers, pattern, is_genuine: BY_FORM, public_prefix: 4 }
}

/// All formats, specific ones first.
pub(super) static FORMATS: [Format; 38] = [
    row("aws-access-key", &["AKIA", "ASIA", "ABIA", "ACCA"], r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"),
    Format {
        is_genuine: has_github_checksum,
        ..row("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"gh[pousr]_[A-Za-z0-9]{36,251}")
    },
    row("github-fine-grained-token", &["github_pat_"], r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    row(
        "gitlab-token",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glsoat-"],
        r"gl(?:pat|dt|rt|cbt|ptt|soat)-[A-Za-z0-9_-]{20,300}(?:\.[A-Za-z0-9_.-]{9,40})?",
    ),
    row(
        "slack-token",
        &["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe", "xapp-"],
        r"(?:xox[baprs]-[0-9A-Za-z-]{10,250}|xoxe(?:\.xox[bp])?-[0-9A-Za-z-]{20,400}|xapp-[0-9]-[A-Z0-9]{6,20}-[0-9]{6,20}-[a-f0-9]{32,128})",
    ),
    row(
        "slack-webhook",
        &["hooks.slack.com"],
        r"hooks\.slack\.com/(?:services|workflows)/(?P<secret>[A-Za-z0-9+/_]{20,120})",
    ),
    row(
        "stripe-key",
        &["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"],
        r"(?:[sr]k_(?:live|test)_[0-9A-Za-z]{16,247}|whsec_[A-Za-z0-9+/=]{24,100})",
    ),
    row("npm-token", &["npm_"], r"npm_[A-Za-z0-9]{36}"),
    row("pypi-token", &["pypi-"], r"pypi-[A-Za-z0-9_-]{50,}"),
    row("google-api-key", &["AIza"], r"AIza[0-9A-Za-z_-]{35}"),
    row("google-oauth-secret", &["GOCSPX-", "ya29."], r"(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{40,})"),
    row("anthropic-key", &["sk-ant-"], r"sk-ant-[a-z]{3,10}[0-9]{2}-[A-Za-z0-9_-]{60,150}"),
    row("openrouter-key", &["sk-or-"], r"sk-or-v1-[a-f0-9]{64}"),
    Format {
        // Older keys have no hyphen; all later ones carry the mark.
        is_genuine: |key| key.contains(OPENAI_MARK) || key[3..].bytes().all(|b| b.is_ascii_alphanumeric()),
        ..row("openai-key", &["sk-"], r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,250}|\bsk-[A-Za-z0-9]{40,64}\b")
    },
    row("huggingface-token", &["hf_"], r"hf_[A-Za-z0-9]{34,40}"),
    row("replicate-token", &["r8_"], r"r8_[A-Za-z0-9]{37,40}"),
    row("groq-key", &["gsk_"], r"gsk_[A-Za-z0-9]{48,60}"),
    row("sendgrid-key", &["SG."], r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    row("digitalocean-token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"do[opr]_v1_[a-f0-9]{64}"),
    row("shopify-token", &["shpat_", "shpca_", "shppa_", "shpss_"], r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}"),
    row("docker-token", &["dckr_pat_", "dckr_oat_"], r"dckr_[po]at_[A-Za-z0-9_-]{27,40}"),
    row("vault-token", &["hvs.", "hvb.", "hvr."], r"hv[sbr]\.[A-Za-z0-9_-]{24,300}"),
    row("crates-io-token", &["cio"], r"\bcio[A-Za-z0-9]{32}\b"),
    row("databricks-token", &["dapi"], r"dapi[a-f0-9]{32}(?:-\d)?"),
    row("linear-key", &["lin_api_", "lin_oauth_"], r"lin_(?:api|oauth)_[A-Za-z0-9]{40,64}"),
    row("notion-token", &["ntn_"], r"ntn_[A-Za-z0-9]{40,60}"),
    row("atlassian-token", &["ATATT3", "ATCTT3"], r"AT[AC]TT3[A-Za-z0-9_=-]{60,300}"),
    row("figma-token", &["figd_"], r"figd_[A-Za-z0-9_-]{38,48}"),
    row("supabase-key", &["sbp_", "sb_secret_"], r"(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{22,60})"),
    row("telegram-bot-token", &[":AA"], r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}"),
    row("new-relic-key", &["NRAK-"], r"NRAK-[A-Z0-9]{27}"),
    row("planetscale-token", &["pscale_"], r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,64}"),
    row("age-key", &["AGE-SECRET-KEY-1"], r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    row("mcp-audit-key", &["mcpa_live_"], r"mcpa_live_[A-Za-z0-9_-]{20,100}"),
    row(
        "azure-storage-key",
        &["AccountKey=", "SharedAccessKey="],
        r"(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{42,86}={0,2})",
    ),
    Format {
        is_genuine: is_jwt,
        public_prefix: 3,
        ..row("jwt", &["eyJ"], r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*")
    },
    Format {
        public_prefix: 0,
        ..row(
            "private-key",
            &["PRIVATE KEY"],
            r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=\s:,.-]|\\[nr])*?(?:-----END (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|\z|[^A-Za-z0-9+/=\s:,.\\-])",
        )
    },
    Format {
        public_prefix: 0,
        ..row(
            "bearer-token",
            &["earer ", "asic ", "EARER ", "ASIC "],
            r"(?i:\bauthorization\b.{0,5}?\b(?:bearer|basic)\s+|\bbearer\s+)(?P<secret>[A-Za-z0-9._~+/-]{20,}=*)",
        )
    },
];

/// What stands in the middle of OpenAI's keys: `OpenAI` in base64.
const OPENAI_MARK: &str = "T3BlbkFJ";
