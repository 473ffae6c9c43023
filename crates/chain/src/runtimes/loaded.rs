use std::{collections::HashMap, sync::Arc};

use tensorwire_scale::Runtime;

use super::Key;
use crate::flight::Flight;

/// All runtimes kept in memory take at most about this many bytes together; the least recently used go first.
const MEMORY_LIMIT: usize = 256 << 20;

/// The runtimes in memory, and those on their way.
#[derive(Default)]
pub(super) struct Loaded {
    pub(super) cells: HashMap<Key, Cell>,
    /// The runtime of the chain's end, when it was last seen.
    pub(super) newest: Option<(Key, Arc<Runtime>)>,
    /// How often a runtime was wanted.
    pub(super) uses: u64,
    /// How often none of that key was in memory, or on its way.
    pub(super) misses: u64,
}

/// A runtime that is there, or on its way.
pub(super) struct Cell {
    pub(super) last_use: u64,
    pub(super) state: State,
}

pub(super) enum State {
    Loading(Flight<Arc<Runtime>>),
    Loaded(Arc<Runtime>),
}

impl Cell {
    /// Also of one that has come when nobody waited for it any more.
    fn memory(&self) -> usize {
        match &self.state {
            State::Loading(flight) => flight.now().and_then(Result::ok).map_or(0, |runtime| runtime.memory()),
            State::Loaded(runtime) => runtime.memory(),
        }
    }

    fn has_failed(&self) -> bool {
        matches!(&self.state, State::Loading(flight) if flight.now().is_some_and(|result| result.is_err()))
    }
}

impl Loaded {
    /// Keeps a runtime that has come, forgets a load that has failed.
    pub(super) fn settle(
        &mut self,
        key: Key,
        loading: &Flight<Arc<Runtime>>,
        runtime: Option<&Arc<Runtime>>,
    ) {
        let Some(cell) = self.cells.get_mut(&key) else { return };
        if !matches!(&cell.state, State::Loading(flight) if flight.is(loading)) {
            return;
        }
        match runtime {
            Some(runtime) => {
                cell.state = State::Loaded(runtime.clone());
                self.shrink(MEMORY_LIMIT, key);
            }
            None => drop(self.cells.remove(&key)),
        }
    }

    /// Forgets a load that has failed when nobody waited for it any more: its failure is not that of the next caller.
    pub(super) fn forget_failed(&mut self, key: Key) {
        if self.cells.get(&key).is_some_and(Cell::has_failed) {
            self.cells.remove(&key);
        }
    }

    /// How many are there.
    pub(super) fn len(&self) -> usize {
        self.cells.values().filter(|cell| matches!(cell.state, State::Loaded(_))).count()
    }

    /// What they take, in bytes, about.
    pub(super) fn memory(&self) -> usize {
        self.cells.values().map(Cell::memory).sum()
    }

    /// Forgets the ones used longest ago until the others fit.
    fn shrink(&mut self, limit: usize, keep: Key) {
        let mut total = self.memory();
        while total > limit {
            let others = self.cells.iter().filter(|(key, _)| **key != keep);
            let Some((&key, cell)) = others.min_by_key(|(_, cell)| cell.last_use) else { return };
            total -= cell.memory();
            self.cells.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Hash;

    #[test]
    fn g11_of_fifty_versions_those_in_use_stay_within_the_bound() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/metadata/finney-393-v16.scale");
        let Ok(metadata) = std::fs::read(path) else {
            eprintln!("skipped: {path} is not here");
            return;
        };
        let runtime = Arc::new(Runtime::from_metadata(&metadata).unwrap());
        let limit = 10 * runtime.memory();
        let key = |spec_version| Key { genesis: Hash([1; 32]), spec_version, fingerprint: [2; 16] };
        let mut loaded = Loaded::default();
        for spec_version in 0..50 {
            loaded.uses += 1;
            // The first one is in use all the time.
            if let Some(first) = loaded.cells.get_mut(&key(0)) {
                first.last_use = loaded.uses;
            }
            loaded.uses += 1;
            let cell = Cell { last_use: loaded.uses, state: State::Loaded(runtime.clone()) };
            loaded.cells.insert(key(spec_version), cell);
            loaded.shrink(limit, key(spec_version));
            assert!(loaded.memory() <= limit && loaded.len() <= 10);
        }
        let mut left: Vec<_> = loaded.cells.keys().map(|key| key.spec_version).collect();
        left.sort_unstable();
        assert_eq!(left, [0].into_iter().chain(41..50).collect::<Vec<_>>());

        // What is asked for now is kept, however big it is.
        loaded.shrink(0, key(49));
        assert_eq!(loaded.len(), 1);
    }
}
