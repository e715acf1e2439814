//! What a kernel with a tail does behind its sum: each kind of it, and what only looks like one.

use super::{artifact, limits};
use crate::selftest::draw::Draw;
use isocortex_model::{Artifact, DType, Node, Op, Output, Port, Quant, Tensor, TensorType, ops};

/// The linear node of these operands with a random chain behind it; half of the time nothing. `y` is the shape of its result.
pub(super) fn with_tail(
    draw: &mut Draw,
    mut inputs: Vec<TensorType>,
    y: &[u32],
    mut constants: Vec<Tensor>,
    linear: Op,
) -> Artifact {
    if draw.one_in(2) {
        return artifact(inputs, constants, vec![linear]);
    }
    let operands = inputs.len() as u32;
    let channels = if draw.one_in(3) { 1 } else { y.last().copied().unwrap_or(1) };
    let (f24, offset) = (draw.one_in(3), draw.pick(&[0, -7, 1 << 15], 0));
    let least = if f24 { 23 } else { 30 };
    let multipliers =
        (0..channels).map(|_| draw.between(1 << least, (1 << (least + 1)) - 1) as i32).collect();
    let shifts = (0..channels).map(|_| draw.pick(&[2, least as i8, 36, 40, 44], 40)).collect();
    let scale = constants.len() as u32;
    constants.extend([Tensor::i32(&[channels], multipliers), Tensor::i8(&[channels], shifts)]);
    let mut dtype = draw.pick(&[DType::I8, DType::I8, DType::I16, DType::I32], DType::I8);
    let ((lo, hi), zero_point) = (wide(draw, dtype), limits(draw, dtype).0);
    let (multiplier, shift) = (scale, scale + 1);
    let mut chain = vec![(linear, None)];
    let rescale = if f24 {
        Op::RescaleF24(ops::RescaleF24 { multiplier, shift, offset, zero_point, lo, hi, dtype })
    } else {
        Op::Rescale(ops::Rescale { multiplier, shift, zero_point, lo, hi, dtype })
    };
    chain.push((rescale, None));
    for _ in 0..draw.between(0, 4) {
        match draw.next() % 3 {
            0 => {
                let (lo, hi) = wide(draw, dtype);
                chain.push((Op::Clamp(ops::Clamp { lo, hi }), None));
            }
            1 if dtype == DType::I8 => {
                let table = constants.len() as u32;
                constants.push(Tensor::i8(&[256], draw.i8s(256)));
                chain.push((Op::Table8(ops::Table8 { table }), None));
            }
            _ if dtype != DType::I32 => {
                let from = draw.pick(&[DType::I8, DType::I16], DType::I8);
                let result = draw.pick(&[DType::I8, DType::I16], DType::I8);
                let first = draw.one_in(2);
                let (own, other) = (limits(draw, dtype).0, limits(draw, from).0);
                let (lo, hi) = wide(draw, result);
                let op = ops::AddScaled {
                    multipliers: [draw.extreme(0, i32::MAX), draw.extreme(0, i32::MAX)],
                    zero_points: if first { [other, own] } else { [own, other] },
                    shift: draw.pick(&[24, 30, 31, 34], 31),
                    zero_point: limits(draw, result).0,
                    lo,
                    hi,
                    dtype: result,
                };
                let residual = inputs.len() as u32;
                inputs.push(TensorType::new(from, y));
                chain.push((Op::AddScaled(op), Some((residual, first))));
                dtype = result;
            }
            _ => {}
        }
    }
    build(inputs, constants, operands, chain, draw.one_in(4))
}

/// Mostly all of the type, so that values vary.
fn wide(draw: &mut Draw, dtype: DType) -> (i32, i32) {
    if draw.one_in(3) { limits(draw, dtype) } else { (dtype.range().lo, dtype.range().hi) }
}

/// A chain whose first node takes the first `operands` inputs; a node's second operand and whether it comes first stand beside it. With
/// `between` the value before the last is an output too, which nothing may fuse away.
fn build(
    inputs: Vec<TensorType>,
    constants: Vec<Tensor>,
    operands: u32,
    chain: Vec<(Op, Option<(u32, bool)>)>,
    between: bool,
) -> Artifact {
    let quant = Quant { multiplier: 1, shift: 0, zero_point: 0 };
    let count = inputs.len() as u32;
    let mut nodes = vec![];
    for ((op, other), i) in chain.into_iter().zip(count..) {
        let own = i - 1;
        let operands = match other {
            None if i == count => (0..operands).collect(),
            None => vec![own],
            Some((residual, true)) => vec![residual, own],
            Some((residual, false)) => vec![own, residual],
        };
        nodes.push(Node { operands, op });
    }
    let last = count + nodes.len() as u32 - 1;
    let output = |name: &str, value| Output { name: name.into(), value, quant };
    let mut outputs = vec![output("y", last)];
    outputs.extend(between.then(|| output("z", last - 1)));
    let port = |(i, ty)| Port { name: format!("x{i}"), ty, quant };
    Artifact::build(
        inputs.into_iter().enumerate().map(port).collect(),
        constants,
        nodes,
        outputs,
        Default::default(),
    )
}
