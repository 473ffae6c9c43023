//! What the entries of a store are called.

use std::fmt;

use crate::{Hash, runtimes::Key};

/// An entry of a store. Its text is the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    /// The metadata of a runtime: `<genesis>/<spec version>-<fingerprint>.scale`.
    Runtime(Key),
    /// The name of the runtime last used at an endpoint, by a hash of its URL: `endpoints/<hash>.last`.
    Endpoint([u8; 16]),
}

impl Name {
    /// `None` for what is no key of this crate's: a folder may hold other files.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (folder, file) = text.split_once('/')?;
        let (stem, kind) = file.rsplit_once('.')?;
        let name = match kind {
            "scale" => {
                let (spec_version, fingerprint) = stem.split_once('-')?;
                Self::Runtime(Key {
                    genesis: Hash(const_hex::decode_to_array(folder).ok()?),
                    spec_version: spec_version.parse().ok()?,
                    fingerprint: const_hex::decode_to_array(fingerprint).ok()?,
                })
            }
            "last" if folder == "endpoints" => Self::Endpoint(const_hex::decode_to_array(stem).ok()?),
            _ => return None,
        };
        // Numbers and hex have one spelling here.
        (name.to_string() == text).then_some(name)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |bytes: &[u8]| const_hex::encode(bytes);
        match self {
            Self::Runtime(Key { genesis, spec_version, fingerprint }) => {
                write!(f, "{}/{spec_version}-{}.scale", hex(&genesis.0), hex(fingerprint))
            }
            Self::Endpoint(url) => write!(f, "endpoints/{}.last", hex(url)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_from_its_text() {
        let genesis = Hash([7; 32]);
        let names = [
            Name::Runtime(Key { genesis, spec_version: 393, fingerprint: [9; 16] }),
            Name::Endpoint([1; 16]),
        ];
        for name in names {
            assert_eq!(Name::parse(&name.to_string()), Some(name));
        }
    }

    #[test]
    fn what_is_not_of_this_crate_is_no_name() {
        let genesis = "07".repeat(32);
        let good = format!("{genesis}/393-{}.scale", "09".repeat(16));
        assert!(Name::parse(&good).is_some());
        for text in [
            String::new(),
            "../../etc/passwd".into(),
            format!("{genesis}/.scale"),
            format!("{genesis}/../x.last"),
            format!("{genesis}/+393-{}.scale", "09".repeat(16)),
            format!("{genesis}/393-{}.scale", "0A".repeat(16)),
            format!("0x{good}"),
            format!("endpoints/{genesis}.last"),
        ] {
            assert_eq!(Name::parse(&text), None, "{text}");
        }
    }
}
