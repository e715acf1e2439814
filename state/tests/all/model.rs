//! A state in plain maps, with roots by another implementation of the trie (`eth_trie`), and what the
//! tests share.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::RlpEncodable;
use eth_trie::{EthTrie, MemoryDB, Trie};
use isocortex_state::{Account, BlockCommit, Genesis, Head, StateChanges, StateError, Store};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub account: Account,
    pub storage: BTreeMap<U256, U256>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model(pub BTreeMap<Address, Entry>);

#[derive(RlpEncodable)]
struct Leaf {
    nonce: u64,
    balance: U256,
    storage_root: B256,
    code_hash: B256,
}

fn trie_root(leaves: impl Iterator<Item = (B256, Vec<u8>)>) -> B256 {
    let mut trie = EthTrie::new(Arc::new(MemoryDB::new(true)));
    for (key, leaf) in leaves {
        trie.insert(key.as_slice(), &leaf).unwrap();
    }
    trie.root_hash().unwrap()
}

impl Model {
    pub fn root(&self) -> B256 {
        trie_root(self.0.iter().map(|(address, entry)| {
            let Account { nonce, balance, code_hash } = entry.account;
            let slots = entry.storage.iter();
            let storage_root =
                trie_root(slots.map(|(k, v)| (keccak256(k.to_be_bytes::<32>()), alloy_rlp::encode(v))));
            (keccak256(address), alloy_rlp::encode(Leaf { nonce, balance, storage_root, code_hash }))
        }))
    }

    pub fn set(&mut self, address: Address, account: Account) {
        let entry = self.0.entry(address).or_insert(Entry { account, storage: BTreeMap::new() });
        entry.account = account;
    }

    /// Sets a slot of an account that exists.
    pub fn slot(&mut self, address: Address, slot: U256, value: U256) {
        let storage = &mut self.0.get_mut(&address).unwrap().storage;
        if value.is_zero() {
            storage.remove(&slot)
        } else {
            storage.insert(slot, value)
        };
    }

    /// What leads from this state to `after`.
    pub fn changes_to(&self, after: &Self) -> StateChanges {
        let mut changes = StateChanges::default();
        for (address, entry) in &after.0 {
            let before = self.0.get(address);
            if before.map(|before| before.account) != Some(entry.account) {
                changes.set_account_with(*address, entry.account);
            }
            let old = before.map(|before| before.storage.clone()).unwrap_or_default();
            for slot in old.keys().chain(entry.storage.keys()) {
                let value = entry.storage.get(slot).copied().unwrap_or_default();
                if old.get(slot).copied().unwrap_or_default() != value {
                    changes.set_slot(*address, *slot, value);
                }
            }
        }
        for address in self.0.keys().filter(|address| !after.0.contains_key(*address)) {
            changes.delete_account(*address);
        }
        changes
    }
}

pub fn address(n: u8) -> Address {
    Address::repeat_byte(n)
}

pub fn account(nonce: u64, balance: u64, code: &[u8]) -> Account {
    Account { nonce, balance: U256::from(balance), code_hash: keccak256(code) }
}

/// The hash that the tests give to a block.
pub fn hash(number: u64) -> B256 {
    keccak256(number.to_be_bytes())
}

pub fn create(path: &Path, alloc: &StateChanges) -> Result<Store, StateError> {
    Store::create(path, &Genesis { hash: hash(0), block_rlp: b"genesis", spec: b"spec", alloc })
}

pub fn create_in_memory(alloc: &StateChanges) -> Result<Store, StateError> {
    Store::create_in_memory(&Genesis { hash: hash(0), block_rlp: b"genesis", spec: b"spec", alloc })
}

/// Commits `changes` as the next block.
pub fn commit(store: &Store, changes: &StateChanges, transcript: &[u8]) -> Result<Head, StateError> {
    let number = store.head().number + 1;
    store.commit(BlockCommit {
        number,
        hash: hash(number),
        block_rlp: format!("block {number}").as_bytes(),
        receipts_rlp: format!("receipts {number}").as_bytes(),
        transcript,
        state: store.prepare(changes)?,
    })
}

/// Two accounts: 1 with a balance, 2 with code and a slot.
pub fn small() -> StateChanges {
    let mut changes = StateChanges::default();
    changes.set_account(address(1), 0, U256::from(1000), Bytes::new());
    changes.set_account(address(2), 1, U256::ZERO, Bytes::from_static(b"code"));
    changes.set_slot(address(2), U256::from(5), U256::from(6));
    changes
}
