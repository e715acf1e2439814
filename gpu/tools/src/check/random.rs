//! Random graphs of every op and of many ops, fused as they come, against the reference.

use super::{
    Deadline, Options,
    generator::{Graph, Rng},
};
use crate::{Card, Verdict};
use isocortex_inference::{Backend, Reference, first_difference};
use isocortex_model::{DType, Model, TensorType};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

/// Inputs of each graph, in one batch.
const RUNS: usize = 16;

#[derive(Default)]
struct Tally {
    graphs: u64,
    /// With an op that has no kernel, so that they run on the CPU behind the card.
    elsewhere: u64,
    differ: Vec<String>,
}

pub(super) fn run(options: &Options, cards: &[Card], deadline: Deadline) -> Verdict {
    let begin = Instant::now();
    let (next, tally) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    thread::scope(|scope| {
        for _ in 0..options.workers() {
            scope.spawn(|| {
                while !deadline.is_over() {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= options.random {
                        break;
                    }
                    let Some(model) = model(number).map(Arc::new) else { continue };
                    let outcome = compare(&model, number, cards);
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    tally.graphs += 1;
                    tally.elsewhere += u64::from(!cards.iter().all(|card| card.backend.covers(&model)));
                    tally.differ.extend(outcome.err().map(|what| format!("random graph {number}: {what}")));
                }
            });
        }
    });
    let over = next.into_inner() < options.random;
    let Tally { graphs, elsewhere, differ } = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!();
    differ.iter().take(20).for_each(|what| println!("DIFFERS {what}"));
    println!(
        "random graphs of many ops: {graphs} with {RUNS} inputs each, {} differ; {elsewhere} ran on the CPU behind \
         the card; {} s",
        differ.len(),
        begin.elapsed().as_secs()
    );
    if over {
        println!("not measured: the other random graphs of {}, for the time was over", options.random);
    }
    match (differ.is_empty(), over) {
        (false, _) => Verdict::Differs,
        (true, true) => Verdict::NotMeasured,
        (true, false) => Verdict::Equal,
    }
}

/// Graph number `number`: of many ops, or of one, each in turn; none where no draw passes the check.
fn model(number: u64) -> Option<Model> {
    let mut rng = Rng(number.wrapping_mul(0x9e37_79b9));
    if number.is_multiple_of(2) {
        let nodes = rng.range(2, 12) as usize;
        return Some(Graph::random(&mut rng, nodes).model);
    }
    let tags = Graph::tags();
    let tag = tags.get((number / 2) as usize % tags.len().max(1)).copied()?;
    (0..1_000).find_map(|_| {
        let shape =
            [rng.range(1, 11) as u32, rng.range(1, 11) as u32, rng.pick(&[1, 2, 3, 4, 7, 16, 20, 32, 67])];
        let shape = shape.get(rng.below(3) as usize..).unwrap_or_default();
        let dtype = rng.pick(&[DType::I8, DType::I16, DType::I32]);
        Graph::new(&[TensorType::new(dtype, shape)]).with(&mut rng, tag).map(|graph| graph.model)
    })
}

/// Random bytes and bytes at the ends of their range.
fn compare(model: &Arc<Model>, number: u64, cards: &[Card]) -> Result<(), String> {
    let mut rng = Rng(!number);
    let mut input = |run: usize| {
        let bytes = (0..model.input_len()).map(|_| rng.next() as u8);
        if run.is_multiple_of(4) {
            bytes.map(|b| 0x7f + (b & 1)).collect()
        } else {
            bytes.collect::<Vec<_>>()
        }
    };
    let inputs: Vec<_> = (0..RUNS).map(&mut input).collect();
    let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let load = |backend: &dyn Backend| backend.load(Arc::clone(model)).map_err(|error| error.to_string());
    let reference = load(&Reference)?;
    let wanted = reference.run(&batch).map_err(|error| error.to_string())?;
    for card in cards {
        let at = |what: String| format!("{}: {what}", card.target.name());
        let ours = load(&*card.backend).map_err(at)?;
        let got = ours.run(&batch).map_err(|error| at(error.to_string()))?;
        let Some(run) = wanted.iter().enumerate().position(|(i, answer)| got.get(i) != Some(answer)) else {
            continue;
        };
        // Nothing is fused in a trace, so it may show no difference.
        let traces = batch.get(run).map(|input| (ours.trace(input), reference.trace(input)));
        let node = match traces {
            Some((Ok(ours), Ok(reference))) => {
                first_difference(&ours, &reference).map(|place| format!("{place:?}"))
            }
            _ => None,
        };
        return Err(at(format!("run {run}, {}", node.unwrap_or("no single op by itself".into()))));
    }
    Ok(())
}
