//! Reading a past state.

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use revm::{DatabaseRef, bytecode::Bytecode, state::AccountInfo};
use rocksdb::{DB, Direction, IteratorMode, SnapshotWithThreadMode};

use crate::{
    Account, StateError, Store,
    column::Column,
    history::numbered,
    read::{account_info, decode_account, decode_block_hash, decode_code, decode_word, slot_key},
};

impl Store {
    /// The state at the end of a block that is kept. What it reads stays the same whatever is committed,
    /// unwound or pruned meanwhile.
    ///
    /// # Errors
    /// [`Pruned`](StateError::Pruned) or [`Beyond`](StateError::Beyond) with the blocks that there are.
    pub fn at(&self, number: u64) -> Result<StateAt<'_>, StateError> {
        let state = self.lock();
        self.kept(number, &state)?;
        Ok(StateAt { store: self, snapshot: self.db.snapshot(), number })
    }
}

/// The state at the end of one block: see [`Store::at`].
pub struct StateAt<'a> {
    store: &'a Store,
    snapshot: SnapshotWithThreadMode<'a, DB>,
    number: u64,
}

impl std::fmt::Debug for StateAt<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateAt").field("number", &self.number).finish_non_exhaustive()
    }
}

impl StateAt<'_> {
    /// The block's number.
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// An account without its storage, `None` where none existed.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        let leaf = self.value(Column::AccountHistory, Column::Accounts, address.as_slice())?;
        leaf.map(|leaf| Ok(decode_account(address, &leaf)?.0)).transpose()
    }

    /// A word of an account's storage, zero where none was written.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let key = slot_key(address, slot);
        let word = self.value(Column::StorageHistory, Column::Storage, &key)?;
        word.map_or(Ok(U256::ZERO), |word| decode_word(&key, &word))
    }

    /// What `key` was at the end of the block.
    fn value(&self, history: Column, flat: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let from = numbered(key, self.number.saturating_add(1));
        let mode = IteratorMode::From(&from, Direction::Forward);
        if let Some(record) = self.snapshot.iterator_cf(self.store.family(history)?, mode).next() {
            let (found, sealed) = record?;
            if found.len() == from.len() && found.starts_with(key) {
                let value = history.unseal(&found, &sealed)?.to_vec();
                return Ok((!value.is_empty()).then_some(value));
            }
        }
        self.get(flat, key)
    }

    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let Some(sealed) = self.snapshot.get_cf(self.store.family(column)?, key)? else { return Ok(None) };
        Ok(Some(column.unseal(key, &sealed)?.to_vec()))
    }
}

impl DatabaseRef for StateAt<'_> {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.account(address)?.map(account_info))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, StateError> {
        if hash == KECCAK256_EMPTY || hash.is_zero() {
            return Ok(Bytecode::new());
        }
        let code = self.get(Column::Code, hash.as_slice())?;
        decode_code(hash, code.ok_or_else(|| Column::Code.lost(hash.as_slice()))?)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.storage(address, slot)
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, StateError> {
        let key = number.to_be_bytes();
        let value = self.get(Column::BlockHashes, &key)?.ok_or_else(|| Column::BlockHashes.lost(&key))?;
        Ok(decode_block_hash(number, &value)?.0)
    }
}
