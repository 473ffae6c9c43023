//! Submissions to a scripted node, which keeps silent, loses its answers and refuses: by a paused clock.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

mod support;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Value as Json, json};
use support::{GENESIS, ScriptedChain};
use tensorwire_chain::{
    AccountId, Cache, Chain, ErrorKind, Hash, Outcome, Pending, Signer, Status, Submission, Transaction,
    Value,
};
use tensorwire_rpc::mock::{MockNode, Reply};
use tensorwire_wallet::Keypair;
use tokio::time::{Instant, sleep};

const BEST: &str = "chain_newHead";
const FINALIZED: &str = "chain_finalizedHead";
const UPDATES: &str = "author_extrinsicUpdate";
const SUBMIT: &str = "author_submitAndWatchExtrinsic";

/// What the node has, and what it says next.
#[derive(Default)]
struct Script {
    /// By height, from 1: the block, and the signer's nonce in its state.
    blocks: Vec<(Hash, u32)>,
    /// The answers to submissions; then they are taken.
    answers: VecDeque<Reply>,
    /// The bytes submitted, in hex.
    sent: Vec<String>,
    /// Of the newest block.
    header: Json,
}

struct World {
    scripted: ScriptedChain,
    script: Arc<Mutex<Script>>,
}

impl Script {
    fn hash(&self, number: u64) -> Json {
        match number.checked_sub(1) {
            None => json!(GENESIS),
            Some(index) => self.blocks.get(index as usize).map_or(Json::Null, |(hash, _)| json!(hash)),
        }
    }
}

impl World {
    async fn new() -> Option<Self> {
        let scripted = ScriptedChain::start_with(Duration::from_millis(10)).await?;
        let script = Arc::new(Mutex::new(Script::default()));
        let (shared, node) = (script.clone(), scripted.node.clone());
        let greet = move |node: &MockNode, feed: &'static str| {
            let (node, shared) = (node.clone(), shared.clone());
            tokio::spawn(async move {
                sleep(Duration::from_millis(20)).await;
                let header = shared.lock().unwrap().header.clone();
                node.push(feed, header);
            });
            Reply::Subscribe(feed.to_owned())
        };
        let shared = script.clone();
        let change = move |method: &str, params: &Json, reply: Reply| {
            let mut script = shared.lock().unwrap();
            match method {
                "chain_subscribeNewHeads" => greet(&node, BEST),
                "chain_subscribeFinalizedHeads" => greet(&node, FINALIZED),
                "author_unwatchExtrinsic"
                | "chain_unsubscribeNewHeads"
                | "chain_unsubscribeFinalizedHeads" => Reply::Unsubscribe(params[0].clone()),
                "chain_getBlockHash" => match &params[0] {
                    Json::Array(numbers) => {
                        let hashes = numbers.iter().map(|number| script.hash(number.as_u64().unwrap()));
                        json!(hashes.collect::<Vec<_>>()).into()
                    }
                    number => script.hash(number.as_u64().unwrap_or_default()).into(),
                },
                "chain_getHeader" if params[0].is_null() => Reply::Result(script.header.clone()),
                "system_accountNextIndex" => json!(script.blocks.last().unwrap().1).into(),
                "state_call" if params[0] == "AccountNonceApi_account_nonce" => {
                    let at: Hash = params[2].as_str().unwrap().parse().unwrap();
                    let nonce = script.blocks.iter().find(|(hash, _)| *hash == at).unwrap().1;
                    json!(const_hex::encode_prefixed(nonce.to_le_bytes())).into()
                }
                SUBMIT => {
                    script.sent.push(params[0].as_str().unwrap().to_owned());
                    script.answers.pop_front().unwrap_or_else(|| Reply::Subscribe(UPDATES.to_owned()))
                }
                _ => reply,
            }
        };
        scripted.state.lock().unwrap().change = Some(Box::new(change));
        let world = Self { scripted, script };
        world.grow(&[], 0);
        Some(world)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    async fn chain(&self) -> Chain {
        self.scripted.connect(Cache::none()).await
    }

    /// One more block, best and final, that holds these.
    fn grow(&self, extrinsics: &[Vec<u8>], nonce: u32) -> Hash {
        let parent = self.script().blocks.last().map_or(GENESIS, |(hash, _)| *hash);
        let number = self.script().blocks.len() as u64 + 1;
        let hash = self.scripted.block(parent, number, &[], extrinsics);
        let header = self.scripted.state.lock().unwrap().blocks[&hash]["header"].clone();
        self.script().blocks.push((hash, nonce));
        self.script().header = header.clone();
        self.scripted.node.push(BEST, header.clone());
        self.scripted.node.push(FINALIZED, header);
        hash
    }

    async fn grow_by(&self, blocks: usize) {
        for _ in 0..blocks {
            self.grow(&[], 0);
            sleep(Duration::from_secs(12)).await;
        }
    }

    /// The bytes of the nth submission.
    fn sent(&self, index: usize) -> Vec<u8> {
        const_hex::decode(&self.script().sent[index]).unwrap()
    }

    fn submissions(&self) -> usize {
        self.script().sent.len()
    }
}

fn alice() -> Keypair {
    Keypair::from_uri("//Alice").unwrap()
}

fn remark(chain: &Chain) -> Transaction {
    chain.tx().call("System", "remark", (Value::from(vec![1_u8, 2, 3]),)).mortal(32)
}

fn refusal(code: i64, message: &str, data: &str) -> Reply {
    Reply::Error { code, message: message.to_owned(), data: Some(json!(data)) }
}

async fn statuses(submission: &Submission) -> Vec<Status> {
    let mut statuses = submission.statuses();
    let mut told = Vec::new();
    while let Some(status) = statuses.next().await {
        told.push(status.unwrap());
    }
    told
}

#[tokio::test(start_paused = true)]
async fn g2_a_watch_that_is_silent_for_ever_is_no_matter() {
    let Some(world) = World::new().await else { return };
    let submission = remark(&world.chain().await).sign_and_submit(&alice()).await.unwrap();
    let block = world.grow(&[world.sent(0)], 1);
    sleep(Duration::from_secs(12)).await;
    for _ in 0..5 {
        world.grow(&[], 1);
        sleep(Duration::from_secs(12)).await;
    }
    assert_eq!(submission.in_block().await.unwrap().block().hash, block);
    assert!(matches!(submission.outcome().await, Outcome::Finalized(_)));
    assert_eq!(world.submissions(), 1);
}

#[tokio::test(start_paused = true)]
async fn g2_a_lost_answer_is_no_reason_for_a_second_transaction() {
    let Some(world) = World::new().await else { return };
    // The node has taken it, and says nothing; asked again it knows the bytes.
    world.script().answers = [Reply::Silence, refusal(1013, "Transaction Already Imported", "0x00")].into();
    let chain = world.chain().await;
    let before = Instant::now();
    let submission = remark(&chain).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 60, "the deadline of a read");
    sleep(Duration::from_secs(5)).await;
    assert_eq!((world.submissions(), world.sent(0)), (2, world.sent(1)));
    world.grow(&[world.sent(0)], 1);
    let Outcome::Finalized(receipt) = submission.outcome().await else { panic!("{submission:?}") };
    assert_eq!(receipt.hash(), submission.hash());
    assert_eq!(statuses(&submission).await[0], Status::Lost);
}

#[tokio::test(start_paused = true)]
async fn g2_a_connection_that_ends_with_the_submission_has_the_same_bytes_sent_again() {
    let Some(world) = World::new().await else { return };
    world.script().answers = [Reply::Drop].into();
    let submission = remark(&world.chain().await).sign_and_submit(&alice()).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!((world.submissions(), world.sent(0)), (2, world.sent(1)));
    world.grow(&[world.sent(1)], 1);
    assert!(submission.finalized().await.is_ok());
    let told = statuses(&submission).await;
    assert!(matches!(
        told[..],
        [Status::Lost, Status::Resent, Status::InBlock { .. }, Status::Finalized { .. }]
    ));
}

#[tokio::test(start_paused = true)]
async fn g2_what_a_node_says_of_our_own_hash_is_no_error() {
    let Some(world) = World::new().await else { return };
    for (code, message) in
        [(1012, "Transaction is temporarily banned"), (1013, "Transaction Already Imported")]
    {
        world.script().answers = [refusal(code, message, "0x00")].into();
        let chain = world.chain().await;
        let nonce = world.script().blocks.last().unwrap().1;
        let submission = remark(&chain).sign_and_submit(&alice()).await.unwrap();
        assert_eq!(submission.nonce(), Some(nonce.into()));
        let last = world.submissions() - 1;
        world.grow(&[world.sent(last)], nonce + 1);
        assert!(submission.finalized().await.is_ok(), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn g2_what_anyone_on_the_way_may_have_said_is_no_refusal() {
    let Some(world) = World::new().await else { return };
    world.script().answers =
        [Reply::error(-32000, "upstream timed out"), Reply::error(-32603, "Internal error")].into();
    let submission = remark(&world.chain().await).sign_and_submit(&alice()).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(world.submissions(), 3, "the same bytes, until a node says what it knows of them");
    assert_eq!((world.sent(0), world.sent(1)), (world.sent(1), world.sent(2)));
    world.grow(&[world.sent(0)], 1);
    assert!(submission.finalized().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn g1_a_deadline_ends_the_waiting_and_not_the_submission() {
    let Some(world) = World::new().await else { return };
    let chain = world.chain().await;
    let wait = Duration::from_secs(90);
    let submission = remark(&chain).timeout(wait).sign_and_submit(&alice()).await.unwrap();
    let before = Instant::now();
    let error = submission.in_block().await.unwrap_err();
    assert_eq!((error.kind(), before.elapsed()), (ErrorKind::FateUnknown, wait));
    assert!(error.to_string().contains(&submission.last_block().unwrap().to_string()), "{error}");
    let Outcome::Unknown { hash, nonce, last_block } = submission.outcome().await else { panic!() };
    assert_eq!((hash, nonce, last_block), (submission.hash(), Some(0), submission.last_block()));
    world.grow(&[world.sent(0)], 1);
    world.scripted.node.push(UPDATES, json!({"inBlock": world.script().blocks.last().unwrap().0}));
    assert!(submission.in_block().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn g19_a_refusal_is_told_in_names_and_frees_the_nonce() {
    let Some(world) = World::new().await else { return };
    let chain = world.chain().await;
    let cases = [
        (refusal(1010, "Invalid Transaction", "Custom error: 5"), Some("NotEnoughStakeToWithdraw")),
        (
            refusal(1010, "Invalid Transaction", "Inability to pay some fees (e.g. account balance too low)"),
            Some("Payment"),
        ),
        (refusal(1010, "Invalid Transaction", "Transaction has a bad signature"), Some("BadProof")),
        (
            refusal(
                1011,
                "Unknown Transaction Validity",
                "Could not find an unsigned validator for the unsigned transaction",
            ),
            Some("NoUnsignedValidator"),
        ),
        (
            refusal(
                1016,
                "Immediately Dropped",
                "The transaction couldn't enter the pool because of the limit",
            ),
            None,
        ),
    ];
    for (answer, name) in cases {
        world.script().answers = [answer].into();
        let error = remark(&chain).sign_and_submit(&alice()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected, "{error}");
        assert_eq!(error.transaction_error().map(|error| error.name()), name, "{error}");
        assert!(error.to_string().contains("System.remark by 5GrwvaEF"), "{error}");
    }
    let submission = remark(&chain).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(submission.nonce(), Some(0));
}

#[tokio::test(start_paused = true)]
async fn g5_a_nonce_that_another_process_used_is_signed_anew() {
    let Some(world) = World::new().await else { return };
    let chain = world.chain().await;
    world.script().answers = [refusal(1010, "Invalid Transaction", "Transaction is outdated")].into();
    world.grow(&[], 7);
    let submission = remark(&chain).nonce(3).sign_and_submit(&alice()).await;
    let error = submission.unwrap_err();
    assert_eq!(error.transaction_error().map(|error| error.name()), Some("Stale"));
    assert!(error.to_string().ends_with("the next one is 7"), "{error}");
    world.script().answers = [refusal(1014, "Priority is too low: (1 vs 1)", "")].into();
    let submission = remark(&chain).sign_and_submit(&alice()).await.unwrap();
    assert_eq!(submission.nonce(), Some(8), "the pool has another one with 7");
    assert_eq!(world.submissions(), 3);
}

#[tokio::test(start_paused = true)]
async fn g2_an_expired_transaction_is_proven_so_by_final_blocks() {
    let Some(world) = World::new().await else { return };
    let submission = remark(&world.chain().await).sign_and_submit(&alice()).await.unwrap();
    world.scripted.node.push(UPDATES, json!("invalid"));
    world.grow_by(31).await;
    assert!(submission.statuses().next().await.is_some());
    let last = submission.last_block().unwrap();
    let Outcome::Expired(expiry) = submission.outcome().await else { panic!() };
    assert_eq!(expiry.finalized.number, last);
    assert_eq!(submission.in_block().await.unwrap_err().kind(), ErrorKind::Expired);
}

#[tokio::test(start_paused = true)]
async fn g2_a_submission_is_taken_up_from_what_was_written_down() {
    let Some(world) = World::new().await else { return };
    let signed = remark(&world.chain().await).sign(&alice()).await.unwrap();
    let (bytes, written) = (signed.bytes().to_vec(), serde_json::to_string(signed.pending()).unwrap());
    drop(signed);
    let pending: Pending = serde_json::from_str(&written).unwrap();
    world.grow_by(2).await;
    world.grow(&[bytes], 1);
    world.grow_by(2).await;
    world.script().blocks[4..].iter_mut().for_each(|(_, nonce)| *nonce = 1);
    let submission = world.chain().await.resolve(&pending).await.unwrap();
    let receipt = submission.finalized().await.unwrap();
    assert_eq!((receipt.block().number, receipt.hash()), (4, pending.hash));
    assert_eq!(world.submissions(), 0, "it was found: nothing is sent");
}

#[tokio::test(start_paused = true)]
async fn a_transaction_signed_elsewhere_is_read_back_from_its_bytes() {
    let Some(world) = World::new().await else { return };
    let chain = world.chain().await;
    let account: AccountId = Signer::account(&alice());
    let payload = remark(&chain).payload(&account).await.unwrap();
    let signature = alice().sign_bytes(&payload.bytes());
    let signed = chain.signed(payload.clone(), signature).await.unwrap();
    let elsewhere = signed.bytes().to_vec();
    // From bytes it is the same.
    let same = chain.signed_bytes(elsewhere).await.unwrap();
    assert_eq!(
        (same.hash(), same.nonce(), same.account(), same.era(), same.last_block()),
        (signed.hash(), Some(0), Some(account), signed.era(), signed.last_block())
    );
    assert_eq!(chain.signed_bytes(vec![4, 1, 2]).await.unwrap_err().kind(), ErrorKind::Decode);
}
