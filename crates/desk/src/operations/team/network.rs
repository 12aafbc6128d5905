//! Notes from which network a session of the account pages began, for the signs of shared log-ins: keyed hashes of the
//! address's first bits, never the address. Asked for by the pages right after a sign-in.

use std::net::IpAddr;

use recovery_rules::roles::{Door, Who};
use serde::{Deserialize, Serialize};

use crate::failure::Stop;
use crate::operation::{Kind, Operation, Plain};
use crate::perform::PlainShape;
use crate::store::team;
use crate::work::Work;

/// Notes the network of the session that asks.
#[derive(Debug, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteNetwork {
    /// The address as the server saw it; anything else is noted as one network of its own.
    pub source: String,
}

/// Noted.
#[derive(Debug, Serialize)]
pub struct NetworkNoted {}

impl Operation for NoteNetwork {
    const NAME: &'static str = "note_network";
    const WHO: Who = Who::User;
    const DOORS: &'static [Door] = &[Door::Pages];
    const KIND: Kind = Kind::Maintain;
    type Answer = NetworkNoted;
    type Shape = PlainShape;
}

impl Plain for NoteNetwork {
    async fn run(self, work: &mut Work<'_>) -> Result<NetworkNoted, Stop> {
        let user = work.user()?.clone();
        let (near, wide) = networks(&self.source);
        let near = work.desk.keys.keyed_hash("near_network", &[near.as_bytes()]);
        let wide = work.desk.keys.keyed_hash("wide_network", &[wide.as_bytes()]);
        team::note_network(&mut work.tx, &user.session_id, &user.id, &near, &wide, work.now).await?;
        Ok(NetworkNoted {})
    }
}

/// The near and the wide network of a source: the first 24 and 16 bits of an IPv4 address, 48 and 32 of an IPv6 one.
fn networks(source: &str) -> (String, String) {
    let address = source.split('/').next().unwrap_or_default();
    match address.parse() {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, c, _] = ip.octets();
            (format!("{a}.{b}.{c}"), format!("{a}.{b}"))
        }
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, ..] = ip.segments();
            (format!("{a:x}:{b:x}:{c:x}"), format!("{a:x}:{b:x}"))
        }
        Err(_) => (source.to_owned(), source.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::networks;

    #[test]
    fn an_address_is_cut_before_it_is_hashed() {
        assert_eq!(networks("198.51.100.7"), ("198.51.100".to_owned(), "198.51".to_owned()));
        assert_eq!(networks("2001:db8:1:2::/64"), ("2001:db8:1".to_owned(), "2001:db8".to_owned()));
        assert_eq!(networks("this machine").1, "this machine");
    }
}
