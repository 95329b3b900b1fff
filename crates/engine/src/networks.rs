//! Networks of their own that the processes of a child run in: those that the engine cuts off from the network, and those
//! whose command does that itself. Our callback listener is not heard there, unless it also listens inside.

use std::io;
use std::net::{SocketAddr, TcpListener};
#[cfg(target_os = "linux")]
use std::{net::TcpStream, time::Duration};

use crate::processes::Process;

/// How long a connection to ourselves may take.
#[cfg(target_os = "linux")]
const SELF: Duration = Duration::from_secs(1);

/// A network namespace that is not ours. It exists at least as long as this.
#[derive(Debug)]
pub(crate) struct Network {
    /// Its name in the system: `net:[4026532281]`.
    pub(crate) name: String,
    #[cfg(target_os = "linux")]
    handle: std::fs::File,
}

/// Where the processes of a child are.
#[derive(Debug, Default)]
pub(crate) struct Whereabouts {
    /// Whether one that could be the server shares our network. Its ancestors share it too, but only start it.
    pub(crate) shares_ours: bool,
    /// The other networks.
    pub(crate) others: Vec<Network>,
}

/// The networks of processes. One that is gone, or hidden from us, is in none.
#[cfg(target_os = "linux")]
pub(crate) fn of(members: &[Process]) -> Whereabouts {
    let name = |process: &str| {
        let link = std::fs::read_link(format!("/proc/{process}/ns/net")).ok()?;
        link.into_os_string().into_string().ok()
    };
    let ours = name("self");
    let mut found = Whereabouts::default();
    for process in members {
        let Some(network) = name(&process.id.to_string()) else { continue };
        if Some(&network) == ours.as_ref() {
            found.shares_ours |= !members.iter().any(|other| other.parent == process.id);
        } else if !found.others.iter().any(|other| other.name == network)
            && let Ok(handle) = std::fs::File::open(format!("/proc/{}/ns/net", process.id))
        {
            found.others.push(Network { name: network, handle });
        }
    }
    found
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn of(_: &[Process]) -> Whereabouts {
    Whereabouts { shares_ours: true, others: Vec::new() }
}

impl Network {
    /// Listens inside. The system allows that to its administrator only.
    #[cfg(target_os = "linux")]
    pub(crate) fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        use std::os::fd::AsFd as _;

        use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

        // Only the thread that asks moves, so it is one that ends with it. The socket stays where it was made.
        let inside = || {
            move_into_link_name_space(self.handle.as_fd(), Some(LinkNameSpaceType::Network))?;
            let listener = TcpListener::bind(address)?;
            // The loopback interface of a new network is down until somebody brings it up.
            TcpStream::connect_timeout(&address, SELF)?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        std::thread::scope(|scope| scope.spawn(inside).join())
            .unwrap_or_else(|_| Err(io::Error::other("the thread that listens there has failed")))
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn listen(&self, _: SocketAddr) -> io::Result<TcpListener> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
