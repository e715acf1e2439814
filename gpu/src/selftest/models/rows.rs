//! Rows.

use super::{artifact, clamped, dtype, graph};
use crate::selftest::draw::Draw;
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops};

type Input = (TensorType, Option<(i32, i32)>);

/// Rows around the sizes of a group, a warp and a block; in every fourth case those that a block computes.
fn shape(draw: &mut Draw) -> Vec<u32> {
    if draw.case % 4 == 1 {
        let long = draw.pick(&[1025, 1028, 2000, 2047, 4100], 1025);
        return if draw.one_in(2) { vec![long] } else { vec![draw.size(1, 3), long] };
    }
    let k = draw.pick(&[1, 2, 3, 4, 5, 31, 32, 33, 64, 100, 127, 128, 129, 384, 1023, 1024], 1);
    match draw.next() % 3 {
        0 => vec![k],
        1 => vec![draw.size(1, 20), k],
        _ => vec![draw.size(1, 4), draw.size(1, 4), k],
    }
}

/// An operand of this type and a number of at least 1 for each of its rows.
pub(super) fn with_row(draw: &mut Draw, dtype: DType) -> (Input, Input) {
    let shape = shape(draw);
    let mut rows = shape.clone();
    if let Some(last) = rows.last_mut() {
        *last = 1;
    }
    let most = draw.pick(&[i32::MAX, 1 << 20, 127], 1);
    let row = (TensorType::new(DType::I32, &rows), Some((1, most)));
    ((TensorType { dtype, shape }, None), row)
}

pub(super) fn abs_max_row(draw: &mut Draw) -> Artifact {
    let x = TensorType { dtype: dtype(draw), shape: shape(draw) };
    let ends = (x.dtype == DType::I32).then_some((-i32::MAX, i32::MAX));
    clamped(vec![(x, ends)], vec![], Op::AbsMaxRow(ops::AbsMaxRow {}))
}

pub(super) fn dyn_quant_row(draw: &mut Draw) -> Artifact {
    let dtype = dtype(draw);
    let (x, row) = with_row(draw, dtype);
    clamped(vec![x, row], vec![], Op::DynQuantRow(ops::DynQuantRow {}))
}

pub(super) fn softmax15(draw: &mut Draw) -> Artifact {
    let x = TensorType { dtype: dtype(draw), shape: shape(draw) };
    let mut table = draw.i16s(256, 0, i16::MAX);
    if let Some(first) = table.first_mut() {
        *first = (*first).max(1);
    }
    // The shift with which the greatest difference makes about 16 halvings, or one near.
    let bits = 8 * x.dtype.size() as i64;
    let shift = (bits + 31 - 12 + draw.between(-10, 10)).clamp(0, 62) as u8;
    let op = Op::Softmax15(ops::Softmax15 { table: 0, multiplier: draw.extreme(0, i32::MAX), shift });
    artifact(vec![x], vec![Tensor::i16(&[256], table)], vec![op])
}

/// An operand whose squares may be summed: i8, i16, or i32 as far from 0 as the check allows; where it is `centred`,
/// from any number.
fn squared(draw: &mut Draw, centred: bool, constants: Vec<Tensor>, shape: Vec<u32>, op: Op) -> Artifact {
    let k = shape.last().copied().map_or(1, u64::from);
    let x = TensorType { dtype: dtype(draw), shape };
    if x.dtype != DType::I32 {
        return artifact(vec![x], constants, vec![op]);
    }
    // K squares of it are below 2^61; at most 1,518,500,249.
    let most = ops::isqrt(((1 << 61) - 1) / k) as i32;
    let narrow = match draw.next() % 3 {
        0 => Op::Shift(ops::Shift { bits: -draw.pick(&[9, 12, 20, 30], 9), round: true }),
        1 if centred => {
            let lo = draw.extreme(i32::MIN, i32::MAX - most);
            Op::Clamp(ops::Clamp { lo, hi: lo + most })
        }
        _ => {
            let reach = if centred { most / 2 } else { most };
            Op::Clamp(ops::Clamp { lo: -reach, hi: reach })
        }
    };
    graph(vec![x], constants, vec![(vec![0], narrow), (vec![1], op)])
}

/// The greatest gamma, in magnitude, of rows of `k` elements with these fractional bits, where beta is at most 2^30.
fn gammas(draw: &mut Draw, k: u32, fraction: u8) -> Tensor {
    let bound = ops::isqrt(u64::from(k) << (2 * fraction)) + 2;
    let most = i16::try_from((1 << 30) / bound - 1).unwrap_or(i16::MAX);
    Tensor::i16(&[k], draw.i16s(k, -most, most))
}

fn epsilon(draw: &mut Draw) -> i32 {
    draw.pick(&[1, 2, 1000, i32::MAX], 1)
}

pub(super) fn layer_norm(draw: &mut Draw) -> Artifact {
    let shape = shape(draw);
    let (k, fraction) = (shape.last().copied().unwrap_or(1), draw.pick(&[0, 7, 13, 14], 0));
    let constants = vec![gammas(draw, k, fraction), Tensor::i32(&[k], draw.i32s(k, -(1 << 30), 1 << 30))];
    let op = Op::LayerNorm(ops::LayerNorm { gamma: 0, beta: 1, epsilon: epsilon(draw), fraction });
    squared(draw, true, constants, shape, op)
}

pub(super) fn rms_norm(draw: &mut Draw) -> Artifact {
    let shape = shape(draw);
    let (k, fraction) = (shape.last().copied().unwrap_or(1), draw.pick(&[0, 7, 13, 14], 0));
    let constants = vec![gammas(draw, k, fraction)];
    let op = Op::RmsNorm(ops::RmsNorm { gamma: 0, epsilon: epsilon(draw), fraction });
    squared(draw, false, constants, shape, op)
}

pub(super) fn l2_norm(draw: &mut Draw) -> Artifact {
    let shape = shape(draw);
    let fraction = draw.pick(&[0, 15, 23, 24], 0);
    let op = Op::L2Norm(ops::L2Norm { epsilon: epsilon(draw), fraction });
    squared(draw, false, vec![], shape, op)
}
