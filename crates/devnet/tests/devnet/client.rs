//! A client for the tests: requests, and extrinsics signed by hand.

use jsonrpsee::core::{
    client::{ClientT, Error, Subscription, SubscriptionClientT},
    params::ArrayParams,
};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use parity_scale_codec::{Compact, Decode, Encode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sp_core::{Pair, blake2_256, sr25519, twox_128};
use tensorwire_devnet::{Blocks, Builder, Devnet};

pub(crate) use jsonrpsee::rpc_params as params;

/// A small chain that makes blocks on demand.
pub(crate) fn small() -> Builder {
    Devnet::builder().subnets(2).neurons(16).blocks(Blocks::OnDemand)
}

pub(crate) struct Client {
    socket: WsClient,
    genesis: [u8; 32],
}

impl Client {
    pub(crate) async fn connect(devnet: &Devnet) -> Self {
        let socket =
            WsClientBuilder::default().max_response_size(32 * 1024 * 1024).build(devnet.url()).await.unwrap();
        Self { socket, genesis: devnet.genesis_hash() }
    }

    pub(crate) async fn request<T: DeserializeOwned>(&self, method: &str, params: ArrayParams) -> T {
        self.socket.request(method, params).await.unwrap()
    }

    /// The code and the message of the error this must end in.
    pub(crate) async fn error(&self, method: &str, params: ArrayParams) -> (i32, String) {
        let (code, message, _) = self.refusal(method, params).await;
        (code, message)
    }

    /// The same, with the text beside them.
    pub(crate) async fn refusal(&self, method: &str, params: ArrayParams) -> (i32, String, Option<String>) {
        match self.socket.request::<serde_json::Value, _>(method, params).await {
            Err(Error::Call(error)) => {
                let data = error.data().map(|data| serde_json::from_str(data.get()).unwrap());
                (error.code(), error.message().to_owned(), data)
            }
            other => panic!("{method} gave {other:?}"),
        }
    }

    pub(crate) async fn subscribe<T: DeserializeOwned>(
        &self,
        method: &str,
        params: ArrayParams,
        unsubscribe: &str,
    ) -> Subscription<T> {
        self.socket.subscribe(method, params, unsubscribe).await.unwrap()
    }

    /// A value of the state at a block, or at the best one.
    pub(crate) async fn storage(&self, key: &[u8], at: Option<[u8; 32]>) -> Option<Vec<u8>> {
        let value: Option<String> = self.request("state_getStorage", params![hex(key), at.map(hex)]).await;
        value.map(|value| bytes(&value))
    }

    /// The decoded answer of a runtime API function at the best block.
    pub(crate) async fn call<T: Decode>(&self, function: &str, arguments: impl Encode) -> T {
        self.call_at(None, function, arguments).await
    }

    pub(crate) async fn call_at<T: Decode>(
        &self,
        at: Option<[u8; 32]>,
        function: &str,
        arguments: impl Encode,
    ) -> T {
        let params = params![function, hex(arguments.encode()), at.map(hex)];
        let answer: String = self.request("state_call", params).await;
        let answer = bytes(&answer);
        let mut input = &answer[..];
        let value = T::decode(&mut input).unwrap();
        assert!(input.is_empty(), "{function} left {} bytes", input.len());
        value
    }

    pub(crate) async fn free_balance(&self, account: &[u8; 32]) -> u64 {
        let info = self.storage(&account_key(account), None).await.unwrap_or_default();
        <(u32, u32, u32, u32, u64)>::decode(&mut &info[..]).map(|info| info.4).unwrap_or_default()
    }

    /// An immortal extrinsic of the version 4, for the first runtime.
    pub(crate) fn sign(&self, pair: &sr25519::Pair, nonce: u32, call: &[u8]) -> String {
        self.sign_for(393, pair, nonce, call)
    }

    /// The same for the runtime with this spec version.
    pub(crate) fn sign_for(
        &self,
        spec_version: u32,
        pair: &sr25519::Pair,
        nonce: u32,
        call: &[u8],
    ) -> String {
        self.sign_fully(spec_version, pair, nonce, call, None)
    }

    /// The same for the first runtime, with the digest of the metadata.
    pub(crate) fn sign_with_digest(
        &self,
        pair: &sr25519::Pair,
        nonce: u32,
        call: &[u8],
        digest: [u8; 32],
    ) -> String {
        self.sign_fully(393, pair, nonce, call, Some(digest))
    }

    fn sign_fully(
        &self,
        spec_version: u32,
        pair: &sr25519::Pair,
        nonce: u32,
        call: &[u8],
        digest: Option<[u8; 32]>,
    ) -> String {
        let extensions = (0_u8, Compact(nonce), Compact(0_u64), digest.is_some()).encode();
        let transaction_version = spec_version - 392;
        let implicit = (spec_version, transaction_version, self.genesis, self.genesis, digest).encode();
        let payload = [call, &extensions[..], &implicit[..]].concat();
        let signature =
            if payload.len() > 256 { pair.sign(&blake2_256(&payload)) } else { pair.sign(&payload) };
        let mut extrinsic = vec![0x84, 0];
        extrinsic.extend(pair.public().0);
        extrinsic.push(1);
        extrinsic.extend(signature.0);
        extrinsic.extend(extensions);
        extrinsic.extend(call);
        hex(extrinsic.encode())
    }
}

pub(crate) fn dev(name: &str) -> sr25519::Pair {
    const SEED: &str = "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    sr25519::Pair::from_string(&format!("0x{SEED}//{name}"), None).unwrap()
}

/// `Balances.transfer_keep_alive`.
pub(crate) fn transfer(to: &[u8; 32], rao: u64) -> Vec<u8> {
    ([5_u8, 3, 0], to, Compact(rao)).encode()
}

pub(crate) fn item_key(pallet: &str, item: &str) -> Vec<u8> {
    [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

pub(crate) fn account_key(account: &[u8; 32]) -> Vec<u8> {
    [&item_key("System", "Account")[..], &sp_core::blake2_128(account)[..], &account[..]].concat()
}

pub(crate) fn hex(bytes: impl AsRef<[u8]>) -> String {
    const_hex::encode_prefixed(bytes)
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    const_hex::decode(hex).unwrap()
}

/// What is told of an extrinsic whose block is reorganised away, and that a second one holds in the end.
pub(crate) fn retracted_once(first: [u8; 32], second: [u8; 32]) -> [Value; 8] {
    [
        json!("ready"),
        json!({ "broadcast": [] }),
        json!({ "inBlock": hex(first) }),
        json!({ "retracted": hex(first) }),
        json!("ready"),
        json!({ "broadcast": [] }),
        json!({ "inBlock": hex(second) }),
        json!({ "finalized": hex(second) }),
    ]
}
