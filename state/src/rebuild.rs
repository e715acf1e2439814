//! The tries from the hashed columns alone, compared with what is stored of them.

use alloy_primitives::B256;
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles};

use crate::{
    StateError, Store,
    column::Column,
    read::decode_leaf,
    trie::{Trie, encode_node},
};

/// Branches that are held at most before they are compared.
const HELD: usize = 4096;

/// What came out of a rebuild.
pub(crate) struct Rebuilt {
    pub(crate) root: B256,
    /// Branches of all tries, each equal to the stored one.
    pub(crate) branches: u64,
}

impl Store {
    /// Computes every trie from its leaves. Storage comes in the order of its owners' hashes, as the
    /// accounts do, so that one pass over both columns is enough.
    pub(crate) fn rebuild(&self, progress: &mut dyn FnMut(u64)) -> Result<Rebuilt, StateError> {
        let mut seen = 0u64;
        let (mut account_branches, mut storage_branches) = (0u64, 0u64);
        let mut storage = self.records(Column::HashedStorage, &[])?.peekable();
        let accounts = Trie::accounts(self);
        let mut builder = HashBuilder::default().with_updates(true);
        for record in self.records(Column::HashedAccounts, &[])? {
            let (key, leaf) = record?;
            let hashed = hash(Column::HashedAccounts, &key)?;
            let (_, expected) = decode_leaf(Column::HashedAccounts, &key, &leaf)?;
            let trie = Trie::storage(self, hashed);
            let mut slots = HashBuilder::default().with_updates(true);
            let mut any = false;
            while let Some(record) = storage
                .next_if(|record| !matches!(record, Ok((key, _)) if !key.starts_with(hashed.as_slice())))
            {
                let (key, word) = record?;
                let slot = hash(Column::HashedStorage, key.get(32..).unwrap_or_default())
                    .map_err(|_| Column::HashedStorage.corrupt(&key, "key is not two hashes"))?;
                slots.add_leaf(Nibbles::unpack(slot), &word);
                storage_branches += compare(trie, &mut slots, HELD)?;
                any = true;
                seen += 1;
                progress(seen);
            }
            let root = if any { slots.root() } else { EMPTY_ROOT_HASH };
            storage_branches += compare(trie, &mut slots, 0)?;
            if root != expected {
                return Err(Column::HashedAccounts.corrupt(&key, "storage root is not that of its slots"));
            }
            builder.add_leaf(Nibbles::unpack(hashed), &leaf);
            account_branches += compare(accounts, &mut builder, HELD)?;
            seen += 1;
            progress(seen);
        }
        if let Some(record) = storage.next() {
            return Err(
                Column::HashedStorage.corrupt(&record?.0, "storage of an account that does not exist")
            );
        }
        let root = builder.root();
        account_branches += compare(accounts, &mut builder, 0)?;
        self.count(Column::AccountTrie, account_branches)?;
        self.count(Column::StorageTrie, storage_branches)?;
        Ok(Rebuilt { root, branches: account_branches.saturating_add(storage_branches) })
    }
}

fn hash(column: Column, key: &[u8]) -> Result<B256, StateError> {
    B256::try_from(key).map_err(|_| column.corrupt(key, "key is not a hash"))
}

/// Takes the branches that the builder holds, if they are more than `held`, and compares them with those
/// stored. Gives their number.
fn compare(trie: Trie<'_>, builder: &mut HashBuilder, held: usize) -> Result<u64, StateError> {
    let Some(nodes) = builder.updated_branch_nodes.as_mut().filter(|nodes| nodes.len() > held) else {
        return Ok(0);
    };
    let mut count = 0;
    for (path, node) in nodes.drain() {
        let key = trie.node_key(&path);
        if trie.store.must(trie.nodes, &key)? != encode_node(&node) {
            return Err(trie.nodes.corrupt(&key, "branch is not that of the leaves below it"));
        }
        count += 1;
    }
    Ok(count)
}
