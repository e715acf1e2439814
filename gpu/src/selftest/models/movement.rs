//! Movement.

use super::{any, artifact, dtype, limits};
use crate::selftest::{draw::Draw, graph};
use isocortex_model::{
    Artifact, DType, Op, Tensor, TensorType,
    ops::{self, ResizeMode},
};

/// Slice, Concat, Tile, Transpose or Constant.
pub(super) fn copy(draw: &mut Draw) -> Artifact {
    match draw.next() % 5 {
        0 => slice(draw),
        1 => concat(draw),
        2 => tile(draw),
        3 => transpose(draw),
        _ => {
            let x = any(draw);
            let tensor = numbers(draw, &x.shape, x.dtype);
            let constant = (vec![], Op::Constant(ops::Constant { tensor: 0 }));
            let concat = (vec![0, 1, 1], Op::Concat(ops::Concat { axis: 0 }));
            graph(vec![x], vec![tensor], vec![constant, concat])
        }
    }
}

fn slice(draw: &mut Draw) -> Artifact {
    let x = any(draw);
    let (mut start, mut step, mut size) = (vec![], vec![], vec![]);
    for &d in &x.shape {
        let (first, end) =
            if draw.one_in(2) { (0, d - 1) } else { (draw.size(0, d - 1), draw.size(0, d - 1)) };
        let by = draw.pick(&[1, 1, 2, 3, 1 << 24], 1);
        start.push(first);
        step.push(if end < first { -(by as i32) } else { by as i32 });
        size.push(first.abs_diff(end) / by + 1);
    }
    artifact(vec![x], vec![], vec![Op::Slice(ops::Slice { start, step, size })])
}

fn concat(draw: &mut Draw) -> Artifact {
    let x = any(draw);
    let axis = draw.next() as usize % x.shape.len();
    let operands = (0..draw.pick(&[2, 3, 5, 16], 2)).map(|_| {
        let mut other = x.clone();
        if let Some(d) = other.shape.get_mut(axis) {
            *d = draw.pick(&[1, 3, 4, 8, *d], 1);
        }
        other
    });
    artifact(operands.collect(), vec![], vec![Op::Concat(ops::Concat { axis: axis as u8 })])
}

fn tile(draw: &mut Draw) -> Artifact {
    let mut x = any(draw);
    if draw.one_in(4) {
        // All of the twelve axes.
        x.shape = vec![2; 6];
        return artifact(vec![x], vec![], vec![Op::Tile(ops::Tile { repeats: vec![2; 6] })]);
    }
    let repeats = x.shape.iter().map(|_| draw.pick(&[1, 1, 2, 3], 1)).collect();
    artifact(vec![x], vec![], vec![Op::Tile(ops::Tile { repeats })])
}

pub(super) fn transpose(draw: &mut Draw) -> Artifact {
    permuted(draw, any)
}

/// Matrices that are long both ways.
pub(super) fn transpose_tile(draw: &mut Draw) -> Artifact {
    permuted(draw, |draw| {
        let mut side = || draw.pick(&[16, 31, 32, 33, 40, 65], 16);
        let mut shape = vec![side(), side()];
        if draw.one_in(2) {
            let at = draw.next() as usize % 3;
            shape.insert(at, draw.size(1, 4));
        }
        TensorType { dtype: dtype(draw), shape }
    })
}

fn permuted(draw: &mut Draw, of: impl Fn(&mut Draw) -> TensorType) -> Artifact {
    let x = of(draw);
    let mut perm: Vec<u8> = (0..x.shape.len() as u8).collect();
    perm.sort_by_cached_key(|_| draw.next());
    // Those long both ways change places.
    if x.shape.len() > 1 && perm.is_sorted() {
        perm.reverse();
    }
    artifact(vec![x], vec![], vec![Op::Transpose(ops::Transpose { perm })])
}

pub(super) fn pad(draw: &mut Draw) -> Artifact {
    let x = any(draw);
    let mut border = || x.shape.iter().map(|_| draw.pick(&[0, 0, 1, 2, 4], 0)).collect::<Vec<_>>();
    let (mut before, after) = (border(), border());
    if let Some(first) = before.first_mut() {
        *first += 1;
    }
    let value = limits(draw, x.dtype).0;
    artifact(vec![x], vec![], vec![Op::Pad(ops::Pad { before, after, value })])
}

pub(super) fn resize(draw: &mut Draw, mode: ResizeMode) -> Artifact {
    let dtype = draw.pick(&[DType::I8, DType::I16], DType::I8);
    let shape = [draw.size(1, 9), draw.size(1, 9), draw.pick(&[1, 2, 3, 4, 8, 16, 33], 1)];
    let mut axis = |size: u32| {
        let (n, d) = (draw.pick(&[1, 2, 3, 7, 128], 2), draw.pick(&[1, 2, 3, 5], 1));
        // |x| · ny · nx < 2^31 for i16 too; small steps from large numerators would make large images.
        let d = if n == 128 { draw.size(100, 15 * 128) } else { d.min(16 * n - 1) };
        let n = n as i32;
        let (offset, span) = (draw.between((-n).into(), n.into()) as i32, (size as i32 - 1) * n);
        // The border next to 0 that leaves no rest and is in range; without one, all of the span.
        let rest = (span - offset).rem_euclid(d as i32);
        let border =
            [-rest, d as i32 - rest].into_iter().find(|&b| b >= -16 * n && b < n && span - offset + b >= 0);
        border.map_or((n as u32, 1, 0, 0), |border| (n as u32, d, offset, border))
    };
    let ((ny, dy, oy, by), (nx, dx, ox, bx)) = (axis(shape[0]), axis(shape[1]));
    let op = ops::Resize { mode, scale: [ny, dy, nx, dx], offset: [oy, ox], border: [by, bx] };
    artifact(vec![TensorType::new(dtype, &shape)], vec![], vec![Op::Resize(op)])
}

/// Gather or Embed.
pub(super) fn rows(draw: &mut Draw) -> Artifact {
    let (mut x, w) = (groups(draw), draw.size(1, 20));
    if draw.one_in(2) {
        let leading = if draw.one_in(2) { vec![draw.size(1, 3)] } else { vec![] };
        let index = index(draw, &[&leading[..], &[w]].concat());
        let table = numbers(draw, &x.shape, x.dtype);
        let nodes = vec![clamped(0, x.shape[0]), (vec![1], Op::Embed(ops::Embed { table: 0 }))];
        return graph(vec![index], vec![table], nodes);
    }
    let [k, c] = [draw.size(1, 9), x.channels()];
    let leading = x.shape.len() - 2;
    x.shape.splice(leading.., [k, c]);
    let index = index(draw, &[&x.shape[..leading], &[w]].concat());
    graph(vec![x, index], vec![], vec![clamped(1, k), (vec![0, 2], Op::Gather(ops::Gather {}))])
}

/// Many indices for few rows.
pub(super) fn scatter_row(draw: &mut Draw) -> Artifact {
    let x = groups(draw);
    let [leading @ .., k, c] = x.shape.as_slice() else { return artifact(vec![x], vec![], vec![]) };
    let w = draw.size(1, 20);
    let index = index(draw, &[leading, &[w]].concat());
    let rows = TensorType { dtype: x.dtype, shape: [leading, &[w, *c]].concat() };
    let k = *k;
    let nodes = vec![clamped(1, k), (vec![0, 3, 2], Op::ScatterRow(ops::ScatterRow {}))];
    graph(vec![x, index, rows], vec![], nodes)
}

/// `[B…, K, C]` with rows of odd lengths and of whole units.
pub(super) fn groups(draw: &mut Draw) -> TensorType {
    let mut shape: Vec<u32> = (0..draw.between(0, 2)).map(|_| draw.size(1, 3)).collect();
    shape.extend([draw.size(1, 9), draw.pick(&[1, 2, 3, 4, 6, 8, 16, 32, 33], 1)]);
    TensorType { dtype: dtype(draw), shape }
}

fn index(draw: &mut Draw, shape: &[u32]) -> TensorType {
    TensorType { dtype: dtype(draw), shape: shape.to_vec() }
}

/// Node: a value as numbers below `count`.
pub(super) fn clamped(value: u32, count: u32) -> (Vec<u32>, Op) {
    (vec![value], Op::Clamp(ops::Clamp { lo: 0, hi: (count - 1).min(127) as i32 }))
}

/// Often extremes.
pub(super) fn numbers(draw: &mut Draw, shape: &[u32], dtype: DType) -> Tensor {
    let (n, all) = (shape.iter().product(), dtype.range());
    let data = draw.i32s(n, all.lo, all.hi).into_iter();
    match dtype {
        DType::I8 => Tensor::i8(shape, data.map(|v| v as i8).collect()),
        DType::I16 => Tensor::i16(shape, data.map(|v| v as i16).collect()),
        DType::I32 => Tensor::i32(shape, data.collect()),
    }
}
