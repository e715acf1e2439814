//! Writes that were cut off: the log at and around every record, and operations of several batches between
//! any two of them.

use std::{fs, panic::AssertUnwindSafe, path::Path};

use alloy_primitives::{Bytes, U256};
use isocortex_state::{History, StateChanges, Store};

use crate::model::{address, commit, create, small};

const BLOCKS: u64 = 12;

fn chain(path: &Path, blocks: u64) -> Store {
    let store = create(path, &small()).unwrap();
    for number in 1..=blocks {
        let mut changes = StateChanges::default();
        changes.set_slot(address(2), U256::from(5), U256::from(1000 + number));
        changes.set_slot(address(2), U256::from(number % 9 + 10), U256::from(number % 2));
        changes.set_account(address((number % 50) as u8 + 10), number, U256::ZERO, Bytes::new());
        commit(&store, &changes, &vec![number as u8; 3000]).unwrap();
    }
    store
}

/// Where the records of a log file end: blocks of 32 KiB of records, each with checksum (4), length (2) and
/// kind (1; with a log's number (4) from 5 on) before it.
fn ends(log: &[u8]) -> Vec<usize> {
    const BLOCK: usize = 32 << 10;
    let (mut at, mut ends) = (0, vec![0]);
    while at + 7 <= log.len() {
        let length = usize::from(u16::from_le_bytes([log[at + 4], log[at + 5]]));
        let kind = log[at + 6];
        if kind == 0 || BLOCK - at % BLOCK < 7 {
            at = at.next_multiple_of(BLOCK).max(at + 1);
            continue;
        }
        at += if (5..=8).contains(&kind) { 11 } else { 7 } + length;
        ends.push(at);
        if BLOCK - at % BLOCK < 7 {
            at = at.next_multiple_of(BLOCK);
        }
    }
    ends
}

fn copy(from: &Path, to: &Path) {
    for path in fs::read_dir(from).unwrap() {
        let path = path.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_log_cut_off_anywhere_ends_at_a_block() {
    let dir = tempfile::tempdir().unwrap();
    drop(chain(dir.path(), BLOCKS));
    let logs = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let logs = logs.filter(|path| path.extension().is_some_and(|e| e == "log"));
    let log = logs.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let bytes = fs::read(&log).unwrap();
    let ends = ends(&bytes);
    assert_eq!(*ends.last().unwrap(), bytes.len(), "the log's form is another");
    assert!(ends.len() as u64 > BLOCKS, "a record for each block at least");

    let mut cuts: Vec<_> = ends.iter().flat_map(|end| [*end, end + 1, end + 7, end + 100]).collect();
    cuts.extend(ends.iter().filter_map(|end| end.checked_sub(1)));
    cuts.retain(|cut| *cut <= bytes.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut last = 0;
    for cut in &cuts {
        let torn = tempfile::tempdir().unwrap();
        copy(dir.path(), torn.path());
        fs::write(torn.path().join(log.file_name().unwrap()), &bytes[..*cut]).unwrap();
        let store = Store::open(torn.path()).unwrap();
        let head = store.head();
        assert!(head.number >= last, "a longer log has no fewer blocks");
        assert_eq!(store.verify().unwrap().state_root, head.state_root, "cut at {cut}");
        last = head.number;
        let mut changes = StateChanges::default();
        changes.set_slot(address(2), U256::from(5), U256::from(9));
        commit(&store, &changes, b"").unwrap();
    }
    assert_eq!(last, BLOCKS, "the whole log has all");
    println!("{} cuts", cuts.len());
}

/// Stops an operation after its `n`-th batch, as a process that dies between two of them.
fn cut_short(store: Store, n: u64, act: impl FnOnce(&Store, &mut dyn FnMut(u64, u64))) {
    let mut batches = 0;
    let mut stop = |_, _| {
        batches += 1;
        if batches == n {
            std::panic::resume_unwind(Box::new("cut short"));
        }
    };
    let _cut = std::panic::catch_unwind(AssertUnwindSafe(|| act(&store, &mut stop)));
    drop(store);
}

#[test]
fn unwinding_and_pruning_end_at_a_block_wherever_they_are_cut_short() {
    let all = 150;
    let dir = tempfile::tempdir().unwrap();
    drop(chain(dir.path(), all));
    for n in 1..4 {
        let torn = tempfile::tempdir().unwrap();
        copy(dir.path(), torn.path());
        cut_short(Store::open(torn.path()).unwrap(), n, |store, stop| drop(store.unwind(2, stop)));
        let store = Store::open(torn.path()).unwrap();
        let head = store.head();
        assert!(head.number < all && (n == 3 || head.number > 2), "{n}: {}", head.number);
        assert_eq!(store.verify().unwrap().state_root, head.state_root);
        assert_eq!(store.unwind(2, |_, _| ()).unwrap().number, 2);
        store.verify().unwrap();
    }
    for n in [1, 2, 70, all - 10] {
        let torn = tempfile::tempdir().unwrap();
        copy(dir.path(), torn.path());
        let store = Store::open(torn.path()).unwrap();
        cut_short(store, n, |store, stop| drop(store.prune(History::Last(10), stop)));
        let store = Store::open(torn.path()).unwrap();
        assert_eq!(store.history(), (History::Last(10), n));
        assert_eq!(store.verify().unwrap().change_sets, all - n);
        store.prune(History::Last(10), |_, _| ()).unwrap();
        assert_eq!(store.verify().unwrap().change_sets, 10);
    }
}
