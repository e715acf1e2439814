//! Checkpoints and what comes back from them.

use std::{fs, os::unix::fs::MetadataExt};

use alloy_primitives::U256;
use isocortex_state::{StateChanges, StateError, Store};

use crate::model::{address, commit, create, small};

fn changes(value: u64) -> StateChanges {
    let mut changes = StateChanges::default();
    changes.set_slot(address(2), U256::from(5), U256::from(value));
    changes
}

#[test]
fn a_checkpoint_is_a_chain_and_a_restored_one_too() {
    let dir = tempfile::tempdir().unwrap();
    let [chain, copy, back] = ["chain", "copy", "back"].map(|name| dir.path().join(name));
    let store = create(&chain, &small()).unwrap();
    let then = commit(&store, &changes(7), b"").unwrap();
    store.checkpoint(&copy).unwrap();
    assert!(matches!(store.checkpoint(&copy), Err(StateError::Exists(_))));
    let now = commit(&store, &changes(8), b"").unwrap();

    let stages = std::cell::RefCell::new(vec![]);
    let audit = Store::restore(&copy, &back, |stage, _| {
        let mut stages = stages.borrow_mut();
        if stages.last() != Some(&stage) {
            stages.push(stage);
        }
    });
    assert_eq!(audit.unwrap().state_root, then.state_root);
    assert_eq!(stages.into_inner().len(), 5);
    for (path, head) in [(&copy, then), (&back, then)] {
        let store = Store::open(path).unwrap();
        assert_eq!(store.head(), head);
        assert_eq!(commit(&store, &changes(8), b"").unwrap(), now, "both go on by themselves");
        store.unwind(0, |_, _| ()).unwrap();
        store.verify().unwrap();
    }
    assert_eq!(store.head(), now);
    assert_eq!(store.verify().unwrap().blocks, 3);
    assert!(files(&back).iter().all(|file| fs::metadata(file).unwrap().nlink() == 1), "nothing is shared");
}

fn files(path: &std::path::Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn what_is_there_is_not_overwritten_and_what_is_damaged_does_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let [chain, copy, back, other] = ["chain", "copy", "back", "other"].map(|name| dir.path().join(name));
    let store = create(&chain, &small()).unwrap();
    store.checkpoint(&copy).unwrap();
    assert!(matches!(Store::restore(&copy, &chain, |_, _| ()), Err(StateError::Exists(_))));
    assert!(matches!(Store::restore(dir.path(), &back, |_, _| ()), Err(StateError::Missing(_))));
    fs::create_dir(&other).unwrap();
    fs::write(other.join("thesis.tex"), b"years of work").unwrap();
    assert!(matches!(Store::restore(&copy, &other, |_, _| ()), Err(StateError::Foreign { .. })));
    assert_eq!(files(&other).len(), 1);
    drop(store);

    let tables = files(&copy).into_iter().filter(|file| file.extension().is_some_and(|e| e == "sst"));
    let biggest = tables.max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap();
    let mut bytes = fs::read(&biggest).unwrap();
    bytes[20] ^= 1;
    fs::remove_file(&biggest).unwrap();
    fs::write(&biggest, bytes).unwrap();
    println!("{}", Store::restore(&copy, &back, |_, _| ()).unwrap_err());
    assert!(!back.exists(), "a damaged chain takes nobody's place");
}
