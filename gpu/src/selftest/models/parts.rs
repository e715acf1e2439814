//! Sums that are long, of few results: blocks share them.

use super::{super::draw::Draw, artifact, clamped, tails};
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops};

/// Keeps `|bias| + Σ |w| · 255` below 2^31 for rows of up to 32,000 weights.
const BIAS: i32 = 1 << 30;

pub(super) fn long(draw: &mut Draw) -> Artifact {
    let k = draw.pick(&[8_192, 8_193, 9_001, 12_288, 12_992, 13_000], 8_192);
    let n = draw.pick(&[1, 3, 9], 1);
    // Tiles are slow to emulate.
    match draw.next() % 20 {
        0 => wide(draw, k, n),
        1 => convolution(draw, n),
        2 => batch(draw, DType::I8, k, n),
        3 => batch(draw, DType::I16, k, n),
        4..6 => depthwise(draw),
        _ => mat_mul(draw, k, n),
    }
}

fn mat_mul(draw: &mut Draw, k: u32, n: u32) -> Artifact {
    let rows = draw.pick(&[1, 1, 1, 2, 2, 4, 9], 1);
    let op = Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: draw.extreme(-128, 127) });
    let constants = weights(draw, &[n, k], n, (-128, 127));
    tails::with_tail(draw, vec![TensorType::new(DType::I8, &[rows, k])], &[rows, n], constants, op)
}

/// Of i16: weights of -1, 0 and 1 keep the sums below 2^31.
fn wide(draw: &mut Draw, k: u32, n: u32) -> Artifact {
    let op = Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: draw.extreme(-32_768, 32_767) });
    artifact(vec![TensorType::new(DType::I16, &[2, k])], weights(draw, &[n, k], n, (-1, 1)), vec![op])
}

/// In groups every other time.
fn convolution(draw: &mut Draw, o: u32) -> Artifact {
    let groups = draw.pick(&[1, 3], 1);
    let (c, pads) = (draw.pick(&[911, 912, 1024], 1), [0; 4].map(|_| draw.size(0, 1)));
    let x = TensorType::new(DType::I8, &[draw.size(3, 4), 3, groups * c]);
    let [stride, dilation] = [[1; 2]; 2];
    let zero_point = draw.extreme(-128, 127);
    let op = Op::Conv2d(ops::Conv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads, groups });
    let constants = weights(draw, &[groups * o, 3, 3, c], groups * o, (-128, 127));
    let size = |i: usize| x.shape[i] + pads[i] + pads[i + 2] - 2;
    let y = [size(0), size(1), groups * o];
    if groups > 1 {
        return artifact(vec![x], constants, vec![op]);
    }
    tails::with_tail(draw, vec![x], &y, constants, op)
}

fn depthwise(draw: &mut Draw) -> Artifact {
    let (dtype, c) = (draw.pick(&[DType::I8, DType::I16], DType::I8), draw.pick(&[1, 3, 4], 1));
    let kernel = [draw.size(16, 33), draw.size(32, 40)];
    let pads = [0; 4].map(|_| draw.size(0, 9));
    let x = TensorType::new(dtype, &[kernel[0] + draw.size(0, 3), kernel[1], c]);
    let zero_point = draw.extreme(-128, 127);
    let [stride, dilation] = [[1; 2]; 2];
    let op = ops::DepthwiseConv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads };
    let constants = weights(draw, &[kernel[0], kernel[1], c], c, (-8, 7));
    artifact(vec![x], constants, vec![Op::DepthwiseConv2d(op)])
}

fn batch(draw: &mut Draw, dtype: DType, k: u32, n: u32) -> Artifact {
    let (m, lead, transposed) = (draw.pick(&[1, 5], 1), draw.size(1, 2), draw.one_in(2));
    let tail = if transposed { [n, k] } else { [k, n] };
    let inputs = [[m, k], tail].map(|[rows, columns]| TensorType::new(dtype, &[lead, rows, columns]));
    // Of i16 small ones: 13,000 · 400 · 400 is below 2^31.
    let reach = if dtype == DType::I8 { 128 } else { 200 };
    let zero_points = [draw.extreme(-reach, reach - 1), draw.extreme(-reach, reach - 1)];
    let op = Op::BatchMatMul(ops::BatchMatMul { zero_points, transposed });
    if dtype == DType::I8 {
        return tails::with_tail(draw, inputs.to_vec(), &[lead, m, n], vec![], op);
    }
    clamped(inputs.map(|ty| (ty, Some((-reach, reach - 1)))).to_vec(), vec![], op)
}

/// Weights within these ends, and a bias.
fn weights(draw: &mut Draw, shape: &[u32], outputs: u32, (lo, hi): (i32, i32)) -> Vec<Tensor> {
    let count: u32 = shape.iter().product();
    let weights = (0..count).map(|_| draw.extreme(lo, hi) as i8).collect();
    vec![Tensor::i8(shape, weights), Tensor::i32(&[outputs], draw.i32s(outputs, -BIAS, BIAS))]
}
