//! Sending one e-mail with SES. The only place that names it.

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::DisplayErrorContext;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use crate::compose::Mail;

/// The way to people's mailboxes.
pub(crate) struct Mailbox {
    client: Client,
    from: String,
}

/// Why a mail certainly was not sent.
pub(crate) enum NotSent {
    /// It may work later.
    Later(String),
    /// It never will: a malformed address, an unverified sender.
    Never(String),
    /// Whether it left is unknown: the connection broke after the request.
    Unknown(String),
}

impl Mailbox {
    pub(crate) fn new(client: Client, from: String) -> Self {
        Self { client, from }
    }

    /// Sends one mail to one address: recipients never see each other.
    pub(crate) async fn send(&self, to: &str, mail: &Mail) -> Result<(), NotSent> {
        let utf8 = |text: &str| Content::builder().data(text).charset("UTF-8").build().map_err(never);
        let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
        let message = Message::builder().subject(utf8(&mail.subject)?).body(body).build();
        self.client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().simple(message).build())
            .send()
            .await
            .map(drop)
            .map_err(|error| {
                let cause = DisplayErrorContext(&error).to_string();
                match error.as_service_error() {
                    Some(service) if service.is_message_rejected() || service.is_bad_request_exception() => {
                        NotSent::Never(cause)
                    }
                    Some(_) => NotSent::Later(cause),
                    None if error.as_service_error().is_none() && is_dispatch(&error) => NotSent::Later(cause),
                    None => NotSent::Unknown(cause),
                }
            })
    }
}

fn never(error: impl std::fmt::Display) -> NotSent {
    NotSent::Never(error.to_string())
}

/// A request that could not even be dispatched surely had no effect.
fn is_dispatch<E, R>(error: &aws_sdk_sesv2::error::SdkError<E, R>) -> bool {
    use aws_sdk_sesv2::error::SdkError;
    match error {
        SdkError::ConstructionFailure(_) => true,
        SdkError::DispatchFailure(failure) => failure.is_user() || failure.is_io(),
        _ => false,
    }
}
