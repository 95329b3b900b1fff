//! E-mails as their recipients see them, read from the emulator's mailbox.

use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::{Cloud, wait};

/// All mailboxes of the local cloud.
pub struct Mailbox {
    url: String,
    client: reqwest::Client,
}

/// One received e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Addresses that it went to.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its plain text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
}

impl Mailbox {
    /// The mailbox of a cloud.
    pub fn new(cloud: &Cloud) -> anyhow::Result<Self> {
        Ok(Self::at(cloud.get("MAILBOX_URL")?))
    }

    /// The mailbox at an address.
    pub fn at(url: &str) -> Self {
        Self { url: url.to_owned(), client: reqwest::Client::new() }
    }

    /// What one address received, oldest first.
    pub async fn of(&self, address: &str) -> anyhow::Result<Vec<Mail>> {
        let answer: Value = self.client.get(&self.url).send().await.context("read the mailbox")?.json().await?;
        // One list per emulated account.
        let accounts = answer["messages"].as_object().context("the mailbox has another form than expected")?;
        let messages = accounts.values().filter_map(Value::as_array).flatten();
        let mails = messages.map(mail);
        Ok(mails.filter(|mail| mail.to.iter().any(|to| to == address)).collect())
    }

    /// Waits for a mail to an address whose subject contains all of `words`.
    pub async fn wait_for(&self, address: &str, words: &[&str]) -> anyhow::Result<Mail> {
        wait::until(format!("a mail to {address} about {words:?}"), Duration::from_mins(1), || async {
            let about = |mail: &Mail| words.iter().all(|word| mail.subject.contains(word));
            Ok(self.of(address).await?.into_iter().find(about))
        })
        .await
    }
}

fn mail(message: &Value) -> Mail {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    let to = message["To"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Mail { to, subject: text("Subject"), text: text("BodyText"), html: text("BodyHtml") }
}
