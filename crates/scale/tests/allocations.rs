//! Decoding allocates a fixed number of times for each struct, and no name is ever copied.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};
use tensorwire_scale::{AccountId, Compact, FromScale, Runtime};

/// Counts per thread, so that the test runner's own threads do not show.
struct Counter;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTER: Counter = Counter;

fn allocations<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = ALLOCATIONS.get();
    let done = work();
    (ALLOCATIONS.get() - before, done)
}

#[derive(FromScale)]
#[allow(dead_code)]
struct Neuron {
    hotkey: AccountId,
    uid: u16,
    stake: Vec<(AccountId, Compact<u64>)>,
}

#[test]
fn decoding_real_neurons_allocates_only_for_what_varies() {
    let shared = |path: &str| std::fs::read(format!("{}/../../../shared/{path}", env!("CARGO_MANIFEST_DIR")));
    let (Ok(metadata), Ok(payload)) =
        (shared("metadata/finney-343-v15.scale"), shared("payloads/finney-343-neurons-lite-netuid1.hex"))
    else {
        eprintln!("skipped: the real payload is not there");
        return;
    };
    let bytes = const_hex::decode(payload.trim_ascii()).unwrap();
    let runtime = Runtime::from_metadata(&metadata).unwrap();
    let plan = runtime.plan();
    let ty = plan.find_type("Vec<NeuronInfoLite>").unwrap();

    let (count, neurons) = allocations(|| plan.decode(ty, &bytes).unwrap());
    assert_eq!(neurons.len(), 1024);
    // The list; and for each neuron its fields, two structs, the list of stakes and the one pair in it.
    assert!(count <= 1 + 1024 * 5, "{count}");

    plan.decode_as::<Vec<Neuron>>(ty, &bytes).unwrap();
    let (count, typed) = allocations(|| plan.decode_as::<Vec<Neuron>>(ty, &bytes).unwrap());
    assert_eq!(typed.len(), 1024);
    assert!(count <= 1 + 1024, "{count}");

    let (count, ()) = allocations(|| plan.skip(ty, &mut bytes.as_slice()).unwrap());
    assert_eq!(count, 0);
}
