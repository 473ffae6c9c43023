use std::{convert::Infallible, fmt, str::FromStr};

use tensorwire_chain::Hash;

/// A network of Bittensor, or any other endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Network {
    /// The main network.
    #[default]
    Finney,
    /// The test network.
    Test,
    /// The main network's archive: it keeps the state of old blocks, which other nodes drop after 300.
    Archive,
    /// A node on this machine, on the port nodes use by default.
    Local,
    /// The chain that `tw devnet` serves, on its default port.
    Devnet,
    /// The public development network.
    Dev,
    /// The node at that `ws://` or `wss://` URL.
    Url(String),
}

/// finney's, by which the client knows that it speaks to the main network.
const FINNEY_GENESIS: Hash =
    Hash(*b"\x2f\x05\x55\xcc\x76\xfc\x28\x40\xa2\x5a\x6e\xa3\xb9\x63\x71\x46\x80\x6f\x1f\x44\xb0\x90\xc1\x75\xff\xde\x2a\x7e\x5a\xb3\x6c\x03");

impl Network {
    /// The networks that have a name, and their names.
    const NAMED: [(&'static str, Self); 6] = [
        ("finney", Self::Finney),
        ("test", Self::Test),
        ("archive", Self::Archive),
        ("local", Self::Local),
        ("devnet", Self::Devnet),
        ("dev", Self::Dev),
    ];

    /// The URL of the network's endpoint.
    pub fn url(&self) -> &str {
        match self {
            Self::Finney => "wss://entrypoint-finney.opentensor.ai:443",
            Self::Test => "wss://test.finney.opentensor.ai:443",
            Self::Archive => "wss://archive.chain.opentensor.ai:443",
            Self::Local | Self::Devnet => "ws://127.0.0.1:9944",
            Self::Dev => "wss://dev.chain.opentensor.ai:443",
            Self::Url(url) => url,
        }
    }

    /// The genesis hash, where it is fixed.
    pub fn genesis(&self) -> Option<Hash> {
        matches!(self, Self::Finney | Self::Archive).then_some(FINNEY_GENESIS)
    }
}

/// A network's name; anything else is taken for a URL.
impl From<&str> for Network {
    fn from(text: &str) -> Self {
        let named = Self::NAMED.into_iter().find(|(name, _)| *name == text);
        named.map_or_else(|| Self::Url(text.to_owned()), |(_, network)| network)
    }
}

impl FromStr for Network {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::NAMED.iter().find(|(_, network)| network == self);
        f.write_str(named.map_or_else(|| self.url(), |(name, _)| name))
    }
}
