//! Element by element.

use super::{any, artifact, broadcast, clamped, dtype, limits};
use crate::selftest::draw::Draw;
use isocortex_model::{
    Artifact, DType, Op, Tensor, TensorType,
    ops::{self, Relation},
};

fn small(draw: &mut Draw) -> DType {
    draw.pick(&[DType::I8, DType::I16], DType::I8)
}

/// Ends for an operand that would make i32 overflow without.
fn within(ty: TensorType, bound: i32) -> (TensorType, Option<(i32, i32)>) {
    let ends = (ty.dtype.range().hi > bound).then_some((-bound, bound - 1));
    (ty, ends)
}

pub(super) fn binary(draw: &mut Draw) -> Artifact {
    let [a, b] = broadcast(draw);
    let types = [dtype(draw), dtype(draw)];
    let relations = [Relation::Equal, Relation::Greater, Relation::GreaterOrEqual];
    let relation = draw.pick(&relations, Relation::Equal);
    let (op, bound) = match draw.next() % 7 {
        0 => (Op::Add(ops::Add {}), Some(1 << 30)),
        1 => (Op::Sub(ops::Sub {}), Some(1 << 30)),
        2 => (Op::Mul(ops::Mul {}), Some(46_340)), // the root of 2^31
        3 => (Op::Max(ops::Max {}), None),
        4 => (Op::Min(ops::Min {}), None),
        _ => (Op::Compare(ops::Compare { relation }), None),
    };
    let inputs = match bound {
        Some(bound) => {
            let [s, t] = types;
            vec![within(TensorType::new(s, &a), bound), within(TensorType::new(t, &b), bound)]
        }
        None => [a, b].map(|shape| (TensorType::new(types[0], &shape), None)).to_vec(),
    };
    clamped(inputs, vec![], op)
}

pub(super) fn add_scaled(draw: &mut Draw) -> Artifact {
    let [a, b] = broadcast(draw);
    let (a, b) = (TensorType::new(small(draw), &a), TensorType::new(small(draw), &b));
    let dtype = small(draw);
    let (lo, hi) = limits(draw, dtype);
    let op = Op::AddScaled(ops::AddScaled {
        multipliers: [draw.extreme(0, i32::MAX), draw.extreme(0, i32::MAX)],
        zero_points: [limits(draw, a.dtype).0, limits(draw, b.dtype).1],
        shift: draw.pick(&[2, 24, 30, 31, 40, 62], 31),
        zero_point: limits(draw, dtype).0,
        lo,
        hi,
        dtype,
    });
    artifact(vec![a, b], vec![], vec![op])
}

pub(super) fn add_f24(draw: &mut Draw) -> Artifact {
    let inputs = broadcast::<2>(draw).map(|shape| TensorType::new(DType::I8, &shape));
    // 24 significant bits, moved so that products are about as large as the result's unit.
    let moved = draw.size(0, 28);
    let significant = |draw: &mut Draw| i64::from(draw.extreme(0, (1 << 24) - 1));
    let multipliers = [significant(draw) << moved, significant(draw) << draw.size(0, moved)];
    let fixed = (significant(draw) << draw.size(0, moved + 8)) * if draw.one_in(2) { -1 } else { 1 };
    let (lo, hi) = limits(draw, DType::I8);
    let op = Op::AddF24(ops::AddF24 {
        multipliers,
        zero_points: [limits(draw, DType::I8).0, limits(draw, DType::I8).1],
        fixed,
        shift: draw.pick(&[moved + 20, moved + 24, moved + 28, 0, 62], 0).min(62) as u8,
        zero_point: limits(draw, DType::I8).0,
        lo,
        hi,
    });
    artifact(inputs.to_vec(), vec![], vec![op])
}

pub(super) fn mul_rescale(draw: &mut Draw) -> Artifact {
    let [a, b] = broadcast(draw);
    let to = dtype(draw);
    let (lo, hi) = limits(draw, to);
    let multiplier = if draw.one_in(8) { 0 } else { draw.extreme(1 << 30, i32::MAX) };
    // |x − z| stays below 2^15.5 in each operand, or one of them is any i32 and the other 0 or 1.
    let bound = 23_000;
    let (inputs, zero_points) = if draw.one_in(4) {
        let (a, b) = (TensorType::new(dtype(draw), &a), TensorType::new(dtype(draw), &b));
        (vec![(a, None), (b, Some((0, 1)))], [0, 0])
    } else {
        let (a, b) = (TensorType::new(dtype(draw), &a), TensorType::new(dtype(draw), &b));
        let zero = |draw: &mut Draw, x: &TensorType| limits(draw, x.dtype).0.clamp(-bound, bound);
        let zero_points = [zero(draw, &a), zero(draw, &b)];
        (vec![within(a, bound), within(b, bound)], zero_points)
    };
    let op = Op::MulRescale(ops::MulRescale {
        zero_points,
        multiplier,
        shift: draw.pick(&[2, 30, 31, 40, 45, 62], 31),
        zero_point: limits(draw, to).0,
        lo,
        hi,
        dtype: to,
    });
    clamped(inputs, vec![], op)
}

pub(super) fn select(draw: &mut Draw) -> Artifact {
    let [c, a, b] = broadcast(draw);
    let (of, ty) = (dtype(draw), dtype(draw));
    // Half of the conditions 0.
    let ends = draw.one_in(2).then_some((0, 1));
    let inputs = vec![
        (TensorType::new(of, &c), ends),
        (TensorType::new(ty, &a), None),
        (TensorType::new(ty, &b), None),
    ];
    clamped(inputs, vec![], Op::Select(ops::Select {}))
}

pub(super) fn unary(draw: &mut Draw) -> Artifact {
    let x = any(draw);
    let range = x.dtype.range();
    let (op, ends) = match draw.next() % 4 {
        0 => (Op::Neg(ops::Neg {}), Some((range.lo + 1, range.hi))),
        1 => (Op::Abs(ops::Abs {}), Some((range.lo + 1, range.hi))),
        2 => {
            let bits = draw.pick(&[0, 1, 7, 15, 16, 23, 30, 31], 0);
            let ends = (range.lo.max(i32::MIN >> bits), range.hi.min(i32::MAX >> bits));
            (Op::Shift(ops::Shift { bits, round: false }), Some(ends))
        }
        _ => {
            let bits = -draw.pick(&[1, 2, 7, 8, 15, 16, 30, 31], 1);
            (Op::Shift(ops::Shift { bits, round: draw.one_in(2) }), None)
        }
    };
    clamped(vec![(x, ends)], vec![], op)
}

pub(super) fn table8(draw: &mut Draw) -> Artifact {
    let x = TensorType { dtype: DType::I8, ..any(draw) };
    let table = match dtype(draw) {
        DType::I8 => Tensor::i8(&[256], draw.i8s(256)),
        DType::I16 => Tensor::i16(&[256], draw.i16s(256, i16::MIN, i16::MAX)),
        DType::I32 => Tensor::i32(&[256], draw.i32s(256, i32::MIN, i32::MAX)),
    };
    artifact(vec![x], vec![table], vec![Op::Table8(ops::Table8 { table: 0 })])
}

pub(super) fn table16(draw: &mut Draw) -> Artifact {
    let x = TensorType { dtype: DType::I16, ..any(draw) };
    let table = Tensor::i16(&[513], draw.i16s(513, i16::MIN, i16::MAX));
    artifact(vec![x], vec![table], vec![Op::Table16(ops::Table16 { table: 0 })])
}
