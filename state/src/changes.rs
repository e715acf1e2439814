//! What a block (or a genesis file) does to the state, in one canonical order.

use std::collections::BTreeMap;

use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::TrieAccount;
use revm::{
    database::{BundleState, OriginalValuesKnown},
    state::AccountInfo,
};

use crate::root;

/// An account without its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// In wei.
    pub balance: U256,
    /// keccak-256 of the code; that of nothing for an account without code.
    pub code_hash: B256,
}

impl Account {
    /// Empty in the sense of EIP-161: such an account does not survive the block that touched it.
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && self.code_hash == KECCAK256_EMPTY
    }

    pub(crate) fn leaf(&self, storage_root: B256) -> TrieAccount {
        TrieAccount::new(self.nonce, self.balance, storage_root, self.code_hash)
    }
}

impl From<&AccountInfo> for Account {
    fn from(info: &AccountInfo) -> Self {
        // revm writes "no code" in two ways; the trie knows only one.
        let code_hash = if info.is_code_hash_empty_or_zero() { KECCAK256_EMPTY } else { info.code_hash };
        Self { nonce: info.nonce, balance: info.balance, code_hash }
    }
}

/// What becomes of an account's own fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    #[default]
    Keep,
    Set(Account),
    Delete,
}

/// What becomes of one account and its storage: first the wipe, then the slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountChange {
    pub(crate) fate: Fate,
    pub(crate) wipe: bool,
    pub(crate) slots: BTreeMap<U256, U256>,
}

/// Changes of state between two blocks, or all of a genesis state. Sorted throughout, so that nothing
/// made from them depends on the order in which they were collected.
///
/// ```
/// use alloy_primitives::{Address, Bytes, U256};
/// use isocortex_state::StateChanges;
///
/// let mut changes = StateChanges::default();
/// changes.set_account(Address::with_last_byte(1), 0, U256::from(7), Bytes::new());
/// changes.set_slot(Address::with_last_byte(1), U256::ZERO, U256::from(1));
/// assert_ne!(changes.genesis_root(), StateChanges::default().genesis_root());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateChanges {
    pub(crate) accounts: BTreeMap<Address, AccountChange>,
    pub(crate) code: BTreeMap<B256, Bytes>,
    /// Whether accounts that come out empty exist all the same.
    pub(crate) keep_empty: bool,
}

impl StateChanges {
    /// Lets accounts that were set empty exist, as they did before EIP-161 (Spurious Dragon). revm's bundle
    /// tells the two apart by itself (`Some` of an empty account against `None`), so that for older
    /// blocks its changes are taken as they are: `StateChanges::from(&bundle).keep_empty()`.
    #[must_use]
    pub fn keep_empty(mut self) -> Self {
        self.keep_empty = true;
        self
    }

    /// Sets an account's fields; its storage stays.
    pub fn set_account(&mut self, address: Address, nonce: u64, balance: U256, code: Bytes) {
        let code_hash = keccak256(&code);
        if !code.is_empty() {
            self.code.insert(code_hash, code);
        }
        self.set_account_with(address, Account { nonce, balance, code_hash });
    }

    /// Like [`set_account`](Self::set_account), for code that the store already has or the changes bring.
    pub fn set_account_with(&mut self, address: Address, account: Account) {
        self.accounts.entry(address).or_default().fate = Fate::Set(account);
    }

    /// Removes an account and all its storage.
    pub fn delete_account(&mut self, address: Address) {
        self.accounts.insert(address, AccountChange { fate: Fate::Delete, wipe: true, ..Default::default() });
    }

    /// Sets one word of an account's storage; zero removes it.
    pub fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        self.accounts.entry(address).or_default().slots.insert(slot, value);
    }

    /// The state root of a chain that begins with exactly these accounts: what [`Store::create`]
    /// records. Accounts that EIP-161 calls empty count here, as they are listed.
    ///
    /// [`Store::create`]: crate::Store::create
    pub fn genesis_root(&self) -> B256 {
        root::state_root(self.accounts.iter().filter_map(|(address, change)| match change.fate {
            Fate::Set(account) => {
                let leaf = account.leaf(root::storage_root(change.slots.iter().map(|(k, v)| (*k, *v))));
                Some((*address, alloy_rlp::encode(leaf)))
            }
            Fate::Keep | Fate::Delete => None,
        }))
    }
}

impl From<&BundleState> for StateChanges {
    /// Takes the bundle's changes against the state that it was executed on, which must be the head's.
    fn from(bundle: &BundleState) -> Self {
        let plain = bundle.to_plain_state(OriginalValuesKnown::Yes);
        let mut changes = Self::default();
        for (address, info) in &plain.accounts {
            match info {
                Some(info) => changes.set_account_with(*address, info.into()),
                None => changes.delete_account(*address),
            }
        }
        for storage in plain.storage {
            let change = changes.accounts.entry(storage.address).or_default();
            change.wipe |= storage.wipe_storage;
            change.slots.extend(storage.storage);
        }
        changes.code =
            plain.contracts.into_iter().map(|(hash, code)| (hash, code.original_bytes())).collect();
        changes
    }
}

impl<'a> FromIterator<(&'a Address, &'a GenesisAccount)> for StateChanges {
    /// Takes the accounts of a genesis file (`genesis.alloc.iter().collect()`).
    fn from_iter<I: IntoIterator<Item = (&'a Address, &'a GenesisAccount)>>(alloc: I) -> Self {
        let mut changes = Self::default();
        for (address, account) in alloc {
            let code = account.code.clone().unwrap_or_default();
            changes.set_account(*address, account.nonce.unwrap_or_default(), account.balance, code);
            for (slot, value) in account.storage.iter().flatten() {
                changes.set_slot(*address, (*slot).into(), (*value).into());
            }
        }
        changes
    }
}
