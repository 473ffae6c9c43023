//! What this process holds: live allocations, open files, tasks.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Counts what is allocated and not yet freed, in the whole process.
struct Counter;

static BYTES: AtomicI64 = AtomicI64::new(0);
static ALLOCATIONS: AtomicI64 = AtomicI64::new(0);

#[global_allocator]
static COUNTER: Counter = Counter;

// SAFETY: every call goes to the system's allocator unchanged. `realloc` is left to its default, which is made of these.
unsafe impl GlobalAlloc for Counter {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as i64, 1);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as i64), -1);
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn count(bytes: i64, allocations: i64) {
    BYTES.fetch_add(bytes, Relaxed);
    ALLOCATIONS.fetch_add(allocations, Relaxed);
}

/// What is held at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub bytes: i64,
    pub allocations: i64,
    /// Open file descriptors; zero where the system does not list them.
    pub files: usize,
    /// Tasks of the current tokio runtime that have not ended.
    pub tasks: usize,
}

impl Held {
    pub fn now() -> Self {
        // One more is open while the folder is read, each time.
        let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        Self { bytes: bytes(), allocations: ALLOCATIONS.load(Relaxed), files, tasks }
    }
}

/// Live bytes.
pub fn bytes() -> i64 {
    BYTES.load(Relaxed)
}
