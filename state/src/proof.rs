//! Proofs of accounts and slots against the head's state root, in the form of `eth_getProof` (EIP-1186).

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use serde::Serialize;

use crate::{Head, StateError, Store, column::Column, read::decode_account, trie::Trie};

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
        let account_proof = Trie::accounts(self).show(hashed)?;
        let root = root_of(&account_proof);
        if root != head.state_root {
            return Err(StateError::Root { computed: root, recorded: head.state_root });
        }
        let leaf = self.get(Column::Accounts, address.as_slice())?;
        let leaf = leaf.map(|leaf| decode_account(address, &leaf)).transpose()?;
        let storage_hash = leaf.map_or(EMPTY_ROOT_HASH, |(_, root)| root);
        let account = leaf.map(|(account, _)| account);

        let mut storage_proof = Vec::new();
        for slot in slots {
            let key = B256::from(*slot);
            let proof = Trie::storage(self, hashed).show(keccak256(key))?;
            if root_of(&proof) != storage_hash {
                let reason = "storage root is not that of its slots";
                return Err(Column::Accounts.corrupt(address.as_slice(), reason));
            }
            storage_proof.push(SlotProof { key, value: self.storage(address, *slot)?, proof });
        }
        let proof = AccountProof {
            address,
            balance: account.map(|account| account.balance).unwrap_or_default(),
            code_hash: account.map_or(KECCAK256_EMPTY, |account| account.code_hash),
            nonce: account.map(|account| account.nonce).unwrap_or_default(),
            storage_hash,
            account_proof,
            storage_proof,
        };
        Ok((head, proof))
    }
}

/// The root of the trie that the nodes are of, as the first of them says.
fn root_of(nodes: &[Bytes]) -> B256 {
    nodes.first().map_or(EMPTY_ROOT_HASH, keccak256)
}
