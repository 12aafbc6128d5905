//! Which peers are proxies of ours: only their `X-Forwarded-For` is read. Nobody is one unless it is listed, this machine
//! neither.

use std::net::IpAddr;

use ipnet::IpNet;

/// The networks of listed proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text that is neither an address nor a network.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is neither an address such as 10.0.0.7 nor a network such as 10.0.0.0/24")]
pub struct NotANetwork(pub String);

impl TrustedProxies {
    /// Reads addresses and networks.
    ///
    /// # Errors
    /// [`NotANetwork`] names the first that is none. One that holds every address is none either: then anybody could say
    /// where they come from.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, NotANetwork> {
        texts.iter().map(|text| network(text.as_ref().trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether this peer is one of them.
    pub fn contains(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// Whether none is listed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// One address or network.
///
/// # Errors
/// [`NotANetwork`].
pub fn network(text: &str) -> Result<IpNet, NotANetwork> {
    let of_address = || text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    let network = text.parse::<IpNet>().or_else(|_| of_address());
    network.ok().filter(is_narrow).ok_or_else(|| NotANetwork(text.to_owned()))
}

/// Halves of the world are no proxies, and an IPv4 network in IPv6 clothes would never match: peers are compared as IPv4.
fn is_narrow(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() >= 8,
        IpNet::V6(network) => network.prefix_len() >= 16 && network.addr().to_ipv4_mapped().is_none(),
    }
}

impl From<Vec<IpNet>> for TrustedProxies {
    fn from(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_are_read_and_nobody_is_listed_by_default() {
        let proxies = TrustedProxies::parse(&["127.0.0.1", " 10.1.0.0/16 ", "2001:db8::/32"]).unwrap();
        for (peer, listed) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("127.0.0.2", false),
            ("10.1.255.9", true),
            ("10.2.0.1", false),
            ("2001:db8:9::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(proxies.contains(peer.parse().unwrap()), listed, "{peer}");
        }
        assert!(!TrustedProxies::default().contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_named_and_all_the_world_is_none() {
        for text in [
            "proxy.example",
            "10.0.0.0/33",
            "",
            "0.0.0.0/0",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "::/0",
            "::/1",
            "::ffff:10.0.0.0/104",
        ] {
            assert_eq!(TrustedProxies::parse(&[text]), Err(NotANetwork(text.to_owned())));
        }
    }
}
