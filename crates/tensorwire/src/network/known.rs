use tensorwire_chain::Hash;

use super::Network;

/// What is known of a network that has a name.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) url: &'static str,
    pub(super) fallbacks: &'static [&'static str],
    pub(super) archives: &'static [&'static str],
    pub(super) genesis: Option<Hash>,
}

const ENTRYPOINT: &str = "wss://entrypoint-finney.opentensor.ai:443";
const LITE: &str = "wss://lite.chain.opentensor.ai:443";
const LATENT_LITE: &str = "wss://lite.sub.latent.to:443";
const ARCHIVE: &str = "wss://archive.chain.opentensor.ai:443";
const LATENT_ARCHIVE: &str = "wss://archive.sub.latent.to:443";

/// By which the client knows that it speaks to the main network.
const MAIN: Option<Hash> = Some(Hash(
    *b"\x2f\x05\x55\xcc\x76\xfc\x28\x40\xa2\x5a\x6e\xa3\xb9\x63\x71\x46\x80\x6f\x1f\x44\xb0\x90\xc1\x75\xff\xde\x2a\x7e\x5a\xb3\x6c\x03",
));

pub(super) static KNOWN: [(Network, Known); 8] = [
    (
        Network::Finney,
        Known {
            fallbacks: &[LITE, LATENT_LITE],
            archives: &[ARCHIVE, LATENT_ARCHIVE],
            genesis: MAIN,
            ..alone("finney", ENTRYPOINT)
        },
    ),
    (Network::Test, alone("test", "wss://test.finney.opentensor.ai:443")),
    (Network::Archive, Known { fallbacks: &[LATENT_ARCHIVE], genesis: MAIN, ..alone("archive", ARCHIVE) }),
    (
        Network::LatentLite,
        Known {
            fallbacks: &[ENTRYPOINT, LITE],
            archives: &[LATENT_ARCHIVE, ARCHIVE],
            genesis: MAIN,
            ..alone("latent-lite", LATENT_LITE)
        },
    ),
    (Network::Local, alone("local", "ws://127.0.0.1:9944")),
    (Network::Devnet, alone("devnet", "ws://127.0.0.1:9944")),
    (Network::Dev, alone("dev", "wss://dev.chain.opentensor.ai:443")),
    (Network::Rao, alone("rao", "wss://rao.chain.opentensor.ai:443")),
];

/// A network of one endpoint, whose chain may begin anew.
const fn alone(name: &'static str, url: &'static str) -> Known {
    Known { name, url, fallbacks: &[], archives: &[], genesis: None }
}
