//! Tests that need to write what only another version, or a bug, would.

use alloy_primitives::{Address, Bytes, U256, keccak256};
use rocksdb::{DB, Options};

use crate::{
    Genesis, SCHEMA, StateChanges, StateError, Store,
    column::{COLUMNS, Column},
    commit::Op,
};

fn store(path: &std::path::Path) -> Store {
    let mut alloc = StateChanges::default();
    alloc.set_account(Address::with_last_byte(1), 1, U256::ZERO, Bytes::new());
    let genesis = Genesis { hash: alloc.genesis_root(), block_rlp: b"", spec: b"", alloc: &alloc };
    Store::create(path, &genesis).unwrap()
}

/// Writes past the store's rules, with a good seal.
fn forge(store: &Store, op: Op) {
    let state = *store.lock();
    store.write(vec![op], &state).unwrap();
}

#[test]
fn another_schema_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let later = SCHEMA + 1;
    forge(&store(dir.path()), Op::put(Column::Meta, b"schema", &later.to_be_bytes()));
    // A later schema may have columns that this one knows nothing of.
    let names = COLUMNS.map(Column::name);
    let mut db = DB::open_cf(&Options::default(), dir.path(), names).unwrap();
    db.create_cf("futures", &Options::default()).unwrap();
    drop(db);
    for _ in 0..2 {
        match Store::open(dir.path()) {
            Err(StateError::Schema { found, expected: SCHEMA, .. }) => assert_eq!(found, later),
            other => panic!("{other:?}"),
        }
    }
    assert!(DB::list_cf(&Options::default(), dir.path()).unwrap().contains(&"futures".to_owned()));
}

#[test]
fn well_sealed_nonsense_is_corrupt_not_a_value() {
    let account = Address::with_last_byte(1);
    let slot = [account.as_slice(), &[0; 32]].concat();
    let number = 0u64.to_be_bytes();
    let hashed = keccak256(account);
    let hash = {
        let dir = tempfile::tempdir().unwrap();
        store(dir.path()).genesis_hash().unwrap()
    };
    let cases = [
        (Op::put(Column::Meta, b"schema", b"1"), "meta"),
        (Op::put(Column::Meta, b"genesis", b"1"), "meta"),
        (Op::put(Column::Accounts, account.as_slice(), b"nonsense"), "accounts"),
        (Op::put(Column::Accounts, b"short", b""), "accounts"),
        (Op::put(Column::Storage, &slot, &[0x80]), "storage"),
        (Op::put(Column::Storage, &slot, &[0x81, 0x01]), "storage"),
        (Op::put(Column::Code, &[1; 32], b"of another hash"), "code"),
        (Op::put(Column::BlockHashes, &number, b"short"), "block_hashes"),
        (Op::put(Column::BlockNumbers, hash.as_slice(), b"short"), "block_numbers"),
        (Op::put(Column::BlockNumbers, &[1; 32], &number), "block_numbers"),
        (Op::put(Column::HashedAccounts, hashed.as_slice(), b"nonsense"), "hashed_accounts"),
        (Op::put(Column::HashedAccounts, &[0xff; 32], b"of no account"), "hashed_accounts"),
        (Op::put(Column::HashedStorage, &[0; 64], &[1]), "hashed_storage"),
        (Op::put(Column::AccountTrie, &[], &[0; 6]), "account_trie"),
        (Op::put(Column::StorageTrie, hashed.as_slice(), &[0; 6]), "storage_trie"),
        (Op::put(Column::Changes, &number, b""), "changes"),
        (Op::put(Column::AccountHistory, &[0; 28], b""), "account_history"),
        (Op::put(Column::StorageHistory, &[0; 60], b""), "storage_history"),
    ];
    for (op, expected) in cases {
        let dir = tempfile::tempdir().unwrap();
        forge(&store(dir.path()), op.clone());
        let found = Store::open(dir.path()).and_then(|store| {
            store.genesis_hash()?;
            store.verify()
        });
        match found {
            Err(StateError::Corrupt { column, .. }) => assert_eq!(column, expected, "{op:?}"),
            other => panic!("{op:?}: {other:?}"),
        }
    }
}

#[test]
fn slots_without_their_account_and_a_wrong_root_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let ghost = Address::with_last_byte(9);
    let first = store(dir.path());
    forge(&first, Op::put(Column::Storage, &[ghost.as_slice(), &[0; 32]].concat(), &[1]));
    assert!(matches!(first.verify(), Err(StateError::Orphan(address)) if address == ghost));

    let dir = tempfile::tempdir().unwrap();
    let second = store(dir.path());
    let leaf = alloy_rlp::encode(alloy_trie::TrieAccount { nonce: 5, ..Default::default() });
    forge(&second, Op::put(Column::Accounts, ghost.as_slice(), &leaf));
    assert!(matches!(second.verify(), Err(StateError::Lost { column: "hashed_accounts", .. })));
    forge(&second, Op::put(Column::HashedAccounts, keccak256(ghost).as_slice(), &leaf));
    assert!(matches!(second.verify(), Err(StateError::Lost { column: "account_trie", .. })));

    // A trie of one leaf has no records that could differ, only its root.
    let dir = tempfile::tempdir().unwrap();
    let third = store(dir.path());
    let account = Address::with_last_byte(1);
    forge(&third, Op::put(Column::Accounts, account.as_slice(), &leaf));
    forge(&third, Op::put(Column::HashedAccounts, keccak256(account).as_slice(), &leaf));
    assert!(matches!(third.verify(), Err(StateError::Root { .. })));
}

#[test]
fn a_creation_cut_short_is_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = Options::default();
    options.create_if_missing(true);
    drop(DB::open(&options, dir.path()).unwrap());
    assert!(matches!(Store::open(dir.path()), Err(StateError::Missing(_))));
    store(dir.path()).verify().unwrap();
}
