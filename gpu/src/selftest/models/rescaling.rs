//! Rescaling.

use super::{any, artifact, clamped, dtype, limits, rows};
use crate::selftest::draw::Draw;
use isocortex_model::{Artifact, DType, Op, Tensor, TensorType, ops};

/// Multipliers from `least` up to twice that, or 0, and shifts; one or one a channel.
fn scales(draw: &mut Draw, x: &TensorType, least: i32, shifts: &[i8]) -> Vec<Tensor> {
    let channels = if draw.one_in(2) { 1 } else { x.channels() };
    let most = least - 1 + least;
    let multipliers = (0..channels).map(|_| if draw.one_in(8) { 0 } else { draw.extreme(least, most) });
    let multipliers = Tensor::i32(&[channels], multipliers.collect());
    let shifts = (0..channels).map(|_| draw.pick(shifts, 31));
    let shifts = Tensor::i8(&[channels], shifts.collect());
    vec![multipliers, shifts]
}

pub(super) fn rescale(draw: &mut Draw) -> Artifact {
    let (x, dtype) = (any(draw), dtype(draw));
    let constants = scales(draw, &x, 1 << 30, &[2, 29, 30, 31, 32, 40, 62]);
    let ((lo, hi), zero_point) = (limits(draw, dtype), limits(draw, dtype).0);
    let op = Op::Rescale(ops::Rescale { multiplier: 0, shift: 1, zero_point, lo, hi, dtype });
    artifact(vec![x], constants, vec![op])
}

pub(super) fn rescale_f24(draw: &mut Draw) -> Artifact {
    let (x, dtype) = (any(draw), dtype(draw));
    let offset = if draw.one_in(2) { 0 } else { draw.extreme(-(1 << 15), 1 << 15) };
    let shifts: &[i8] =
        if offset == 0 { &[0, 1, 23, 24, 30, 47, 54, 62] } else { &[0, 1, 23, 24, 30, 40, 46] };
    let constants = scales(draw, &x, 1 << 23, shifts);
    let ((lo, hi), zero_point) = (limits(draw, dtype), limits(draw, dtype).0);
    let op = Op::RescaleF24(ops::RescaleF24 { multiplier: 0, shift: 1, offset, zero_point, lo, hi, dtype });
    artifact(vec![x], constants, vec![op])
}

pub(super) fn rescale_row(draw: &mut Draw) -> Artifact {
    let (x, row) = rows::with_row(draw, DType::I32);
    let dtype = dtype(draw);
    let constants = scales(draw, &x.0, 1 << 30, &[2, 30, 31, 40, 50, 62]);
    let (lo, hi) = limits(draw, dtype);
    let op = Op::RescaleRow(ops::RescaleRow {
        multiplier: 0,
        shift: 1,
        row_shift: draw.pick(&[2, 16, 31, 32, 40, 55, 62], 31),
        zero_point: limits(draw, dtype).1,
        lo,
        hi,
        dtype,
    });
    clamped(vec![x, row], constants, op)
}
