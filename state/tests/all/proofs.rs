//! Proofs, verified by two other implementations: `alloy_trie::proof` and `eth_trie`.

use std::sync::Arc;

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, Nibbles, TrieAccount, proof::verify_proof};
use eth_trie::{EthTrie, MemoryDB, Trie};
use isocortex_state::{AccountProof, StateChanges, Store};

use crate::model::{commit, create_in_memory, small};

fn who(n: u64) -> Address {
    Address::from_word(keccak256(n.to_be_bytes()))
}

/// Both verifiers accept `value` under `key`, and neither accepts another value.
fn check(root: B256, key: B256, value: Option<Vec<u8>>, proof: &[Bytes]) {
    let path = Nibbles::unpack(key);
    verify_proof(root, path, value.clone(), proof).unwrap();
    assert!(verify_proof(root, path, Some(b"another".to_vec()), proof).is_err());
    if value.is_some() {
        assert!(verify_proof(root, path, None, proof).is_err());
    }
    let trie = EthTrie::new(Arc::new(MemoryDB::new(false)));
    let nodes: Vec<_> = proof.iter().map(|node| node.to_vec()).collect();
    assert_eq!(trie.verify_proof(root, key.as_slice(), nodes.clone()).unwrap(), value);
    if let Some(last) = nodes.len().checked_sub(1) {
        assert!(verify_proof(root, path, value.clone(), &proof[..last]).is_err(), "a node is missing");
        let mut bad = proof.to_vec();
        let mut node = nodes[last].clone();
        *node.last_mut().unwrap() ^= 1;
        bad[last] = node.into();
        assert!(verify_proof(root, path, value, &bad).is_err(), "a changed node");
    }
}

fn check_all(store: &Store, address: Address, slots: &[U256]) -> AccountProof {
    let (head, proof) = store.prove(address, slots).unwrap();
    assert_eq!(head, store.head());
    let account = store.account(address).unwrap();
    let leaf = account.map(|account| {
        assert_eq!((account.balance, account.nonce), (proof.balance, proof.nonce));
        let code_hash = account.code_hash;
        alloy_rlp::encode(TrieAccount {
            nonce: proof.nonce,
            balance: proof.balance,
            storage_root: proof.storage_hash,
            code_hash,
        })
    });
    check(head.state_root, keccak256(address), leaf, &proof.account_proof);
    assert_eq!(proof.storage_proof.len(), slots.len());
    for (slot, shown) in slots.iter().zip(&proof.storage_proof) {
        assert_eq!(
            (U256::from_be_bytes(shown.key.0), shown.value),
            (*slot, store.storage(address, *slot).unwrap())
        );
        if proof.storage_hash == EMPTY_ROOT_HASH {
            assert!(shown.proof.is_empty());
            continue;
        }
        let word = (!shown.value.is_zero()).then(|| alloy_rlp::encode(shown.value));
        check(proof.storage_hash, keccak256(shown.key), word, &shown.proof);
    }
    proof
}

#[test]
fn accounts_and_slots_there_and_not() {
    let store = create_in_memory(&StateChanges::default()).unwrap();
    assert_eq!(store.prove(who(1), &[]).unwrap().1.storage_hash, EMPTY_ROOT_HASH);
    // From one account to thousands, so that every form of the trie comes by.
    let mut made = 0;
    for all in [1, 2, 3, 20, 300, 3000] {
        let mut changes = StateChanges::default();
        for n in made..all {
            changes.set_account(who(n), n + 1, U256::from(n), Bytes::new());
            for slot in 0..n % 50 {
                changes.set_slot(who(n), U256::from(slot * 3), U256::from(n));
            }
        }
        for slot in made..all {
            changes.set_slot(who(0), U256::from(slot), U256::from(slot) << 200 | U256::from(1));
        }
        made = all;
        commit(&store, &changes, b"").unwrap();
        let slots: Vec<_> = (0..8).chain([all - 1, all, all + 1, all * 2]).map(U256::from).collect();
        let mut slots = slots;
        slots.sort();
        slots.dedup();
        for n in (0..all + 20).step_by((all / 60 + 1) as usize) {
            check_all(&store, who(n), if n % 5 == 0 { &slots } else { &slots[..3] });
        }
    }
    store.verify().unwrap();
}

#[test]
fn the_json_is_that_of_eth_get_proof() {
    let store = create_in_memory(&small()).unwrap();
    let proof = check_all(&store, Address::repeat_byte(2), &[U256::from(5), U256::from(6)]);
    let json = serde_json::to_value(&proof).unwrap();
    assert_eq!(json["address"], "0x0202020202020202020202020202020202020202");
    assert_eq!(json["nonce"], "0x1");
    assert_eq!(json["balance"], "0x0");
    assert_eq!(json["codeHash"], keccak256(b"code").to_string());
    assert_eq!(json["storageProof"][0]["value"], "0x6");
    assert_eq!(json["storageProof"][1]["value"], "0x0");
    assert!(json["accountProof"][0].as_str().unwrap().starts_with("0x"));
    assert_eq!(json.as_object().unwrap().len(), 7);
    assert_eq!(json["storageProof"][0].as_object().unwrap().len(), 3);
}
