//! Sequences.

use super::{
    dtype, limits,
    movement::{clamped, groups, numbers},
};
use crate::selftest::{draw::Draw, graph};
use isocortex_model::{Artifact, DType, Op, TensorType, ops};

pub(super) fn rope(draw: &mut Draw) -> Artifact {
    let mut x = groups(draw);
    let half = draw.pick(&[1, 2, 3, 8, 20], 1);
    if let Some(d) = x.shape.last_mut() {
        *d = 2 * half;
    }
    let t = x.shape.iter().rev().nth(1).copied().unwrap_or(1);
    let angles = draw.size(1, 9);
    let tables = vec![numbers(draw, &[angles, half], DType::I16), numbers(draw, &[angles, half], DType::I16)];
    let position = TensorType { dtype: dtype(draw), shape: vec![t] };
    let op = ops::Rope { cos: 0, sin: 1, interleaved: draw.one_in(2) };
    graph(vec![x, position], tables, vec![clamped(1, angles), (vec![0, 2], Op::Rope(op))])
}

pub(super) fn kv_append(draw: &mut Draw) -> Artifact {
    let cache = groups(draw);
    let mut fresh = cache.clone();
    let mut room = 0;
    if let [.., t, _] = fresh.shape.as_mut_slice() {
        let n = draw.size(1, *t);
        room = *t - n;
        *t = n;
    }
    let position = TensorType { dtype: dtype(draw), shape: vec![1] };
    let nodes = vec![clamped(2, room + 1), (vec![0, 1, 3], Op::KvAppend(ops::KvAppend {}))];
    graph(vec![cache, fresh, position], vec![], nodes)
}

pub(super) fn causal_mask(draw: &mut Draw) -> Artifact {
    let x = groups(draw);
    let position = TensorType { dtype: dtype(draw), shape: vec![1] };
    let fill = limits(draw, x.dtype).0;
    let most = draw.pick(&[1, 5, 40, 1 << 24], 1);
    let hi = if position.dtype == DType::I32 { most } else { most.min(127) };
    let clamp = (vec![1], Op::Clamp(ops::Clamp { lo: 0, hi }));
    graph(vec![x, position], vec![], vec![clamp, (vec![0, 2], Op::CausalMask(ops::CausalMask { fill }))])
}
