//! One alert per event and recipient, ever.

use std::time::Duration;

use anyhow::{Context, anyhow};
use contracts::events::alert::{AlertSent, ScanAlerted};
use contracts::events::finding::FindingRaised;
use contracts::events::mcp::McpDiscovered;
use contracts::events::report::{ReportFailed, ReportReady};
use contracts::events::test::TestFailed;
use contracts::events::usage::{Meter, UsageRecorded};
use contracts::ids::{ReportId, TestId};
use contracts::{Envelope, Message};
use jiff::{SignedDuration, Timestamp};
use runtime::{Bus, Failure, Handler, Parts, reject, retry_after};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use store::{Once, OrgScope, Store, link};
use tracing::{info, warn};
use url::Url;

use crate::compose::{self, About, Mail};
use crate::mailbox::{Mailbox, NotSent};
use crate::settings::Settings;

const SOURCE: &str = "/services/alert-sender";
const CONSUMER: &str = "alert-sender";
/// How many findings a summary names.
const NAMED_FINDINGS: u32 = 10;
/// How long a link in an e-mail works.
const LINK_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A delivery that is older than this and never settled belongs to a worker that died.
const SENDING: SignedDuration = SignedDuration::from_secs(60);

runtime::one_of! {
    /// What people are told about.
    pub(crate) enum Occasion {
        Finding(FindingRaised),
        Ready(ReportReady),
        NoReport(ReportFailed),
        Failed(TestFailed),
        Discovered(McpDiscovered),
    }
}

/// Sends alerts.
pub(crate) struct AlertSender {
    store: Store,
    bus: Bus,
    mailbox: Mailbox,
    public_url: Url,
    link_key: SecretString,
}

impl Handler for AlertSender {
    type Message = Occasion;

    async fn handle(&self, event: Envelope<Occasion>) -> Result<(), Failure> {
        let scope = OrgScope::of_event(&event);
        let Some(mail) = self.compose(&scope, &event.data).await? else { return Ok(()) };
        let organization = self.store.organization(&scope).await.context("read the organisation")?;
        let recipients = organization.map(|organization| organization.alert_recipients).unwrap_or_default();
        if recipients.is_empty() {
            info!(about = ?mail.about, "the organisation has no alert recipients, nobody is told");
            return Ok(());
        }
        let mut unsent = Vec::new();
        for recipient in &recipients {
            unsent.extend(self.once(&scope, &event, recipient, &mail).await?);
        }
        let sent = recipients.len() - unsent.len();
        self.tell(&event, &mail, u32::try_from(sent).unwrap_or(u32::MAX)).await?;
        match unsent.first() {
            None => Ok(()),
            Some(reason) => Err(reject(format!("{} of {} alerts not sent: {reason}", unsent.len(), recipients.len()))),
        }
    }
}

impl AlertSender {
    /// Builds the handler.
    pub(crate) fn new(parts: &Parts, settings: &Settings) -> Self {
        let mailbox = Mailbox::new(aws_sdk_sesv2::Client::new(&parts.aws), settings.mail_from.clone());
        Self {
            store: parts.store.clone(),
            bus: parts.bus.clone(),
            mailbox,
            public_url: settings.public_url.clone(),
            link_key: settings.link_key.clone(),
        }
    }

    async fn compose(&self, scope: &OrgScope, occasion: &Occasion) -> anyhow::Result<Option<Mail>> {
        Ok(match occasion {
            Occasion::Finding(event) => Some(compose::critical(event)),
            Occasion::Failed(event) => Some(compose::failure(event)),
            Occasion::Discovered(event) => Some(compose::discovered(event)),
            Occasion::Ready(event) => {
                let link = self.link(scope, &event.report_id)?;
                self.summary(scope, &event.test_id, &event.report_id, Ok(&link)).await?
            }
            Occasion::NoReport(event) => {
                self.summary(scope, &event.test_id, &event.report_id, Err(&event.reason)).await?
            }
        })
    }

    /// The summary of a test, but only with the report that belongs to it: reports asked for later are no news.
    async fn summary(
        &self,
        scope: &OrgScope,
        test: &TestId,
        report: &ReportId,
        link: Result<&Url, &str>,
    ) -> anyhow::Result<Option<Mail>> {
        let item = self.store.test(scope, test).await.context("read the test")?.context("the test is gone")?;
        if item.report_id.as_ref() != Some(report) {
            return Ok(None);
        }
        let worst = self.store.findings(scope, test, NAMED_FINDINGS, None).await.context("read the findings")?;
        let worst = worst.map(|page| page.items).unwrap_or_default();
        Ok(Some(compose::summary(&item.into(), &worst, link)))
    }

    fn link(&self, scope: &OrgScope, report: &ReportId) -> anyhow::Result<Url> {
        let expires = Timestamp::now() + LINK_LIFE;
        let token = link::sign(self.link_key.expose_secret().as_bytes(), scope.org(), report, expires);
        // The API may be below a path: `https://app.example/api`.
        let base = self.public_url.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/v1/downloads/{token}")).context("build the link to the report")
    }

    /// Sends to one recipient unless that was done. Returns why it was not sent and never will be.
    async fn once(
        &self,
        scope: &OrgScope,
        event: &Envelope<Occasion>,
        recipient: &str,
        mail: &Mail,
    ) -> Result<Option<String>, Failure> {
        let delivery = delivery_id(event.id.as_str(), recipient);
        match self.store.claim(scope, CONSUMER, &delivery).await.context("claim the delivery")? {
            Once::Done => return Ok(None),
            Once::First => {}
            Once::Unknown { since } if Timestamp::now().duration_since(since) < SENDING => {
                return Err(retry_after(Duration::from_mins(1), anyhow!("another worker is sending this alert")));
            }
            // Sending again could tell somebody twice, dropping it could tell nobody: a person decides.
            Once::Unknown { since } => {
                return Ok(Some(format!("a worker died while sending at {since}, so it may have been sent")));
            }
        }
        match self.mailbox.send(recipient, mail).await {
            Ok(()) => {
                self.store.settle(scope, CONSUMER, &delivery).await.context("settle the delivery")?;
                Ok(None)
            }
            Err(NotSent::Later(cause)) => {
                self.store.release(scope, CONSUMER, &delivery).await.context("release the delivery")?;
                Err(anyhow!("mail service: {cause}").into())
            }
            Err(NotSent::Never(cause)) => {
                self.store.release(scope, CONSUMER, &delivery).await.context("release the delivery")?;
                warn!(%cause, "an alert was refused");
                Ok(Some(cause))
            }
            Err(NotSent::Unknown(cause)) => Ok(Some(format!("it may have been sent: {cause}"))),
        }
    }

    async fn tell(&self, event: &Envelope<Occasion>, mail: &Mail, recipients: u32) -> anyhow::Result<()> {
        if recipients == 0 {
            return Ok(());
        }
        let cause = event.id.clone();
        match &mail.about {
            About::Test(test, kind) => {
                let sent = AlertSent { test_id: test.clone(), kind: *kind, cause, recipients };
                self.publish(event, test.as_str(), sent, recipients).await
            }
            About::Scan(scan) => {
                let sent = ScanAlerted { scan_id: scan.clone(), cause, recipients };
                self.publish(event, scan.as_str(), sent, recipients).await
            }
        }
    }

    async fn publish<T: Message>(
        &self,
        event: &Envelope<Occasion>,
        subject: &str,
        sent: T,
        recipients: u32,
    ) -> anyhow::Result<()> {
        let sent = Envelope::caused_by(event, SOURCE, "", sent).about(subject);
        self.bus.publish(&sent).await.with_context(|| format!("publish {}", T::TYPE))?;
        let usage = UsageRecorded { meter: Meter::Alerts, quantity: recipients.into(), occurred_at: event.time };
        let usage = Envelope::caused_by(event, SOURCE, "", usage).about(subject);
        self.bus.publish(&usage).await.context("publish usage.recorded")
    }
}

/// Names one delivery without naming the person.
fn delivery_id(event: &str, recipient: &str) -> String {
    let digest = Sha256::digest(recipient.trim().to_lowercase().as_bytes());
    digest[..8].iter().fold(format!("{event}-"), |id, byte| id + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_the_same_for_the_same_address_and_names_nobody() {
        let id = delivery_id("e1", "Ann@Example.org");
        assert_eq!(id, delivery_id("e1", " ann@example.org"));
        assert_ne!(id, delivery_id("e2", "ann@example.org"));
        assert!(!id.contains("ann"), "{id}");
    }
}
