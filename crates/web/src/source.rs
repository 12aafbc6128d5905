//! Where a request comes from, as limits count it. Forwarding headers are never read: behind a proxy on this machine
//! every request has the same source, and then the limit for all together is the one that counts.

use std::net::{IpAddr, SocketAddr};

use axum::Extension;
use axum::extract::ConnectInfo;

/// The peer of a connection, where the server was started with it.
pub type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// The source: an IPv4 address, the /64 of an IPv6 one (a household has all of it), or this machine itself.
pub fn of(peer: &Peer) -> String {
    let Some(Extension(ConnectInfo(peer))) = peer else { return "unknown".to_owned() };
    match peer.ip().to_canonical() {
        ip if ip.is_loopback() => "this machine".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_is_one_source_and_a_mapped_address_is_an_ipv4_one() {
        let of = |text: &str| super::of(&Some(Extension(ConnectInfo(text.parse().unwrap()))));
        assert_eq!(of("203.0.113.7:5000"), "203.0.113.7");
        assert_eq!(of("[::ffff:203.0.113.7]:1"), "203.0.113.7");
        assert_eq!(of("[2001:db8:1:2:aaaa::1]:1"), of("[2001:db8:1:2:bbbb::9]:2"));
        assert_eq!(
            (of("127.0.0.1:1"), of("[::1]:1")),
            ("this machine".to_owned(), "this machine".to_owned())
        );
        assert_eq!(super::of(&None), "unknown");
    }
}
