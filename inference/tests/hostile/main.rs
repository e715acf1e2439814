//! Graphs near every limit: whatever the check says of them it says without a panic, in time and memory linear
//! in what they are; and what it accepts runs on every backend, alone and in a batch, to the same bytes,
//! within its intervals and within the memory that its cost tells.
//!
//! `ISOCORTEX_FUZZ_SECONDS` (5) says how long, `ISOCORTEX_FUZZ_SEED` (1) where to start; `ISOCORTEX_FUZZ_CASE`
//! repeats one case alone. `ISOCORTEX_FUZZ_LARGE` runs the largest models in full, which takes 4 GiB.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../cpu/f24.rs"]
mod f24;
#[allow(dead_code)]
#[path = "../cpu/graph.rs"]
mod graph;
mod heap;
#[path = "../cpu/more.rs"]
mod more;
mod near;
mod parts;

use graph::{Graph, Rng};
use isocortex_inference::{Backend, Cpu, Error, Isa, OpDigest, Reference, first_difference, reference::Wide};
use isocortex_model::{Artifact, Header, Model, Node, Tensor, TensorType};
use parts::{Parts, extreme};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was seen, to say so.
#[derive(Default)]
struct Seen {
    built: u64,
    accepted: u64,
    run: u64,
    refused: u64,
    /// Nodes of accepted graphs, by op: all, and those that ran.
    ops: BTreeMap<&'static str, [u64; 2]>,
    /// The largest shares of the bounds that were used, in percent, by what is bounded.
    shares: BTreeMap<&'static str, u64>,
}

impl Seen {
    fn bounded(&mut self, what: &'static str, used: u64, bound: u64) {
        assert!(used <= bound, "{what}: {used} is above {bound}");
        let share = self.shares.entry(what).or_default();
        *share = (*share).max(used.saturating_mul(100) / bound.max(1));
    }
}

/// Bytes of the constants that a node names.
fn named(header: &Header, node: &Node) -> u64 {
    let constants = node.op.constants();
    let bytes = constants.iter().filter_map(|&c| header.constants.get(c as usize)).map(TensorType::bytes);
    bytes.fold(0, u64::saturating_add)
}

/// The check, within bounds linear in the artifact's size and in what its nodes name.
fn check(artifact: &Artifact, seen: &mut Seen) -> Option<Model> {
    let header = artifact.header();
    let size = (artifact.weights().len() + header.to_bytes().len()) as u64;
    let named: u64 = header.nodes.iter().map(|node| named(header, node).min(1 << 40)).sum();
    let started = Instant::now();
    let (checked, used) = heap::measure(|| Model::check(artifact));
    let micros = started.elapsed().as_micros() as u64;
    // Generous: other work on the machine counts too.
    seen.bounded("time of the check", micros, 3_000_000 + (size + named) / 10);
    seen.bounded("memory of the check", used.peak, (1 << 16) + 16 * size);
    let things = header.nodes.len() + header.constants.len() + header.inputs.len();
    seen.bounded("allocations of the check", used.count, 500 + 64 * things as u64);
    checked.ok()
}

fn within_intervals(model: &Model, trace: &[OpDigest]) {
    for (node, value) in trace.iter().zip(&model.values()[model.header().inputs.len()..]) {
        let Wide { data, .. } = Wide::new(&Tensor::from_bytes(&value.ty, &node.bytes).unwrap());
        let outside = data.iter().find(|&&v| !value.interval.contains(v));
        assert!(
            outside.is_none(),
            "{outside:?} of {:?} after node {} {}",
            value.interval,
            node.node,
            node.op
        );
    }
}

/// Runs a model everywhere.
fn run(model: &Arc<Model>, rng: &mut Rng, cpus: &[Cpu], seen: &mut Seen) {
    let len = model.input_len();
    let batch: Vec<Vec<u8>> = vec![
        (0..len).map(|_| rng.next() as u8).collect(),
        (0..len).map(|_| if rng.below(2) == 0 { 0x80 } else { 0x7f }).collect(),
        vec![rng.pick(&[0, 0x7f, 0x80, 0xff]); len],
    ];
    let batch: Vec<&[u8]> = batch.iter().map(Vec::as_slice).collect();
    let reference = Reference.load(model.clone()).unwrap();
    let wanted = reference.run(&batch).unwrap();
    let traces: Vec<_> = batch.iter().map(|x| reference.trace(x).unwrap()).collect();
    traces.iter().for_each(|trace| within_intervals(model, trace));
    assert!(batch.iter().zip(&wanted).all(|(x, y)| reference.run(&[x]).unwrap() == [y.clone()]), "alone");
    for cpu in cpus {
        let name = cpu.isa().name();
        let loaded = cpu.load(model.clone()).unwrap();
        assert!(loaded.run(&batch).unwrap() == wanted, "in a batch, {name}");
        for ((x, y), trace) in batch.iter().zip(&wanted).zip(&traces) {
            assert!(loaded.run(&[x]).unwrap() == [y.clone()], "alone, {name}");
            if rng.below(4) == 0 {
                let got = loaded.trace(x).unwrap();
                let first = first_difference(&got, trace).map(|(op, byte)| (op.node, op.op, byte));
                assert!(first.is_none() && got.len() == trace.len(), "{first:?}, {name}");
            }
        }
    }
    for cpu in cpus {
        memory(model, batch[0], &wanted[0], cpu, rng, seen);
    }
}

/// What loading and running take, and what happens where a machine does not have it.
fn memory(model: &Arc<Model>, x: &[u8], y: &[u8], cpu: &Cpu, rng: &mut Rng, seen: &mut Seen) {
    let cost = model.cost();
    let things = (model.header().inputs.len() + model.header().nodes.len()) as u64;
    // Panels of 16 channels are mostly empty where there are few; beyond some KiB such weights stay as they came.
    let held = |bytes: u64| 8 * bytes + (128 * bytes).min(1 << 17);
    let held: u64 = model.header().nodes.iter().map(|node| held(named(model.header(), node))).sum();
    let (loaded, used) = heap::measure(|| cpu.load(model.clone()).unwrap());
    seen.bounded("memory of a loaded model", used.left, (things << 14) + held);
    seen.bounded("memory of loading", used.peak, (things << 14) + held);
    let started = Instant::now();
    let (output, used) = heap::measure(|| loaded.run(&[x]).unwrap());
    let micros = started.elapsed().as_micros() as u64;
    seen.bounded("time of a run", micros, 300_000 + (cost.macs + cost.elements + cost.bytes) / 5);
    assert!(output == [y]);
    // As `Cpu`'s documentation has it.
    let bound = 10 * cost.peak + 2 * cost.weights + y.len() as u64 + (1 << 20);
    seen.bounded("memory of a run", used.peak, bound);
    if rng.below(8) == 0 {
        // Values and kernels; what lists of nodes take is there.
        let most = (1 << rng.range(14, 20)) + 256 * things as usize;
        if setting("ISOCORTEX_FUZZ_TRACE").is_some() {
            eprintln!("without {most} bytes, {}: {:?}", cpu.isa().name(), model.header().nodes);
        }
        let ran = heap::without(most, || cpu.load(model.clone()).and_then(|l| l.run(&[x])));
        match ran {
            Ok(output) => assert!(output == [y]),
            Err(Error::Device { .. }) => seen.refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
}

/// An image or matrix whose work threads share, through one op and then some of any.
fn large(rng: &mut Rng) -> Parts {
    loop {
        let shape = [rng.range(20, 60) as u32, rng.range(20, 60) as u32, rng.pick(&[3, 16, 33])];
        let mut graph = Graph::new(&[TensorType::new(rng.dtype(), &shape)]);
        graph.most = 1 << 18;
        let tag = if rng.below(2) == 0 { rng.range(1, 3) } else { rng.pick(&Graph::tags()) };
        if let Some(graph) = graph.with(rng, tag) {
            let nodes = rng.range(1, 4) as usize;
            return Parts::of(&graph.grown(rng, nodes).model);
        }
    }
}

/// A random graph, its edits, and all that must hold.
fn case(number: u64, cpus: &[Cpu], seen: &mut Seen) {
    let mut rng = Rng(number);
    let (kind, mut most) = (rng.below(16), 1 << 20);
    let mut parts = match kind {
        0..=3 => extreme(&mut rng),
        4 => {
            most = 1 << 24;
            large(&mut rng)
        }
        _ => {
            let nodes = rng.range(1, 6) as usize;
            Parts::of(&Graph::random(&mut rng, nodes).model)
        }
    };
    for _ in 0..rng.below(4) {
        parts.edit(&mut rng);
    }
    let artifact = parts.artifact();
    seen.built += 1;
    let Some(model) = check(&artifact, seen) else { return };
    seen.accepted += 1;
    let cost = model.cost();
    let work = [cost.macs, cost.elements, cost.bytes].into_iter().fold(0, u64::saturating_add);
    let affordable = work < most && model.input_len() < 1 << 20 && model.output_len() < 1 << 22;
    for node in &model.header().nodes {
        let [all, ran] = seen.ops.entry(node.op.name()).or_default();
        *all += 1;
        *ran += u64::from(affordable);
    }
    if affordable {
        run(&Arc::new(model), &mut rng, cpus, seen);
        seen.run += 1;
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|v| v.parse().expect(name))
}

#[test]
fn hostile_models() {
    let _alone = heap::alone();
    let end = Instant::now() + Duration::from_secs(setting("ISOCORTEX_FUZZ_SECONDS").unwrap_or(5));
    let have = || Isa::ALL.into_iter().filter(|isa| isa.available());
    let mut cpus: Vec<_> = have().map(|isa| Cpu::with_isa(isa, 1).unwrap()).collect();
    cpus.push(Cpu::new(3).unwrap());
    let mut seen = Seen::default();
    let first = setting("ISOCORTEX_FUZZ_SEED").unwrap_or(1) << 32;
    let alone = setting("ISOCORTEX_FUZZ_CASE");
    while alone.is_none_or(|_| seen.built == 0) && (seen.built == 0 || Instant::now() < end) {
        let number = alone.unwrap_or(first + seen.built);
        let outcome = catch_unwind(AssertUnwindSafe(|| case(number, &cpus, &mut seen)));
        assert!(outcome.is_ok(), "ISOCORTEX_FUZZ_CASE={number}");
    }
    let Seen { built, accepted, run, refused, ops, shares } = seen;
    println!("{built} graphs, {accepted} accepted, {run} run, {refused} refused for want of memory");
    println!("nodes of each op in accepted graphs, and in those that ran: {ops:?}");
    println!("most of each bound that was used, in percent: {shares:?}");
}
