//! What the operating system tells about a child and its processes: who they are, and what they are connected to. It is
//! read from `/proc`, so only Linux tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

/// Sockets that are looked at, so that a process with very many costs no more than one with many.
const MOST_SOCKETS: usize = 1_000;

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) parent: u32,
    pub(crate) group: u32,
    /// Whether it is more than an entry that waits for its parent.
    pub(crate) is_alive: bool,
}

/// A TCP socket of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Socket {
    /// Its process.
    pub(crate) process: u32,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) listens: bool,
}

/// All processes; `None` where the system does not tell.
pub(crate) fn all() -> Option<Vec<Process>> {
    let processes = fs::read_dir("/proc").ok()?;
    // A process may end while it is looked at.
    let statuses = processes.flatten().filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
    Some(statuses.filter_map(|status| process(&status)).collect())
}

/// The living processes of a group, and those that they started into groups of their own; `None` where the system does
/// not tell.
pub(crate) fn members(group: u32) -> Option<Vec<Process>> {
    Some(belonging(all()?, group))
}

/// The words of a process's command, `None` where it is gone.
pub(crate) fn command_line(process: u32) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{process}/cmdline")).ok()
}

/// The TCP sockets of processes; `None` where the descriptors of none of them may be read.
pub(crate) fn sockets(processes: &[Process]) -> Option<Vec<Socket>> {
    let mut tables: BTreeMap<PathBuf, Vec<Entry>> = BTreeMap::new();
    let mut found = Vec::new();
    let mut readable = false;
    for process in processes {
        let folder = PathBuf::from(format!("/proc/{}", process.id));
        let Some(inodes) = inodes(&folder) else { continue };
        readable = true;
        if inodes.is_empty() {
            continue;
        }
        // Processes of one network namespace see the same table.
        let namespace = fs::read_link(folder.join("ns/net")).unwrap_or_else(|_| folder.clone());
        let entries = tables.entry(namespace).or_insert_with(|| table(&folder));
        let own = entries.iter().filter(|entry| inodes.contains(&entry.inode));
        found.extend(own.map(|entry| Socket {
            process: process.id,
            local: entry.local,
            remote: entry.remote,
            listens: entry.state == LISTEN,
        }));
        found.truncate(MOST_SOCKETS);
    }
    readable.then_some(found)
}

fn belonging(all: Vec<Process>, group: u32) -> Vec<Process> {
    let mut ids: BTreeSet<u32> =
        all.iter().filter(|process| process.group == group).map(|process| process.id).collect();
    // Each turn adds a generation, so the number of processes bounds the turns.
    for _ in 0..all.len() {
        let children = all.iter().filter(|process| ids.contains(&process.parent) && !ids.contains(&process.id));
        let children: Vec<u32> = children.map(|process| process.id).collect();
        if children.is_empty() {
            break;
        }
        ids.extend(children);
    }
    all.into_iter().filter(|process| process.is_alive && ids.contains(&process.id)).collect()
}

/// Reads `pid (name) state parent group …`; the name may hold anything, so the fields count from its end.
fn process(status: &str) -> Option<Process> {
    let (id, _) = status.split_once(' ')?;
    let mut fields = status.rsplit_once(')')?.1.split_ascii_whitespace();
    let is_alive = !matches!(fields.next()?, "Z" | "X");
    let (parent, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(Process { id: id.parse().ok()?, parent, group, is_alive })
}

/// The sockets among the descriptors of a process.
fn inodes(process: &Path) -> Option<BTreeSet<u64>> {
    let descriptors = fs::read_dir(process.join("fd")).ok()?;
    let links = descriptors.flatten().filter_map(|descriptor| fs::read_link(descriptor.path()).ok());
    let inode = |link: PathBuf| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok();
    Some(links.filter_map(inode).take(MOST_SOCKETS).collect())
}

/// The state of a socket that waits for connections.
const LISTEN: u8 = 0x0a;

/// A row of the system's table of TCP sockets.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    local: SocketAddr,
    remote: SocketAddr,
    state: u8,
    inode: u64,
}

fn table(process: &Path) -> Vec<Entry> {
    let read = |name: &str| fs::read_to_string(process.join("net").join(name)).unwrap_or_default();
    let (old, new) = (read("tcp"), read("tcp6"));
    old.lines().chain(new.lines()).filter_map(entry).collect()
}

/// Reads `sl local remote state queues timer retransmits uid timeout inode …`.
fn entry(line: &str) -> Option<Entry> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    Some(Entry {
        local: address(fields.get(1)?)?,
        remote: address(fields.get(2)?)?,
        state: u8::from_str_radix(fields.get(3)?, 16).ok()?,
        inode: fields.get(9)?.parse().ok()?,
    })
}

/// Reads `0100007F:1F90`: words of 32 bits as the processor holds them, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| Some(u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    let address = match address.len() {
        8 => IpAddr::from(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?].concat();
            IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(words).ok()?)).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_whatever_the_name_holds() {
        let read =
            |text: &str| process(text).map(|process| (process.id, process.parent, process.group, process.is_alive));
        assert_eq!(read("41 (node) S 40 39 39 0 -1 4194560"), Some((41, 40, 39, true)));
        assert_eq!(read("42 (a) Z (b c) Z 40 39 39 0"), Some((42, 40, 39, false)));
        assert_eq!(read("no process"), None);
    }

    #[test]
    fn descendants_belong_wherever_they_went() {
        let process = |id, parent, group, is_alive| Process { id, parent, group, is_alive };
        let all = vec![
            process(1, 0, 1, true),
            process(10, 1, 10, true),
            process(11, 10, 10, false),
            process(12, 10, 12, true),
            process(13, 12, 13, true),
            process(20, 1, 20, true),
        ];
        let ids: Vec<u32> = belonging(all, 10).iter().map(|process| process.id).collect();
        assert_eq!(ids, [10, 12, 13]);
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn rows_of_the_table_are_read() {
        let row = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 998062 1 0 100";
        let local: SocketAddr = "127.0.0.1:8080".parse().expect("an address");
        let nowhere: SocketAddr = "0.0.0.0:0".parse().expect("an address");
        assert_eq!(entry(row), Some(Entry { local, remote: nowhere, state: LISTEN, inode: 998_062 }));
        let mapped = "0000000000000000FFFF0000076433C6:01BB";
        assert_eq!(address(mapped), Some("198.51.100.7:443".parse().expect("an address")));
        assert_eq!(address("00000000000000000000000001000000:0050"), Some("[::1]:80".parse().expect("an address")));
        assert_eq!(entry("  sl  local_address rem_address   st tx_queue rx_queue"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_sockets_are_seen() {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let local = listener.local_addr().expect("an address");
        let mut own = all().expect("a system that tells its processes");
        own.retain(|process| process.id == std::process::id());
        let sockets = sockets(&own).expect("descriptors that may be read");
        assert!(sockets.iter().any(|socket| socket.local == local && socket.listens), "{sockets:?}");
        assert!(command_line(std::process::id()).is_some_and(|words| !words.is_empty()));
    }
}
