//! Merkle Patricia tries over the hashed columns: the accounts' and one for each account's storage.
//!
//! Leaves lie in a hashed column in the order of the trie. Every subtree of two leaves or more has a record
//! under the path where it begins, with the references to all its children, so that a root after changes
//! needs the records on the way to them and nothing else: neither other leaves nor other subtrees.
//! [`walk`] computes it, [`rebuild`] computes all from the leaves, [`proof`] shows a leaf.

mod proof;
mod rebuild;
mod record;
mod walk;

use alloy_primitives::{B256, Bytes};
use alloy_trie::Nibbles;

use crate::{StateError, Store, column::Column, commit::Op};

pub(crate) use rebuild::Rebuild;
use record::Record;
pub(crate) use walk::Change;

/// One trie of a store.
#[derive(Clone, Copy)]
pub(crate) struct Trie<'a> {
    pub(crate) store: &'a Store,
    pub(crate) leaves: Column,
    pub(crate) nodes: Column,
    /// keccak-256 of the address, for storage.
    owner: Option<B256>,
}

/// What a walk has found out.
pub(crate) struct Walked {
    pub(crate) root: B256,
    /// What becomes of the records.
    pub(crate) ops: Vec<Op>,
}

impl<'a> Trie<'a> {
    pub(crate) const fn accounts(store: &'a Store) -> Self {
        Self { store, leaves: Column::HashedAccounts, nodes: Column::AccountTrie, owner: None }
    }

    pub(crate) const fn storage(store: &'a Store, owner: B256) -> Self {
        Self { store, leaves: Column::HashedStorage, nodes: Column::StorageTrie, owner: Some(owner) }
    }

    fn prefix(&self) -> &[u8] {
        self.owner.as_ref().map_or(&[], |owner| owner.as_slice())
    }

    /// The key of the leaf with this hashed key.
    pub(crate) fn leaf_key(&self, key: B256) -> Vec<u8> {
        [self.prefix(), key.as_slice()].concat()
    }

    /// The key of the record at `path`: a byte for each nibble.
    fn record_key(&self, path: &Nibbles) -> Vec<u8> {
        let mut key = Vec::with_capacity(self.prefix().len() + path.len());
        key.extend_from_slice(self.prefix());
        key.extend(path.iter());
        key
    }

    /// The record at `path`, if there is one.
    fn find(&self, path: &Nibbles) -> Result<Option<Record>, StateError> {
        let key = self.record_key(path);
        let cache = &self.store.records;
        let value = match cache.get(self.nodes, &key) {
            Some(value) => value,
            None => {
                let Some(value) = self.store.get(self.nodes, &key)? else { return Ok(None) };
                let value = Bytes::from(value);
                cache.put(self.nodes, &key, value.clone());
                value
            }
        };
        let sound = Record::decode(&value).filter(|record| path.len() + record.extension.len() < 64);
        sound.map(Some).ok_or_else(|| self.nodes.corrupt(&key, "not a subtree"))
    }

    /// The record at `path`, which must be there.
    fn record(&self, path: &Nibbles) -> Result<Record, StateError> {
        self.find(path)?.ok_or_else(|| self.nodes.lost(&self.record_key(path)))
    }

    /// The first leaf at or below `path`, if any.
    fn leaf_below(&self, path: &Nibbles) -> Result<Option<(Nibbles, Vec<u8>)>, StateError> {
        let from = [self.prefix(), &path.pack()].concat();
        let mut records = self.store.db.raw_iterator_cf(self.store.family(self.leaves)?);
        records.seek(&from);
        let Some((key, sealed)) = records.item() else {
            records.status()?;
            return Ok(None);
        };
        let Some(rest) = key.strip_prefix(self.prefix()) else { return Ok(None) };
        let hash = B256::try_from(rest).map_err(|_| self.leaves.corrupt(key, "key is not a hash"))?;
        let leaf = Nibbles::unpack(hash);
        if !leaf.starts_with(path) {
            return Ok(None);
        }
        Ok(Some((leaf, self.leaves.unseal(key, sealed)?.to_vec())))
    }

    /// The leaf to which the record above `path` refers.
    fn leaf(&self, path: &Nibbles) -> Result<(Nibbles, Vec<u8>), StateError> {
        self.leaf_below(path)?.ok_or_else(|| self.leaves.lost(&self.record_key(path)))
    }
}
