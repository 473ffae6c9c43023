//! A chain in a file.

use std::{path::PathBuf, time::Duration};

use serde_json::Value;
use tensorwire_devnet::{Blocks, Builder, ErrorKind};

use crate::{
    client::{Client, dev, item_key, params, small, transfer},
    plain::bounded,
};

/// A file that is not there yet, in a directory that goes with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("tensorwire-kept-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }

    pub(crate) fn chain(&self) -> Builder {
        small().finality_lag(3).state(self.0.join("chain"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_chain_goes_on_from_its_file() {
    let scratch = Scratch::new("goes-on");
    let devnet = scratch.chain().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let bob = devnet.dev_account("Bob").unwrap();
    let submit = "author_submitExtrinsic";
    let first = client.sign(&dev("Alice"), 0, &transfer(&bob, 1_000));
    let _: String = client.request(submit, params![first]).await;
    devnet.produce_blocks(4).await.unwrap();
    let retired = devnet.best().1;
    devnet.fork(1, 2).await.unwrap();
    // A branch of the same height stays beside the best chain.
    let beside = devnet.fork(2, 2).await.unwrap();
    devnet.finalize(4).await.unwrap();
    let before: Vec<_> = (0..=5).map(|number| devnet.block_hash(number)).collect();
    // Dropped without a farewell: what is in the file is what a killed process leaves.
    drop((client, devnet));

    let devnet = scratch.chain().start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let after: Vec<_> = (0..=5).map(|number| devnet.block_hash(number)).collect();
    assert_eq!(after, before);
    assert_eq!((devnet.best().0, devnet.finalized().0), (5, 4));
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_001_000);
    for (hash, number) in [(retired, 4_u8), (beside[1], 5)] {
        let state = client.storage(&item_key("System", "Number"), Some(hash)).await;
        assert_eq!(state, Some(vec![number, 0, 0, 0]));
    }
    let second = client.sign(&dev("Alice"), 1, &transfer(&bob, 1_000));
    let _: String = client.request(submit, params![second]).await;
    devnet.produce_block().await.unwrap();
    assert_eq!(client.free_balance(&bob).await, 1_000_000_000_002_000);
    let best = devnet.best();
    devnet.shutdown().await;
    assert_eq!(scratch.chain().start().await.unwrap().best(), best);
}

#[tokio::test]
async fn a_file_is_of_one_chain_and_one_process() {
    let scratch = Scratch::new("one");
    let first = scratch.chain().start().await.unwrap();
    first.produce_block().await.unwrap();
    let error = scratch.chain().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.to_string().contains("another process uses it"), "{error}");
    first.shutdown().await;
    scratch.chain().start().await.unwrap();

    let other = Scratch::new("other");
    drop(other.chain().seed(1).start().await.unwrap());
    let error = other.chain().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.to_string().contains("another genesis"), "{error}");
    let error = small().state("/no/such/directory/chain").start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
}

#[tokio::test]
async fn blocks_that_come_out_differently_are_refused() {
    let scratch = Scratch::new("differs");
    let devnet = scratch.chain().start().await.unwrap();
    devnet.produce_block().await.unwrap();
    devnet.shutdown().await;
    // The name of the format and the genesis hash, then one record: its length, its content, the seal.
    let file = scratch.0.join("chain");
    let mut bytes = std::fs::read(&file).unwrap();
    let (start, end) = (25 + 32 + 4, bytes.len() - 8);
    // In the timestamp, which is before the number of inherents.
    bytes[end - 6] ^= 1;
    let seal = sp_core::blake2_256(&bytes[start..end]);
    bytes[end..].copy_from_slice(&seal[..8]);
    std::fs::write(&file, bytes).unwrap();
    let error = scratch.chain().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::State);
    assert!(error.to_string().contains("come out differently"), "{error}");
}

#[tokio::test]
async fn forks_come_now_and_then_when_so_set() {
    let every = Blocks::Every(Duration::from_millis(1));
    let devnet = small().finality_lag(3).blocks(every).fork_every(2).start().await.unwrap();
    let client = Client::connect(&devnet).await;
    let mut heads =
        client.subscribe::<Value>("chain_subscribeNewHeads", params![], "chain_unsubscribeNewHeads").await;
    let mut last = heads.next().await.unwrap().unwrap();
    let mut forks = 0;
    bounded(async {
        while forks < 3 {
            let head = heads.next().await.unwrap().unwrap();
            let hash: String = client.request("chain_getBlockHash", params![&last["number"]]).await;
            let retired: Value = client.request("chain_getHeader", params![hash]).await;
            forks += u32::from(retired != last);
            last = head;
        }
    })
    .await;
    let error = small().fork_every(2).start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}
