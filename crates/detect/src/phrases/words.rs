//! The words of each class, by language. `*` ends a stem.

mod chinese;
mod english;
mod french;
mod german;
mod italian;
mod japanese;
mod portuguese;
mod russian;
mod spanish;

use super::class::{Classes, FOOTHOLD, OUTSIDE, SECRET, TAG};

/// Classes with their words, apart by commas.
pub(super) type Language = [(Classes, &'static str)];

/// Names and marks that every language has.
pub(super) const EVERYWHERE: &Language = &[
    (
        SECRET,
        "~/.ssh, .ssh/, id_rsa*, id_ed25519*, .env, ~/.aws, .aws/credentials, ~/.gnupg, ~/.kube, kubeconfig, .npmrc, .netrc, .pypirc, .pem, /etc/passwd, /etc/shadow, process.env, api key*, api-key*, apikey*, api_key*, mcp.json",
    ),
    (OUTSIDE, "http://, https://"),
    (FOOTHOLD, ".bashrc, .zshrc, .bash_profile, .zprofile, ~/.profile, crontab, authorized_keys"),
    (
        TAG,
        "<system*, <|system*, <|im_*, <|user*, <|assistant*, <admin*, <developer*, [system*, [[admin*, [[system*, [admin*, [inst], <<sys>>, ### system*, ## system*, begin system*, \"role\":\"system\", \"role\": \"system\", <!-- assistant*, <!-- system*, <assistant*",
    ),
];

/// Every language.
pub(super) const LANGUAGES: &[&Language] = &[
    english::ENGLISH,
    german::GERMAN,
    french::FRENCH,
    spanish::SPANISH,
    portuguese::PORTUGUESE,
    italian::ITALIAN,
    chinese::CHINESE,
    japanese::JAPANESE,
    russian::RUSSIAN,
];
