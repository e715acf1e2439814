//! The CPU backend gives the reference's bits: random models of each op and of many, each instruction set,
//! batches and threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edges;
mod f24;
mod graph;
mod more;
mod random;

use graph::{Graph, Rng};
use isocortex_inference::{Backend, Cpu, Error, Isa, OpDigest, Reference, first_difference, reference::Wide};
use isocortex_model::{Model, Tensor};
use std::sync::Arc;

/// One backend for each instruction set that this machine has.
fn backends() -> Vec<Cpu> {
    let have = Isa::ALL.into_iter().filter(|isa| isa.available());
    have.map(|isa| Cpu::with_isa(isa, 1).unwrap()).collect()
}

/// Random bytes, the ends of each byte's range, and constants.
fn inputs(rng: &mut Rng, len: usize) -> Vec<Vec<u8>> {
    let mut all = vec![(0..len).map(|_| rng.next() as u8).collect()];
    all.push((0..len).map(|_| if rng.below(2) == 0 { 0x80 } else { 0x7f }).collect());
    all.extend([0x80, 0x7f, 0x00].map(|byte| vec![byte; len]));
    all
}

/// Compares fused runs and the trace of every backend with the reference, on several inputs.
fn compare(backends: &[Cpu], model: Model, rng: &mut Rng, what: &str) {
    let inputs = inputs(rng, model.input_len());
    compare_on(backends, model, &inputs, what);
}

/// The same on inputs given.
fn compare_on(backends: &[Cpu], model: Model, inputs: &[Vec<u8>], what: &str) {
    let model = Arc::new(model);
    let reference = Reference.load(model.clone()).unwrap();
    let wanted: Vec<_> =
        inputs.iter().map(|x| (reference.run(&[x]).unwrap(), reference.trace(x).unwrap())).collect();
    wanted.iter().for_each(|(_, trace)| within_intervals(&model, trace));
    for cpu in backends {
        let ours = cpu.load(model.clone()).unwrap();
        for (x, (output, trace)) in inputs.iter().zip(&wanted) {
            let name = || format!("{what} on {}: {:#?}", cpu.isa().name(), model.header());
            let got = ours.trace(x).unwrap();
            assert!(first_difference(&got, trace).is_none(), "{}", name());
            assert_eq!(got.len(), trace.len());
            assert!(ours.run(&[x]).unwrap() == *output, "fused, {}", name());
        }
    }
}

/// Every element of every result lies in its value's interval.
fn within_intervals(model: &Model, trace: &[OpDigest]) {
    for (node, value) in trace.iter().zip(&model.values()[model.header().inputs.len()..]) {
        let Wide { data, .. } = Wide::new(&Tensor::from_bytes(&value.ty, &node.bytes).unwrap());
        let outside = data.iter().find(|&&v| !value.interval.contains(v));
        assert!(
            outside.is_none(),
            "{outside:?} of {:?}: {:#?}",
            value.interval,
            model.header().nodes[node.node]
        );
    }
}

#[test]
fn an_instruction_set_that_the_machine_lacks_is_refused_by_name() {
    for isa in Isa::ALL {
        match Cpu::with_isa(isa, 1) {
            Ok(cpu) => assert!(isa.available() && cpu.isa() == isa),
            Err(Error::Device { backend: "cpu", reason, .. }) => {
                assert!(!isa.available() && reason.contains(isa.name()), "{reason}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(Isa::Scalar.available() && Isa::best().available());
}

#[test]
fn inputs_of_a_wrong_length_are_refused_before_anything_runs() {
    let mut rng = Rng(1);
    let model = Arc::new(Graph::random(&mut rng, 3).model);
    let loaded = Cpu::new(1).unwrap().load(model.clone()).unwrap();
    let (right, wrong) = (vec![0; model.input_len()], vec![0; model.input_len() + 1]);
    assert!(matches!(loaded.run(&[&right, &wrong]), Err(Error::InputLength { index: 1, .. })));
    assert!(matches!(loaded.trace(&wrong), Err(Error::InputLength { index: 0, .. })));
    assert_eq!(loaded.run(&[]).unwrap(), Vec::<Vec<u8>>::new());
}

#[test]
fn an_answer_depends_on_neither_batch_nor_threads() {
    let mut rng = Rng(2);
    let pools: Vec<_> = [1, 2, 3, 8].iter().map(|&threads| Cpu::new(threads).unwrap()).collect();
    for case in 0..20 {
        let model = Arc::new(Graph::random(&mut rng, 8).model);
        let reference = Reference.load(model.clone()).unwrap();
        let inputs: Vec<Vec<u8>> = (0..9).flat_map(|_| inputs(&mut rng, model.input_len())).collect();
        let batch: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let wanted = reference.run(&batch).unwrap();
        for cpu in &pools {
            let loaded = cpu.load(model.clone()).unwrap();
            for size in [1, 2, 7, 45] {
                let got: Vec<_> = batch.chunks(size).flat_map(|part| loaded.run(part).unwrap()).collect();
                assert!(got == wanted, "case {case}, batches of {size}");
            }
            // One loaded model serves many threads at once.
            std::thread::scope(|scope| {
                let run = || assert!(loaded.run(&batch).unwrap() == wanted, "case {case}, shared");
                (0..3).for_each(|_| drop(scope.spawn(run)));
            });
        }
    }
}

/// Large enough for threads to share the work of one input.
#[test]
fn threads_that_share_one_input_change_nothing() {
    use isocortex_model::ops::{AddScaled, Conv2d, DepthwiseConv2d, Rescale};
    use isocortex_model::{DType, Op, Tensor, TensorType};
    let mut rng = Rng(9);
    let mut graph = Graph::new(&[TensorType::new(DType::I8, &[57, 41, 24])]);
    let weight = graph.constant(rng.weights(&[72, 3, 3, 24]));
    let bias = graph.constant(rng.biases(72));
    let taps = graph.constant(rng.weights(&[3, 3, 72]));
    let multiplier = graph.constant(Tensor::i32(&[1], vec![1 << 30]));
    let shift = graph.constant(Tensor::i8(&[1], vec![44]));
    let (stride, dilation, pads) = ([1, 1], [1, 1], [1; 4]);
    let rescale =
        || Op::Rescale(Rescale { multiplier, shift, zero_point: 3, lo: -128, hi: 127, dtype: DType::I8 });
    let conv = Conv2d { weight, bias, zero_point: 5, stride, dilation, pads, groups: 1 };
    graph.add(&[0], Op::Conv2d(conv));
    graph.add(&[1], rescale());
    graph.add(
        &[2],
        Op::DepthwiseConv2d(DepthwiseConv2d { weight: taps, bias, zero_point: -7, stride, dilation, pads }),
    );
    graph.add(&[3], rescale());
    let add = AddScaled {
        multipliers: [1 << 30, 3 << 28],
        zero_points: [3, 3],
        shift: 30,
        zero_point: -1,
        lo: -100,
        hi: 127,
        dtype: DType::I8,
    };
    graph.add(&[2, 4], Op::AddScaled(add)).unwrap();
    let model = Arc::new(graph.model);
    let inputs = inputs(&mut rng, model.input_len());
    let batch: Vec<&[u8]> = inputs.iter().take(3).map(Vec::as_slice).collect();
    let wanted = Reference.load(model.clone()).unwrap().run(&batch).unwrap();
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        for threads in [1, 2, 5] {
            let loaded = Cpu::with_isa(isa, threads).unwrap().load(model.clone()).unwrap();
            for size in [1, 2, 3] {
                let got: Vec<_> = batch.chunks(size).flat_map(|part| loaded.run(part).unwrap()).collect();
                assert!(got == wanted, "{} with {threads} threads, batches of {size}", isa.name());
            }
        }
    }
}
