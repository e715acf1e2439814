//! A network of the shapes of `models/fashion-mnist`, with weights that look random.

use isocortex_model::ops::{AddScaled, Conv2d, DepthwiseConv2d, MatMul, ReduceSum, Rescale};
use isocortex_model::{Artifact, DType, Model, Node, Op, Output, Port, Quant, Tensor, TensorType};

const QUANT: Quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };

const ADD: AddScaled = AddScaled {
    multipliers: [1_500_000_000, 1_300_000_000],
    zero_points: [-20; 2],
    shift: 31,
    zero_point: -20,
    lo: -20,
    hi: 127,
    dtype: DType::I8,
};

/// Collects nodes; values are numbered from 1, after the one input.
#[derive(Default)]
struct Builder {
    constants: Vec<Tensor>,
    nodes: Vec<Node>,
    seed: u64,
}

impl Builder {
    fn constant(&mut self, tensor: Tensor) -> u32 {
        self.constants.push(tensor);
        self.constants.len() as u32 - 1
    }

    fn weight(&mut self, shape: &[u32]) -> u32 {
        let mut next = || {
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.seed >> 56) as i8
        };
        let data = (0..shape.iter().product()).map(|_| next()).collect();
        self.constant(Tensor::i8(shape, data))
    }

    fn node(&mut self, operands: &[u32], op: Op) -> u32 {
        self.nodes.push(Node { operands: operands.to_vec(), op });
        self.nodes.len() as u32
    }

    /// To the scale of i8 after sums of `terms` products.
    fn rescale(&mut self, x: u32, channels: u32, terms: u32, lo: i32) -> u32 {
        let shift = 31 + 7 + terms.ilog2() as i8 / 2;
        let multiplier = self.constant(Tensor::i32(&[channels], vec![(1 << 30) + 12_345; channels as usize]));
        let shift = self.constant(Tensor::i8(&[channels], vec![shift; channels as usize]));
        let rescale = Rescale { multiplier, shift, zero_point: -20, lo, hi: 127, dtype: DType::I8 };
        self.node(&[x], Op::Rescale(rescale))
    }

    fn conv(&mut self, x: u32, [from, to, stride]: [u32; 3], relu: bool) -> u32 {
        let weight = self.weight(&[to, 3, 3, from]);
        let bias = self.constant(Tensor::i32(&[to], vec![100; to as usize]));
        let conv = Conv2d {
            weight,
            bias,
            zero_point: -20,
            stride: [stride; 2],
            dilation: [1; 2],
            pads: [1; 4],
            groups: 1,
        };
        let sum = self.node(&[x], Op::Conv2d(conv));
        self.rescale(sum, to, 9 * from, if relu { -20 } else { -128 })
    }

    fn block(&mut self, x: u32, channels: u32) -> u32 {
        let inner = self.conv(x, [channels, channels / 2, 1], true);
        let inner = self.conv(inner, [channels / 2, channels, 1], false);
        self.node(&[x, inner], Op::AddScaled(ADD))
    }
}

/// 28×28 pixels to 10 classes: stem, two strided convolutions with a residual block each, mean, dense.
pub fn network() -> Model {
    let mut b = Builder { seed: 1, ..Builder::default() };
    let x = b.conv(0, [1, 16, 1], true);
    let x = b.conv(x, [16, 32, 2], true);
    let x = b.block(x, 32);
    let x = b.conv(x, [32, 64, 2], true);
    let x = b.block(x, 64);
    let x = b.node(&[x], Op::ReduceSum(ReduceSum { axes: vec![0, 1], zero_point: -20 }));
    let x = b.rescale(x, 64, 49, -128);
    let (weight, bias) = (b.weight(&[10, 64]), b.constant(Tensor::i32(&[10], vec![0; 10])));
    let value = b.node(&[x], Op::MatMul(MatMul { weight, bias, zero_point: -20 }));
    model(b, &[28, 28, 1], value)
}

/// `[m, k]` times `[k, n]`, rescaled to i8.
pub fn matmul(m: u32, k: u32, n: u32) -> Model {
    let mut b = Builder { seed: 2, ..Builder::default() };
    let (weight, bias) = (b.weight(&[n, k]), b.constant(Tensor::i32(&[n], vec![0; n as usize])));
    let sum = b.node(&[0], Op::MatMul(MatMul { weight, bias, zero_point: 0 }));
    let value = b.rescale(sum, n, k, -128);
    model(b, &[m, k], value)
}

/// A convolution of `o` channels with a square kernel, padded by half of it, rescaled to i8.
pub fn convolution(x: [u32; 3], o: u32, kernel: u32, stride: u32) -> Model {
    let mut b = Builder { seed: 3, ..Builder::default() };
    let weight = b.weight(&[o, kernel, kernel, x[2]]);
    let bias = b.constant(Tensor::i32(&[o], vec![100; o as usize]));
    let pads = [kernel / 2; 4];
    let conv =
        Conv2d { weight, bias, zero_point: -20, stride: [stride; 2], dilation: [1; 2], pads, groups: 1 };
    let sum = b.node(&[0], Op::Conv2d(conv));
    let value = b.rescale(sum, o, kernel * kernel * x[2], -20);
    model(b, &x, value)
}

/// The same for a depthwise convolution.
pub fn depthwise(x: [u32; 3], kernel: u32, stride: u32) -> Model {
    let mut b = Builder { seed: 4, ..Builder::default() };
    let weight = b.weight(&[kernel, kernel, x[2]]);
    let bias = b.constant(Tensor::i32(&[x[2]], vec![100; x[2] as usize]));
    let pads = [kernel / 2; 4];
    let conv = DepthwiseConv2d { weight, bias, zero_point: -20, stride: [stride; 2], dilation: [1; 2], pads };
    let sum = b.node(&[0], Op::DepthwiseConv2d(conv));
    let value = b.rescale(sum, x[2], kernel * kernel, -20);
    model(b, &x, value)
}

/// AddScaled of a value with itself.
pub fn add(elements: u32) -> Model {
    let mut b = Builder::default();
    let value = b.node(&[0, 0], Op::AddScaled(ADD));
    model(b, &[elements], value)
}

fn model(b: Builder, input: &[u32], value: u32) -> Model {
    let inputs = vec![Port { name: "x".into(), ty: TensorType::new(DType::I8, input), quant: QUANT }];
    let outputs = vec![Output { name: "y".into(), value, quant: QUANT }];
    Model::check(&Artifact::build(inputs, b.constants, b.nodes, outputs, Default::default()))
        .expect("a model")
}
