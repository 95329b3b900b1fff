//! The start of a child that is watched from its first moment to its end: whom it contacts before it is asked for
//! anything, and whether it ends with its input.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::Value;
use tokio::time::sleep;

use crate::probe::{ClientIdentity, Probe, ProbeError, Request};
use crate::processes::{command_line, members, sockets};
use crate::wire::connection::Connection;
use crate::wire::link::{Live, Place};
use crate::wire::message::Parts;
use crate::wire::stdio::StdioConnection;

/// How long a child may take to notice the end of its input.
const NOTICE: Duration = Duration::from_secs(5);
/// How often its connections are looked at.
const LOOK: Duration = Duration::from_millis(50);
/// By which a user opts out of being counted, whatever the server; see <https://consoledonottrack.com>.
const OPT_OUT: &str = "DO_NOT_TRACK";
/// Contacts that are kept.
const MOST_CONTACTS: usize = 1_000;

/// What a watched child did.
#[derive(Debug)]
pub(crate) struct SecondStart {
    /// Whom it contacted until its lists were read, in order of address; `None` where the system does not tell.
    pub(crate) contacts: Option<BTreeSet<SocketAddr>>,
    /// Whether all of its processes ended soon after its input.
    pub(crate) ended: bool,
}

/// A connection of a process that had such a command at that time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Contact {
    process: u32,
    command: Vec<u8>,
    remote: SocketAddr,
}

impl Probe {
    /// Starts the server once more, reads its lists and closes its input; done once and shared.
    pub(crate) async fn second_start(&self) -> Result<&SecondStart, ProbeError> {
        self.second_start.get_or_try_init(|| self.start_watched()).await
    }

    async fn start_watched(&self) -> Result<SecondStart, ProbeError> {
        let Place::Child(launch) = &self.opener().place else {
            return Err(ProbeError::Unreachable("the server is no child process".to_owned()));
        };
        let mut launch = launch.clone();
        launch.env.push((OPT_OUT.to_owned(), SecretString::from("1")));
        let child = StdioConnection::start(&launch, None, &self.opener().shared)?;
        let group = child.group_id();
        let mut contacts = BTreeSet::new();
        let live = tokio::select! {
            live = self.listed_child(child) => live?,
            () = watch(group, &mut contacts) => return Err(ProbeError::Stopped),
            () = self.shared().cancel.cancelled() => return Err(ProbeError::Stopped),
        };
        // A child that is quicker than the watch is seen at least once.
        contacts.extend(group.map(connected).unwrap_or_default());
        let contacts = group.and_then(|group| of_the_server(group, contacts));
        let Connection::Stdio(child) = &live.connection else {
            return Err(ProbeError::Unreachable("the server is no child process".to_owned()));
        };
        let ended = child.ends_with_its_input(NOTICE).await;
        live.connection.close().await;
        Ok(SecondStart { contacts, ended })
    }

    /// Shakes hands with a child, where its era wants that, and reads its tools.
    async fn listed_child(&self, child: StdioConnection) -> Result<Arc<Live>, ProbeError> {
        let connection = Connection::Stdio(child);
        let era = &self.link(0)?.era;
        let live = if era.modern {
            Live { connection, session: None }
        } else {
            let opening = Parts::initialize(&era.version, &ClientIdentity::default(), self.shared());
            self.opener().shake_hands(connection, opening).await?.live
        };
        let live = Arc::new(live);
        let request = Request::new(self, 0, Some(live.clone()), "tools/list", Value::Null);
        match request.send().await {
            // What the lists hold has been judged already.
            Ok(_) | Err(ProbeError::Timeout(_)) => Ok(live),
            Err(error) => Err(error),
        }
    }
}

/// Looks again and again at whom a group is connected to. Never ends by itself.
async fn watch(group: Option<u32>, contacts: &mut BTreeSet<Contact>) {
    loop {
        // Reading the table of a busy machine takes a moment, which other tasks should not wait for.
        let look = tokio::task::spawn_blocking(move || group.map(connected).unwrap_or_default());
        for contact in look.await.unwrap_or_default() {
            if contacts.len() < MOST_CONTACTS {
                contacts.insert(contact);
            }
        }
        sleep(LOOK).await;
    }
}

/// Whom a group is connected to now, without those who connected to it.
fn connected(group: u32) -> Vec<Contact> {
    let sockets = members(group).and_then(|members| sockets(&members)).unwrap_or_default();
    let ports: BTreeSet<u16> =
        sockets.iter().filter(|socket| socket.listens).map(|socket| socket.local.port()).collect();
    let outgoing = sockets.iter().filter(|socket| !socket.listens && !ports.contains(&socket.local.port()));
    let contact = |(process, remote)| Some(Contact { process, command: command_line(process)?, remote });
    outgoing.map(|socket| (socket.process, socket.remote)).filter_map(contact).collect()
}

/// The contacts of the server itself, which is what a launcher became or started in the end: packages that the launcher
/// fetched are none of its contacts. `None` where the system tells nothing about the group.
fn of_the_server(group: u32, contacts: BTreeSet<Contact>) -> Option<BTreeSet<SocketAddr>> {
    let members = members(group)?;
    sockets(&members)?;
    let is_parent = |process: u32| members.iter().any(|member| member.parent == process);
    let is_server = |contact: &Contact| {
        !is_parent(contact.process) && command_line(contact.process).as_ref() == Some(&contact.command)
    };
    Some(contacts.into_iter().filter(is_server).map(|contact| contact.remote).collect())
}
