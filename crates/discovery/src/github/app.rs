//! GitHub Apps (<https://docs.github.com/apps>): an account installs one and chooses its repositories, and no person's token is
//! needed.

use secrecy::SecretString;

/// An app, for one account that installed it.
#[derive(Debug, Clone)]
pub struct App {
    /// Its client id; the older app id does as well.
    pub id: String,
    /// The number of the installation, which the address of its settings ends with.
    pub installation: u64,
    /// The private key that GitHub made for the app: RSA, in PEM form.
    pub private_key: SecretString,
}

/// Why there is no token for an app. Each names what to check.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The id cannot be one.
    #[error(
        "its id is empty or holds other characters than an id has: copy the client id from the settings of the app"
    )]
    Id,
    /// The key is none.
    #[error("its private key is no RSA key in PEM form: give the whole file that GitHub made for the app")]
    Key,
    /// 401, as the clock of this machine is wrong by so many seconds; less than none where it is slow.
    #[error("GitHub refuses its signature: the clock of this machine is {0} seconds off, set it right")]
    Clock(i64),
    /// 401 for another reason.
    #[error(
        "GitHub refuses its signature: check that the private key was made for this very app and is still listed in its settings"
    )]
    Signature,
    /// 403.
    #[error(
        "GitHub gives it no token: the installation is suspended, or a list of allowed addresses keeps this machine out; ask \
         an owner of the account that installed it"
    )]
    Suspended,
    /// 404.
    #[error(
        "GitHub knows no such installation: it was removed, or the id of the app or of the installation is wrong; check both \
         in the settings of the account that installed it"
    )]
    NotInstalled,
    /// 422.
    #[error(
        "it may not read the contents of repositories: give it the permission `Contents: read-only`, and let an owner of the \
         account that installed it accept that"
    )]
    Permission,
    /// 401 with a token that is minutes old at most, and with the next.
    #[error(
        "GitHub refuses the tokens that it has just issued: check that the app is still installed and who revokes its tokens"
    )]
    TokenRefused,
}
