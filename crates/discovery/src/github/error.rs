//! Why something of GitHub could not be read.

use std::time::Duration;

use jiff::Timestamp;
use outbound::OutboundError;

use super::AppError;

/// Why something of GitHub could not be read. No message holds a token or a text of the other side.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// The address of the API cannot be one.
    #[error("`{0}` cannot be the address of GitHub: give one such as https://github.example/api/v3, with https")]
    Base(String),
    /// The token has characters that no token has.
    #[error("the token holds spaces or control characters, which no token has")]
    Token,
    /// 401.
    #[error("GitHub refused the token: it is wrong, has expired or was revoked")]
    Unauthorized,
    /// There is no token for the app.
    #[error("GitHub App: {0}")]
    App(#[from] AppError),
    /// 401 without a token.
    #[error("GitHub shows this only to those who have a token")]
    NeedsToken,
    /// 403 for another reason than a limit.
    #[error("GitHub refused access: the token lacks the right to read the contents of repositories")]
    Denied,
    /// 403, as the organisation wants tokens that were authorised for its single sign-on.
    #[error("GitHub refused access: authorise the token for the single sign-on of the organisation")]
    SingleSignOn,
    /// 404.
    #[error("GitHub shows no {0}: it does not exist, was deleted, or the token may not see it")]
    NotFound(String),
    /// 404 or 422 for a branch.
    #[error("it has no branch, tag or commit `{0}`")]
    NoReference(String),
    /// 409.
    #[error("it is empty: it has no commit yet")]
    Empty,
    /// 451, or 403 for a disabled repository.
    #[error("GitHub blocks it, for a legal reason or by its staff")]
    Blocked,
    /// A redirect or page to another host, where the token must not go.
    #[error("GitHub refers to another host, which is not followed")]
    Elsewhere,
    /// Redirects that do not end.
    #[error("GitHub refers from one address to the next without end")]
    Redirects,
    /// Longer than is read.
    #[error("an answer of GitHub is longer than {0} bytes")]
    TooLong(u64),
    /// Not what the API describes.
    #[error("an answer of GitHub is not what its API describes: check the address of the API")]
    Answer,
    /// Any other status.
    #[error("GitHub answered with status {0}")]
    Status(u16),
    /// Its limit of requests lasts longer than is waited for.
    #[error("the limit of requests is used up until {until}: scan later, fewer repositories, or with a token")]
    Limited {
        /// When it is lifted.
        until: Timestamp,
    },
    /// The whole scan took too long.
    #[error("the scan took longer than {} minutes: scan fewer repositories at once", .0.as_secs() / 60)]
    Deadline(Duration),
    /// No answer.
    #[error("{0}")]
    Call(#[from] OutboundError),
}

impl GitHubError {
    /// Whether nothing else can be read either, so that a scan of many repositories ends here.
    pub fn ends_scan(&self) -> bool {
        match self {
            Self::Base(_)
            | Self::Token
            | Self::Unauthorized
            | Self::App(_)
            | Self::NeedsToken
            | Self::Limited { .. }
            | Self::Deadline(_) => true,
            // One repository may answer slowly or break off; where no connection comes about, none will.
            Self::Call(error) => !matches!(error, OutboundError::Timeout { .. } | OutboundError::Broken { .. }),
            _ => false,
        }
    }
}
