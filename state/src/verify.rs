//! The audit: everything that the crate's docs promise, checked from scratch.

use std::collections::BTreeMap;

use alloy_primitives::{B256, KECCAK256_EMPTY, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;

use crate::{
    StateError, Store,
    column::{COLUMNS, Column},
    read::{decode_account, decode_slot},
    root::{state_root, storage_root},
};

/// What [`Store::verify`] has gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The state root over all accounts and slots, which the head records too.
    pub state_root: B256,
    /// Accounts that exist.
    pub accounts: u64,
    /// Words of storage that are not zero.
    pub slots: u64,
    /// Blocks, genesis included.
    pub blocks: u64,
}

impl Store {
    /// Reads every record and recomputes every root. Takes as long as the whole chain is big.
    ///
    /// # Errors
    /// The first thing found wrong: [`Corrupt`](StateError::Corrupt), [`Lost`](StateError::Lost),
    /// [`Orphan`](StateError::Orphan), [`Root`](StateError::Root), or what the disk says.
    pub fn verify(&self) -> Result<Audit, StateError> {
        let head = self.lock();
        for column in COLUMNS {
            for record in self.records(column, &[])? {
                let (key, value) = record?;
                if column == Column::Code && keccak256(&value).as_slice() != &*key {
                    return Err(column.corrupt(&key, "code does not hash to its key"));
                }
            }
        }

        let mut slots = 0;
        let mut leaves = BTreeMap::new();
        for record in self.accounts()? {
            let (address, leaf) = record?;
            let (account, recorded) = decode_account(address, &leaf)?;
            if account.code_hash != KECCAK256_EMPTY && self.code(account.code_hash)?.is_none() {
                return Err(Column::Code.lost(account.code_hash.as_slice()));
            }
            let storage = self.slots(address)?;
            slots += storage.len() as u64;
            if storage_root(storage) != recorded {
                return Err(
                    Column::Accounts.corrupt(address.as_slice(), "storage root is not that of its slots")
                );
            }
            leaves.insert(address, leaf);
        }
        for record in self.records(Column::Storage, &[])? {
            let (address, _) = decode_slot(&record?.0)?;
            if !leaves.contains_key(&address) {
                return Err(StateError::Orphan(address));
            }
        }
        let accounts = leaves.len() as u64;
        let computed = if leaves.is_empty() { EMPTY_ROOT_HASH } else { state_root(leaves) };
        if computed != head.state_root {
            return Err(StateError::Root { computed, recorded: head.state_root });
        }

        for number in 0..=head.number {
            let key = number.to_be_bytes();
            let hash = self.block_hash(number)?.ok_or_else(|| Column::BlockHashes.lost(&key))?;
            let back = self.block_number(hash)?.ok_or_else(|| Column::BlockNumbers.lost(hash.as_slice()))?;
            if back != number {
                return Err(Column::BlockNumbers.corrupt(hash.as_slice(), "number is of another block"));
            }
            if number == head.number && hash != head.hash {
                return Err(Column::BlockHashes.corrupt(&key, "hash is not the head's"));
            }
            let columns = [Column::Blocks, Column::Receipts, Column::Transcripts];
            for column in columns.into_iter().take(if number == 0 { 1 } else { 3 }) {
                self.must(column, &key)?;
            }
        }
        let blocks = head.number.saturating_add(1);
        Ok(Audit { state_root: computed, accounts, slots, blocks })
    }
}
