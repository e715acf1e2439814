//! Small models whose answers can be told by hand.

use isocortex_model::{
    Artifact, DType, Node, Op, Output, Port, Quant, Tensor, TensorType,
    limits::CHUNK_BYTES,
    ops::{Clamp, MatMul, Table8},
};

const QUANT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

fn artifact(inputs: u32, constants: Vec<Tensor>, op: Op) -> Artifact {
    let port = Port { name: "x".into(), ty: TensorType::new(DType::I8, &[inputs]), quant: QUANT };
    let output = Output { name: "y".into(), value: 1, quant: QUANT };
    Artifact::build(
        vec![port],
        constants,
        vec![Node { operands: vec![0], op }],
        vec![output],
        Default::default(),
    )
}

/// Four i8 in; out, the same without what is negative. No weights.
pub fn relu() -> Artifact {
    artifact(4, vec![], Op::Clamp(Clamp { lo: 0, hi: 127 }))
}

/// Four i8 in; out, each plus one (127 stays). 256 bytes of weights in one chunk.
pub fn successor() -> Artifact {
    let table = (-128i32..128).map(|x| (x + 1).min(127) as i8).collect();
    artifact(4, vec![Tensor::i8(&[256], table)], Op::Table8(Table8 { table: 0 }))
}

/// 512 i8 in, 256 i32 out: the weights of output n are all n − 100. Three chunks.
pub fn wide() -> Artifact {
    let weight = (0..256i32).flat_map(|n| [(n - 100).min(127) as i8; 512]).collect();
    let constants = vec![Tensor::i8(&[256, 512], weight), Tensor::i32(&[256], (0..256).collect())];
    let artifact = artifact(512, constants, Op::MatMul(MatMul { weight: 0, bias: 1, zero_point: 0 }));
    assert_eq!(artifact.chunks().count(), (256 * 516usize).div_ceil(CHUNK_BYTES));
    artifact
}
