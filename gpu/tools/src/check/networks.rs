//! Whole networks of the benchmarks' shapes, with random weights, against the CPU backend.

use super::{Deadline, Options};
use crate::{Card, Network, Verdict, random_bytes};
use isocortex_inference::{Backend, Cpu};
use std::{sync::Arc, time::Instant};

/// Inputs of each, in one batch.
const RUNS: usize = 3;

pub(super) fn run(options: &Options, cards: &[Card], deadline: Deadline) -> Verdict {
    let begin = Instant::now();
    println!();
    let mut worst = Verdict::Equal;
    for network in Network::ALL {
        let verdict = if deadline.is_over() {
            println!("not measured: {}, for the time was over", network.name());
            Verdict::NotMeasured
        } else {
            match compare(*network, options, cards) {
                Ok(()) => {
                    println!("{}: {RUNS} answers equal the CPU backend's on each target", network.name());
                    Verdict::Equal
                }
                Err((verdict, what)) => {
                    let word = if verdict == Verdict::Differs { "FAILED" } else { "not measured:" };
                    println!("{word} {}: {what}", network.name());
                    verdict
                }
            }
        };
        worst = worst.max(verdict);
    }
    println!("{} s", begin.elapsed().as_secs());
    worst
}

fn compare(network: Network, options: &Options, cards: &[Card]) -> Result<(), (Verdict, String)> {
    let differs = |what: String| (Verdict::Differs, what);
    let model = Arc::new(network.model(options.tiny).map_err(|error| differs(error.to_string()))?);
    let inputs: Vec<_> = (0..RUNS as u64).map(|seed| random_bytes(seed, model.input_len())).collect();
    let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let run = |backend: &dyn Backend| backend.load(Arc::clone(&model)).and_then(|loaded| loaded.run(&batch));
    let cpu = Cpu::new(options.workers()).and_then(|cpu| run(&cpu));
    let wanted = cpu.map_err(|error| (Verdict::NotMeasured, error.to_string()))?.concat();
    for card in cards {
        let target = card.target.name();
        if !card.backend.covers(&model) {
            let missing = card.backend.missing(&model);
            return Err((
                Verdict::NotMeasured,
                format!("{target}: no kernel for {missing:?}, so the CPU would run it"),
            ));
        }
        let got = run(&*card.backend).map_err(|error| differs(format!("{target}: {error}")))?.concat();
        let byte = got.iter().zip(&wanted).position(|(a, b)| a != b);
        if let Some(byte) = byte.or((got.len() != wanted.len()).then_some(got.len().min(wanted.len()))) {
            return Err(differs(format!("{target}: byte {byte} of the answers differs")));
        }
    }
    Ok(())
}
