use std::hash::Hash;

use lru::LruCache;

/// Values by key, within a bound in bytes: the ones used longest ago go first.
#[derive(Debug)]
pub(crate) struct Recent<K: Hash + Eq, V> {
    items: LruCache<K, (V, usize)>,
    bytes: usize,
    limit: usize,
}

impl<K: Hash + Eq, V> Recent<K, V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { items: LruCache::unbounded(), bytes: 0, limit }
    }

    /// The value, which is now the one used last.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.items.get_mut(key).map(|(value, _)| value)
    }

    /// Keeps the value, which takes that many bytes. One that takes more than all may is not kept.
    pub(crate) fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.remove(&key);
        if bytes > self.limit {
            return;
        }
        self.bytes += bytes;
        self.items.put(key, (value, bytes));
        while self.bytes > self.limit
            && let Some((_, (_, oldest))) = self.items.pop_lru()
        {
            self.bytes -= oldest;
        }
    }

    /// Whether it was there.
    pub(crate) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> bool
    where
        K: std::borrow::Borrow<Q>,
    {
        let removed = self.items.pop(key);
        self.bytes -= removed.as_ref().map_or(0, |(_, bytes)| *bytes);
        removed.is_some()
    }

    /// Without using any: key, value and bytes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V, usize)> {
        self.items.iter().map(|(key, (value, bytes))| (key, value, *bytes))
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// What all of it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(recent: &Recent<u8, ()>) -> Vec<u8> {
        let mut keys: Vec<_> = recent.iter().map(|(key, ..)| *key).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn g11_what_was_used_longest_ago_goes_first() {
        let mut recent = Recent::new(30);
        (0..3).for_each(|key| recent.insert(key, (), 10));
        assert!(recent.get(&0).is_some());
        recent.insert(3, (), 10);
        assert_eq!((keys(&recent), recent.bytes()), (vec![0, 2, 3], 30));
        recent.insert(4, (), 20);
        assert_eq!((keys(&recent), recent.bytes()), (vec![3, 4], 30));
    }

    #[test]
    fn g11_what_is_put_twice_counts_once_and_what_does_not_fit_is_not_kept() {
        let mut recent = Recent::new(30);
        recent.insert(0, (), 10);
        recent.insert(0, (), 25);
        assert_eq!((recent.len(), recent.bytes()), (1, 25));
        recent.insert(0, (), 31);
        assert_eq!((recent.len(), recent.bytes()), (0, 0));
        assert!(!recent.remove(&0));
    }
}
