//! The check refuses what could go wrong on some input, and names it.
#![allow(clippy::unwrap_used, clippy::panic)]

use isocortex_model::{
    Artifact, DType, Error, Fault, Interval, Model, Node, Op, Output, Port, Quant, Tensor, TensorType,
    ops::{Clamp, MatMul, MaxPool, ReduceSum, Reshape, Table8, Transpose},
};

const QUANT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

fn graph(shape: &[u32], constants: Vec<Tensor>, nodes: Vec<(Vec<u32>, Op)>) -> Artifact {
    let last = nodes.len() as u32;
    Artifact::build(
        vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, shape), quant: QUANT }],
        constants,
        nodes.into_iter().map(|(operands, op)| Node { operands, op }).collect(),
        vec![Output { name: "y".into(), value: last, quant: QUANT }],
        Default::default(),
    )
}

fn fault(artifact: &Artifact) -> (usize, Fault) {
    match Model::check(artifact) {
        Err(Error::Node { index, fault, .. }) => (index, fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_operand_must_be_earlier() {
    let clamp = || Op::Clamp(Clamp { lo: 0, hi: 1 });
    let own = graph(&[2], vec![], vec![(vec![1], clamp())]);
    assert_eq!(fault(&own), (0, Fault::NotEarlier(1)));
    let cycle = graph(&[2], vec![], vec![(vec![2], clamp()), (vec![1], clamp())]);
    assert_eq!(fault(&cycle), (0, Fault::NotEarlier(2)));
}

#[test]
fn the_accumulator_bound_is_exact() {
    // 127 · 255 = 32,385 a tap when the zero point is −128; 2^31 − 1 leaves room for a bias of the rest.
    let taps = 1_000u32;
    let room = i32::MAX - 32_385 * taps as i32;
    let model = |bias| {
        graph(
            &[taps],
            vec![Tensor::i8(&[1, taps], vec![127; taps as usize]), Tensor::i32(&[1], vec![bias])],
            vec![(vec![0], Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: -128 }))],
        )
    };
    let checked = Model::check(&model(room)).unwrap();
    assert_eq!(checked.values()[1].interval, Interval { lo: room, hi: i32::MAX });
    assert_eq!(fault(&model(room + 1)), (0, Fault::Overflow { channel: 0, reach: 1 << 31 }));
}

#[test]
fn constants_are_used_and_exist() {
    let table = || Tensor::i8(&[256], vec![7; 256]);
    let unused = graph(&[2], vec![table(), table()], vec![(vec![0], Op::Table8(Table8 { table: 0 }))]);
    assert_eq!(Model::check(&unused), Err(Error::UnusedConstant(1)));
    let absent = graph(&[2], vec![], vec![(vec![0], Op::Table8(Table8 { table: 0 }))]);
    assert_eq!(fault(&absent), (0, Fault::NoConstant(0)));
}

#[test]
fn a_table_only_counts_where_it_can_be_read() {
    let table = (0..=255u8).map(|i| i as i8).collect(); // −128..−1 ↦ 0..127, 0..127 ↦ −128..−1
    let model = graph(
        &[2],
        vec![Tensor::i8(&[256], table)],
        vec![(vec![0], Op::Clamp(Clamp { lo: 0, hi: 9 })), (vec![1], Op::Table8(Table8 { table: 0 }))],
    );
    assert_eq!(Model::check(&model).unwrap().values()[2].interval, Interval { lo: -128, hi: -119 });
}

#[test]
fn shapes_and_attributes_are_held() {
    let cases: Vec<(&[u32], Op, &str)> = vec![
        (&[4], Op::Reshape(Reshape { shape: vec![2, 3] }), "shape"),
        (&[4], Op::Reshape(Reshape { shape: vec![] }), "dimensions"),
        (&[4], Op::Reshape(Reshape { shape: vec![4, 0] }), "shape"),
        (&[2, 2], Op::Transpose(Transpose { perm: vec![0, 0] }), "permutation"),
        (&[2, 2], Op::Transpose(Transpose { perm: vec![0] }), "permutation"),
        (&[2, 2], Op::ReduceSum(ReduceSum { axes: vec![1, 0], zero_point: 0 }), "axes"),
        (&[2, 2], Op::ReduceSum(ReduceSum { axes: vec![2], zero_point: 0 }), "axes"),
        (&[2, 2], Op::ReduceSum(ReduceSum { axes: vec![0], zero_point: 128 }), "zero_point"),
        (&[4], Op::Clamp(Clamp { lo: 1, hi: 0 }), "lo"),
        (&[4], Op::Clamp(Clamp { lo: -129, hi: 0 }), "zero_point"),
        (&[4, 4, 1], Op::MaxPool(MaxPool { kernel: [0, 2], stride: [1, 1], pads: [0; 4] }), "kernel"),
        (&[4, 4, 1], Op::MaxPool(MaxPool { kernel: [2, 2], stride: [1, 1], pads: [2, 0, 0, 0] }), "pads"),
        (&[4, 4, 1], Op::MaxPool(MaxPool { kernel: [2, 2], stride: [0, 1], pads: [0; 4] }), "stride"),
        (&[4, 4, 1], Op::MaxPool(MaxPool { kernel: [5, 2], stride: [1, 1], pads: [0; 4] }), "fit"),
        (&[4, 4], Op::MaxPool(MaxPool { kernel: [2, 2], stride: [1, 1], pads: [0; 4] }), "[H, W, C]"),
    ];
    for (shape, op, word) in cases {
        let text = format!("{op:?}");
        let (_, fault) = fault(&graph(shape, vec![], vec![(vec![0], op)]));
        assert!(fault.to_string().contains(word), "{text}: {fault}");
    }
}

#[test]
fn peak_counts_what_is_alive() {
    // x (64) → a (64) → b (16); x is dead when b is computed, so the peak is x + a. Steps: 64 windows of 1, 16 of 4.
    let pool = |k| Op::MaxPool(MaxPool { kernel: [k, k], stride: [k, k], pads: [0; 4] });
    let model = graph(&[8, 8, 1], vec![], vec![(vec![0], pool(1)), (vec![1], pool(2))]);
    let cost = *Model::check(&model).unwrap().cost();
    assert_eq!((cost.peak, cost.bytes, cost.elements, cost.macs), (128, 128 + 80, 80 + 64 + 16 * 4, 0));
}
