use super::{Extension, SigningPayload};
use crate::{
    AccountId, Value,
    extrinsic::{
        Era,
        terms::{Content, METADATA_HASH, Terms},
    },
};
use parity_scale_codec::Decode;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    account: AccountId,
    #[serde(with = "const_hex")]
    call: Vec<u8>,
    #[serde(with = "const_hex")]
    genesis: [u8; 32],
    spec_version: u32,
    transaction_version: u32,
    era: Era,
    #[serde(with = "const_hex")]
    birth: [u8; 32],
    nonce: Number,
    tip: Number,
    #[serde(with = "const_hex")]
    address: Vec<u8>,
    extensions: Vec<WireExtension>,
    #[serde(with = "const_hex")]
    payload: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireExtension {
    name: Arc<str>,
    #[serde(with = "const_hex")]
    explicit: Vec<u8>,
    #[serde(with = "const_hex")]
    implicit: Vec<u8>,
}

/// A number, as text where JSON numbers do not hold it exactly.
struct Number(u128);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        let number = match &json {
            serde_json::Value::String(text) => text.parse().ok(),
            json => json.as_u64().map(u128::from),
        };
        number.map(Self).ok_or_else(|| D::Error::custom("a number is expected, as such or as decimal text"))
    }
}

impl Serialize for SigningPayload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Terms { genesis, spec_version, transaction_version, era, birth, nonce, tip, .. } = self.terms;
        let extension = |Extension { name, content }: &Extension| WireExtension {
            name: name.clone(),
            explicit: content.explicit.clone(),
            implicit: content.implicit.clone(),
        };
        let wire = Wire {
            account: self.account,
            call: self.call.clone(),
            genesis,
            spec_version,
            transaction_version,
            era,
            birth,
            nonce: Number(nonce.into()),
            tip: Number(tip),
            address: self.address.clone(),
            extensions: self.extensions.iter().map(extension).collect(),
            payload: self.bytes().into(),
        };
        wire.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SigningPayload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        let payload = read(&wire).map_err(D::Error::custom)?;
        match *payload.bytes() == wire.payload {
            true => Ok(payload),
            false => Err(D::Error::custom("the bytes to sign are not those of call and extensions")),
        }
    }
}

fn read(wire: &Wire) -> Result<SigningPayload, String> {
    let nonce = u64::try_from(wire.nonce.0).map_err(|_| "the nonce is of more than 64 bits".to_owned())?;
    let extension = |extension: &WireExtension| Extension {
        name: extension.name.clone(),
        content: Content { explicit: extension.explicit.clone(), implicit: extension.implicit.clone() },
    };
    let extensions: Box<[_]> = wire.extensions.iter().map(extension).collect();
    let hash = extensions.iter().find(|extension| &*extension.name == METADATA_HASH);
    let hash = hash.map(|extension| Option::decode(&mut &extension.content.implicit[..]));
    let terms = Terms {
        genesis: wire.genesis,
        spec_version: wire.spec_version,
        transaction_version: wire.transaction_version,
        era: wire.era,
        birth: wire.birth,
        nonce,
        tip: wire.tip.0,
        metadata_hash: hash.transpose().map_err(|_| format!("{METADATA_HASH} signs no hash"))?.flatten(),
    };
    if wire.era == Era::Immortal && wire.birth != wire.genesis {
        return Err("it is immortal, and not bound to the genesis".to_owned());
    }
    if let Some(Extension { name, .. }) =
        extensions.iter().find(|extension| !terms.agree(&extension.name, &extension.content))
    {
        return Err(format!("its extension {name} holds another value than the payload says"));
    }
    // A MultiAddress has its variant before the account.
    if wire.address.len() > 33 || !wire.address.ends_with(&wire.account.0) {
        return Err("its address is not that of its account".to_owned());
    }
    Ok(SigningPayload {
        account: wire.account,
        address: wire.address.clone(),
        call: wire.call.clone(),
        extensions,
        terms,
    })
}
