//! Which addresses there are, and which of them may be connected to (catalogue section 9, address guard).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Public addresses only. The one policy of a hosted service.
    #[default]
    PublicOnly,
    /// Also this machine.
    AllowLoopback,
    /// Also private networks and every other special range that a connection can go to.
    AllowPrivate,
}

impl Policy {
    /// Whether an address may be connected to.
    pub fn allows(self, address: IpAddr) -> bool {
        match classify(address) {
            AddressClass::Public => true,
            AddressClass::Loopback => self != Self::PublicOnly,
            AddressClass::Multicast | AddressClass::Broadcast => false,
            _ => self == Self::AllowPrivate,
        }
    }
}

/// What an address is for (IANA special-purpose registries).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// Reachable from everywhere.
    Public,
    /// This machine.
    Loopback,
    /// `0.0.0.0/8` and `::`; systems connect to this machine.
    Unspecified,
    /// RFC 1918 networks.
    Private,
    /// 100.64.0.0/10, behind a carrier's address translation.
    Shared,
    /// 169.254.0.0/16 and `fe80::/10`, among them the metadata services of clouds.
    LinkLocal,
    /// `fc00::/7`.
    UniqueLocal,
    /// `fec0::/10`, deprecated.
    SiteLocal,
    /// 192.0.0.0/24 and `2001::/23` apart from Teredo: protocol assignments.
    ProtocolAssignment,
    /// Ranges for documents.
    Documentation,
    /// 198.18.0.0/15 and `2001:2::/48`.
    Benchmark,
    /// 224.0.0.0/4 and `ff00::/8`.
    Multicast,
    /// 255.255.255.255.
    Broadcast,
    /// Not assigned.
    Reserved,
}

/// Classifies an address. An IPv6 address that carries an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo, ISATAP)
/// is classified by the carried one where that is special, because a gateway or the system connects to it.
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    match address.octets() {
        [0, ..] => AddressClass::Unspecified,
        [127, ..] => AddressClass::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressClass::Private,
        [100, 64..=127, ..] => AddressClass::Shared,
        [169, 254, ..] => AddressClass::LinkLocal,
        [192, 0, 0, _] => AddressClass::ProtocolAssignment,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => AddressClass::Documentation,
        [198, 18..=19, ..] => AddressClass::Benchmark,
        [224..=239, ..] => AddressClass::Multicast,
        [255, 255, 255, 255] => AddressClass::Broadcast,
        // 192.88.99.0/24 was the relay of 6to4; never a server.
        [192, 88, 99, _] | [240..=255, ..] => AddressClass::Reserved,
        _ => AddressClass::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if address == Ipv6Addr::UNSPECIFIED {
        return AddressClass::Unspecified;
    }
    if address == Ipv6Addr::LOCALHOST {
        return AddressClass::Loopback;
    }
    let segments = address.segments();
    let carried = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        classify_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // ::ffff:a.b.c.d, ::a.b.c.d and ::ffff:0:a.b.c.d; 64:ff9b::/96, which is public translation; and 6to4, where the
        // carried address follows the prefix.
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => carried(high, low),
        // 64:ff9b:1::/48 is for private use, whatever it carries.
        [0x64, 0xff9b, ..] => AddressClass::Private,
        // Teredo: the client's address is inverted, the server's is not; both must be public.
        [0x2001, 0, server_high, server_low, _, _, high, low] => match carried(!high, !low) {
            AddressClass::Public => carried(server_high, server_low),
            special => special,
        },
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressClass::Documentation,
        [0x2001, 2, 0, ..] => AddressClass::Benchmark,
        [0x2001, 0..=0x1ff, ..] => AddressClass::ProtocolAssignment,
        [0xfc00..=0xfdff, ..] => AddressClass::UniqueLocal,
        [0xfe80..=0xfebf, ..] => AddressClass::LinkLocal,
        [0xfec0..=0xfeff, ..] => AddressClass::SiteLocal,
        [0xff00..=0xffff, ..] => AddressClass::Multicast,
        // ISATAP: the interface identifier 00-00-5e-fe or 02-00-5e-fe carries an IPv4 address.
        [0x2000..=0x3fff, _, _, _, 0 | 0x200, 0x5efe, high, low] => carried(high, low),
        [0x2000..=0x3fff, ..] => AddressClass::Public,
        // Only 2000::/3 is given out; 100::/64 and 5f00::/16 are reserved by name.
        _ => AddressClass::Reserved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &[(&str, AddressClass)] = &[
        ("0.0.0.0", AddressClass::Unspecified),
        ("0.255.255.255", AddressClass::Unspecified),
        ("1.0.0.0", AddressClass::Public),
        ("8.8.8.8", AddressClass::Public),
        ("9.255.255.255", AddressClass::Public),
        ("10.0.0.0", AddressClass::Private),
        ("10.255.255.255", AddressClass::Private),
        ("11.0.0.0", AddressClass::Public),
        ("100.63.255.255", AddressClass::Public),
        ("100.64.0.0", AddressClass::Shared),
        ("100.127.255.255", AddressClass::Shared),
        ("100.128.0.0", AddressClass::Public),
        ("126.255.255.255", AddressClass::Public),
        ("127.0.0.1", AddressClass::Loopback),
        ("127.255.255.255", AddressClass::Loopback),
        ("128.0.0.0", AddressClass::Public),
        ("169.253.255.255", AddressClass::Public),
        ("169.254.0.0", AddressClass::LinkLocal),
        ("169.254.169.254", AddressClass::LinkLocal),
        ("169.255.0.0", AddressClass::Public),
        ("172.15.255.255", AddressClass::Public),
        ("172.16.0.0", AddressClass::Private),
        ("172.31.255.255", AddressClass::Private),
        ("172.32.0.0", AddressClass::Public),
        ("191.255.255.255", AddressClass::Public),
        ("192.0.0.0", AddressClass::ProtocolAssignment),
        ("192.0.0.170", AddressClass::ProtocolAssignment),
        ("192.0.1.0", AddressClass::Public),
        ("192.0.2.255", AddressClass::Documentation),
        ("192.88.99.1", AddressClass::Reserved),
        ("192.168.0.1", AddressClass::Private),
        ("192.169.0.0", AddressClass::Public),
        ("198.17.255.255", AddressClass::Public),
        ("198.18.0.0", AddressClass::Benchmark),
        ("198.19.255.255", AddressClass::Benchmark),
        ("198.20.0.0", AddressClass::Public),
        ("198.51.100.7", AddressClass::Documentation),
        ("203.0.113.7", AddressClass::Documentation),
        ("223.255.255.255", AddressClass::Public),
        ("224.0.0.1", AddressClass::Multicast),
        ("239.255.255.255", AddressClass::Multicast),
        ("240.0.0.0", AddressClass::Reserved),
        ("255.255.255.254", AddressClass::Reserved),
        ("255.255.255.255", AddressClass::Broadcast),
        ("::", AddressClass::Unspecified),
        ("::1", AddressClass::Loopback),
        ("::ffff:127.0.0.1", AddressClass::Loopback),
        ("::ffff:7f00:1", AddressClass::Loopback),
        ("::ffff:10.1.2.3", AddressClass::Private),
        ("::ffff:169.254.169.254", AddressClass::LinkLocal),
        ("::ffff:8.8.8.8", AddressClass::Public),
        ("::ffff:0:127.0.0.1", AddressClass::Loopback),
        ("::127.0.0.1", AddressClass::Loopback),
        ("::2", AddressClass::Unspecified),
        ("64:ff9b::7f00:1", AddressClass::Loopback),
        ("64:ff9b::a9fe:a9fe", AddressClass::LinkLocal),
        ("64:ff9b::808:808", AddressClass::Public),
        ("64:ff9b:1::808:808", AddressClass::Private),
        ("2002:7f00:1::", AddressClass::Loopback),
        ("2002:c0a8:101::1", AddressClass::Private),
        ("2002:808:808::1", AddressClass::Public),
        // Teredo, client 127.0.0.1 (inverted), server 65.54.227.120.
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", AddressClass::Loopback),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", AddressClass::Public),
        ("2001:0:a00:1:8000:63bf:f7f7:f7f7", AddressClass::Private),
        ("2001:db8::1", AddressClass::Documentation),
        ("3fff:fff::1", AddressClass::Documentation),
        ("2001:2::1", AddressClass::Benchmark),
        ("2001:10::1", AddressClass::ProtocolAssignment),
        ("2001:200::1", AddressClass::Public),
        ("2001:4860:4860::8888", AddressClass::Public),
        ("2a00:1450:4001:0:0:5efe:a00:1", AddressClass::Private),
        ("2a00:1450:4001:0:200:5efe:808:808", AddressClass::Public),
        ("100::1", AddressClass::Reserved),
        ("5f00::1", AddressClass::Reserved),
        ("4000::1", AddressClass::Reserved),
        ("fc00::1", AddressClass::UniqueLocal),
        ("fdff::1", AddressClass::UniqueLocal),
        ("fd00:ec2::254", AddressClass::UniqueLocal),
        ("fe80::1", AddressClass::LinkLocal),
        ("febf::1", AddressClass::LinkLocal),
        ("fec0::1", AddressClass::SiteLocal),
        ("ff02::1", AddressClass::Multicast),
    ];

    #[test]
    fn each_range_is_known_up_to_its_edges() {
        for (address, expected) in CASES {
            let parsed: IpAddr = address.parse().expect("a test address");
            assert_eq!(classify(parsed), *expected, "{address}");
        }
    }

    #[test]
    fn a_policy_opens_no_more_than_it_says() {
        for (address, class) in CASES {
            let parsed: IpAddr = address.parse().expect("a test address");
            let public = *class == AddressClass::Public;
            let loopback = *class == AddressClass::Loopback;
            let reachable = !matches!(class, AddressClass::Multicast | AddressClass::Broadcast);
            assert_eq!(Policy::PublicOnly.allows(parsed), public, "{address}");
            assert_eq!(Policy::AllowLoopback.allows(parsed), public || loopback, "{address}");
            assert_eq!(Policy::AllowPrivate.allows(parsed), reachable, "{address}");
        }
    }
}
