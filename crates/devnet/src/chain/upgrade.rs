//! Upgrades of the runtime, as a chain has them: by an extrinsic of the sudo key.

use frame_support::weights::Weight;
use parity_scale_codec::{Compact, Decode, Encode};
use sp_core::{Bytes, H256, Pair, blake2_256, storage::well_known_keys::CODE};
use sp_runtime::{MultiAddress, MultiSignature, generic::Era};
use sp_state_machine::Backend;
use sp_version::RuntimeVersion;

use super::{Author, Block, Chain, genesis::dev_pair};
use crate::{
    engine::ExecutionError,
    runtime::{AccountId, Code, Nonce, first::RuntimeCall},
};

/// Whose account holds the sudo key at genesis.
const SUDO: &str = "Alice";

impl Chain {
    /// The code of the runtime that follows this block's.
    pub(crate) fn next_code(&self, block: &Block) -> Result<Vec<u8>, ExecutionError> {
        let code = self.state(block).storage(CODE).ok().flatten().ok_or(ExecutionError::NoCode)?;
        let code = Code::parse(&code)
            .ok_or_else(|| ExecutionError::Code("only native runtimes have a next one".to_owned()))?;
        Ok(code.next().bytes())
    }

    /// Adds the extrinsic that sets the next code to a child of this block. It comes last, so that it takes no nonce
    /// from what was submitted.
    pub(super) fn carry_upgrade(
        &self,
        author: &mut Author<'_>,
        parent: &Block,
    ) -> Result<(), ExecutionError> {
        let code = self.next_code(parent)?;
        let pair = dev_pair(SUDO).ok_or_else(|| failed("there is no sudo key"))?;
        let account = AccountId::new(pair.public().0);
        let nonce = author.call("AccountNonceApi_account_nonce", &account.encode())?;
        let nonce = Nonce::decode(&mut &nonce[..]).map_err(failed)?;

        // `System` and `Sudo` are at the same places in all runtimes.
        let set_code = RuntimeCall::System(frame_system::Call::set_code { code: code.clone() });
        let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo_unchecked_weight {
            call: Box::new(set_code),
            weight: Weight::zero(),
        });
        let genesis = self.blocks(|blocks| blocks.genesis().hash);
        let extensions = (Era::Immortal, Compact(nonce), Compact(0_u64), CHECK_METADATA_HASH_OFF).encode();
        let payload = [call.encode(), extensions.clone(), implicit(&self.version(parent)?, genesis)];
        let payload = payload.concat();
        let signature =
            if payload.len() > 256 { pair.sign(&blake2_256(&payload)) } else { pair.sign(&payload) };
        let signer = MultiAddress::<AccountId, ()>::Id(account);
        let signature = MultiSignature::Sr25519(signature);
        let extrinsic = [(SIGNED_V4, signer, signature).encode(), extensions, call.encode()].concat();
        author.apply(Bytes(extrinsic.encode()));
        if author.code().as_ref() == Some(&code) {
            return Ok(());
        }
        Err(failed("no upgrade: the sudo key is no longer Alice's, or she cannot pay for it"))
    }
}

const SIGNED_V4: u8 = 0x84;
const CHECK_METADATA_HASH_OFF: u8 = 0;

/// What is signed and not sent. Immortal extrinsics name the genesis twice.
fn implicit(version: &RuntimeVersion, genesis: H256) -> Vec<u8> {
    (version.spec_version, version.transaction_version, genesis, genesis, None::<H256>).encode()
}

fn failed(why: impl ToString) -> ExecutionError {
    ExecutionError::Panicked(why.to_string())
}
