//! Roots from changed prefixes: thousands of accounts and slots, so that branches are stored at several
//! depths, against another implementation of the trie, which is changed along.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY, TrieAccount};
use eth_trie::{EthTrie, MemoryDB, Trie};
use isocortex_state::StateChanges;
use proptest::prelude::*;

use crate::model::{commit, create_in_memory};

const OWNER: Address = Address::repeat_byte(0xee);

fn who(n: u64) -> Address {
    Address::from_word(keccak256(n.to_be_bytes()))
}

fn leaf(nonce: u64, storage_root: B256) -> Vec<u8> {
    alloy_rlp::encode(TrieAccount { nonce, storage_root, balance: U256::ZERO, code_hash: KECCAK_EMPTY })
}

/// Not `light`: that database loses nodes which the trie has made again.
fn oracle() -> EthTrie<MemoryDB> {
    EthTrie::new(Arc::new(MemoryDB::new(false)))
}

fn set(trie: &mut EthTrie<MemoryDB>, key: &[u8], value: Option<Vec<u8>>) {
    match value {
        Some(value) => trie.insert(keccak256(key).as_slice(), &value).unwrap(),
        None => drop(trie.remove(keccak256(key).as_slice()).unwrap()),
    }
}

/// First number, width, and acts: a number in the window, and whether it is set or deleted.
type Block = (u64, u64, Vec<(u64, bool)>);

/// Blocks of sets and deletes of the accounts and slots whose numbers are in a window of `width`.
fn run(blocks: &[Block]) {
    let store = create_in_memory(&StateChanges::default()).unwrap();
    let mut accounts = oracle();
    let mut slots = oracle();
    for (number, (start, width, acts)) in (1u64..).zip(blocks) {
        let mut changes = StateChanges::default();
        // The last act on a number is the one that counts.
        for (n, add) in acts.iter().map(|(n, add)| (start + n % width, *add)).collect::<BTreeMap<_, _>>() {
            if add {
                changes.set_account(who(n), number, U256::ZERO, Bytes::new());
            } else {
                changes.delete_account(who(n));
            }
            set(&mut accounts, who(n).as_slice(), add.then(|| leaf(number, EMPTY_ROOT_HASH)));
            let word = if add { U256::from(number) } else { U256::ZERO };
            changes.set_slot(OWNER, U256::from(n), word);
            set(&mut slots, &U256::from(n).to_be_bytes::<32>(), add.then(|| alloy_rlp::encode(word)));
        }
        changes.set_account(OWNER, number, U256::ZERO, Bytes::new());
        set(&mut accounts, OWNER.as_slice(), Some(leaf(number, slots.root_hash().unwrap())));
        let root = commit(&store, &changes, b"").unwrap().state_root;
        assert_eq!(root, accounts.root_hash().unwrap(), "block {number}");
        if number % 3 == 0 {
            store.verify().unwrap();
        }
    }
    let audit = store.verify().unwrap();
    // And all of it away, block by block.
    store.unwind(0, |_, _| ()).unwrap();
    assert_eq!(store.verify().unwrap().branches, 0);
    println!("{} accounts, {} slots, {} branches", audit.accounts, audit.slots, audit.branches);
}

/// A block of all in the window, each set or deleted as `add` says.
fn all(start: u64, width: u64, add: impl Fn(u64) -> bool) -> Block {
    (start, width, (0..width).map(|n| (n, add(n))).collect())
}

#[test]
fn thousands_come_and_go() {
    run(&[
        all(0, 6000, |_| true),
        all(0, 6000, |n| n % 2 == 0),
        all(500, 40, |_| true),
        all(0, 6000, |n| n % 100 == 0),
        all(3000, 2000, |n| n % 7 == 0),
        all(0, 5990, |_| false),
        all(0, 6000, |n| n == 17),
        all(0, 20, |n| n < 3),
        all(0, 6000, |_| false),
        all(0, 300, |_| true),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..Default::default() })]
    #[test]
    fn windows_of_changes(
        first in 1u64..3000,
        blocks in prop::collection::vec(
            (0u64..3000, 1u64..3000, prop::collection::vec((any::<u64>(), any::<bool>()), 0..200)), 1..10),
    ) {
        let mut all_blocks = vec![all(0, first, |_| true)];
        all_blocks.extend(blocks);
        run(&all_blocks);
    }
}
