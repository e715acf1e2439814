//! The measured rows, and the two tables made from them. Integers only: microseconds and gas.

use crate::{
    Chain, Workload, same_answers, sides,
    store::{self, Parts},
    timing::{median, processor},
};
use revm::database::InMemoryDB;
use std::{fmt::Write, path::Path, time::Duration};

/// How long the three sides together take turns at least, unless that is [`ROUNDS`] many times already.
const AT_LEAST: Duration = Duration::from_secs(3);
const ROUNDS: [usize; 2] = [7, 101];

/// Who executes.
pub type Side = fn(&Chain, &InMemoryDB, &Workload) -> u64;

/// Bare revm, alloy-evm's executor, ours. All let go of their state within their time.
pub const SIDES: [(&str, Side); 3] = [
    ("bare", |chain, db, load| sides::bare(chain, db, load).0),
    ("executor", |chain, db, load| sides::executor(chain, db, load).0.len() as u64),
    ("ours", |chain, db, load| sides::ours(chain, db, load).gas_used),
];

/// What was measured of a workload.
#[derive(Debug)]
pub struct Row {
    name: &'static str,
    transactions: usize,
    gas: u64,
    rounds: usize,
    /// As [`SIDES`]: processor time, state in memory.
    sides: [Duration; 3],
    store: Parts,
}

/// Compares, then measures: the sides in turn, as often as the time allows; the store `stores` times.
pub fn measure(chain: &Chain, load: &Workload, stores: usize, dir: &Path) -> Row {
    same_answers(chain, load);
    let db = load.world.database();
    let mut times = [vec![], vec![], vec![]];
    let [fewest, most] = ROUNDS;
    let (mut gas, mut total, mut rounds) = (0, Duration::ZERO, 0);
    while rounds < fewest || (rounds < most && total < AT_LEAST) {
        // Another one begins each time, so that none always follows the same.
        for turn in 0..SIDES.len() {
            let side = (turn + rounds) % SIDES.len();
            let (result, time) = processor(|| SIDES[side].1(chain, &db, load));
            gas = gas.max(result);
            times[side].push(time);
            total += time;
        }
        rounds += 1;
    }
    let stored: Vec<_> = (0..stores).map(|_| store::run(chain, load, dir)).collect();
    let part = |of: fn(&Parts) -> Duration| median(&stored.iter().map(of).collect::<Vec<_>>());
    let store =
        Parts { execution: part(|p| p.execution), roots: part(|p| p.roots), commit: part(|p| p.commit) };
    let transactions = load.transactions.len();
    Row { name: load.name, transactions, gas, rounds, sides: times.map(|times| median(&times)), store }
}

fn ms(time: Duration) -> String {
    let us = time.as_micros();
    format!("{}.{:02}", us / 1000, us % 1000 / 10)
}

/// Gas a microsecond is Mgas a second.
fn speed(gas: u64, time: Duration) -> String {
    let tenths = u128::from(gas) * 10 / time.as_micros().max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn ratio(ours: Duration, theirs: Duration) -> String {
    let hundredths = (ours.as_nanos() * 100 + theirs.as_nanos() / 2) / theirs.as_nanos().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Both tables, in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut out = String::from(
        "Execution, the state in memory: milliseconds a block, Mgas a second\n\n\
         | block | txs | Mgas | bare revm | its Mgas/s | alloy-evm's executor | its Mgas/s | ours | Mgas/s | ours / bare | ours / executor | rounds |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for Row { name, transactions, gas, rounds, sides: [bare, executor, ours], .. } in rows {
        let mgas = ratio(Duration::from_nanos(*gas), Duration::from_millis(1));
        let [b, e, o] = [bare, executor, ours].map(|time| format!("{} | {}", ms(*time), speed(*gas, *time)));
        let (to_bare, to_executor) = (ratio(*ours, *bare), ratio(*ours, *executor));
        let _ = writeln!(
            out,
            "| {name} | {transactions} | {mgas} | {b} | {e} | {o} | {to_bare} | {to_executor} | {rounds} |"
        );
    }
    out += "\nOurs on the store: milliseconds a block\n\n\
            | block | execution | roots | commit with fsync | all three | Mgas/s |\n\
            |---|---:|---:|---:|---:|---:|\n";
    for Row { name, gas, store, .. } in rows {
        let parts = [store.execution, store.roots, store.commit, store.sum()].map(ms).join(" | ");
        let _ = writeln!(out, "| {name} | {parts} | {} |", speed(*gas, store.sum()));
    }
    out
}
