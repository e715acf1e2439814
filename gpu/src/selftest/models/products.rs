//! Products of i16, of groups, of two values, and transposed convolution.

use super::{super::draw::Draw, artifact, clamped, limits, tails};
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops};

/// Keeps `|bias| + Σ |w| · 65,535` below 2^31 for rows of up to 100 weights, and near it for those.
const BIAS: i32 = 1 << 30;

pub(super) fn mat_mul(draw: &mut Draw) -> Artifact {
    let (k, n) = (draw.pick(&[1, 3, 4, 31, 32, 33, 64, 100], 1), draw.pick(&[1, 10, 63, 64, 65], 1));
    let shape = match draw.next() % 2 {
        0 => vec![draw.pick(&[1, 63, 65], 1), k],
        _ => vec![draw.size(1, 9), draw.size(1, 9), k],
    };
    let op = Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: draw.extreme(-32_768, 32_767) });
    artifact(vec![TensorType { dtype: DType::I16, shape }], weights(draw, &[n, k], n), vec![op])
}

/// MatMul of i8 around a tile of 128 x 256 and up to nine steps of 128 bytes.
pub(super) fn long_mat_mul(draw: &mut Draw) -> Artifact {
    let k = draw.pick(&[1, 33, 64, 127, 128, 129, 256, 384, 513, 640, 1040], 16);
    let n = draw.pick(&[1, 16, 250, 255, 256, 257, 300], 1);
    let shape = match draw.next() % 2 {
        0 => vec![draw.pick(&[1, 63, 65, 127, 129], 1), k],
        _ => vec![draw.size(1, 9), draw.size(1, 9), k],
    };
    let op = Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: draw.extreme(-128, 127) });
    let y = [shape.get(..shape.len() - 1).unwrap_or_default(), &[n]].concat();
    let constants = weights(draw, &[n, k], n);
    tails::with_tail(draw, vec![TensorType { dtype: DType::I8, shape }], &y, constants, op)
}

/// Groups where the kind has any; `alone` says that each channel has its own kernel.
pub(super) fn convolution(draw: &mut Draw, dtype: DType, alone: bool) -> Artifact {
    let (h, w, kernel) = (draw.size(1, 9), draw.size(1, 9), [draw.size(1, 3), draw.size(1, 3)]);
    let (stride, dilation) = ([draw.size(1, 3), draw.size(1, 3)], [draw.size(1, 3), draw.size(1, 3)]);
    let mut pads = [0; 4].map(|_| draw.size(0, 3));
    pads[2] += ((kernel[0] - 1) * dilation[0] + 1).saturating_sub(h + pads[0] + pads[2]);
    pads[3] += ((kernel[1] - 1) * dilation[1] + 1).saturating_sub(w + pads[1] + pads[3]);
    let zero_point = limits(draw, dtype).0;
    let [kh, kw] = kernel;
    let groups = draw.pick(&[1, 2, 3, 5], 1);
    let (c, o) = (draw.pick(&[1, 2, 3, 4, 8], 1), draw.pick(&[1, 2, 16, 65], 1));
    let x = TensorType::new(dtype, &[h, w, groups * c]);
    if alone && draw.one_in(2) {
        let c = groups * c;
        let op = ops::DepthwiseConv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads };
        return artifact(vec![x], weights(draw, &[kh, kw, c], c), vec![Op::DepthwiseConv2d(op)]);
    }
    // As many groups as channels and results are such kernels too.
    let (groups, shape) =
        if alone { (groups * c, [groups * c, kh, kw, 1]) } else { (groups, [groups * o, kh, kw, c]) };
    let op = ops::Conv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads, groups };
    artifact(vec![x], weights(draw, &shape, shape[0]), vec![Op::Conv2d(op)])
}

pub(super) fn transposed(draw: &mut Draw, dtype: DType) -> Artifact {
    let x = TensorType::new(dtype, &[draw.size(1, 6), draw.size(1, 6), draw.pick(&[1, 3, 4, 8], 1)]);
    let kernel = [draw.size(1, 4), draw.size(1, 4)];
    let stride = [draw.pick(&[1, 2, 3, 9], 1), draw.size(1, 3)];
    let dilation = [draw.pick(&[1, 2, 3, 6], 1), draw.size(1, 3)];
    let mut pads = [0; 4].map(|_| draw.between(-3, 3) as i32);
    for side in 0..2 {
        let full = (x.shape[side] - 1) * stride[side] + (kernel[side] - 1) * dilation[side] + 1;
        // What is cut leaves one row or column.
        pads[side + 2] = pads[side + 2].min(full as i32 - 1 - pads[side]);
    }
    let zero_point = limits(draw, dtype).0;
    let (o, c) = (draw.pick(&[1, 3, 64, 65], 1), x.channels());
    let constants = weights(draw, &[o, kernel[0], kernel[1], c], o);
    let op = ops::ConvTranspose2d { weight: 0, bias: 1, zero_point, stride, dilation, pads };
    artifact(vec![x], constants, vec![Op::ConvTranspose2d(op)])
}

pub(super) fn batch_mat_mul(draw: &mut Draw, a: DType, b: DType) -> Artifact {
    let lead: Vec<u32> = (0..draw.size(0, 2)).map(|_| draw.size(1, 2)).collect();
    let side = |draw: &mut Draw| draw.pick(&[1, 5, 63, 64, 65], 1);
    let (m, n, k) = (side(draw), side(draw), draw.pick(&[1, 3, 32, 33, 100], 1));
    let transposed = draw.one_in(2);
    let tail = if transposed { [n, k] } else { [k, n] };
    let inputs = [(a, [m, k]), (b, tail)]
        .map(|(dtype, tail)| TensorType { dtype, shape: [&lead[..], &tail].concat() });
    let mut zero_points = [limits(draw, a).0, limits(draw, b).1];
    let op = |zero_points| Op::BatchMatMul(ops::BatchMatMul { zero_points, transposed });
    if a == DType::I8 && b == DType::I8 {
        let y = [&lead[..], &[m, n]].concat();
        return tails::with_tail(draw, inputs.to_vec(), &y, vec![], op(zero_points));
    }
    if a == DType::I8 || b == DType::I8 {
        return artifact(inputs.to_vec(), vec![], vec![op(zero_points)]);
    }
    // Of two i16 only products of small ones fit: K · (2 · reach)^2 < 2^31.
    let reach = (1i32 << 29).checked_div(k as i32).map_or(0, i32::isqrt).min(32_768) - 1;
    zero_points = zero_points.map(|_| draw.extreme(-reach, reach));
    let inputs = inputs.map(|ty| (ty, Some((-reach, reach)))).to_vec();
    clamped(inputs, vec![], op(zero_points))
}

fn weights(draw: &mut Draw, shape: &[u32], outputs: u32) -> Vec<Tensor> {
    let count = shape.iter().product();
    vec![Tensor::i8(shape, draw.i8s(count)), Tensor::i32(&[outputs], draw.i32s(outputs, -BIAS, BIAS))]
}
