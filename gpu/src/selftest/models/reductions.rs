//! Reductions.

use super::{super::draw::Draw, any, artifact, dtype, limits};
use isocortex_model::{Artifact, DType, Op, TensorType, ops};

pub(super) fn reduce(draw: &mut Draw) -> Artifact {
    // One in eight has rows or columns so long that they are split.
    let x = match draw.next() % 16 {
        0 => TensorType::new(dtype(draw), &[draw.size(33_000, 35_000)]),
        1 => TensorType::new(dtype(draw), &[draw.size(4_096, 4_500), draw.size(1, 5)]),
        _ => any(draw),
    };
    let rank = x.shape.len() as u8;
    let axis = (draw.next() % u64::from(rank)) as u8;
    let mut axes: Vec<u8> = (0..rank).filter(|_| draw.one_in(2)).collect();
    if axes.is_empty() {
        axes.push(axis);
    }
    let op = match draw.next() % 4 {
        0 => Op::ReduceMax(ops::ReduceMax { axes }),
        1 => Op::ReduceMin(ops::ReduceMin { axes }),
        2 => Op::ArgMax(ops::ArgMax { axis }),
        _ => return reduce_sum(draw, x, axes),
    };
    artifact(vec![x], vec![], vec![op])
}

fn reduce_sum(draw: &mut Draw, x: TensorType, axes: Vec<u8>) -> Artifact {
    // Sums of up to 35,000 elements fit.
    let narrow = 1 << 14;
    let mut nodes = vec![];
    let zero_point = match x.dtype {
        DType::I8 => limits(draw, DType::I8).0,
        DType::I16 | DType::I32 => {
            nodes.push(Op::Clamp(ops::Clamp { lo: -narrow, hi: narrow }));
            draw.extreme(-narrow, narrow)
        }
    };
    nodes.push(Op::ReduceSum(ops::ReduceSum { axes, zero_point }));
    artifact(vec![x], vec![], nodes)
}

pub(super) fn cum_sum(draw: &mut Draw) -> Artifact {
    let dtype = dtype(draw);
    let x = match draw.next() % 4 {
        0 => TensorType::new(dtype, &[draw.size(1, 3), draw.size(120, 400), draw.size(1, 3)]),
        1 => TensorType::new(dtype, &[draw.size(1, 3), draw.size(120, 5_000)]),
        _ => TensorType { dtype, ..any(draw) },
    };
    let axis = (draw.next() % x.shape.len() as u64) as u8;
    let mut nodes = vec![];
    if dtype == DType::I32 {
        // Sums of up to 5,000 elements fit.
        nodes.push(Op::Clamp(ops::Clamp { lo: -(1 << 18), hi: 1 << 18 }));
    }
    nodes.push(Op::CumSum(ops::CumSum { axis }));
    artifact(vec![x], vec![], nodes)
}

/// Short rows, and long ones of which few are wanted. The elements of some are few, so that many are equal.
pub(super) fn top_k_sort(draw: &mut Draw) -> Artifact {
    let (rows, n) = match draw.next() % 4 {
        0 => (draw.size(1, 2), draw.size(1_000, 3_000)),
        1 => (draw.size(1, 400), draw.size(1, 9)),
        _ => (draw.size(1, 9), draw.pick(&[1, 2, 4, 5, 31, 64, 100, 257, 600], 1)),
    };
    let k = if n > 1_000 { draw.pick(&[1, 2, 10, 400, 511], 1) } else { draw.size(1, n) };
    top_k(draw, &[rows, n], k)
}

/// Long rows of which many are wanted.
pub(super) fn top_k_merge(draw: &mut Draw) -> Artifact {
    let n = draw.size(1_025, 4_500);
    let k = draw.pick(&[512, 1_024, 1_025, n - 1, n], n).min(n);
    top_k(draw, &[1, n], k)
}

fn top_k(draw: &mut Draw, shape: &[u32], k: u32) -> Artifact {
    let x = TensorType::new(dtype(draw), shape);
    let mut nodes = vec![];
    if draw.one_in(2) {
        nodes.push(Op::Clamp(ops::Clamp { lo: -3, hi: 3 }));
    }
    nodes.push(Op::TopK(ops::TopK { k }));
    artifact(vec![x], vec![], nodes)
}
