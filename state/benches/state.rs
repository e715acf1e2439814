//! What a growing state costs: time and memory by its size, commits a second with fsync, and the root of a
//! block beside `eth_trie`, in one run.
//!
//! `cargo bench -p isocortex-state --bench state -- [ACCOUNTS [DIRECTORY]]`: ACCOUNTS to grow to (1,000,000
//! unless given), DIRECTORY on the disk that is meant (else the temporary one). Peak memory is that of the
//! process, with one block of changes, and is read from /proc.
#![allow(missing_docs, clippy::unwrap_used)]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};
use eth_trie::{EthTrie, MemoryDB, Trie};
use isocortex_state::{BlockCommit, Genesis, History, StateChanges, Store};

/// Accounts that a block of the growing state makes.
const BLOCK: u64 = 10_000;
/// Accounts that a block of the other measurements changes.
const CHANGED: u64 = 2_000;
/// Blocks that are measured.
const ROUNDS: u64 = 30;

fn who(n: u64) -> Address {
    Address::from_word(keccak256(n.to_be_bytes()))
}

/// Numbers below `all` that look random, and are others in each round.
fn some(round: u64, all: u64) -> impl Iterator<Item = u64> {
    (0..CHANGED).map(move |i| (i + round * CHANGED).wrapping_mul(0x9e37_79b9_7f4a_7c15) % all)
}

/// Prepares and commits a block: time of the first, and of both.
fn commit(store: &Store, changes: &StateChanges) -> (Duration, Duration) {
    let number = store.head().number + 1;
    let start = Instant::now();
    let state = store.prepare(changes).unwrap();
    let prepared = start.elapsed();
    let hash = keccak256(number.to_be_bytes());
    let empty = b"";
    store
        .commit(BlockCommit { number, hash, block_rlp: empty, receipts_rlp: empty, transcript: empty, state })
        .unwrap();
    (prepared, start.elapsed())
}

/// A line of /proc/self/status, in MiB.
fn memory(name: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse::<u64>().ok());
    kib.map_or("not measured".to_owned(), |kib| (kib / 1024).to_string())
}

fn bytes_on_disk(path: &Path) -> u64 {
    let files = std::fs::read_dir(path).unwrap();
    files.map(|file| file.unwrap().metadata().map_or(0, |data| data.len())).sum()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// `a` of `b` with three decimals.
fn share(a: Duration, b: Duration) -> String {
    let permille = a.as_nanos() * 1000 / b.as_nanos().max(1);
    format!("{}.{:03}", permille / 1000, permille % 1000)
}

/// Grows the state by blocks of new accounts and prints what each size has cost.
fn grow(path: &Path, accounts: u64) -> Store {
    let alloc = StateChanges::default();
    let genesis = Genesis { hash: B256::ZERO, block_rlp: b"", spec: b"", alloc: &alloc };
    let store = Store::create(path, &genesis).unwrap();
    store.prune(History::Last(16), |_, _| ()).unwrap();
    println!(
        "{:>12} {:>9} {:>14} {:>10} {:>10} {:>10}",
        "accounts", "seconds", "last block ms", "peak MiB", "now MiB", "disk MiB"
    );
    let start = Instant::now();
    let (mut made, mut next) = (0, 100_000.min(accounts));
    while made < accounts {
        let mut changes = StateChanges::default();
        for n in made..accounts.min(made + BLOCK) {
            changes.set_account(who(n), 1, U256::from(n), Bytes::new());
        }
        let (_, time) = commit(&store, &changes);
        made = accounts.min(made + BLOCK);
        if made >= next {
            println!(
                "{made:>12} {:>9} {:>14} {:>10} {:>10} {:>10}",
                start.elapsed().as_secs(),
                time.as_millis(),
                memory("VmHWM"),
                memory("VmRSS"),
                bytes_on_disk(path) >> 20
            );
            next = (next + if next < 1_000_000 { 300_000 } else { 1_000_000 }).min(accounts);
        }
    }
    store
}

fn changes(round: u64, accounts: u64) -> StateChanges {
    let mut changes = StateChanges::default();
    for n in some(round, accounts) {
        changes.set_account(who(n), 2 + round, U256::from(n), Bytes::new());
    }
    changes
}

fn leaf(nonce: u64, balance: u64) -> Vec<u8> {
    alloy_rlp::encode(TrieAccount {
        nonce,
        balance: U256::from(balance),
        storage_root: EMPTY_ROOT_HASH,
        code_hash: KECCAK256_EMPTY,
    })
}

/// The same blocks in `eth_trie` over its database in memory, and whether the roots are equal.
fn peer(accounts: u64, roots: &[B256]) -> Duration {
    let mut trie = EthTrie::new(Arc::new(MemoryDB::new(false)));
    for n in 0..accounts {
        trie.insert(keccak256(who(n)).as_slice(), &leaf(1, n)).unwrap();
        if n % 100_000 == 0 {
            trie.root_hash().unwrap();
        }
    }
    trie.root_hash().unwrap();
    let mut times = Vec::new();
    for (round, expected) in (0..).zip(roots) {
        let leaves: Vec<_> = some(round, accounts).map(|n| (who(n), leaf(2 + round, n))).collect();
        let start = Instant::now();
        for (who, leaf) in leaves {
            trie.insert(keccak256(who).as_slice(), &leaf).unwrap();
        }
        let root = trie.root_hash().unwrap();
        times.push(start.elapsed());
        assert_eq!(root, *expected);
    }
    median(times)
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let accounts = arguments.next().map_or(1_000_000, |n| n.parse().unwrap());
    let made = tempfile::tempdir().unwrap();
    let path = arguments.next().map_or(made.path().join("chain"), PathBuf::from);
    let store = grow(&path, accounts);

    let (mut prepared, mut committed, mut roots) = (vec![], vec![], vec![]);
    for round in 0..ROUNDS {
        // As execution does, which comes before.
        for n in some(round, accounts) {
            store.account(who(n)).unwrap().unwrap();
        }
        let (prepare, whole) = commit(&store, &changes(round, accounts));
        prepared.push(prepare);
        committed.push(whole);
        roots.push(store.head().state_root);
    }
    let all: Duration = committed.iter().sum();
    let updates = u128::from(ROUNDS * CHANGED) * 1000 / all.as_millis().max(1);
    let ours = median(prepared);
    println!("blocks of {CHANGED} changed accounts among {accounts}, {ROUNDS} of them, medians:");
    let whole = median(committed);
    println!("  commit with fsync       {updates} account updates a second; a block {whole:?}");
    println!("  root, by the store      {ours:?} (change set and writes worked out as well)");
    drop(store);
    if accounts > 2_000_000 {
        println!(
            "  root, by eth_trie       not measured: it would hold all of {accounts} accounts in memory"
        );
        return;
    }
    let theirs = peer(accounts, &roots);
    println!("  root, by eth_trie       {theirs:?} (in memory)");
    println!("  the store takes {} of eth_trie's time", share(ours, theirs));
}
