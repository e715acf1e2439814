//! Seeded random graphs of every op, made by the independent implementation, on every backend of this machine.
//!
//! `ISOCORTEX_BULK` is the number of graphs an op (100 by default, 10,000 in full); `ISOCORTEX_BULK_OPS` names
//! some ops alone. Needs python3 with NumPy: without it nothing is measured, and the test says so.

#![allow(clippy::unwrap_used)]

use isocortex_inference::{Backend, Cpu, Isa, Reference};
use isocortex_testvectors::{Outcome, Record};
use std::{
    collections::BTreeMap,
    io::{BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
};

fn python() -> Command {
    let mut command = Command::new(std::env::var("PYTHON").unwrap_or_else(|_| "python3".into()));
    command.arg("-B").current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("python"));
    command
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn backends() -> Vec<(String, Arc<dyn Backend>)> {
    let mut all: Vec<(String, Arc<dyn Backend>)> = vec![("reference".into(), Arc::new(Reference))];
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        all.push((format!("cpu, {}", isa.name()), Arc::new(Cpu::with_isa(isa, 1).unwrap())));
    }
    all
}

/// What came of an op's graphs.
#[derive(Default)]
struct Tally {
    equal: usize,
    refused: usize,
    differ: Vec<String>,
}

/// Reads one process's stream to its end. False where the digests are not those that are kept.
fn measure(count: &str, ops: &[String], tallies: &mut BTreeMap<String, Tally>) -> bool {
    let mut child =
        python().args(["bulk.py", "stream", count]).args(ops).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stream, backends) = (BufReader::new(child.stdout.take().unwrap()), backends());
    while let Some(record) = Record::read(&mut stream).unwrap() {
        let tally = tallies.entry(record.op.clone()).or_default();
        let number = tally.equal + tally.refused + tally.differ.len();
        match record.compare(&backends) {
            Outcome::Equal if record.case.is_some() => tally.equal += 1,
            Outcome::Equal => tally.refused += 1,
            Outcome::Differs(d) => tally.differ.push(format!("{} {number}: {d}", record.op)),
            Outcome::NotMeasured(why) => {
                tally.differ.push(format!("{} {number}: NOT MEASURED: {why}", record.op));
            }
        }
    }
    child.wait().unwrap().success()
}

#[test]
fn random_graphs_give_every_expected_bit() {
    let list = python().args(["bulk.py", "list"]).output();
    let Some(list) = list.ok().filter(|out| out.status.success()) else {
        // Not eprintln!: the test harness would swallow it.
        let words = "\nNOT MEASURED: python3 with NumPy is missing, so no random graphs were made\n";
        std::io::stderr().write_all(words.as_bytes()).unwrap();
        assert!(
            std::env::var_os("ISOCORTEX_REQUIRE_PYTHON").is_none(),
            "python3 with NumPy is required here"
        );
        return;
    };
    let list = setting("ISOCORTEX_BULK_OPS").unwrap_or(String::from_utf8(list.stdout).unwrap());
    let ops: Vec<String> = list.split_whitespace().map(Into::into).collect();
    let count = setting("ISOCORTEX_BULK").unwrap_or("100".into());
    // A process that makes and a thread that compares run side by side.
    let workers = thread::available_parallelism().map_or(1, |n| n.get().div_ceil(2)).min(ops.len());
    let mut tallies = BTreeMap::<String, Tally>::new();
    let mut digests = true;
    thread::scope(|scope| {
        let jobs: Vec<_> = (0..workers)
            .map(|w| {
                let (ops, count) = (ops.iter().skip(w).step_by(workers).cloned().collect::<Vec<_>>(), &count);
                scope.spawn(move || {
                    let mut mine = BTreeMap::new();
                    (measure(count, &ops, &mut mine), mine)
                })
            })
            .collect();
        for job in jobs {
            let (same, mine) = job.join().unwrap();
            digests &= same;
            tallies.extend(mine);
        }
    });
    println!("on {}", backends().into_iter().map(|(name, _)| name).collect::<Vec<_>>().join("; "));
    println!("{:<18} {:>7} {:>7} {:>7}", "op", "equal", "refused", "differ");
    for (op, tally) in &tallies {
        println!("{op:<18} {:>7} {:>7} {:>7}", tally.equal, tally.refused, tally.differ.len());
    }
    let first: Vec<_> = tallies.values().filter_map(|tally| tally.differ.first().cloned()).collect();
    assert!(first.is_empty(), "the first of each op that differs:\n{}", first.join("\n"));
    assert!(digests, "bulk.py makes other graphs or answers than bulk.json says");
    let count: usize = count.parse().unwrap();
    assert!(
        ops.iter().all(|op| tallies.get(op).is_some_and(|t| t.equal == count)),
        "an op has too few graphs"
    );
}
