//! Roots that others computed: public networks' genesis blocks and Ethereum's execution-spec-tests.
//!
//! `sepolia.json` and `holesky.json` are the genesis files as the crate `alloy-genesis` (MIT or
//! Apache-2.0) carries them; their state roots are in the networks' block 0. `roots.json` is made by
//! `make_roots.py` from execution-spec-tests v5.4.0 (MIT). `ISOCORTEX_STATE_ROOTS` may name a larger
//! file of the same form, such as that script makes without a limit: 6,851 states before and after.

use std::{collections::BTreeMap, fs};

use alloy_genesis::Genesis;
use alloy_primitives::{Address, B256, Bytes, U256, b256};
use isocortex_state::{Account, StateChanges, Store};
use serde::Deserialize;

use crate::model::{Entry, Model, commit, create};

#[test]
fn public_networks() {
    let networks = [
        (
            include_str!("../data/sepolia.json"),
            b256!("5eb6e371a698b8d68f665192350ffcecbbbf322916f4b51bd79bb6887da3f494"),
        ),
        (
            include_str!("../data/holesky.json"),
            b256!("69d8c9d72f6fa4ad42d4702b433707212f90db395eb54dc20bc85de253788783"),
        ),
    ];
    for (json, root) in networks {
        let genesis: Genesis = serde_json::from_str(json).unwrap();
        let changes: StateChanges = genesis.alloc.iter().collect();
        assert_eq!(changes.genesis_root(), root);
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(create(dir.path(), &changes).unwrap().head().state_root, root);
        assert_eq!(Store::open(dir.path()).unwrap().verify().unwrap().state_root, root);
    }
    let nothing = b256!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    assert_eq!(StateChanges::default().genesis_root(), nothing);
}

#[derive(Deserialize)]
struct File {
    codes: BTreeMap<B256, Bytes>,
    states: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    pre: BTreeMap<Address, Listed>,
    pre_root: B256,
    post: BTreeMap<Address, Listed>,
    post_root: B256,
}

#[derive(Deserialize)]
struct Listed {
    nonce: u64,
    balance: U256,
    code_hash: B256,
    storage: BTreeMap<U256, U256>,
}

fn model(listed: BTreeMap<Address, Listed>) -> Model {
    let entries = listed.into_iter().map(|(address, Listed { nonce, balance, code_hash, storage })| {
        (address, Entry { account: Account { nonce, balance, code_hash }, storage })
    });
    Model(entries.collect())
}

/// Every state by itself, and on one chain from each state to the next, with all that this removes.
#[test]
fn execution_spec_tests() {
    let json = match std::env::var_os("ISOCORTEX_STATE_ROOTS") {
        Some(path) => fs::read_to_string(path).unwrap(),
        None => include_str!("../data/roots.json").to_owned(),
    };
    let File { codes, states } = serde_json::from_str(&json).unwrap();
    assert!(states.len() >= 8);
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &StateChanges::default()).unwrap();
    let mut before = Model::default();
    for Case { name, pre, pre_root, post, post_root } in states {
        for (state, root) in [(pre, pre_root), (post, post_root)] {
            let after = model(state);
            assert_eq!(Model::default().changes_to(&after).genesis_root(), root, "{name}");
            // A block removes empty accounts; only a genesis may have them.
            if after.0.values().any(|entry| entry.account.is_empty()) {
                continue;
            }
            let mut changes = before.changes_to(&after);
            for (address, entry) in &after.0 {
                let Account { nonce, balance, code_hash } = entry.account;
                if before.0.get(address).is_none_or(|old| old.account.code_hash != code_hash) {
                    changes.set_account(*address, nonce, balance, codes[&code_hash].clone());
                }
            }
            assert_eq!(commit(&store, &changes, b"").unwrap().state_root, root, "{name}");
            before = after;
        }
    }
    store.verify().unwrap();
}
