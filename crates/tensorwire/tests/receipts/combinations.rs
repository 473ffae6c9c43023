//! All combinations of two levels, and any of three.

use std::ops::Range;

use proptest::{strategy::Strategy, strategy::ValueTree, test_runner::TestRunner};
use tensorwire::{Hash, Value};

use crate::{
    check::{Seen, check},
    local::Local,
    shapes::{BATCHES, Built, Shape, WRAPPERS, build, prepare, shapes},
};

/// Extrinsics of one block: what they have to do first is done in blocks before.
const PER_BLOCK: usize = 16;

async fn check_all(shapes: impl IntoIterator<Item = Shape>) {
    let mut local = Local::start().await;
    prepare(&mut local).await;
    let shapes: Vec<Shape> = shapes.into_iter().collect();
    let mut seen = Seen::default();
    for chunk in shapes.chunks(PER_BLOCK) {
        let mut made: Vec<(Value, Built)> = Vec::new();
        for shape in chunk {
            made.push(build(&mut local, shape).await);
        }
        let mut hashes: Vec<Hash> = Vec::new();
        for (call, _) in &made {
            hashes.push(local.submit("Alice", call).await);
        }
        let receipts = local.produce().await;
        for ((shape, (_, built)), hash) in chunk.iter().zip(&made).zip(hashes) {
            let receipt = receipts.iter().find(|receipt| receipt.hash() == hash).unwrap();
            check(&local, shape, built, receipt, &mut seen).await;
        }
    }
    let counts = [seen.ok, seen.failed, seen.reverted, seen.not_reached];
    assert!(counts.iter().all(|count| *count > 5), "{seen:?}");
}

/// Every kind of call that carries others around that one: of batches of three once for each of those places.
fn around(inner: &Shape, places: Range<usize>) -> Vec<Shape> {
    let good = || Shape::Leaf { fails: false };
    let batches = BATCHES.into_iter().flat_map(|name| {
        places.clone().map(move |place| {
            let mut items = vec![good(); 3];
            items[place] = inner.clone();
            Shape::Batch(name, items)
        })
    });
    let wrapped = WRAPPERS.iter().map(|wrapper| Shape::Wrapped(*wrapper, Box::new(inner.clone())));
    let either = [
        Shape::Either(Box::new(inner.clone()), Box::new(good())),
        Shape::Either(Box::new(Shape::Leaf { fails: true }), Box::new(inner.clone())),
    ];
    batches.chain(wrapped).chain(either).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_every_carrier_tells_of_a_failure_at_every_place() {
    let leaves = [true, false].map(|fails| Shape::Leaf { fails });
    check_all(leaves.iter().flat_map(|leaf| around(leaf, 0..3))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_every_carrier_within_every_other_tells_of_a_failure() {
    let leaf = Shape::Leaf { fails: true };
    check_all(around(&leaf, 0..3).iter().flat_map(|inner| around(inner, 1..2))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_any_call_to_depth_three_is_accounted_for_as_the_state_shows() {
    let mut runner = TestRunner::deterministic();
    let strategy = shapes(3);
    check_all((0..150).map(|_| strategy.new_tree(&mut runner).unwrap().current())).await;
}
