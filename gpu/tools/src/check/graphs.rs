//! Random graphs of every op, made and answered by the independent implementation as it runs.

use super::{Deadline, Options};
use crate::{Card, Verdict};
use isocortex_inference::Backend;
use isocortex_testvectors::{Outcome, Record};
use std::{
    io::BufReader,
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Instant,
};

#[derive(Default)]
struct Tally {
    equal: u64,
    refused: u64,
    differ: Vec<String>,
    not: Vec<String>,
}

pub(super) fn run(options: &Options, cards: &[Card], deadline: Deadline) -> Verdict {
    let begin = Instant::now();
    if options.graphs == 0 {
        println!("\nnot measured: random graphs, by --graphs 0");
        return Verdict::NotMeasured;
    }
    let ops = match python(options).args(["bulk.py", "list"]).output() {
        Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).into_owned(),
        _ => {
            println!("\nnot measured: random graphs, for python3 with NumPy is missing");
            return Verdict::NotMeasured;
        }
    };
    let ops = options.ops.clone().unwrap_or_else(|| ops.split_whitespace().map(Into::into).collect());
    let backend = |card: &Card| Arc::clone(&card.backend) as Arc<dyn Backend>;
    let backends: Vec<_> = cards.iter().map(|card| (card.target.name().to_string(), backend(card))).collect();
    let (queue, tally) = (Mutex::new(ops.iter()), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        // A process that makes and a thread that compares run side by side.
        for _ in 0..options.workers().div_ceil(2) {
            scope.spawn(|| {
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some(op) = next() {
                    let mine = stream(op, options, &backends, deadline);
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    tally.equal += mine.equal;
                    tally.refused += mine.refused;
                    tally.differ.extend(mine.differ);
                    tally.not.extend(mine.not);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!();
    tally.differ.iter().for_each(|what| println!("DIFFERS {what}"));
    tally.not.iter().for_each(|what| println!("not measured: {what}"));
    let Tally { equal, refused, differ, .. } = &tally;
    println!(
        "random graphs of {} ops: {equal} equal, {} differ; {refused} more refused, as they must be; {} s",
        ops.len(),
        differ.len(),
        begin.elapsed().as_secs()
    );
    match (differ.is_empty(), tally.not.is_empty()) {
        (false, _) => Verdict::Differs,
        (true, false) => Verdict::NotMeasured,
        (true, true) => Verdict::Equal,
    }
}

fn python(options: &Options) -> Command {
    let mut command = Command::new(std::env::var("PYTHON").unwrap_or_else(|_| "python3".into()));
    command.arg("-B").current_dir(options.vectors.join("python"));
    command
}

/// One op's graphs, up to the first difference or the deadline.
fn stream(op: &str, options: &Options, backends: &[(String, Arc<dyn Backend>)], deadline: Deadline) -> Tally {
    let mut tally = Tally::default();
    let count = options.graphs.to_string();
    let child = python(options).args(["bulk.py", "stream", &count, op]).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        tally.not.push(format!("{op}: python3 could not be started"));
        return tally;
    };
    let mut records = child.stdout.take().map(BufReader::new);
    while let Some(stdout) = &mut records {
        if deadline.is_over() {
            tally.not.push(format!("{op}: graphs after the first {}, for the time was over", tally.equal));
            break;
        }
        match Record::read(stdout) {
            Ok(None) => break,
            Err(error) => {
                tally.not.push(format!("{op}: {error}"));
                break;
            }
            Ok(Some(record)) => match record.compare(backends) {
                Outcome::Equal if record.case.is_some() => tally.equal += 1,
                Outcome::Equal => tally.refused += 1,
                Outcome::Differs(d) => tally.differ.push(format!("{op}, graph {}: {d}", tally.equal)),
                Outcome::NotMeasured(why) => tally.differ.push(format!("{op}, graph {}: {why}", tally.equal)),
            },
        }
        if !tally.differ.is_empty() {
            break;
        }
    }
    // The reading end is closed first, so that a process whose graphs nobody wants any more ends.
    drop(records);
    let ended = child.wait();
    if tally.differ.is_empty() && tally.not.is_empty() && !ended.is_ok_and(|status| status.success()) {
        tally.not.push(format!("{op}: bulk.py makes other graphs or answers than bulk.json says"));
    }
    tally
}
