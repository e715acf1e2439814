//! A graph under construction: one input, random weights, scales by what random sums are expected to spread.

use super::{UNIT, random_bytes};
use isocortex_model::{Artifact, Node, Op, Output, Port, Tensor, TensorType, ops, ops::isqrt};

/// About the root mean square of a random i8.
pub(super) const I8: u32 = 74;

/// A value of the graph.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub index: u32,
    pub shape: Vec<u32>,
    /// Zero point of images' values.
    pub zero: i32,
    /// About the root mean square of its distance from the zero point.
    pub spread: u32,
}

/// An artifact before it is put together.
pub(super) struct Net {
    input: TensorType,
    constants: Vec<Tensor>,
    nodes: Vec<Node>,
}

impl Net {
    pub fn new(input: TensorType) -> Self {
        Self { input, constants: vec![], nodes: vec![] }
    }

    pub fn push(&mut self, operands: &[u32], op: Op) -> u32 {
        self.nodes.push(Node { operands: operands.to_vec(), op });
        self.nodes.len() as u32
    }

    pub fn constant(&mut self, tensor: Tensor) -> u32 {
        self.constants.push(tensor);
        self.constants.len() as u32 - 1
    }

    /// Random weights of any shape.
    pub fn weights(&mut self, shape: &[u32]) -> u32 {
        let count = shape.iter().product::<u32>() as usize;
        let bytes = random_bytes(100 + self.constants.len() as u64, count);
        self.constant(Tensor::i8(shape, bytes.into_iter().map(u8::cast_signed).collect()))
    }

    /// Random integers from `-most` to `most`.
    pub fn integers(&mut self, count: u32, most: u32) -> Vec<i32> {
        let bytes = random_bytes(100 + self.constants.len() as u64, count as usize);
        let scale = |byte: u8| i64::from(byte.cast_signed()) * i64::from(most) / 128;
        bytes.into_iter().map(|byte| scale(byte) as i32).collect()
    }

    /// Constants of a Rescale by `ratio`, a channel's up to an eighth less.
    pub fn scales(&mut self, ratio: Ratio, channels: u32) -> (u32, u32) {
        let (multiplier, shift) = ratio.q31();
        let less = self.integers(channels, 1 << 27);
        let multipliers = less.into_iter().map(|less| (multiplier - less.abs()).max(1 << 30)).collect();
        let multipliers = self.constant(Tensor::i32(&[channels], multipliers));
        (multipliers, self.constant(Tensor::i8(&[channels], vec![shift; channels as usize])))
    }

    pub fn artifact(self) -> Artifact {
        let inputs = vec![Port { name: "x".into(), ty: self.input, quant: UNIT }];
        let outputs = vec![Output { name: "y".into(), value: self.nodes.len() as u32, quant: UNIT }];
        Artifact::build(inputs, self.constants, self.nodes, outputs, Default::default())
    }

    /// A reshape without a copy.
    pub fn reshape(&mut self, x: u32, shape: &[u32]) -> u32 {
        self.push(&[x], Op::Reshape(ops::Reshape { shape: shape.to_vec() }))
    }

    pub fn transpose(&mut self, x: u32, perm: &[u8]) -> u32 {
        self.push(&[x], Op::Transpose(ops::Transpose { perm: perm.to_vec() }))
    }
}

/// A positive rational number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio(pub u128, pub u128);

impl Ratio {
    pub fn times(self, by: Self) -> Self {
        Self(self.0 * by.0, self.1 * by.1)
    }

    /// (m, s) with m / 2^s at most the ratio and m in [2^30, 2^31).
    pub fn q31(self) -> (i32, i8) {
        let m = |shift: u32| (self.0 << shift) / self.1;
        let shift = (2..=62).find(|&shift| m(shift) >= 1 << 30).unwrap_or(62);
        (m(shift).clamp(1 << 30, (1 << 31) - 1) as i32, shift as i8)
    }

    /// The least power of two that brings it to 8 or more.
    pub fn steps_to_eight(self) -> u8 {
        (2..62).find(|&r| self.0 << r >= 8 * self.1).unwrap_or(62)
    }
}

/// Root mean square of a sum of `count` random weights times values of this spread.
pub(super) fn sum_spread(count: u32, spread: u32) -> u32 {
    let square = u64::from(count) * u64::from(I8 * spread).pow(2);
    isqrt(square) as u32
}
