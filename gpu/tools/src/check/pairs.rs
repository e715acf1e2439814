//! Random pairs of a model and an input, by kernel: the reference computes each answer once, and the kernels of
//! every target are compared with it.

use super::{Deadline, Options};
use crate::{Card, Verdict};
use isocortex_gpu::{Case, Kernel};
use std::{
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

/// The first case after those of the self-test.
const FIRST: u64 = 1 << 32;

#[derive(Default)]
struct Tally {
    /// Begun, so that no two workers take the same case.
    taken: u64,
    models: u64,
    pairs: u64,
    words: u64,
    differ: u64,
    first: Option<String>,
}

pub(super) fn run(options: &Options, cards: &[Card], deadline: Deadline) -> Verdict {
    let begin = Instant::now();
    let share = options.pairs.div_ceil(Kernel::ALL.len() as u64);
    let runs = options.runs.clamp(1, share.max(1));
    let tallies = Mutex::new(Kernel::ALL.iter().map(|_| Tally::default()).collect::<Vec<_>>());
    thread::scope(|scope| {
        for _ in 0..options.workers() {
            scope.spawn(|| {
                while !deadline.is_over() {
                    let Some((kernel, seed)) = next(&tallies, share.div_ceil(runs)) else { break };
                    compare(kernel, seed, runs as usize, cards, &tallies);
                }
            });
        }
    });
    let tallies = tallies.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!(
        "\n{:<32} {:>8} {:>10} {:>14} {:>7}",
        "kernel, random cases", "models", "pairs", "elements", "differ"
    );
    for (kernel, tally) in Kernel::ALL.iter().zip(&tallies) {
        let Tally { models, pairs, words, differ, .. } = tally;
        println!("{:<32} {models:>8} {pairs:>10} {words:>14} {differ:>7}", kernel.name());
    }
    tallies.iter().filter_map(|t| t.first.as_ref()).for_each(|first| println!("DIFFERS {first}"));
    let pairs: u64 = tallies.iter().map(|t| t.pairs).sum();
    let targets: Vec<_> = cards.iter().map(|card| card.target.name()).collect();
    let seconds = begin.elapsed().as_secs();
    println!("{pairs} pairs, {} asked for, on each of: {}; {seconds} s", options.pairs, targets.join(", "));
    if tallies.iter().any(|t| t.differ > 0) {
        Verdict::Differs
    } else if pairs < options.pairs {
        println!("not measured: {} pairs, for the time was over", options.pairs - pairs);
        Verdict::NotMeasured
    } else {
        Verdict::Equal
    }
}

/// The next case of the kernel that has had the fewest.
fn next(tallies: &Mutex<Vec<Tally>>, models: u64) -> Option<(Kernel, u64)> {
    let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
    let (&kernel, tally) = Kernel::ALL.iter().zip(tallies.iter_mut()).min_by_key(|(_, tally)| tally.taken)?;
    (tally.taken < models).then(|| {
        tally.taken += 1;
        (kernel, FIRST + tally.taken)
    })
}

fn compare(kernel: Kernel, seed: u64, runs: usize, cards: &[Card], tallies: &Mutex<Vec<Tally>>) {
    let outcome = Case::with_runs(kernel, seed, runs).map_err(|error| error.to_string()).and_then(|case| {
        for card in cards {
            card.backend.check(&case).map_err(|error| format!("{}: {error}", card.target.name()))?;
        }
        Ok(case.model().output_types().map(|ty| ty.elements()).sum::<u64>() * runs as u64)
    });
    let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(tally) = tallies.get_mut(kernel as usize) else { return };
    tally.models += 1;
    tally.pairs += runs as u64;
    match outcome {
        Ok(words) => tally.words += words,
        Err(error) => {
            tally.differ += 1;
            tally.first.get_or_insert_with(|| format!("{kernel}: {error}"));
        }
    }
}
