use std::{convert::Infallible, fmt, str::FromStr};

use tensorwire_chain::Hash;

use known::KNOWN;

mod known;

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
    /// The main network, by Latent's nodes first.
    LatentLite,
    /// A node on this machine, on the port nodes use by default.
    Local,
    /// The chain that `tw devnet` serves, on its default port.
    Devnet,
    /// The public development network.
    Dev,
    /// The public network of that name.
    Rao,
    /// The node at that `ws://` or `wss://` URL.
    Url(String),
}

impl Network {
    /// The names of the networks that have one.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|(_, known)| known.name)
    }

    /// The URL of the endpoint that is asked first.
    pub fn url(&self) -> &str {
        match self {
            Self::Url(url) => url,
            _ => self.known().map_or("", |known| known.url),
        }
    }

    /// The URLs of the network's other endpoints, in the order in which they are asked while the first one is of no
    /// use. Empty for a URL.
    pub fn fallbacks(&self) -> &'static [&'static str] {
        self.known().map_or(&[], |known| known.fallbacks)
    }

    /// The URLs of the endpoints that keep the state of old blocks, where the others do not. Empty for a URL.
    pub fn archives(&self) -> &'static [&'static str] {
        self.known().map_or(&[], |known| known.archives)
    }

    /// The genesis hash, where it is fixed.
    pub fn genesis(&self) -> Option<Hash> {
        self.known()?.genesis
    }

    fn known(&self) -> Option<&'static known::Known> {
        KNOWN.iter().find(|(network, _)| network == self).map(|(_, known)| known)
    }
}

/// A network's name; anything else is taken for a URL.
impl From<&str> for Network {
    fn from(text: &str) -> Self {
        let named = KNOWN.iter().find(|(_, known)| known.name == text);
        named.map_or_else(|| Self::Url(text.to_owned()), |(network, _)| network.clone())
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
        f.write_str(self.known().map_or_else(|| self.url(), |known| known.name))
    }
}

#[cfg(test)]
mod tests;
