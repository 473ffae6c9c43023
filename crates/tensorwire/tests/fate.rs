//! What became of a submission: by the outcome that it tells, and by the blocks of the local chain.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{future::Future, time::Duration};

use tensorwire::{AccountId, Cache, Chain, Hash, Outcome, Submission, Transaction, Value};
use tensorwire_devnet::{Devnet, Ending, Fault, Inclusion, Step};
use tensorwire_wallet::Keypair;
use tokio::time::{sleep, timeout};

const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const SUBMIT: &str = "author_submitAndWatchExtrinsic";

/// How far finality lags, and for how many blocks a transaction is valid.
const LAG: u32 = 4;
const LIFE: u32 = 16;

/// What befalls a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It waits in the pool for a while.
    InPool,
    Included,
    /// A reorganisation takes its block away, and a later block holds it again.
    IncludedAgain,
    /// A reorganisation takes its block away, and its era passes.
    Retracted,
    Usurped,
    Dropped,
    Expired,
}

/// Where the connection is cut.
const CUTS: [Option<Step>; 7] = [
    None,
    Some(Step::Asked),
    Some(Step::Done),
    Some(Step::Told(0)),
    Some(Step::Told(1)),
    Some(Step::Told(2)),
    Some(Step::Told(3)),
];

/// Who serves the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nodes {
    /// One node, which can be reached again at once.
    One,
    /// One node, which is away until all has happened.
    Away,
    /// The one, and another one beside it.
    Two,
}

/// A chain with two nodes, and a client of the second that is never disturbed.
struct World {
    first: Devnet,
    second: Devnet,
    undisturbed: Chain,
}

fn alice() -> Keypair {
    Keypair::from_uri("//Alice").unwrap()
}

async fn connect(devnet: &Devnet) -> Chain {
    Chain::builder(devnet.url()).cache(Cache::none()).connect().await.unwrap()
}

fn transfer(chain: &Chain) -> Transaction {
    let bob: AccountId = BOB.parse().unwrap();
    let bob = Value::variant("Id", [bob.into()]);
    let transfer = chain.tx().call("Balances", "transfer_keep_alive", (bob, 1_000_000_u64));
    transfer.mortal(LIFE.into()).timeout(Duration::from_secs(60))
}

impl World {
    async fn new() -> Self {
        let first = Devnet::builder().subnets(1).neurons(1).finality_lag(LAG).start().await.unwrap();
        let second = first.another().start().await.unwrap();
        first.produce_blocks(LAG + 1).await.unwrap();
        Self { undisturbed: connect(&second).await, first, second }
    }

    /// One line of the table: what the submission says became of it is what the chain holds.
    async fn holds(&self, fate: Fate, cut: Option<Step>, nodes: Nodes) {
        let builder = Chain::builder(self.first.url()).cache(Cache::none());
        let builder = if nodes == Nodes::Two { builder.fallback(self.second.url()) } else { builder };
        let chain = builder.connect().await.unwrap();
        self.first.hold_transactions(true);
        let cut_fault = cut.map(|step| Fault::Cut { method: SUBMIT.to_owned(), nth: 1, step });
        self.first.set_faults(cut_fault);
        let submission = transfer(&chain).sign_and_submit(&alice()).await.unwrap();
        let hash = submission.hash().0;
        if nodes == Nodes::Away {
            self.first.stop_serving(Ending::Cut).await;
        } else {
            until(|| self.first.in_pool(hash)).await;
        }
        let rival = self.befall(fate, &submission).await;
        self.first.serve_again().await.unwrap();

        let outcome = self.drive(submission.outcome()).await;
        let inclusions: Vec<Inclusion> =
            self.first.inclusions(hash).into_iter().filter(|inclusion| inclusion.best).collect();
        assert!(inclusions.len() <= 1, "{inclusions:?}");
        match (&outcome, &inclusions[..]) {
            (Outcome::Finalized(receipt), [inclusion]) => {
                assert!(inclusion.finalized && receipt.ok());
                assert_eq!(receipt.block().hash, Hash(inclusion.block));
            }
            (Outcome::Rejected(rejection), []) => {
                assert_eq!(rejection.by, rival);
                let used = self.first.inclusions(rival.unwrap().0);
                assert!(used.iter().any(|used| used.finalized && Hash(used.block) == rejection.block.hash));
            }
            (Outcome::Expired(expiry), []) => {
                let last = submission.last_block().unwrap();
                assert!(expiry.finalized.number >= last && u64::from(self.first.finalized().0) >= last);
            }
            _ => panic!("{outcome:?}, while the chain has it in {inclusions:?}"),
        }
        if nodes != Nodes::Away {
            let expected = match fate {
                Fate::InPool | Fate::Included | Fate::IncludedAgain => {
                    matches!(outcome, Outcome::Finalized(_))
                }
                Fate::Usurped => matches!(outcome, Outcome::Rejected(_)),
                Fate::Retracted | Fate::Dropped | Fate::Expired => matches!(outcome, Outcome::Expired(_)),
            };
            assert!(expected, "{outcome:?}");
        }
        self.first.set_faults([]);
        self.first.lift_bans();
        self.first.hold_transactions(false);
        // Whatever is left in the pool is in a final block before the next line.
        self.first.produce_blocks(LAG + 2).await.unwrap();
    }

    /// The hash of the transaction that took the nonce, if one did.
    async fn befall(&self, fate: Fate, submission: &Submission) -> Option<Hash> {
        let devnet = &self.first;
        let produce = async |blocks| _ = devnet.produce_blocks(blocks).await.unwrap();
        match fate {
            Fate::InPool => {
                produce(3).await;
                devnet.hold_transactions(false);
            }
            Fate::Included => {
                devnet.hold_transactions(false);
                produce(LAG + 2).await;
            }
            Fate::IncludedAgain | Fate::Retracted => {
                devnet.hold_transactions(false);
                produce(1).await;
                devnet.hold_transactions(true);
                devnet.fork(1, 2).await.unwrap();
                devnet.hold_transactions(fate == Fate::Retracted);
                produce(if fate == Fate::Retracted { LIFE + LAG } else { 2 }).await;
            }
            Fate::Usurped => {
                let rival = transfer(&self.undisturbed).nonce(submission.nonce().unwrap()).tip(1_000_000);
                let rival = rival.sign_and_submit(&alice()).await.unwrap();
                devnet.hold_transactions(false);
                produce(LAG + 2).await;
                return Some(rival.hash());
            }
            Fate::Dropped => {
                devnet.drop_transaction(submission.hash().0);
                produce(LIFE + LAG).await;
            }
            Fate::Expired => produce(LIFE + LAG).await,
        }
        None
    }

    /// Waits while blocks come.
    async fn drive<T>(&self, future: impl Future<Output = T>) -> T {
        let blocks = async {
            loop {
                sleep(Duration::from_millis(100)).await;
                self.first.produce_block().await.unwrap();
            }
        };
        tokio::select! {
            value = future => value,
            () = blocks => unreachable!("blocks come for ever"),
        }
    }
}

async fn until(mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), wait).await.expect("it comes to be so");
}

async fn table(fate: Fate) {
    let world = World::new().await;
    for nodes in [Nodes::One, Nodes::Away, Nodes::Two] {
        for cut in CUTS {
            println!("{fate:?} {cut:?} {nodes:?}");
            world.holds(fate, cut, nodes).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_in_the_pool() {
    table(Fate::InPool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_included() {
    table(Fate::Included).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_included_again_after_a_reorganisation() {
    table(Fate::IncludedAgain).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_retracted() {
    table(Fate::Retracted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_usurped() {
    table(Fate::Usurped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g20_dropped() {
    table(Fate::Dropped).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g2_expired() {
    table(Fate::Expired).await;
}
