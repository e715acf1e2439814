//! Past states. Each block's change set holds what the block changed, and the history columns what was
//! there before it, so that a value at the end of block N is that before the first later block which
//! changed it, or the present one.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use revm::{DatabaseRef, bytecode::Bytecode, state::AccountInfo};
use rocksdb::{DB, Direction, IteratorMode, SnapshotWithThreadMode};

use crate::{
    Account, StateError, Store,
    column::Column,
    commit::Op,
    plan::{Before, Target},
    read::{account_info, decode_account, decode_block_hash, decode_code, decode_word, slot_key},
};

/// How many past states a store keeps. Blocks, receipts and transcripts are kept always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// The state after every block.
    Archive,
    /// Beside the head's, the states after this many blocks before it.
    Last(u64),
}

impl History {
    /// The first block whose state is kept under a head.
    pub(crate) const fn first(self, head: u64) -> u64 {
        match self {
            Self::Archive => 0,
            Self::Last(blocks) => head.saturating_sub(blocks),
        }
    }

    pub(crate) const fn to_u64(self) -> u64 {
        match self {
            Self::Archive => u64::MAX,
            Self::Last(blocks) => blocks,
        }
    }

    pub(crate) const fn from_u64(blocks: u64) -> Self {
        match blocks {
            u64::MAX => Self::Archive,
            blocks => Self::Last(blocks),
        }
    }
}

/// One account in a block's change set, with the slots that changed.
#[derive(Debug, RlpEncodable, RlpDecodable)]
pub(crate) struct Changed {
    pub(crate) address: Address,
    pub(crate) slots: Vec<U256>,
}

pub(crate) fn numbered(key: &[u8], number: u64) -> Vec<u8> {
    [key, &number.to_be_bytes()].concat()
}

impl Store {
    /// The records of one block's change set.
    pub(crate) fn history_ops(number: u64, before: &[Before]) -> Vec<Op> {
        let mut ops = Vec::new();
        let mut list = Vec::new();
        for Before { address, leaf, slots } in before {
            ops.push(Op::put(Column::AccountHistory, &numbered(address.as_slice(), number), leaf));
            for (slot, value) in slots {
                let key = numbered(&slot_key(*address, *slot), number);
                ops.push(Op::put(Column::StorageHistory, &key, value));
            }
            list.push(Changed { address: *address, slots: slots.iter().map(|(slot, _)| *slot).collect() });
        }
        let mut changes = Vec::new();
        alloy_rlp::encode_list(&list, &mut changes);
        ops.push(Op::put(Column::Changes, &number.to_be_bytes(), &changes));
        ops
    }

    /// A block's change set, which must be kept.
    pub(crate) fn changed(&self, number: u64) -> Result<Vec<Changed>, StateError> {
        let key = number.to_be_bytes();
        let list = self.must(Column::Changes, &key)?;
        alloy_rlp::decode_exact(list).map_err(|_| Column::Changes.corrupt(&key, "not a list of changes"))
    }

    /// What the accounts that the blocks after `to` up to `from` changed were at the end of `to`.
    pub(crate) fn targets_at(&self, to: u64, from: u64) -> Result<BTreeMap<Address, Target>, StateError> {
        let mut targets: BTreeMap<Address, Target> = BTreeMap::new();
        // Backwards, so that the oldest record of each account and slot is the one that stays.
        for number in (to.saturating_add(1)..=from).rev() {
            for Changed { address, slots } in self.changed(number)? {
                let leaf = self.must(Column::AccountHistory, &numbered(address.as_slice(), number))?;
                let target = targets.entry(address).or_default();
                target.account = match &leaf[..] {
                    [] => None,
                    leaf => Some(decode_account(address, leaf)?.0),
                };
                for slot in slots {
                    let key = numbered(&slot_key(address, slot), number);
                    let value = self.must(Column::StorageHistory, &key)?;
                    let word = if value.is_empty() { U256::ZERO } else { decode_word(&key, &value)? };
                    target.slots.insert(slot, word);
                }
            }
        }
        Ok(targets)
    }

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
