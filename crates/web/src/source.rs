//! Where a request comes from, as limits count it: the peer of the connection; behind a listed proxy, what that proxy says.
//! Nobody else's `X-Forwarded-For` is read (OWASP ASVS 5.0, 4.1.3).

use std::net::{IpAddr, SocketAddr};

use axum::Extension;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName};
use recovery_desk::settings::proxies::TrustedProxies;

/// The peer of a connection, where the server was started with it.
pub type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

/// What proxies write the addresses into that they got a request from, the last one last.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The source: an IPv4 address, the /64 of an IPv6 one (a household has all of it), or this machine itself.
pub fn of(peer: &Peer, headers: &HeaderMap, proxies: &TrustedProxies) -> String {
    let Some(Extension(ConnectInfo(peer))) = peer else { return "unknown".to_owned() };
    match client(peer.ip(), headers, proxies).to_canonical() {
        ip if ip.is_loopback() => "this machine".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Goes back from the peer, hop by hop, as long as who spoke is a listed proxy: whatever stands before the last hop of
/// ours was written by the client. A hop that is no address ends it there.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let lines: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().map(|line| line.to_str().unwrap_or("?")).collect();
    let hops = lines.iter().flat_map(|line| line.split(',')).map(str::trim);
    let mut client = peer;
    for hop in hops.rev() {
        if !proxies.contains(client) {
            break;
        }
        match address(hop) {
            Some(before) => client = before,
            None => break,
        }
    }
    client
}

/// An address as proxies write it: alone, or with a port.
fn address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    hop.parse().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn from(peer: &str, forwarded: &[&'static str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        let peer = Some(Extension(ConnectInfo(peer.parse().unwrap())));
        of(&peer, &headers, &TrustedProxies::parse(proxies).unwrap())
    }

    #[test]
    fn a_household_is_one_source_and_a_mapped_address_is_an_ipv4_one() {
        assert_eq!(from("203.0.113.7:5000", &[], &[]), "203.0.113.7");
        assert_eq!(from("[::ffff:203.0.113.7]:1", &[], &[]), "203.0.113.7");
        assert_eq!(from("[2001:db8:1:2:aaaa::1]:1", &[], &[]), from("[2001:db8:1:2:bbbb::9]:2", &[], &[]));
        for peer in ["127.0.0.1:1", "[::1]:1"] {
            assert_eq!(from(peer, &[], &[]), "this machine");
        }
        assert_eq!(of(&None, &HeaderMap::new(), &TrustedProxies::default()), "unknown");
    }

    #[test]
    fn c6_a_forwarded_address_counts_only_from_a_listed_proxy() {
        assert_eq!(from("203.0.113.7:1", &["198.51.100.1"], &[]), "203.0.113.7");
        assert_eq!(from("203.0.113.7:1", &["198.51.100.1"], &["127.0.0.1"]), "203.0.113.7");
        assert_eq!(from("127.0.0.1:1", &["198.51.100.1"], &[]), "this machine");
        assert_eq!(from("127.0.0.1:1", &["198.51.100.1"], &["127.0.0.1"]), "198.51.100.1");
    }

    #[test]
    fn c6_what_the_client_wrote_itself_before_the_proxies_is_never_believed() {
        let proxies = ["127.0.0.1", "10.0.0.0/8"];
        for forwarded in [
            &["1.2.3.4, 198.51.100.1"][..],
            &["1.2.3.4", "198.51.100.1"],
            &["127.0.0.1, 198.51.100.1, 10.0.0.5"],
            &["1.2.3.4,198.51.100.1:4711 , 10.0.0.5,10.9.9.9"],
        ] {
            assert_eq!(from("127.0.0.1:1", forwarded, &proxies), "198.51.100.1", "{forwarded:?}");
        }
        assert_eq!(from("10.0.0.5:1", &["[2001:db8:1:2::9]:443"], &proxies), "2001:db8:1:2::/64");
        assert_eq!(
            from("10.0.0.5:1", &["198.51.100.1, for=hidden"], &proxies),
            "10.0.0.5",
            "a hop that is none"
        );
    }
}
