//! All tries from the hashed columns alone, compared with what is stored of them.

use alloy_primitives::B256;

use crate::{
    StateError, Store,
    column::Column,
    read::decode_leaf,
    trie::{Rebuild, Trie},
};

/// What came out of a rebuild.
pub(crate) struct Rebuilt {
    pub(crate) root: B256,
    /// Records of all tries, each as it should be.
    pub(crate) branches: u64,
}

impl Store {
    /// Computes every trie from its leaves. Storage comes in the order of its owners' hashes, as the
    /// accounts do, so that one pass over both columns is enough.
    pub(crate) fn rebuild(&self, progress: &mut dyn FnMut(u64)) -> Result<Rebuilt, StateError> {
        let (mut seen, mut storage_records) = (0u64, 0u64);
        let mut storage = self.records(Column::HashedStorage, &[])?.peekable();
        let mut accounts = Rebuild::new(Trie::accounts(self));
        for record in self.records(Column::HashedAccounts, &[])? {
            let (key, leaf) = record?;
            let owner = hash(Column::HashedAccounts, &key, &key)?;
            let (_, expected) = decode_leaf(Column::HashedAccounts, &key, &leaf)?;
            let mut slots = Rebuild::new(Trie::storage(self, owner));
            while let Some(record) = storage
                .next_if(|record| !matches!(record, Ok((key, _)) if !key.starts_with(owner.as_slice())))
            {
                let (key, word) = record?;
                slots.leaf(hash(Column::HashedStorage, &key, key.get(32..).unwrap_or_default())?, word)?;
                seen += 1;
                progress(seen);
            }
            let (root, records) = slots.finish()?;
            storage_records = storage_records.saturating_add(records);
            if root != expected {
                return Err(Column::HashedAccounts.corrupt(&key, "storage root is not that of its slots"));
            }
            accounts.leaf(owner, leaf)?;
            seen += 1;
            progress(seen);
        }
        if let Some(record) = storage.next() {
            return Err(
                Column::HashedStorage.corrupt(&record?.0, "storage of an account that does not exist")
            );
        }
        let (root, account_records) = accounts.finish()?;
        self.count(Column::AccountTrie, account_records)?;
        self.count(Column::StorageTrie, storage_records)?;
        Ok(Rebuilt { root, branches: account_records.saturating_add(storage_records) })
    }
}

fn hash(column: Column, key: &[u8], part: &[u8]) -> Result<B256, StateError> {
    B256::try_from(part).map_err(|_| column.corrupt(key, "key is not of hashes"))
}
