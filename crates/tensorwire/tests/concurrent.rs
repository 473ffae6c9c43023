//! One handle, many callers: threads, tasks, and threads inside async runtimes.

#![allow(clippy::unwrap_used, reason = "helpers of tests panic as tests do")]

use std::{sync::Arc, thread};

use tensorwire::{AccountId, BlockId, Cache, HeadEvent, Subtensor, blocking};
use tensorwire_devnet::Devnet;
use tokio::runtime::Runtime;

const THREADS: u16 = 64;
const CALLS: u16 = 157;

const SUBNETS: u16 = 4;
const NEURONS: u16 = 32;

/// A local chain on a runtime of its own: the tests block theirs.
struct Served {
    devnet: Devnet,
    runtime: Runtime,
}

impl Served {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let devnet =
            runtime.block_on(Devnet::builder().subnets(SUBNETS).neurons(NEURONS).finality_lag(0).start());
        Self { devnet: devnet.unwrap(), runtime }
    }

    fn connect(&self) -> blocking::Subtensor {
        let builder = Subtensor::builder(self.devnet.url()).cache(Cache::none());
        blocking::Subtensor::build(builder).unwrap()
    }

    fn produce(&self, blocks: u32) {
        self.runtime.block_on(self.devnet.produce_blocks(blocks)).unwrap();
    }
}

/// Reads a hotkey by one of the ways there are; every answer differs from the next.
fn hotkey(at: &blocking::At, way: u16, netuid: u16, uid: u16) -> AccountId {
    match way % 16 {
        0 => at.neuron(netuid, uid).unwrap().unwrap().hotkey,
        1..8 => at.query("SubtensorModule", "Keys", (netuid, uid)).unwrap().as_account().unwrap(),
        _ => at.query_as("SubtensorModule", "Keys", (netuid, uid)).unwrap().unwrap(),
    }
}

#[test]
fn g12_ten_thousand_calls_from_64_threads_share_one_websocket() {
    let served = Served::start();
    let subtensor = served.connect();
    let at = subtensor.head().unwrap();
    let expected: Vec<Vec<AccountId>> = (1..=SUBNETS)
        .map(|netuid| at.neurons_lite(netuid).unwrap().iter().map(|neuron| neuron.hotkey).collect())
        .collect();
    let answers: usize = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (subtensor, at, expected) = (&subtensor, &at, &expected);
                scope.spawn(move || {
                    let right = (0..CALLS).filter(|call| {
                        // Every other call is one of a handle and a block of its own.
                        let own = (call % 2 == 0).then(|| subtensor.clone().at(BlockId::Head).unwrap());
                        let at = own.as_ref().unwrap_or(at);
                        let place = thread.wrapping_mul(31).wrapping_add(*call);
                        let (netuid, uid) = (place % SUBNETS, place / SUBNETS % NEURONS);
                        hotkey(at, *call, netuid + 1, uid) == expected[usize::from(netuid)][usize::from(uid)]
                    });
                    right.count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(answers, usize::from(THREADS) * usize::from(CALLS));
    assert!(answers >= 10_000);
    assert_eq!(subtensor.stats().websockets_opened, 1);
    assert_eq!(served.devnet.stats().connections_opened, 1);
    assert_eq!(subtensor.stats().in_flight, 0);
}

/// All that the facade does, on the thread that calls it.
fn use_everything(served: &Served) {
    let subtensor = served.connect();
    let head = subtensor.head().unwrap().number().unwrap();
    assert_eq!(subtensor.at(1u64).unwrap().number().unwrap(), 1);
    assert_eq!(subtensor.finalized().unwrap().number().unwrap(), head);
    assert_eq!(subtensor.head().unwrap().netuids().unwrap().len(), usize::from(SUBNETS));
    assert_eq!(
        subtensor.head().unwrap().query_map("SubtensorModule", "Keys", 1u16).count(),
        usize::from(NEURONS)
    );

    let number = |event| match event {
        Some(Ok(HeadEvent::Block(header))) => header.number,
        other => panic!("a block was expected, not {other:?}"),
    };
    let (mut heads, mut finalized) = (subtensor.heads(), subtensor.finalized_from(1));
    let mut watch = subtensor.watch("System", "Number", ());
    let mut value = || watch.next().unwrap().unwrap().value.as_u64();
    assert_eq!((number(heads.next()), number(finalized.next()), value()), (head, 1, Some(head)));
    // From a thread that is in no runtime.
    thread::scope(|scope| scope.spawn(|| served.produce(1)).join().unwrap());
    assert_eq!(number(heads.next()), head + 1);
    assert_eq!(finalized.take(head as usize).map(Some).map(number).last(), Some(head + 1));
    assert_eq!(value(), Some(head + 1));

    assert_eq!(subtensor.probe().unwrap()[0].head, Some(head + 1));
    assert_eq!(subtensor.status().len(), 1);
    subtensor.close().unwrap();
}

#[test]
fn g12_the_blocking_facade_works_in_a_plain_thread() {
    let served = Served::start();
    served.produce(2);
    use_everything(&served);
}

#[test]
fn g12_the_blocking_facade_works_inside_a_current_thread_runtime() {
    let served = Served::start();
    served.produce(2);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { use_everything(&served) });
}

#[test]
fn g12_the_blocking_facade_works_inside_a_multi_thread_runtime() {
    let served = Served::start();
    served.produce(2);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        use_everything(&served);
    });
    // And in a task: on the only worker. What serves the chain is dropped out here.
    let served = Arc::new(served);
    let task = {
        let served = served.clone();
        runtime.spawn(async move { use_everything(&served) })
    };
    runtime.block_on(task).unwrap();
}
