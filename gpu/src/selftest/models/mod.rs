//! A small model around each kernel, with what it finds hard: sizes around the tile and the word, padding,
//! extreme values and parameters.

mod elementwise;
mod movement;
mod parts;
mod pools;
mod products;
mod reductions;
mod rescaling;
mod rows;
mod sequences;
mod tails;
mod trees;

use super::{artifact, draw::Draw, graph};
use crate::Kernel;
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops};

/// Keeps `|bias| + Σ |w| · 255` below 2^31 for rows of up to 32,000 weights.
const BIAS: i32 = 1 << 30;

pub(super) fn build(kernel: Kernel, draw: &mut Draw) -> Artifact {
    match kernel {
        Kernel::Gemm | Kernel::GemmLarge => mat_mul(draw, false),
        Kernel::Gemv => mat_mul(draw, true),
        Kernel::GemmWgmma => products::long_mat_mul(draw),
        Kernel::Conv2d | Kernel::Conv2dLarge | Kernel::Conv2dWgmma => convolution(draw, false),
        Kernel::DepthwiseConv2d => convolution(draw, true),
        Kernel::SumParts => parts::long(draw),
        Kernel::Rescale => rescaling::rescale(draw),
        Kernel::RescaleF24 => rescaling::rescale_f24(draw),
        Kernel::RescaleRow => rescaling::rescale_row(draw),
        Kernel::AbsMaxRow => rows::abs_max_row(draw),
        Kernel::DynQuantRow => rows::dyn_quant_row(draw),
        Kernel::AddScaled => elementwise::add_scaled(draw),
        Kernel::AddF24 => elementwise::add_f24(draw),
        Kernel::Binary => elementwise::binary(draw),
        Kernel::MulRescale => elementwise::mul_rescale(draw),
        Kernel::SelectElements => elementwise::select(draw),
        Kernel::Unary => elementwise::unary(draw),
        Kernel::DepthwiseConv2dWide => products::convolution(draw, DType::I16, true),
        Kernel::Conv2dGrouped => products::convolution(draw, DType::I8, false),
        Kernel::Conv2dWide if draw.one_in(3) => products::mat_mul(draw),
        Kernel::Conv2dWide => products::convolution(draw, DType::I16, false),
        Kernel::ConvTranspose2d => products::transposed(draw, DType::I8),
        Kernel::ConvTranspose2dWide => products::transposed(draw, DType::I16),
        Kernel::BatchMatMul88 => products::batch_mat_mul(draw, DType::I8, DType::I8),
        Kernel::BatchMatMul816 => products::batch_mat_mul(draw, DType::I8, DType::I16),
        Kernel::BatchMatMul168 => products::batch_mat_mul(draw, DType::I16, DType::I8),
        Kernel::BatchMatMul1616 => products::batch_mat_mul(draw, DType::I16, DType::I16),
        Kernel::Clamp => {
            let x = any(draw);
            let (lo, hi) = limits(draw, x.dtype);
            artifact(vec![x], vec![], vec![Op::Clamp(ops::Clamp { lo, hi })])
        }
        Kernel::Table8 => elementwise::table8(draw),
        Kernel::Table16 => elementwise::table16(draw),
        Kernel::Softmax15 => rows::softmax15(draw),
        Kernel::LayerNorm => rows::layer_norm(draw),
        Kernel::RmsNorm => rows::rms_norm(draw),
        Kernel::L2Norm => rows::l2_norm(draw),
        Kernel::CopyStrided => movement::copy(draw),
        Kernel::TransposeTile => movement::transpose_tile(draw),
        Kernel::Fill => movement::pad(draw),
        Kernel::ResizeNearest => movement::resize(draw, ops::ResizeMode::Nearest),
        Kernel::ResizeBilinear => movement::resize(draw, ops::ResizeMode::Bilinear),
        Kernel::GatherRows => movement::rows(draw),
        Kernel::ScatterWinner | Kernel::ScatterRow => movement::scatter_row(draw),
        Kernel::Rope => sequences::rope(draw),
        Kernel::KvAppend => sequences::kv_append(draw),
        Kernel::CausalMask => sequences::causal_mask(draw),
        Kernel::Pool => pools::pool(draw),
        Kernel::AvgPoolF24 => pools::avg_pool_f24(draw),
        Kernel::Reduce => reductions::reduce(draw),
        Kernel::CumSum => reductions::cum_sum(draw),
        Kernel::TopKSort => reductions::top_k_sort(draw),
        Kernel::TopKMerge => reductions::top_k_merge(draw),
        Kernel::TreeEnsemble => trees::tree_ensemble(draw),
    }
}

/// With `few` rows for most numbers of runs, else around a tile.
fn mat_mul(draw: &mut Draw, few: bool) -> Artifact {
    let k = draw.pick(&[1, 3, 4, 31, 32, 33, 64, 65, 80, 100, 144, 208], 1);
    let n = draw.pick(&[1, 2, 10, 16, 63, 64, 65, 144], 1);
    let shape = match draw.next() % 3 {
        0 => vec![k],
        1 => vec![draw.pick(if few { &[1, 2] } else { &[1, 63, 64, 65, 130] }, 1), k],
        _ => vec![draw.size(1, if few { 2 } else { 9 }), draw.size(1, if few { 2 } else { 9 }), k],
    };
    let constants = vec![Tensor::i8(&[n, k], draw.i8s(n * k)), Tensor::i32(&[n], draw.i32s(n, -BIAS, BIAS))];
    let op = Op::MatMul(ops::MatMul { weight: 0, bias: 1, zero_point: draw.extreme(-128, 127) });
    let y = [shape.get(..shape.len() - 1).unwrap_or_default(), &[n]].concat();
    tails::with_tail(draw, vec![TensorType { dtype: DType::I8, shape }], &y, constants, op)
}

fn convolution(draw: &mut Draw, depthwise: bool) -> Artifact {
    let (h, w, c) = (draw.size(1, 9), draw.size(1, 9), draw.pick(&[1, 2, 3, 4, 5, 8, 12, 16, 33, 48, 80], 1));
    let o = draw.pick(&[1, 3, 16, 64, 65, 144], 1);
    let kernel = [draw.size(1, 4), draw.size(1, 4)];
    let (stride, dilation) = ([draw.size(1, 3), draw.size(1, 3)], [draw.size(1, 3), draw.size(1, 3)]);
    let mut pads = [draw.size(0, 3), draw.size(0, 3), draw.size(0, 3), draw.size(0, 3)];
    // Pads until the window fits.
    pads[2] += ((kernel[0] - 1) * dilation[0] + 1).saturating_sub(h + pads[0] + pads[2]);
    pads[3] += ((kernel[1] - 1) * dilation[1] + 1).saturating_sub(w + pads[1] + pads[3]);
    let zero_point = draw.extreme(-128, 127);
    let x = TensorType::new(DType::I8, &[h, w, c]);
    let [kh, kw] = kernel;
    let (shape, outputs) = if depthwise { (vec![kh, kw, c], c) } else { (vec![o, kh, kw, c], o) };
    let weight = Tensor::i8(&shape, draw.i8s(shape.iter().product()));
    let constants = vec![weight, Tensor::i32(&[outputs], draw.i32s(outputs, -BIAS, BIAS))];
    let op = if depthwise {
        Op::DepthwiseConv2d(ops::DepthwiseConv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads })
    } else {
        Op::Conv2d(ops::Conv2d { weight: 0, bias: 1, zero_point, stride, dilation, pads, groups: 1 })
    };
    let size = |i: usize, whole: u32| {
        (whole + pads[i] + pads[i + 2] - ((kernel[i] - 1) * dilation[i] + 1)) / stride[i] + 1
    };
    let y = [size(0, h), size(1, w), outputs];
    tails::with_tail(draw, vec![x], &y, constants, op)
}

/// Any type; up to six dimensions of up to four, or one or two long ones.
fn any(draw: &mut Draw) -> TensorType {
    let shape = match draw.next() % 4 {
        0 => vec![draw.pick(&[1, 255, 256, 257, 700], 1)],
        1 => vec![draw.size(1, 30), draw.size(1, 30)],
        _ => (0..draw.between(1, 6)).map(|_| draw.size(1, 4)).collect(),
    };
    TensorType { dtype: dtype(draw), shape }
}

fn dtype(draw: &mut Draw) -> DType {
    draw.pick(&[DType::I8, DType::I16, DType::I32], DType::I8)
}

fn limits(draw: &mut Draw, dtype: DType) -> (i32, i32) {
    draw.ends(dtype.range().lo, dtype.range().hi)
}

/// An artifact of `op` over inputs that are first clamped to these ends, where there are any.
fn clamped(inputs: Vec<(TensorType, Option<(i32, i32)>)>, constants: Vec<Tensor>, op: Op) -> Artifact {
    let mut nodes = vec![];
    let mut operands = vec![];
    for (i, (_, ends)) in (0..).zip(&inputs) {
        operands.push(ends.map_or(i, |(lo, hi)| {
            nodes.push((vec![i], Op::Clamp(ops::Clamp { lo, hi })));
            (inputs.len() + nodes.len()) as u32 - 1
        }));
    }
    nodes.push((operands, op));
    graph(inputs.into_iter().map(|(ty, _)| ty).collect(), constants, nodes)
}

/// Shapes of `N` operands that broadcast, more often than not with a dimension that is repeated.
fn broadcast<const N: usize>(draw: &mut Draw) -> [Vec<u32>; N] {
    let whole = any(draw).shape;
    let rare = draw.pick(&[2, 4, 1000], 2);
    [(); N].map(|()| whole.iter().map(|&size| if draw.one_in(rare) { 1 } else { size }).collect())
}
