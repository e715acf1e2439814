//! The kernel of each op. To add one: its file beside this one, its arm here. An op without an arm is
//! "reference only": it runs through [`Fallback`].

use super::add_scaled;
use super::avg_pool::AvgPool;
use super::conv::{Constants, Conv};
use super::depthwise;
use super::element::{Int, maybe_turned, typed};
use super::elementwise::{Clamp, Reshape};
use super::fallback::{Fallback, Widened};
use super::fuse::{self, Unit, alike, fast};
use super::grouped::{self, Grouped};
use super::isa::{Body, Detected, Kernel, Loops};
use super::kernels_rows;
use super::max_pool::MaxPool;
use super::reduce_sum::ReduceSum;
use super::rescale::{Requant, RescaleAll};
use super::window::Geometry;
use crate::Error;
use isocortex_model::{DType, Model, Op, ops};
use std::marker::PhantomData;

/// Makes a unit ready. `turned` says of each value whether it is.
pub(super) fn kernel(
    model: &Model,
    isa: Detected,
    unit: &Unit<'_>,
    turned: &[bool],
    widened: &mut Widened,
) -> Result<Box<dyn Kernel>, Error> {
    let (index, tail) = (unit.node, unit.tail);
    let node = &model.header().nodes[index];
    let value = |v: usize| &model.values()[v].ty;
    let y = value(model.header().inputs.len() + index);
    let operand = |i: usize| value(node.operands[i] as usize);
    let x = || operand(0); // not there in an op without operands
    let x_turned = |i: usize| turned[node.operands[i] as usize];
    let y_turned = turned[unit.result];
    let elements = y.elements() as usize;
    let constant = |index: u32| &model.constants()[index as usize];
    // No longer than the constants, whatever the number of channels.
    let order =
        |op: &ops::Rescale| -> Vec<usize> { (0..constant(op.multiplier).shape[0] as usize).collect() };
    let requant = tail.rescale.map(|op| Requant::new(model, op, tail.clamp, y_turned, &order(op)));
    let constants = |weight: u32, bias: u32, zero_point| Constants {
        weight: constant(weight).as_i8(),
        bias: constant(bias).as_i32(),
        zero_point,
        turned: x_turned(0),
        words: x().dtype == DType::I16,
    };
    Ok(match &node.op {
        Op::Conv2d(op) if op.groups > 1 => {
            let shape = &constant(op.weight).shape;
            let geometry = Geometry::new(&x().shape, &y.shape, op.window([shape[1], shape[2]]));
            let constants = constants(op.weight, op.bias, op.zero_point);
            if fuse::depthwise(model, op) {
                let each = geometry.kernel[0] * geometry.kernel[1];
                let weight = &grouped::turned(constants.weight, constants.weight.len(), each)[..];
                depthwise::kernel(isa, geometry, &Constants { weight, ..constants }, |order| {
                    tail.rescale.map(|op| Requant::new(model, op, tail.clamp, y_turned, order))
                })
            } else {
                let groups = op.groups as usize;
                typed!(x().dtype, X => loops(isa, Grouped::<X>::new(geometry, &constants, groups)))
            }
        }
        _ if !fast(model, index) => Box::new(Fallback::new(model, index, widened)),
        Op::Conv2d(op) => {
            let weight = constant(op.weight);
            let geometry = Geometry::new(&x().shape, &y.shape, op.window([weight.shape[1], weight.shape[2]]));
            let constants = constants(op.weight, op.bias, op.zero_point);
            Box::new(Conv::new(isa, geometry, &constants, requant)?)
        }
        Op::MatMul(op) => {
            let k = x().channels() as usize;
            let constants = constants(op.weight, op.bias, op.zero_point);
            Box::new(Conv::matmul(isa, x().elements() as usize / k, k, &constants, requant)?)
        }
        Op::DepthwiseConv2d(op) => {
            let weight = constant(op.weight);
            let geometry = Geometry::new(&x().shape, &y.shape, op.window([weight.shape[0], weight.shape[1]]));
            let constants = constants(op.weight, op.bias, op.zero_point);
            depthwise::kernel(isa, geometry, &constants, |order| {
                tail.rescale.map(|op| Requant::new(model, op, tail.clamp, y_turned, order))
            })
        }
        Op::MaxPool(op) => {
            let geometry = Geometry::new(&x().shape, &y.shape, op.window());
            let turn = if x_turned(0) == y_turned { 0 } else { 0x80 };
            if x_turned(0) {
                loops(isa, MaxPool { geometry, turn, types: PhantomData::<fn(u8)> })
            } else {
                loops(isa, MaxPool { geometry, turn, types: PhantomData::<fn(i8)> })
            }
        }
        Op::AvgPool(op) => {
            let geometry = Geometry::new(&x().shape, &y.shape, op.window());
            let (zero_points, count_padding) = (op.zero_points, op.count_padding);
            let ends = [y.dtype.range().lo, y.dtype.range().hi];
            typed!(y.dtype, X => {
                loops(isa, AvgPool::<X> { geometry, zero_points, count_padding, ends, types: PhantomData })
            })
        }
        Op::Rescale(op) => {
            let requant = Requant::new(model, op, tail.clamp, y_turned, &order(op));
            typed!(x().dtype, X => typed!(y.dtype, Y => {
                loops(isa, RescaleAll { requant, elements, types: PhantomData::<fn(X) -> Y> })
            }))
        }
        Op::AddScaled(op) if alike(model, index) => {
            let types = [x().dtype, operand(1).dtype, y.dtype];
            add_scaled::kernel(isa, op, types, [x_turned(0), x_turned(1), y_turned], elements)
        }
        Op::Clamp(op) => typed!(x().dtype, X => {
            loops(isa, Clamp { lo: X::wrap(op.lo.into()), hi: X::wrap(op.hi.into()), elements })
        }),
        Op::ReduceSum(op) => {
            let turned = x_turned(0);
            maybe_turned!(x().dtype, turned, X => loops(isa, ReduceSum::<X>::new(op, turned, &x().shape)))
        }
        Op::Reshape(_) => Box::new(Reshape { words: (y.bytes() as usize).div_ceil(4) }),
        _ => kernels_rows::kernel(model, isa, index, y_turned)
            .unwrap_or_else(|| Box::new(Fallback::new(model, index, widened))),
    })
}

fn loops<B: Body + 'static>(isa: Detected, body: B) -> Box<dyn Kernel> {
    Box::new(Loops { isa, body })
}
