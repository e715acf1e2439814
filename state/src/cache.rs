//! Records of the tries in memory, as they are at the head.

use alloy_primitives::Bytes;
use quick_cache::{Weighter, sync::Cache};

use crate::column::Column;

/// A column's tag and a key.
type Key = Box<[u8]>;

#[derive(Clone, Debug)]
struct Bytewise;

impl Weighter<Key, Bytes> for Bytewise {
    fn weight(&self, key: &Key, value: &Bytes) -> u64 {
        // What a map and two allocations take beside the bytes themselves.
        const AROUND: u64 = 128;
        AROUND.saturating_add(key.len() as u64).saturating_add(value.len() as u64)
    }
}

/// Bounded; what is used least goes first. Changed only together with the database, under the store's lock.
#[derive(Debug)]
pub(crate) struct Records(Cache<Key, Bytes, Bytewise>);

impl Records {
    pub(crate) fn new(bytes: u64) -> Self {
        const TYPICAL: u64 = 256;
        Self(Cache::with_weighter(usize::try_from(bytes / TYPICAL).unwrap_or(0), bytes, Bytewise))
    }

    pub(crate) fn get(&self, column: Column, key: &[u8]) -> Option<Bytes> {
        self.0.get(&tagged(column, key))
    }

    pub(crate) fn put(&self, column: Column, key: &[u8], value: Bytes) {
        self.0.insert(tagged(column, key), value);
    }

    pub(crate) fn remove(&self, column: Column, key: &[u8]) {
        self.0.remove(&tagged(column, key));
    }

    pub(crate) fn clear(&self) {
        self.0.clear();
    }
}

fn tagged(column: Column, key: &[u8]) -> Key {
    [&[column as u8], key].concat().into()
}
