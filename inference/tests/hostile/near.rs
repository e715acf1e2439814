//! Models next to the limits of SPEC.md section 6, by hand: far more memory than most machines lend to one run.

use super::heap;
use super::parts::Parts;
use isocortex_inference::{Backend, Cpu, Error, Isa};
use isocortex_model::ops::*;
use isocortex_model::{DType, Model, Node, Op, Tensor, TensorType};
use std::sync::Arc;

fn node(operands: &[u32], op: Op) -> Node {
    Node { operands: operands.to_vec(), op }
}

fn tile(repeats: &[u32]) -> Op {
    Op::Tile(Tile { repeats: repeats.to_vec() })
}

/// Small inputs, and values or constants of hundreds of MiB.
fn models() -> Vec<(&'static str, Parts)> {
    let model = |name, dtype, shape: &[u32], constants: Vec<Tensor>, nodes: Vec<Node>| {
        let outputs = vec![nodes.len() as u32];
        (name, Parts { inputs: vec![TensorType::new(dtype, shape)], constants, nodes, outputs })
    };
    let weights = |shape: &[u32]| Tensor::i8(shape, vec![1; shape.iter().product::<u32>() as usize]);
    let zeros = |n: u32| Tensor::i32(&[n], vec![0; n as usize]);
    let index = node(&[0], Op::Clamp(Clamp { lo: 0, hi: 1 }));
    let ([stride, dilation], pads) = ([[1, 1]; 2], [1024; 4]);
    let conv = Conv2d { weight: 0, bias: 1, zero_point: 0, stride, dilation, pads, groups: 1 };
    let transposed =
        ConvTranspose2d { weight: 0, bias: 1, zero_point: 0, stride, dilation, pads: [-1024; 4] };
    let resize =
        Resize { mode: ResizeMode::Nearest, scale: [2048, 1, 2048, 1], offset: [0, 0], border: [2047, 2047] };
    let mut all = vec![
        model("the widest tile", DType::I32, &[1, 1], vec![], vec![node(&[0], tile(&[15, 1 << 24]))]),
        model(
            "a large value between small ones",
            DType::I8,
            &[1, 1],
            vec![],
            vec![
                node(&[0], tile(&[16, 1 << 24])),
                node(&[1], Op::Clamp(Clamp { lo: -3, hi: 3 })),
                node(&[2], Op::ReduceMax(ReduceMax { axes: vec![0, 1] })),
            ],
        ),
        model(
            "a long row sorted",
            DType::I8,
            &[1],
            vec![],
            vec![node(&[0], tile(&[1 << 24])), node(&[1], Op::TopK(TopK { k: 1 << 24 }))],
        ),
        model(
            "padding around one pixel",
            DType::I8,
            &[1, 1, 1],
            vec![weights(&[60, 1, 1, 1]), zeros(60)],
            vec![node(&[0], Op::Conv2d(conv))],
        ),
        model(
            "bias around one pixel",
            DType::I8,
            &[1, 1, 1],
            vec![weights(&[60, 1, 1, 1]), zeros(60)],
            vec![node(&[0], Op::ConvTranspose2d(transposed))],
        ),
        model("pixels made of one", DType::I8, &[7, 7, 1], vec![], vec![node(&[0], Op::Resize(resize))]),
        model(
            "a row looked up often",
            DType::I8,
            &[250],
            vec![weights(&[2, 1 << 20])],
            vec![index.clone(), node(&[1], Op::Embed(Embed { table: 0 }))],
        ),
        model(
            "a large table",
            DType::I8,
            &[1],
            vec![weights(&[2, 1 << 24])],
            vec![index, node(&[1], Op::Embed(Embed { table: 0 }))],
        ),
        model(
            "large weights",
            DType::I8,
            &[1 << 12],
            vec![weights(&[1 << 12, 1 << 12]), zeros(1 << 12)],
            vec![node(&[0], Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 }))],
        ),
    ];
    let (_, mut parts) = model("", DType::I8, &[1], vec![], vec![node(&[0], tile(&[1 << 24]))]);
    parts.outputs = vec![1; 16];
    all.push(("one value as all outputs", parts));
    all
}

/// On a machine that has no 8 MiB in one piece each is refused, and nothing aborts. With room for it (4 GiB) each
/// gives its answer.
#[test]
fn what_does_not_fit_the_machine_is_refused() {
    let _alone = heap::alone();
    let cpus: Vec<_> = Isa::ALL
        .into_iter()
        .filter(|isa| isa.available())
        .map(|isa| Cpu::with_isa(isa, 1).unwrap())
        .collect();
    let large = super::setting("ISOCORTEX_FUZZ_LARGE").is_some();
    for (name, parts) in models() {
        let model = Arc::new(Model::check(&parts.artifact()).unwrap_or_else(|e| panic!("{name}: {e}")));
        let input = vec![1; model.input_len()];
        for cpu in &cpus {
            let run = || cpu.load(model.clone()).and_then(|loaded| loaded.run(&[&input]));
            let refused = heap::without(8 << 20, run);
            assert!(
                matches!(refused, Err(Error::Device { backend: "cpu", .. })),
                "{name}, {}",
                cpu.isa().name()
            );
            if large {
                let (output, used) = heap::measure(run);
                assert_eq!(output.unwrap()[0].len(), model.output_len());
                let cost = model.cost();
                let bound = 10 * cost.peak + 10 * cost.weights + model.output_len() as u64 + (2 << 20);
                assert!(used.peak <= bound, "{name}: {used:?} is above {bound}");
            }
        }
    }
}

/// An output is as long as its values at once, however often one is named, and is not copied as it grows.
#[test]
fn an_output_takes_its_bytes_once() {
    let _alone = heap::alone();
    let mut parts = Parts {
        inputs: vec![TensorType::new(DType::I8, &[1 << 20])],
        constants: vec![],
        nodes: vec![node(&[0], Op::Clamp(Clamp { lo: -3, hi: 3 }))],
        outputs: vec![1; 16],
    };
    for dtype in [DType::I8, DType::I16, DType::I32] {
        parts.inputs[0].dtype = dtype;
        let model = Arc::new(Model::check(&parts.artifact()).unwrap());
        let (input, loaded) = (vec![1; model.input_len()], Cpu::new(1).unwrap().load(model.clone()).unwrap());
        let (output, used) = heap::measure(|| loaded.run(&[&input]).unwrap());
        assert_eq!(output[0].len(), model.output_len());
        let bound = model.output_len() as u64 + model.cost().peak + (1 << 12);
        assert!(used.peak <= bound, "{used:?}, {bound}");
    }
}

/// A multiplier that all channels share is held once, not once a channel.
#[test]
fn a_rescale_of_long_rows_holds_its_constants_alone() {
    let _alone = heap::alone();
    let parts = Parts {
        inputs: vec![TensorType::new(DType::I32, &[1, 1 << 20])],
        constants: vec![Tensor::i32(&[1], vec![1 << 30]), Tensor::i8(&[1], vec![30])],
        nodes: vec![
            node(&[0], Op::Clamp(Clamp { lo: -3, hi: 3 })),
            node(&[1], Op::AbsMaxRow(AbsMaxRow {})),
            node(
                &[1, 2],
                Op::RescaleRow(RescaleRow {
                    multiplier: 0,
                    shift: 1,
                    row_shift: 2,
                    zero_point: 0,
                    lo: -5,
                    hi: 5,
                    dtype: DType::I8,
                }),
            ),
            node(
                &[1],
                Op::Rescale(Rescale {
                    multiplier: 0,
                    shift: 1,
                    zero_point: 0,
                    lo: -5,
                    hi: 5,
                    dtype: DType::I8,
                }),
            ),
        ],
        outputs: vec![3, 4],
    };
    let (cpu, model) = (Cpu::new(1).unwrap(), Arc::new(Model::check(&parts.artifact()).unwrap()));
    let (_loaded, used) = heap::measure(|| cpu.load(model).unwrap());
    assert!(used.peak < 1 << 15, "{used:?}");
}
