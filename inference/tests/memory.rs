//! What the CPU backend allocates stays under the bound that `Cpu`'s documentation gives, over random models.
//! Its own program, with one test: the allocator counts for all threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "cpu/f24.rs"]
mod f24;
#[path = "cpu/graph.rs"]
mod graph;
#[path = "cpu/more.rs"]
mod more;

use graph::{Graph, Rng};
use isocortex_inference::{Backend, Cpu};
use isocortex_model::ops::{Clamp, Embed};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType};
use peak_alloc::PeakAlloc;
use std::sync::Arc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A result, the most bytes that existed at once while it was made, and those left after it, beside those before.
fn measure<T>(f: impl FnOnce() -> T) -> (T, usize, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let value = f();
    (value, MEMORY.peak_usage() - before, MEMORY.current_usage().saturating_sub(before))
}

/// Bytes of the constants of each node, those named twice counted twice.
fn named(model: &Model) -> usize {
    let all = model.header().nodes.iter().flat_map(|node| node.op.constants());
    all.map(|c| model.constants()[c as usize].ty().bytes() as usize).sum()
}

fn within_bounds(cpu: &Cpu, model: Model, rng: &mut Rng) {
    let model = Arc::new(model);
    let (peak, nodes) = (model.cost().peak as usize, model.header().nodes.len());
    let input: Vec<u8> = (0..model.input_len()).map(|_| rng.next() as u8).collect();
    let (loaded, most, kept) = measure(|| cpu.load(model.clone()).unwrap());
    let what = || format!("{:#?}", model.header());
    let bound = 8 * named(&model) + (nodes << 14);
    assert!(most.max(kept) <= bound, "load: {most}, then {kept}, of {bound}: {}", what());
    let (_, most, _) = measure(|| loaded.run(&[&input]).unwrap());
    let bound = 10 * peak + 2 * named(&model) + model.output_len() + (1 << 20);
    assert!(most <= bound, "run: {most} of {bound}: {}", what());
}

/// An Embed costs what it moves, not what its table holds: many that name one table must not hold it many times.
fn one_table_is_held_once(cpu: &Cpu) {
    let (nodes, table) = (64, Tensor::i8(&[4_096, 16], vec![1; 1 << 16]));
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let embed = || Node { operands: vec![1], op: Op::Embed(Embed { table: 0 }) };
    let artifact = Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[1]), quant }],
        vec![table],
        [Node { operands: vec![0], op: Op::Clamp(Clamp { lo: 0, hi: 127 }) }]
            .into_iter()
            .chain(std::iter::repeat_with(embed).take(nodes))
            .collect(),
        vec![Output { name: "y".into(), value: 2, quant }],
        Default::default(),
    );
    let model = Arc::new(Model::check(&artifact).unwrap());
    let (_loaded, most, _) = measure(|| cpu.load(model.clone()).unwrap());
    let bound = 8 * (1 << 16) + (nodes << 13);
    assert!(most <= bound, "{most} of {bound} for {nodes} that name one table");
}

#[test]
fn memory_stays_under_its_bound() {
    let cpu = Cpu::new(1).unwrap();
    one_table_is_held_once(&cpu);
    let mut rng = Rng(7);
    for tag in 1..=50 {
        let mut done = 0;
        for _ in 0..400 {
            if done == 3 {
                break;
            }
            let shape = [rng.range(40, 120) as u32, rng.range(40, 120) as u32, rng.pick(&[1, 2, 3, 16, 65])];
            let mut graph = Graph::new(&[TensorType::new(rng.dtype(), &shape)]);
            graph.most = 1 << 24;
            // One node of the op, and then some of any.
            let Some(graph) = graph.with(&mut rng, tag) else { continue };
            within_bounds(&cpu, graph.model.clone(), &mut rng);
            let nodes = rng.range(2, 12) as usize;
            within_bounds(&cpu, graph.grown(&mut rng, nodes).model, &mut rng);
            done += 1;
        }
        assert!(done > 0, "op {tag}");
    }
}
