//! From which address somebody comes, behind proxies that are trusted.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

/// What proxies write: the addresses that a request came by, the farthest first.
const FORWARDED: &str = "x-forwarded-for";

/// A range of addresses, as `10.0.0.0/8` or `2001:db8::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// A text that is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address or range of addresses: write it as 10.0.0.0/8 or 10.1.2.3")]
pub struct NoNetwork(String);

impl Network {
    /// Whether the address lies in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        let (own, other, width) = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (u128::from(own.to_bits()), other.to_bits().into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits(), other.to_bits(), 128),
            _ => return false,
        };
        let free = width - u32::from(self.bits);
        own.checked_shr(free).unwrap_or(0) == other.checked_shr(free).unwrap_or(0)
    }
}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let refused = || NoNetwork(text.chars().take(64).collect());
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_no_address| refused())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) => bits.parse().map_err(|_no_number| refused())?,
        };
        if bits > width {
            return Err(refused());
        }
        Ok(Self { address, bits })
    }
}

impl TryFrom<String> for Network {
    type Error = NoNetwork;

    fn try_from(text: String) -> Result<Self, NoNetwork> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.address, self.bits)
    }
}

/// The address that a request comes from: the peer's, or, while that is a trusted proxy, the one that it names.
pub(crate) fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address| proxies.iter().any(|network| network.holds(address));
    let lines = headers.get_all(FORWARDED).iter();
    let named: Vec<&str> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let mut address = peer.to_canonical();
    for name in named.into_iter().rev() {
        if !trusted(address) {
            break;
        }
        // What is no address is what somebody wrote who is not trusted.
        let Some(next) = parsed(name.trim()) else {
            break;
        };
        address = next;
    }
    address
}

fn parsed(name: &str) -> Option<IpAddr> {
    let bare = name.parse::<IpAddr>().ok();
    let with_port = || name.parse::<SocketAddr>().ok().map(|known| known.ip());
    bare.or_else(with_port)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().expect("text"));
        }
        let proxies: Vec<Network> = proxies
            .iter()
            .map(|text| text.parse().expect("a network"))
            .collect();
        address(peer.parse().expect("an address"), &headers, &proxies).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(from("10.0.0.7", &["1.2.3.4"], &[]), "10.0.0.7");
        assert_eq!(
            from("10.0.0.7", &["1.2.3.4"], &["192.168.0.0/16"]),
            "10.0.0.7"
        );
        assert_eq!(from("10.0.0.7", &["1.2.3.4"], &["10.0.0.0/8"]), "1.2.3.4");
        assert_eq!(from("10.0.0.7", &[], &["10.0.0.0/8"]), "10.0.0.7");
        assert_eq!(
            from("::ffff:10.0.0.7", &["2001:db8::9"], &["10.0.0.0/8"]),
            "2001:db8::9"
        );
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(from("10.0.0.7", &["9.9.9.9, 1.2.3.4"], &proxies), "1.2.3.4");
        assert_eq!(
            from("10.0.0.7", &["9.9.9.9, 1.2.3.4, 10.0.0.8"], &proxies),
            "1.2.3.4"
        );
        assert_eq!(
            from("10.0.0.7", &["9.9.9.9", "1.2.3.4:5678"], &proxies),
            "1.2.3.4"
        );
        assert_eq!(
            from("10.0.0.7", &["1.2.3.4, garbage"], &proxies),
            "10.0.0.7"
        );
        assert_eq!(
            from("10.0.0.7", &["[2001:db8::9]:443"], &proxies),
            "2001:db8::9"
        );
    }

    #[test]
    fn a_network_is_a_range_or_one_address() {
        let holds = |network: &str, address: &str| {
            let network: Network = network.parse().expect("a network");
            network.holds(address.parse().expect("an address"))
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.1.2.3", "10.1.2.3") && !holds("10.1.2.3", "10.1.2.4"));
        assert!(holds("0.0.0.0/0", "203.0.113.7") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("2001:db8::/32", "2001:db8:7::1") && !holds("::/0", "1.2.3.4"));
        for text in [
            "",
            "10",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "host/8",
            "::/129",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let kept: Network = "10.1.2.3".parse().expect("an address");
        assert_eq!(kept.to_string(), "10.1.2.3/32");
    }
}
