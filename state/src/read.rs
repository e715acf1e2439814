//! Reading: single records, whole columns, and revm's view of the state.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use alloy_trie::TrieAccount;
use revm::{DatabaseRef, bytecode::Bytecode, state::AccountInfo};
use rocksdb::{Direction, IteratorMode, ReadOptions};

use crate::{Account, Head, StateError, Store, column::Column};

pub(crate) fn slot_key(address: Address, slot: U256) -> [u8; 52] {
    let mut key = [0; 52];
    let (head, tail) = key.split_at_mut(20);
    head.copy_from_slice(address.as_slice());
    tail.copy_from_slice(&slot.to_be_bytes::<32>());
    key
}

type Record = (Box<[u8]>, Vec<u8>);

impl Store {
    /// An account without its storage, `None` where none exists.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        let leaf = self.get(Column::Accounts, address.as_slice())?;
        leaf.map(|leaf| Ok(decode_account(address, &leaf)?.0)).transpose()
    }

    /// A word of an account's storage, zero where none was written.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let key = slot_key(address, slot);
        self.get(Column::Storage, &key)?.map_or(Ok(U256::ZERO), |value| decode_word(&key, &value))
    }

    /// The code with this keccak-256, if any account ever had it.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn code(&self, hash: B256) -> Result<Option<Bytes>, StateError> {
        Ok(self.get(Column::Code, hash.as_slice())?.map(Bytes::from))
    }

    /// A block in RLP.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn block(&self, number: u64) -> Result<Option<Bytes>, StateError> {
        Ok(self.get(Column::Blocks, &number.to_be_bytes())?.map(Bytes::from))
    }

    /// A block's receipts in RLP; `None` for genesis too.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn receipts(&self, number: u64) -> Result<Option<Bytes>, StateError> {
        Ok(self.get(Column::Receipts, &number.to_be_bytes())?.map(Bytes::from))
    }

    /// A block's inference transcript; `None` for genesis too.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn transcript(&self, number: u64) -> Result<Option<Bytes>, StateError> {
        Ok(self.get(Column::Transcripts, &number.to_be_bytes())?.map(Bytes::from))
    }

    /// The hash of a block by its number.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn block_hash(&self, number: u64) -> Result<Option<B256>, StateError> {
        Ok(self.hash_and_root(number)?.map(|(hash, _)| hash))
    }

    /// The state root at the end of a block, whether its state is kept or not.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn state_root(&self, number: u64) -> Result<Option<B256>, StateError> {
        Ok(self.hash_and_root(number)?.map(|(_, root)| root))
    }

    fn hash_and_root(&self, number: u64) -> Result<Option<(B256, B256)>, StateError> {
        let value = self.get(Column::BlockHashes, &number.to_be_bytes())?;
        value.map(|value| decode_block_hash(number, &value)).transpose()
    }

    /// A block that is here as it was when it was the head.
    pub(crate) fn recorded(&self, number: u64) -> Result<Head, StateError> {
        let found = self.hash_and_root(number)?;
        let (hash, state_root) = found.ok_or_else(|| Column::BlockHashes.lost(&number.to_be_bytes()))?;
        Ok(Head { number, hash, state_root })
    }

    /// The number of a block by its hash.
    ///
    /// # Errors
    /// [`Corrupt`](StateError::Corrupt) or what the disk says.
    pub fn block_number(&self, hash: B256) -> Result<Option<u64>, StateError> {
        let Some(number) = self.get(Column::BlockNumbers, hash.as_slice())? else { return Ok(None) };
        let number = number.try_into().map(u64::from_be_bytes);
        number.map(Some).map_err(|_| Column::BlockNumbers.corrupt(hash.as_slice(), "not a number"))
    }

    pub(crate) fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
        let Some(sealed) = self.db.get_pinned_cf(self.family(column)?, key)? else { return Ok(None) };
        Ok(Some(column.unseal(key, &sealed)?.to_vec()))
    }

    /// Many records at once, which costs less than one by one. The keys ascend.
    pub(crate) fn get_many<'k, K: AsRef<[u8]> + 'k>(
        &self,
        column: Column,
        keys: impl ExactSizeIterator<Item = &'k K> + Clone,
    ) -> Result<Vec<Option<Vec<u8>>>, StateError> {
        let found = self.db.batched_multi_get_cf(self.family(column)?, keys.clone().map(AsRef::as_ref), true);
        let unsealed = keys.zip(found).map(|(key, sealed)| {
            sealed?.map(|sealed| Ok(column.unseal(key.as_ref(), &sealed)?.to_vec())).transpose()
        });
        unsealed.collect()
    }

    pub(crate) fn has(&self, column: Column, key: &[u8]) -> Result<bool, StateError> {
        Ok(self.db.get_pinned_cf(self.family(column)?, key)?.is_some())
    }

    pub(crate) fn must(&self, column: Column, key: &[u8]) -> Result<Vec<u8>, StateError> {
        self.get(column, key)?.ok_or_else(|| column.lost(key))
    }

    /// All records whose key begins with `prefix`, unsealed, in the order of their keys.
    pub(crate) fn records(
        &self,
        column: Column,
        prefix: &[u8],
    ) -> Result<impl Iterator<Item = Result<Record, StateError>>, StateError> {
        let prefix = prefix.to_vec();
        let mut options = ReadOptions::default();
        // A scan must not push the blocks that execution reads out of the cache.
        options.fill_cache(false);
        let mode = IteratorMode::From(&prefix, Direction::Forward);
        let records = self.db.iterator_cf_opt(self.family(column)?, options, mode);
        Ok(records
            .take_while(move |record| !matches!(record, Ok((key, _)) if !key.starts_with(&prefix)))
            .map(move |record| {
                let (key, sealed) = record?;
                let value = column.unseal(&key, &sealed)?.to_vec();
                Ok((key, value))
            }))
    }

    /// All of an account's slots.
    pub(crate) fn slots(&self, address: Address) -> Result<BTreeMap<U256, U256>, StateError> {
        self.records(Column::Storage, address.as_slice())?
            .map(|record| {
                let (key, value) = record?;
                Ok((decode_slot(&key)?.1, decode_word(&key, &value)?))
            })
            .collect()
    }
}

pub(crate) fn decode_account(address: Address, leaf: &[u8]) -> Result<(Account, B256), StateError> {
    decode_leaf(Column::Accounts, address.as_slice(), leaf)
}

/// An account and its storage root.
pub(crate) fn decode_leaf(column: Column, key: &[u8], leaf: &[u8]) -> Result<(Account, B256), StateError> {
    let leaf =
        alloy_rlp::decode_exact::<TrieAccount>(leaf).map_err(|_| column.corrupt(key, "not an account"))?;
    let account = Account { nonce: leaf.nonce, balance: leaf.balance, code_hash: leaf.code_hash };
    Ok((account, leaf.storage_root))
}

pub(crate) fn decode_slot(key: &[u8]) -> Result<(Address, U256), StateError> {
    match key.split_first_chunk::<20>() {
        Some((address, slot)) if slot.len() == 32 => Ok((address.into(), U256::from_be_slice(slot))),
        _ => Err(Column::Storage.corrupt(key, "key is not address and slot")),
    }
}

pub(crate) fn decode_word(key: &[u8], value: &[u8]) -> Result<U256, StateError> {
    match alloy_rlp::decode_exact::<U256>(value) {
        Ok(word) if !word.is_zero() => Ok(word),
        _ => Err(Column::Storage.corrupt(key, "not a word other than zero")),
    }
}

/// A block's hash and its state root.
pub(crate) fn decode_block_hash(number: u64, value: &[u8]) -> Result<(B256, B256), StateError> {
    match value.as_chunks::<32>() {
        ([hash, root], []) => Ok((hash.into(), root.into())),
        _ => Err(Column::BlockHashes.corrupt(&number.to_be_bytes(), "not a hash and a state root")),
    }
}

/// An account as revm has it. No code: revm asks for it by its hash when it needs it.
pub(crate) fn account_info(Account { nonce, balance, code_hash }: Account) -> AccountInfo {
    AccountInfo { nonce, balance, code_hash, code: None, ..Default::default() }
}

pub(crate) fn decode_code(hash: B256, code: Vec<u8>) -> Result<Bytecode, StateError> {
    Bytecode::new_raw_checked(code.into())
        .map_err(|_| Column::Code.corrupt(hash.as_slice(), "not a delegation of EIP-7702"))
}

impl DatabaseRef for Store {
    type Error = StateError;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.account(address)?.map(account_info))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, StateError> {
        if hash == KECCAK256_EMPTY || hash.is_zero() {
            return Ok(Bytecode::new());
        }
        decode_code(hash, self.must(Column::Code, hash.as_slice())?)
    }

    fn storage_ref(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.storage(address, slot)
    }

    /// revm asks for the 256 blocks before its own only; one that is not here is lost.
    fn block_hash_ref(&self, number: u64) -> Result<B256, StateError> {
        self.block_hash(number)?.ok_or_else(|| Column::BlockHashes.lost(&number.to_be_bytes()))
    }
}
