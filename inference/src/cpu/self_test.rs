//! Known answers: a small network of all ops, computed by the reference, before a backend may serve.

use super::{Cpu, device};
use crate::{Backend, Error, Fault, Reference, first_difference};
use isocortex_model::ops::{
    AddScaled, Clamp, Conv2d, DepthwiseConv2d, MatMul, MaxPool, ReduceSum, Rescale, Reshape, Table8,
    Transpose,
};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType};
use std::sync::Arc;

/// Runs the network on a few inputs, each op by itself and fused.
pub(super) fn run(cpu: &Cpu) -> Result<(), Error> {
    let model = Model::check(&network())
        .map_err(|e| device(Fault::Other, format!("the self-test's network: {e}")))?;
    let model = Arc::new(model);
    let (ours, reference) = (cpu.load(model.clone())?, Reference.load(model.clone())?);
    let mut next = noise(3);
    let random: Vec<u8> = (0..model.input_len()).map(|_| next() as u8).collect();
    let extreme: Vec<u8> = (0..model.input_len()).map(|_| if next() < 0 { 0x80 } else { 0x7f }).collect();
    for input in [random, extreme] {
        let (a, b) = (ours.trace(&input)?, reference.trace(&input)?);
        let isa = cpu.isa().name();
        if let Some((op, byte)) = first_difference(&a, &b) {
            let reason =
                format!("self-test failed, do not use {isa} here: node {} ({}), byte {byte}", op.node, op.op);
            return Err(device(Fault::Wrong, reason));
        }
        let (a, b) = (ours.run(&[&input])?, reference.run(&[&input])?);
        if let Some(byte) = a.concat().iter().zip(b.concat()).position(|(a, b)| *a != b) {
            let reason =
                format!("self-test failed, do not use {isa} here: fused kernels, byte {byte} of the output");
            return Err(device(Fault::Wrong, reason));
        }
    }
    Ok(())
}

/// Bytes that look random (a linear congruential generator with Knuth's constants).
fn noise(mut state: u64) -> impl FnMut() -> i8 {
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as i8
    }
}

/// All ops; channels that fill no panel, rows that fill no tile.
pub(super) fn network() -> Artifact {
    let mut next = noise(7);
    let mut i8s = |shape: &[u32]| Tensor::i8(shape, (0..shape.iter().product()).map(|_| next()).collect());
    let bias = |n: u32| Tensor::i32(&[n], (0..n).map(|i| 1_000 * i as i32 - 9_000).collect());
    let multiplier = |n: u32| Tensor::i32(&[n], (0..n).map(|i| (1 << 30) + 7_654_321 * i as i32).collect());
    let shift = |n: u32, s: i8| Tensor::i8(&[n], vec![s; n as usize]);
    let constants = vec![
        i8s(&[73, 3, 2, 5]), // 0: Conv2d
        bias(73),
        multiplier(73), // 2: Rescale of channels
        shift(73, 39),
        i8s(&[2, 3, 73]), // 4: DepthwiseConv2d
        i8s(&[19, 73]),   // 5: MatMul
        bias(19),
        multiplier(1), // 7: Rescale of all
        shift(1, 38),
        i8s(&[256]), // 9: Table8
    ];
    let conv = Conv2d {
        weight: 0,
        bias: 1,
        zero_point: -3,
        stride: [1, 2],
        dilation: [2, 1],
        pads: [1, 0, 2, 1],
        groups: 1,
    };
    let depthwise = DepthwiseConv2d {
        weight: 4,
        bias: 1,
        zero_point: 5,
        stride: [1, 1],
        dilation: [1, 2],
        pads: [1, 2, 0, 2],
    };
    let rescale = |multiplier, zero_point| {
        let (lo, hi, dtype) = (-128, 120, DType::I8);
        Op::Rescale(Rescale { multiplier, shift: multiplier + 1, zero_point, lo, hi, dtype })
    };
    let add = AddScaled {
        multipliers: [1 << 30, 1_234_567_890],
        zero_points: [5, -7],
        shift: 31,
        zero_point: 1,
        lo: -128,
        hi: 127,
        dtype: DType::I8,
    };
    let node = |operands: &[u32], op: Op| Node { operands: operands.to_vec(), op };
    let nodes = vec![
        node(&[0], Op::Conv2d(conv)),                       // 1: [7, 6, 73]
        node(&[1], rescale(2, 5)),                          // 2
        node(&[2], Op::Clamp(Clamp { lo: -100, hi: 127 })), // 3
        node(&[3], Op::DepthwiseConv2d(depthwise)),         // 4: [7, 6, 73]
        node(&[4], rescale(2, -7)),                         // 5
        node(&[3, 5], Op::AddScaled(add)),                  // 6
        node(&[6], Op::MaxPool(MaxPool { kernel: [3, 2], stride: [2, 1], pads: [1, 0, 1, 1] })), // 7: [4, 6, 73]
        node(&[7], Op::Transpose(Transpose { perm: vec![1, 0, 2] })), // 8: [6, 4, 73]
        node(&[8], Op::Reshape(Reshape { shape: vec![24, 73] })),     // 9
        node(&[9], Op::MatMul(MatMul { weight: 5, bias: 6, zero_point: 127 })), // 10: [24, 19]
        node(&[10], rescale(7, 0)),                                   // 11
        node(&[11], Op::Table8(Table8 { table: 9 })),                 // 12
        node(&[12], Op::ReduceSum(ReduceSum { axes: vec![0], zero_point: -128 })), // 13: [19]
    ];
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let inputs = vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, &[8, 12, 5]), quant }];
    let outputs = [6, 12, 13].map(|value| Output { name: "y".into(), value, quant });
    Artifact::build(inputs, constants, nodes, outputs.to_vec(), Default::default())
}
