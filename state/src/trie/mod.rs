//! Merkle Patricia tries over the hashed columns: the accounts' and one for each account's storage.
//!
//! Leaves lie in a hashed column in the order of the trie. Of the inner nodes those branches are stored,
//! under their path, that have a branch further down: each with the hashes of its children that are
//! branches themselves. Leaves, extensions and the lowest branches are made again from the leaves when
//! they are needed, which are then few. [`walk`] computes a root from this.

mod cursor;
mod node;
mod walk;

use alloy_primitives::B256;
use alloy_trie::{HashBuilder, Nibbles};

use crate::{Store, column::Column, commit::Op};

pub(crate) use node::{decode_node, encode_node};
pub(crate) use walk::{Change, Want};

/// One trie of a store.
#[derive(Clone, Copy)]
pub(crate) struct Trie<'a> {
    pub(crate) store: &'a Store,
    pub(crate) leaves: Column,
    pub(crate) nodes: Column,
    /// keccak-256 of the address, for storage.
    owner: Option<B256>,
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

    /// The key of the branch at `path`: a byte for each nibble, so that a branch comes before all below it.
    pub(crate) fn node_key(&self, path: &Nibbles) -> Vec<u8> {
        self.prefix().iter().copied().chain(path.iter()).collect()
    }
}

/// What a walk has found out.
pub(crate) struct Walked {
    pub(crate) root: B256,
    /// What becomes of the stored branches.
    pub(crate) ops: Vec<Op>,
    /// Nodes on the way to what was to be shown, by their paths.
    pub(crate) proof: alloy_trie::proof::ProofNodes,
}

/// The writes of a builder's branches.
pub(crate) fn node_ops(trie: Trie<'_>, builder: HashBuilder) -> Vec<Op> {
    let (_, nodes) = builder.split();
    let mut nodes: Vec<_> = nodes.into_iter().collect();
    nodes.sort_unstable_by_key(|(path, _)| *path);
    let put = |(path, node)| Op::put(trie.nodes, &trie.node_key(&path), &encode_node(&node));
    nodes.into_iter().map(put).collect()
}
