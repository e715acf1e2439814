//! Proofs of accounts and slots against the head's state root, in the form of `eth_getProof` (EIP-1186).

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles};
use serde::Serialize;

use crate::{
    Head, StateError, Store,
    column::Column,
    read::decode_account,
    trie::{Trie, Want},
};

/// An account, or that there is none, with the nodes that show it. As JSON it is what `eth_getProof`
/// answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountProof {
    /// The account.
    pub address: Address,
    /// In wei; zero where there is no account.
    pub balance: U256,
    /// Of the code; that of no code where there is no account.
    pub code_hash: B256,
    /// Transactions sent or contracts created; zero where there is no account.
    #[serde(with = "alloy_serde::quantity")]
    pub nonce: u64,
    /// The root of its storage; that of nothing where there is no account.
    pub storage_hash: B256,
    /// Nodes of the state trie from the root on, in RLP; none where the trie is empty.
    pub account_proof: Vec<Bytes>,
    /// The slots asked for, in that order.
    pub storage_proof: Vec<SlotProof>,
}

/// A word of storage with the nodes that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotProof {
    /// The slot.
    pub key: B256,
    /// Its word; zero where none was written.
    pub value: U256,
    /// Nodes of the account's storage trie from the root on, in RLP; none where the trie is empty.
    pub proof: Vec<Bytes>,
}

impl Store {
    /// Proves an account and slots of it at the head, which comes with the proof.
    ///
    /// # Errors
    /// [`Root`](StateError::Root) or [`Corrupt`](StateError::Corrupt) where the tries are not what they
    /// should be, [`Lost`](StateError::Lost), or what the disk says.
    pub fn prove(&self, address: Address, slots: &[U256]) -> Result<(Head, AccountProof), StateError> {
        let state = self.lock();
        let head = state.head;
        let hashed = keccak256(address);
        let (account_proof, root) = show(Trie::accounts(self), &[hashed])?;
        if root != head.state_root {
            return Err(StateError::Root { computed: root, recorded: head.state_root });
        }
        let leaf = self.get(Column::Accounts, address.as_slice())?;
        let leaf = leaf.map(|leaf| decode_account(address, &leaf)).transpose()?;
        let storage_hash = leaf.map_or(EMPTY_ROOT_HASH, |(_, root)| root);
        let account = leaf.map(|(account, _)| account);

        let keys: Vec<_> = slots.iter().map(|slot| keccak256(slot.to_be_bytes::<32>())).collect();
        let (nodes, root) = show(Trie::storage(self, hashed), &keys)?;
        if !slots.is_empty() && root != storage_hash {
            return Err(Column::Accounts.corrupt(address.as_slice(), "storage root is not that of its slots"));
        }
        let mut storage_proof = Vec::new();
        for (slot, proof) in slots.iter().zip(nodes) {
            storage_proof.push(SlotProof {
                key: (*slot).into(),
                value: self.storage(address, *slot)?,
                proof,
            });
        }
        let proof = AccountProof {
            address,
            balance: account.map(|account| account.balance).unwrap_or_default(),
            code_hash: account.map_or(KECCAK256_EMPTY, |account| account.code_hash),
            nonce: account.map(|account| account.nonce).unwrap_or_default(),
            storage_hash,
            account_proof: account_proof.into_iter().next().unwrap_or_default(),
            storage_proof,
        };
        Ok((head, proof))
    }
}

/// For each key the nodes that lead to it or to where it would be, and the trie's root.
fn show(trie: Trie<'_>, keys: &[B256]) -> Result<(Vec<Vec<Bytes>>, B256), StateError> {
    let keys: Vec<_> = keys.iter().map(|key| Nibbles::unpack(key)).collect();
    let walked = trie.walk(keys.iter().map(|key| (*key, Want::Show)).collect())?;
    if walked.root == EMPTY_ROOT_HASH {
        return Ok((vec![vec![]; keys.len()], walked.root));
    }
    let nodes = |key| walked.proof.matching_nodes_sorted(key).into_iter().map(|(_, node)| node).collect();
    Ok((keys.iter().map(nodes).collect(), walked.root))
}
