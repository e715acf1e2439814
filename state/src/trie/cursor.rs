//! Reading a trie's leaves and stored branches, in the order of a walk.

use alloy_primitives::B256;
use alloy_trie::{BranchNodeCompact, Nibbles};
use rocksdb::{DBRawIterator, ReadOptions};

use super::{Trie, decode_node};
use crate::StateError;

/// Steps after which it is cheaper to seek than to go on.
const STEPS: usize = 8;

/// Goes over the leaves, forwards only.
pub(super) struct Leaves<'a> {
    trie: Trie<'a>,
    records: DBRawIterator<'a>,
    begun: bool,
}

impl<'a> Leaves<'a> {
    pub(super) fn new(trie: Trie<'a>) -> Result<Self, StateError> {
        let records =
            trie.store.db.raw_iterator_cf_opt(trie.store.family(trie.leaves)?, ReadOptions::default());
        Ok(Self { trie, records, begun: false })
    }

    /// Goes to the first leaf that is not before `path`, and not back.
    pub(super) fn seek(&mut self, path: &Nibbles) {
        let from = [self.trie.prefix(), &path.pack()].concat();
        for _ in 0..if self.begun { STEPS } else { 0 } {
            if self.records.key().is_none_or(|key| key >= from.as_slice()) {
                return;
            }
            self.records.next();
        }
        self.begun = true;
        self.records.seek(&from);
    }

    /// The leaf that the cursor is at, if it is below `path`.
    pub(super) fn at(&self, path: &Nibbles) -> Result<Option<(Nibbles, &[u8])>, StateError> {
        let Some((key, sealed)) = self.records.item() else {
            self.records.status()?;
            return Ok(None);
        };
        let Some(rest) = key.strip_prefix(self.trie.prefix()) else { return Ok(None) };
        let hash = B256::try_from(rest).map_err(|_| self.trie.leaves.corrupt(key, "key is not a hash"))?;
        let leaf = Nibbles::unpack(hash);
        if !leaf.starts_with(path) {
            return Ok(None);
        }
        Ok(Some((leaf, self.trie.leaves.unseal(key, sealed)?)))
    }

    pub(super) fn next(&mut self) {
        self.records.next();
    }
}

impl Trie<'_> {
    /// The stored branch at `path`, which must be there.
    pub(super) fn node(&self, path: &Nibbles) -> Result<BranchNodeCompact, StateError> {
        let key = self.node_key(path);
        self.decode(&key, &self.store.must(self.nodes, &key)?)
    }

    /// The uppermost stored branch at `path` or below: all others that are below come after it.
    pub(super) fn first_node(
        &self,
        path: &Nibbles,
    ) -> Result<Option<(Nibbles, BranchNodeCompact)>, StateError> {
        let from = self.node_key(path);
        let mut records = self.store.db.raw_iterator_cf(self.store.family(self.nodes)?);
        records.seek(&from);
        let Some((key, sealed)) = records.item() else {
            records.status()?;
            return Ok(None);
        };
        if !key.starts_with(&from) {
            return Ok(None);
        }
        let path = self.path(key)?;
        Ok(Some((path, self.decode(key, self.nodes.unseal(key, sealed)?)?)))
    }

    /// The path in a branch's key, which begins with the trie's prefix.
    pub(crate) fn path(&self, key: &[u8]) -> Result<Nibbles, StateError> {
        let path = key.get(self.prefix().len()..).unwrap_or_default();
        if path.len() >= 64 || path.iter().any(|nibble| *nibble > 15) {
            return Err(self.nodes.corrupt(key, "key is not a path"));
        }
        Ok(Nibbles::from_nibbles(path))
    }

    fn decode(&self, key: &[u8], value: &[u8]) -> Result<BranchNodeCompact, StateError> {
        decode_node(value).ok_or_else(|| self.nodes.corrupt(key, "not a branch"))
    }
}
