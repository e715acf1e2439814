//! Merkle Patricia roots over whole contents: the state trie and one account's storage trie.
//!
//! Both tries are keyed by the keccak-256 of the plain key, so leaves are hashed, sorted and folded.
//! Cost: one hash per leaf and about one per node. For a state that is in memory whole; a store's is in
//! [`crate::trie`].

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::{HashBuilder, Nibbles};

/// Root over `(address, RLP of the account)`. Each address at most once, in any order.
pub(crate) fn state_root(accounts: impl IntoIterator<Item = (Address, Vec<u8>)>) -> B256 {
    fold(accounts.into_iter().map(|(address, leaf)| (keccak256(address), leaf)).collect())
}

/// Root over `(slot, value)`. Each slot at most once, in any order; zero values are absent ones.
pub(crate) fn storage_root(slots: impl IntoIterator<Item = (U256, U256)>) -> B256 {
    fold(
        slots
            .into_iter()
            .filter(|(_, value)| !value.is_zero())
            .map(|(slot, value)| (keccak256(slot.to_be_bytes::<32>()), alloy_rlp::encode(value)))
            .collect(),
    )
}

fn fold(mut leaves: Vec<(B256, Vec<u8>)>) -> B256 {
    // The builder takes leaves in ascending order only. Equal keys would need a keccak collision.
    leaves.sort_unstable_by_key(|(key, _)| *key);
    let mut trie = HashBuilder::default();
    for (key, leaf) in &leaves {
        trie.add_leaf(Nibbles::unpack(key), leaf);
    }
    trie.root()
}
