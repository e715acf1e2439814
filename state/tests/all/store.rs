//! Creating, opening, committing, and what is refused.

use std::time::Instant;

use alloy_primitives::{B256, Bytes, U256};
use isocortex_state::{BlockCommit, Genesis, StateChanges, StateError, Store};
use revm::DatabaseRef;

use crate::model::{account, address, commit, create, create_in_memory, hash, small};

const STORES: u32 = 2000;

#[test]
fn what_was_committed_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    assert_eq!(store.head().state_root, small().genesis_root());

    let mut changes = StateChanges::default();
    changes.set_account(address(3), 7, U256::from(8), Bytes::from_static(b"more"));
    changes.set_slot(address(2), U256::from(5), U256::ZERO);
    changes.set_slot(address(3), U256::MAX, U256::MAX);
    let head = commit(&store, &changes, b"transcript").unwrap();
    drop(store);

    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.head(), head);
    assert_eq!((head.number, head.hash), (1, hash(1)));
    assert_eq!(store.genesis_hash().unwrap(), hash(0));
    assert_eq!(store.spec().unwrap(), b"spec");
    assert_eq!(store.block(0).unwrap().unwrap(), b"genesis"[..]);
    assert_eq!(store.receipts(0).unwrap(), None);
    assert_eq!(store.block(1).unwrap().unwrap(), b"block 1"[..]);
    assert_eq!(store.receipts(1).unwrap().unwrap(), b"receipts 1"[..]);
    assert_eq!(store.transcript(1).unwrap().unwrap(), b"transcript"[..]);
    assert_eq!(store.block(2).unwrap(), None);
    assert_eq!(store.block_number(hash(1)).unwrap(), Some(1));
    assert_eq!(store.block_hash(1).unwrap(), Some(hash(1)));
    assert_eq!(store.account(address(3)).unwrap(), Some(account(7, 8, b"more")));
    assert_eq!(store.account(address(4)).unwrap(), None);
    assert_eq!(store.storage(address(2), U256::from(5)).unwrap(), U256::ZERO);
    assert_eq!(store.storage(address(3), U256::MAX).unwrap(), U256::MAX);
    let audit = store.verify().unwrap();
    assert_eq!((audit.accounts, audit.slots, audit.blocks), (3, 1, 2));
    assert_eq!(audit.state_root, head.state_root);
}

#[test]
fn revm_reads_through_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let info = store.basic_ref(address(2)).unwrap().unwrap();
    assert_eq!((info.nonce, info.balance, info.code), (1, U256::ZERO, None));
    assert_eq!(store.code_by_hash_ref(info.code_hash).unwrap().original_bytes(), b"code"[..]);
    assert!(
        store.code_by_hash_ref(store.basic_ref(address(1)).unwrap().unwrap().code_hash).unwrap().is_empty()
    );
    assert!(store.code_by_hash_ref(B256::ZERO).unwrap().is_empty());
    assert_eq!(store.storage_ref(address(2), U256::from(5)).unwrap(), U256::from(6));
    assert_eq!(store.storage_ref(address(9), U256::from(5)).unwrap(), U256::ZERO);
    assert_eq!(store.block_hash_ref(0).unwrap(), hash(0));
    assert!(matches!(store.block_hash_ref(1), Err(StateError::Lost { column: "block_hashes", .. })));
    assert!(matches!(store.code_by_hash_ref(hash(9)), Err(StateError::Lost { column: "code", .. })));
}

#[test]
fn a_directory_without_a_chain_says_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StateError::Missing(_))));
    assert!(matches!(Store::open(dir.path().join("absent")), Err(StateError::Missing(_))));
    assert!(!dir.path().join("absent").exists(), "opening makes nothing");
}

#[test]
fn an_existing_chain_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let head = create(dir.path(), &small()).unwrap().head();
    assert!(matches!(create(dir.path(), &StateChanges::default()), Err(StateError::Exists(_))));
    assert_eq!(Store::open(dir.path()).unwrap().head(), head);
}

#[test]
fn a_directory_with_other_things_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("thesis.tex"), b"years of work").unwrap();
    match create(dir.path(), &small()) {
        Err(StateError::Foreign { found, .. }) => assert_eq!(found, "thesis.tex"),
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing was added");
}

#[test]
fn a_store_in_use_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    assert!(matches!(Store::open(dir.path()), Err(StateError::Locked(_))));
    drop(store);
    Store::open(dir.path()).unwrap();
}

#[test]
fn only_the_next_block_on_the_present_head_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let early = store.prepare(&StateChanges::default()).unwrap();
    let block = |number, state| BlockCommit {
        number,
        hash: hash(number),
        block_rlp: b"",
        receipts_rlp: b"",
        transcript: b"",
        state,
    };
    for number in [0, 2, u64::MAX] {
        assert!(matches!(store.commit(block(number, early.clone())), Err(StateError::NotNext { .. })));
    }
    store.commit(block(1, early.clone())).unwrap();
    assert!(matches!(store.commit(block(2, early)), Err(StateError::Stale { prepared: 0, head: 1 })));
    assert_eq!(store.head().number, 1);
    store.verify().unwrap();
}

#[test]
fn preparing_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let mut changes = StateChanges::default();
    changes.delete_account(address(2));
    let root = store.root_after(&changes).unwrap();
    assert_ne!(root, store.head().state_root);
    assert_eq!(store.root_after(&changes).unwrap(), root);
    assert_eq!(store.storage(address(2), U256::from(5)).unwrap(), U256::from(6));
    assert_eq!(commit(&store, &changes, b"").unwrap().state_root, root);
    assert_eq!(store.storage(address(2), U256::from(5)).unwrap(), U256::ZERO);
    store.verify().unwrap();
}

#[test]
fn a_deleted_account_comes_back_without_its_storage() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let mut changes = StateChanges::default();
    changes.delete_account(address(2));
    changes.set_account(address(2), 1, U256::ZERO, Bytes::from_static(b"code"));
    changes.set_slot(address(2), U256::from(6), U256::from(1));
    commit(&store, &changes, b"").unwrap();
    assert_eq!(store.storage(address(2), U256::from(5)).unwrap(), U256::ZERO);
    assert_eq!(store.storage(address(2), U256::from(6)).unwrap(), U256::from(1));
    store.verify().unwrap();
}

#[test]
fn empty_accounts_stay_from_genesis_and_go_when_touched() {
    let dir = tempfile::tempdir().unwrap();
    let mut alloc = small();
    alloc.set_account(address(3), 0, U256::ZERO, Bytes::new());
    assert_ne!(alloc.genesis_root(), small().genesis_root());
    let store = create(dir.path(), &alloc).unwrap();
    assert_eq!(store.head().state_root, alloc.genesis_root());
    assert_eq!(commit(&store, &StateChanges::default(), b"").unwrap().state_root, alloc.genesis_root());

    let mut touch = StateChanges::default();
    touch.set_account(address(3), 0, U256::ZERO, Bytes::new());
    touch.set_account(address(4), 0, U256::ZERO, Bytes::new());
    assert_eq!(commit(&store, &touch, b"").unwrap().state_root, small().genesis_root());
    store.verify().unwrap();
}

#[test]
fn before_eip_161_an_account_may_be_left_empty() {
    let store = create_in_memory(&small()).unwrap();
    let mut touch = StateChanges::default();
    touch.set_account(address(3), 0, U256::ZERO, Bytes::new());
    touch.set_slot(address(3), U256::from(1), U256::from(2));
    let mut after = small();
    after.set_account(address(3), 0, U256::ZERO, Bytes::new());
    after.set_slot(address(3), U256::from(1), U256::from(2));
    assert_eq!(commit(&store, &touch.keep_empty(), b"").unwrap().state_root, after.genesis_root());
    assert!(store.account(address(3)).unwrap().is_some_and(|account| account.is_empty()));
    store.verify().unwrap();

    // And a later block's touch removes it, storage and all.
    let mut touch = StateChanges::default();
    touch.set_account(address(3), 0, U256::ZERO, Bytes::new());
    assert_eq!(commit(&store, &touch, b"").unwrap().state_root, small().genesis_root());
    assert_eq!(store.storage(address(3), U256::from(1)).unwrap(), U256::ZERO);
    store.verify().unwrap();
}

#[test]
fn thousands_of_stores_in_memory() {
    let start = Instant::now();
    for _ in 0..STORES / 100 {
        assert_eq!(create_in_memory(&small()).unwrap().head().number, 0);
    }
    println!("{} stores made in memory in {:?}", STORES / 100, start.elapsed());

    let store = create_in_memory(&small()).unwrap();
    let start = Instant::now();
    for n in 0..STORES {
        let mut alloc = small();
        alloc.set_slot(address(2), U256::from(n), U256::from(7));
        let genesis = Genesis { hash: hash(0), block_rlp: b"", spec: b"", alloc: &alloc };
        store.reset(&genesis).unwrap();
        assert_eq!(store.head().state_root, alloc.genesis_root());
        let mut changes = StateChanges::default();
        changes.set_account(address(1), n.into(), U256::from(n), Bytes::new());
        commit(&store, &changes, b"").unwrap();
        assert_eq!(store.storage(address(2), U256::from(n)).unwrap(), U256::from(7));
        assert!(n == 0 || n == 6 || store.storage(address(2), U256::from(n - 1)).unwrap().is_zero());
    }
    store.verify().unwrap();
    println!("{STORES} resets and blocks in memory in {:?}", start.elapsed());

    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let nothing = Genesis { hash: hash(0), block_rlp: b"", spec: b"", alloc: &StateChanges::default() };
    assert!(matches!(store.reset(&nothing), Err(StateError::Exists(_))));
    assert_eq!(store.head().state_root, small().genesis_root());
}

#[test]
fn changes_that_cannot_be_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(dir.path(), &small()).unwrap();
    let mut orphan = StateChanges::default();
    orphan.set_slot(address(9), U256::ZERO, U256::from(1));
    assert!(matches!(store.prepare(&orphan), Err(StateError::Orphan(a)) if a == address(9)));

    let mut codeless = StateChanges::default();
    codeless.set_account_with(address(9), account(1, 0, b"code that nobody brought"));
    assert!(matches!(store.prepare(&codeless), Err(StateError::Lost { column: "code", .. })));
    codeless.set_account_with(address(9), account(1, 0, b"code"));
    store.prepare(&codeless).unwrap();
}
