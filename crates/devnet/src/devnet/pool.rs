//! What becomes of submitted extrinsics, as a test wants it.

use sp_core::H256;

use crate::{Devnet, Inclusion};

/// Control over the chain's pool, and the truth about what was submitted. It is the same through each node.
impl Devnet {
    /// Makes blocks, on demand and by the clock, without what is in the pool, until told otherwise. With a
    /// [`fork`](Self::fork) it leaves out what the branch has thrown back to the pool; with enough blocks, the eras of
    /// what waits pass.
    pub fn hold_transactions(&self, hold: bool) {
        self.running.chain.hold_transactions(hold);
    }

    /// Throws an extrinsic out of the pool as a node does that has no room: its watchers are told `dropped`, and for
    /// half an hour it is refused with the error 1012. False where the pool has none of this hash.
    pub fn drop_transaction(&self, hash: [u8; 32]) -> bool {
        self.running.chain.pool().drop_transaction(&hash.into())
    }

    /// Lets what the pool refuses for half an hour (what was invalid, dropped or in a block) come in again, as if the
    /// time had passed.
    pub fn lift_bans(&self) {
        self.running.chain.pool().lift_bans();
    }

    /// How many blocks of the best chain that are not final a pool follows (512 by default). What is in older ones is
    /// told `finalityTimeout`, and nothing after that.
    pub fn set_finality_timeout(&self, blocks: u32) {
        self.running.chain.pool().set_awaiting_finality(blocks as usize);
    }

    /// Whether an extrinsic is in the pool, ready or not.
    pub fn in_pool(&self, hash: [u8; 32]) -> bool {
        self.running.chain.pool().contains(&hash.into())
    }

    /// Every place where the extrinsic with this hash is, in the blocks of all branches, lowest first. The same bytes
    /// are in the best chain at most once; whether more than one block holds them is what happened to them.
    pub fn inclusions(&self, hash: [u8; 32]) -> Vec<Inclusion> {
        self.running.chain.inclusions(H256(hash))
    }
}
