//! What a test knows of the server's packages: its folder, its launch command, and where advisories are looked up.

use std::path::Path;

use contracts::packages::Packages;
use engine::Session;
use outbound::{Client, Limits, Policy};
use supply_chain::{AdvisorySource, Known, Launched, OfflineDatabase, OnlineApi, assess, read_folder};
use url::Url;

use crate::arguments::Test;
use crate::installation;

/// What was given before the server is started or called.
pub(crate) struct Given {
    known: Known,
    advisories: Option<AdvisorySource>,
}

impl Given {
    /// What the command that starts a server tells; nothing for a remote one.
    pub(crate) fn of_command(command: &[String]) -> Self {
        let launched = discovery::package_of(command).as_deref().and_then(Launched::parse);
        Self { known: Known { resolved: None, launched, told: None }, advisories: None }
    }
}

/// Reads what the command line names. Nothing is sent yet.
pub(crate) fn given(arguments: &Test) -> Result<Given, String> {
    let resolved = arguments.source.as_deref().map(read_folder).transpose().map_err(|error| error.to_string())?;
    let advisories = match (&arguments.osv_db, &arguments.osv_api) {
        (Some(path), _) => Some(offline(path)?),
        (None, Some(base)) => Some(online(base)?),
        (None, None) => None,
    };
    let known = Known { resolved, ..Given::of_command(&arguments.server).known };
    Ok(Given { known, advisories })
}

impl Given {
    /// Looks up what the connected server is known to be made of, and judges it.
    pub(crate) async fn assess(mut self, session: &Session) -> Result<Packages, String> {
        let told = |field| session.snapshot().server_field(field).map(str::to_owned);
        self.known.told = told("name").zip(told("version"));
        let advisories = match &self.advisories {
            // Somebody who asks for advisories wants to know at once that there are none.
            Some(source) => {
                Some(Ok(source.look_up(self.known.coordinates()).await.map_err(|error| error.to_string())?))
            }
            None => None,
        };
        Ok(assess(&self.known, advisories))
    }
}

fn offline(path: &Path) -> Result<AdvisorySource, String> {
    OfflineDatabase::open(path).map(AdvisorySource::Offline).map_err(|error| format!("--osv-db: {error}"))
}

fn online(base: &Url) -> Result<AdvisorySource, String> {
    // The user names the server; it may be one of the own network.
    let client = Client::new(Policy::AllowPrivate, Limits::default()).map_err(|error| format!("--osv-api: {error}"))?;
    Ok(AdvisorySource::Online(OnlineApi::new(
        client,
        base.clone(),
        installation::folder().map(|folder| folder.join("osv")),
    )))
}
