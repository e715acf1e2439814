//! Bytes changed behind the store's back: an error that names the place, never a wrong value.

use std::{fs, path::Path};

use alloy_primitives::{Bytes, U256, hex};
use isocortex_state::{StateChanges, StateError, Store};
use rocksdb::{DB, IteratorMode, Options};

use crate::model::{address, commit, create, hash, small};

const COLUMNS: [&str; 16] = [
    "accounts",
    "storage",
    "code",
    "blocks",
    "block_hashes",
    "block_numbers",
    "receipts",
    "transcripts",
    "meta",
    "hashed_accounts",
    "hashed_storage",
    "account_trie",
    "storage_trie",
    "changes",
    "account_history",
    "storage_history",
];

/// Enough accounts and slots that both tries have branches that are stored.
fn alloc() -> StateChanges {
    let mut changes = small();
    for n in 0..80 {
        changes.set_account(address(100 + n), 1, U256::from(n), Bytes::new());
        changes.set_slot(address(2), U256::from(1000 + u64::from(n)), U256::from(n + 1));
    }
    changes
}

fn chain(path: &Path) {
    let store = create(path, &alloc()).unwrap();
    for number in 1..=20 {
        let mut changes = StateChanges::default();
        changes.set_slot(address(2), U256::from(5), U256::from(1000 + number));
        commit(&store, &changes, b"a transcript").unwrap();
    }
}

/// All that can be asked of a chain made by `chain`; true if every answer is right.
fn reads_right(store: &Store) -> Result<bool, StateError> {
    let head = store.head().number;
    let code_hash = store.account(address(2))?.map(|account| account.code_hash).unwrap_or_default();
    Ok(store.account(address(1))?.is_some_and(|account| account.balance == U256::from(1000))
        && store.storage(address(2), U256::from(5))? == U256::from(1000 + head)
        && store.code(code_hash)?.is_some_and(|code| code == b"code"[..])
        && store.block(head)?.is_some_and(|block| block == *format!("block {head}").as_bytes())
        && store.receipts(head)?.is_some_and(|list| list == *format!("receipts {head}").as_bytes())
        && store.transcript(head)?.is_some_and(|transcript| transcript == b"a transcript"[..])
        && store.block_hash(head)? == Some(hash(head))
        && store.block_number(hash(head))? == Some(head)
        && store.genesis_hash()? == hash(0)
        && store.spec()? == b"spec")
}

/// Changes the last record of every column, one column at a time, through RocksDB itself.
#[test]
fn a_changed_value_is_named() {
    let dir = tempfile::tempdir().unwrap();
    chain(dir.path());
    assert!(reads_right(&Store::open(dir.path()).unwrap()).unwrap());
    let raw = || DB::open_cf(&Options::default(), dir.path(), COLUMNS).unwrap();
    for column in COLUMNS {
        let db = raw();
        let family = db.cf_handle(column).unwrap();
        let (key, value) = db.iterator_cf(family, IteratorMode::End).next().unwrap().unwrap();
        let mut bad = value.to_vec();
        bad[value.len() / 2] ^= 0x10;
        db.put_cf(family, &key, &bad).unwrap();
        drop(db);

        let error = Store::open(dir.path()).and_then(|store| store.verify()).unwrap_err();
        let StateError::Corrupt { column: named, key: at, .. } = &error else { panic!("{error}") };
        assert_eq!((*named, at), (column, &hex::encode(&key)));
        assert!(error.to_string().contains(column), "{error}");

        let db = raw();
        db.put_cf(db.cf_handle(column).unwrap(), &key, &value).unwrap();
        drop(db);
        Store::open(dir.path()).unwrap().verify().unwrap();
    }
}

/// A record that is gone, or put under another key whole with its checksum.
#[test]
fn a_lost_or_moved_record_is_found() {
    for column in COLUMNS {
        let dir = tempfile::tempdir().unwrap();
        chain(dir.path());
        let db = DB::open_cf(&Options::default(), dir.path(), COLUMNS).unwrap();
        let family = db.cf_handle(column).unwrap();
        let (last, value) = db.iterator_cf(family, IteratorMode::End).next().unwrap().unwrap();
        let mut other = last.to_vec();
        *other.last_mut().unwrap() ^= 1;
        db.put_cf(family, &other, &value).unwrap();
        drop(db);
        let error = Store::open(dir.path()).and_then(|store| store.verify()).unwrap_err();
        assert!(matches!(&error, StateError::Corrupt { column: c, .. } if *c == column), "{column}: {error}");

        let db = DB::open_cf(&Options::default(), dir.path(), COLUMNS).unwrap();
        let family = db.cf_handle(column).unwrap();
        db.delete_cf(family, &other).unwrap();
        db.delete_cf(family, &last).unwrap();
        drop(db);
        let error = Store::open(dir.path()).and_then(|store| store.verify().and_then(|_| store.spec()));
        println!("{column}: {}", error.unwrap_err());
    }
}

/// Whatever byte is changed of what a root is made from, a block on it has its right root or none.
#[test]
fn a_changed_trie_gives_no_wrong_root() {
    let dir = tempfile::tempdir().unwrap();
    chain(dir.path());
    let mut changes = StateChanges::default();
    for n in 0..80 {
        changes.set_account(address(100 + n), 2, U256::from(n), Bytes::new());
        changes.set_slot(address(2), U256::from(1000 + u64::from(n)), U256::from(n + 2));
    }
    let root = Store::open(dir.path()).unwrap().root_after(&changes).unwrap();
    let mut caught = 0;
    for column in ["accounts", "storage", "hashed_accounts", "hashed_storage", "account_trie", "storage_trie"]
    {
        let records: Vec<_> = {
            let db = DB::open_cf(&Options::default(), dir.path(), COLUMNS).unwrap();
            let records = db.iterator_cf(db.cf_handle(column).unwrap(), IteratorMode::Start);
            records.map(Result::unwrap).step_by(7).collect()
        };
        assert!(!records.is_empty(), "{column}");
        for (key, value) in records {
            let put = |value: &[u8]| {
                let db = DB::open_cf(&Options::default(), dir.path(), COLUMNS).unwrap();
                db.put_cf(db.cf_handle(column).unwrap(), &key, value).unwrap();
            };
            let mut bad = value.to_vec();
            bad[value.len() / 3] ^= 4;
            put(&bad);
            match Store::open(dir.path()).unwrap().root_after(&changes) {
                Ok(found) => assert_eq!(found, root),
                Err(StateError::Corrupt { column: named, key: at, .. }) => {
                    assert_eq!((named, at), (column, hex::encode(&key)));
                    caught += 1;
                }
                Err(error) => panic!("{error}"),
            }
            put(&value);
        }
    }
    println!("{caught} caught");
    assert!(caught > 20, "{caught} caught");
}

/// Bytes changed in the table files on disk, where RocksDB's own checksums stand.
#[test]
fn changed_table_files_give_errors_or_the_right_values() {
    let dir = tempfile::tempdir().unwrap();
    chain(dir.path());
    let db = DB::open_cf(&Options::default(), dir.path(), COLUMNS).unwrap();
    for column in COLUMNS {
        db.flush_cf(db.cf_handle(column).unwrap()).unwrap();
    }
    drop(db);
    let (mut wrong, mut caught) = (0, 0);
    for path in files(dir.path(), "sst") {
        let good = fs::read(&path).unwrap();
        for at in (0..good.len()).step_by(good.len() / 12) {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            fs::write(&path, &bad).unwrap();
            match Store::open(dir.path()).and_then(|store| Ok((reads_right(&store)?, store.verify()?))) {
                Ok((right, _)) => wrong += i32::from(!right),
                Err(_) => caught += 1,
            }
            fs::write(&path, &good).unwrap();
        }
    }
    assert_eq!(wrong, 0);
    assert!(caught > 20, "{caught} caught");
    assert!(reads_right(&Store::open(dir.path()).unwrap()).unwrap());
}

/// Bytes changed in the write-ahead log: an error, or the whole state of a block not after the head's.
#[test]
fn a_changed_log_gives_an_error_or_a_whole_earlier_block() {
    let dir = tempfile::tempdir().unwrap();
    chain(dir.path());
    let logs = files(dir.path(), "log");
    let log = logs.iter().max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let size = fs::metadata(log).unwrap().len() as usize;
    for at in (0..size).step_by(size / 40) {
        let copy = tempfile::tempdir().unwrap();
        for path in fs::read_dir(dir.path()).unwrap() {
            let path = path.unwrap().path();
            fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
        }
        let path = copy.path().join(log.file_name().unwrap());
        let mut bad = fs::read(&path).unwrap();
        bad[at] ^= 0x40;
        fs::write(&path, &bad).unwrap();
        if let Ok(store) = Store::open(copy.path()) {
            let head = store.head();
            assert!(head.number <= 20);
            assert_eq!(store.verify().unwrap().state_root, head.state_root);
            let slot = if head.number == 0 { 6 } else { 1000 + head.number };
            assert_eq!(store.storage(address(2), U256::from(5)).unwrap(), U256::from(slot));
        }
    }
}

fn files(path: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let paths = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    paths.sort();
    paths
}
